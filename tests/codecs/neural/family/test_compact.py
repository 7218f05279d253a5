"""The weights in the package: what the manifest says of them, and CompressAI's own path with them on photographs."""

import json
import subprocess
import sys

import numpy as np
import pytest

from nicviz.codecs import CODECS
from nicviz.codecs.neural.encode import coder
from nicviz.codecs.neural.entropy.container import unpack
from nicviz.codecs.neural.family import compact
from nicviz.codecs.neural.family.kinds import FAMILY
from nicviz.codecs.neural.network.build import build_network
from nicviz.codecs.neural.network.models import MODELS, working
from nicviz.codecs.neural.weights import read as reading
from nicviz.codecs.neural.weights import write as convert
from nicviz.codecs.neural.weights.locate import weights_in
from nicviz.errors import NicvizError, WeightsError
from nicviz.images import decode_png
from tests.codecs.neural.small import as_image, as_input
from tests.codecs.pictures import photograph
from tests.shared_data import shared

NAME = "compact-hyperprior"
QUALITIES = (1, 2, 3, 4, 5, 6)


@pytest.fixture
def codec():
    return CODECS[NAME]


def kodak(*numbers: int) -> list[np.ndarray]:
    folder = shared("kodak")
    return [decode_png((folder / f"kodim{number:02d}.png").read_bytes()) for number in numbers]


def peer(quality: float):
    """CompressAI's model with the packaged weights."""
    weights = compact.find(NAME, quality)
    return build_network(reading.read_state(weights.content, weights.name), weights.name)[0]


def psnr(a, b) -> float:
    return float(10 * np.log10(255**2 / ((np.asarray(a, float) - b) ** 2).mean()))


def test_the_codec_works_without_a_download(codec):
    assert codec.availability().ok
    assert codec.ladder == QUALITIES
    assert codec.family == "neural"
    assert not codec.estimate_first


def test_every_file_is_described_with_its_hash_and_its_source():
    cards = [(described, card) for described in compact.manifest().values() for card in described.cards]
    assert {card.file for _, card in cards} == {file.name for file in compact.FOLDER.glob("*.safetensors")}
    for described, card in cards:
        assert described.license
        assert card.training.data
        assert card.training.commands or card.training.before
        weights = weights_in(compact.FOLDER / card.file)
        assert weights.sha256 == card.sha256
        state = reading.read_state(weights.content, "file")
        assert reading.recognized(state, "file") == (described.model_class, card.widths)
        assert convert.sparsity(state) == pytest.approx(card.sparsity, abs=1e-4)


def test_all_files_together_take_50_megabytes_at_most():
    assert sum(file.stat().st_size for file in compact.FOLDER.glob("*.safetensors")) <= compact.MAX_BYTES == 50e6


def test_the_family_comes_first_among_the_neural_codecs_and_compact_hyperprior_first_of_it():
    neural = [name for name, codec in CODECS.items() if codec.family == "neural"]
    family = [name for name in FAMILY if name in compact.manifest()]
    assert neural[: len(family)] == family
    assert family[0] == NAME


@pytest.mark.parametrize("name", compact.manifest())
def test_a_codec_is_what_its_card_and_its_kind_say(name):
    codec, described, kind = CODECS[name], compact.manifest()[name], FAMILY[name]
    assert (codec.title, codec.description, codec.architecture) == (kind.title, kind.description, kind.architecture)
    assert codec.ladder == tuple(described.kodak)
    assert codec.scale.default in codec.ladder
    assert codec.availability().ok
    assert {card.training.metric for card in described.cards} == {kind.metric}
    assert all(card.sparsity == pytest.approx(kind.sparsity, abs=0.005) for card in described.cards)
    figures = list(described.kodak.values())
    for after, before in zip(figures[1:], figures[:-1], strict=True):
        assert after.bpp > before.bpp
        assert after.psnr_db > before.psnr_db
        assert after.ms_ssim > before.ms_ssim


def test_a_damaged_file_in_the_package_is_refused(monkeypatch, tmp_path):
    damaged = tmp_path / "compact-hyperprior-4.safetensors"
    data = bytearray(compact.find(NAME, 4).content.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    monkeypatch.setattr(compact, "FOLDER", tmp_path)
    with pytest.raises(WeightsError, match=r"damaged"):
        compact.find(NAME, 4)
    with pytest.raises(WeightsError, match=r"cannot be read"):
        compact.find(NAME, 5)


@pytest.mark.slow
@pytest.mark.parametrize("quality", [1, 4, 6])
def test_symbols_rate_and_picture_are_those_of_compressai(codec, quality):
    import torch

    network = peer(quality)
    model = MODELS.get(compact.find(NAME, quality), None)
    differing = total = 0
    for image in kodak(5, 23):
        with torch.no_grad():
            theirs = network.compress(as_input(image))
            reference = as_image(network.decompress(theirs["strings"], theirs["shape"])["x_hat"])
            y = network.g_a(as_input(image))
        bitstream = codec.encode(image, quality)
        container = unpack(NAME, bitstream, image.size)
        with working(model):
            ours = coder.decode_latent(model, container)
        differing += int((ours != y.round()).sum())
        total += y.numel()
        overhead = len(bitstream) - sum(len(strings[0]) for strings in theirs["strings"])
        assert overhead <= 40
        assert psnr(codec.decode(bitstream), image) == pytest.approx(psnr(reference, image), abs=0.002)
    assert differing <= 1e-5 * total


@pytest.mark.slow
def test_the_estimate_tells_the_rate_of_the_bitstream(codec):
    for image in kodak(5, 23):
        for quality in (1, 6):
            bitstream = codec.encode(image, quality)
            bpp = 8 * len(bitstream) / (image.shape[0] * image.shape[1])
            estimate = codec.estimate(image, quality)
            assert estimate.bpp == pytest.approx(bpp, rel=0.02)
            assert psnr(estimate.reconstruction, image) == pytest.approx(
                psnr(codec.decode(bitstream), image), abs=0.001
            )


def test_padding_is_the_border_fading_to_its_mean():
    image = photograph(40)
    padded = coder.pad(image, 30, 9)
    assert padded.shape == (70, 49, 3)
    assert np.array_equal(padded[:40, :40], image)
    assert np.abs(padded[40, :40].astype(int) - image[39]).max() <= 6
    assert np.ptp(padded[65, :40], axis=0).max() == 0
    assert np.array_equal(padded[65, 0], image[39].mean(axis=0).round())
    assert np.array_equal(coder.pad(image, 0, 0), image)
    assert np.array_equal(coder.pad(image[:1, :1], 63, 63), np.broadcast_to(image[:1, :1], (64, 64, 3)))


def test_padding_costs_less_than_repeating_the_border(codec):
    picture = photograph(257)
    repeated = np.pad(picture, ((0, 63), (0, 63), (0, 0)), mode="edge")
    assert len(codec.encode(picture, 4)) < 0.95 * len(codec.encode(repeated, 4))


@pytest.mark.slow
def test_versions_name_weights_and_libraries_without_loading_torch():
    code = (
        "import json, sys\n"
        "from nicviz.codecs import CODECS\n"
        f"versions = CODECS[{NAME!r}].versions(4)\n"
        "print(json.dumps([dict(versions), 'torch' in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    versions, torch_loaded = json.loads(done.stdout)
    assert not torch_loaded
    assert versions["weights"] == compact.find(NAME, 4).sha256[:16]
    assert set(versions) == {"weights", "torch", "compressai", "device"}


def test_an_array_that_is_no_image_is_refused_by_the_estimate(codec):
    with pytest.raises(NicvizError, match="uint8"):
        codec.estimate(np.zeros((8, 8, 3), np.float32), 4)


def test_the_quality_is_kept_in_the_bitstream(codec):
    bitstream = codec.encode(photograph(64), 2)
    assert unpack(NAME, bitstream, 64 * 64).quality == 2
    assert MODELS.get(compact.find(NAME, 2), None).prior.gain(2) is None
