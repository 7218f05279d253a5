"""What a look finds is what the codec codes: sums of bits, the bitstream, changed latents."""

import numpy as np
import pytest

from nicviz.analysis.latents.bits import ranking
from nicviz.analysis.latents.look import basis, fitted, look, operate, priors
from nicviz.analysis.latents.record import look_arrays, look_record
from nicviz.analysis.latents.surgery import Surgery, parse_channels, parse_scaled, scaled_text
from nicviz.codecs import CODECS, NeuralCodec
from nicviz.codecs.neural_base import Edit, Place
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.samples import SAMPLES, sample_sets

BUNDLED = [name for name, codec in CODECS.items() if isinstance(codec, NeuralCodec) and name.startswith("compact-")]
PICTURES = [sample.key for sample in sample_sets()["photographs"]]


@pytest.fixture(scope="module")
def picture() -> LoadedImage:
    return LoadedImage("part", SAMPLES["chelsea"].load().pixels[20:212, 100:292])


@pytest.fixture(scope="module")
def codec() -> NeuralCodec:
    found = CODECS["compact-hyperprior"]
    assert isinstance(found, NeuralCodec)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", BUNDLED)
def test_maps_add_up_to_the_estimate_and_the_estimate_to_the_bitstream(name: str) -> None:
    codec = CODECS[name]
    assert isinstance(codec, NeuralCodec)
    ten = [SAMPLES[key].load().pixels for key in PICTURES][:10]
    charts = [
        SAMPLES[key].load(256).pixels for key in ("zone-plate", "checker", "noise", "gradients") if key in SAMPLES
    ]
    side = 64 if codec.estimates is False else 160  # a search takes its time
    pictures = [each[:side, :side] for each in (*ten, *charts)][:10]
    assert len(pictures) == 10
    for number, pixels in enumerate(pictures):
        image = LoadedImage(f"{number}", np.ascontiguousarray(pixels))
        found = look(image, codec, None)
        assert found.map_y.sum() + found.map_z.sum() == pytest.approx(found.latents.bits, rel=1e-6)
        assert look_arrays(found)["bits_map"].sum() == pytest.approx(found.latents.bits, rel=1e-6)
        length = len(codec.encode(image.pixels))
        assert abs(8 * length - found.latents.bits) <= 0.01 * found.latents.bits + 800


def test_a_look_is_kept_and_is_what_estimate_tells(picture: LoadedImage, codec: NeuralCodec) -> None:
    first, again = look(picture, codec, 3), look(picture, codec, 3)
    assert np.array_equal(first.latents.y_hat, again.latents.y_hat)
    assert first.bpp == pytest.approx(codec.estimate(picture.pixels, 3).bpp, rel=1e-6)
    record = look_record(first)
    assert record["bits"]["total"] == pytest.approx(record["bits"]["y"] + record["bits"]["z"])
    assert record["latent"] == {"channels": 96, "height": 12, "width": 12}


def test_no_surgery_gives_the_picture_and_less_gives_less(picture: LoadedImage, codec: NeuralCodec) -> None:
    found = look(picture, codec, 4)
    as_coded = operate(picture, codec, found, Surgery().edit(found.latents))
    decoded = codec.decode(codec.encode(picture.pixels, 4))
    assert np.abs(as_coded.edited.reconstruction.astype(int) - decoded).max() <= 1
    assert as_coded.psnr_db == pytest.approx(METRICS["psnr_db"].compute(picture.pixels, decoded), abs=0.01)
    few = [operate(picture, codec, found, Surgery(keep=count).edit(found.latents)) for count in (48, 12, 3, 0)]
    assert [each.bpp for each in few] == sorted((each.bpp for each in few), reverse=True)
    assert [each.psnr_db for each in few] == sorted((each.psnr_db for each in few), reverse=True)
    assert few[-1].edited.y_hat.any() == np.False_, "a scale hyperprior codes zeros"


def test_what_is_kept_are_the_channels_with_the_most_bits(picture: LoadedImage, codec: NeuralCodec) -> None:
    found = look(picture, codec, 4)
    ranked = ranking(found.latents.y_hat, found.latents.bits_y, "bits")
    edit = Surgery(keep=5, zeroed=(int(ranked[0]),), scaled=((0, 2.0),)).edit(found.latents)
    assert edit.factors is not None
    kept = np.flatnonzero(edit.factors)
    assert set(kept) == set(ranked[1:5])
    with pytest.raises(NicvizError, match="0 to 95; got 96"):
        Surgery(zeroed=(96,)).edit(found.latents)


def test_another_picture_s_hyper_latent_costs_more(picture: LoadedImage, codec: NeuralCodec) -> None:
    found = look(picture, codec, 4)
    other = LoadedImage("other", fitted(SAMPLES["astronaut"].load().pixels, found.shape))
    donated = look(other, codec, 4).latents.z
    swapped = operate(picture, codec, found, Edit(z=donated))
    assert swapped.edited.bits_y.sum() > 1.05 * found.latents.bits_y.sum()
    assert np.array_equal(swapped.edited.y_hat, found.latents.y_hat), "without means the symbols stay"


def test_another_picture_is_cut_or_goes_on_mirrored() -> None:
    pixels = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
    assert np.array_equal(fitted(pixels, (3, 2)), pixels[1:4, 1:3])
    wide = fitted(pixels, (5, 7))
    assert np.array_equal(wide[:, :4], pixels)
    assert np.array_equal(wide[:, 4], pixels[:, 3])


def test_waves_and_priors_are_found(picture: LoadedImage, codec: NeuralCodec) -> None:
    found = look(picture, codec, 4)
    at = basis(picture, codec, found, Place(0, 6, 6))
    assert at.drawn.values.shape[:2] == (61, 61), "four transposed convolutions of 5 × 5, stride 2"
    assert at.seen.values.shape[:2] == (61, 61)
    prior = priors(codec, found)
    assert prior.probabilities.sum(1) == pytest.approx(np.ones(len(prior.values)), abs=2e-3)


def test_operations_are_written_as_they_are_read() -> None:
    assert parse_channels("3,17,3") == (3, 17)
    assert parse_scaled("3=0.5,17=-2") == ((3, 0.5), (17, -2.0))
    assert parse_scaled(scaled_text(((3, 0.5), (17, -2.0)))) == ((3, 0.5), (17, -2.0))
    for text in ("a", "3=", "3=x", "3=nan", "=2"):
        with pytest.raises(NicvizError):
            parse_scaled(text)
    with pytest.raises(NicvizError, match="3,17"):
        parse_channels("3;4")
    for wrong in ({"keep": -1}, {"step": 0.0}, {"step": 1e9}):
        with pytest.raises(NicvizError):
            Surgery(**wrong)
