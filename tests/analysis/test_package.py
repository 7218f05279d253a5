"""From a checkpoint to a packaged codec: what is stored, what the card says, and what is refused."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from nicviz.analysis import package as packaging
from nicviz.analysis.package import kodak_images, package
from nicviz.codecs.neural.family.cards import Training, manifest_text, read_manifest
from nicviz.codecs.neural.family.compact import MANIFEST, compact_codec
from nicviz.codecs.neural.family.kinds import FAMILY
from nicviz.codecs.neural.weights.locate import weights_in
from nicviz.codecs.neural.weights.read import read_state
from nicviz.codecs.neural.weights.write import file_content, sparsity
from nicviz.errors import NicvizError, WeightsError
from nicviz.metrics import METRICS
from tests.codecs.neural.small import saved, small_network
from tests.codecs.pictures import photograph

pytestmark = pytest.mark.slow
TRAINING = Training(0.013, "mse", "pictures", 40, "", ("train",))


@pytest.fixture(scope="module")
def images():
    return [photograph(192)]


@pytest.fixture
def checkpoint(tmp_path):
    """Return a function from a kind, and the part of its kernels to set to zero, to a checkpoint."""

    def make(name: str, zeros: float = 0.0, seed: int = 1):
        network = small_network(FAMILY[name].architecture, seed)
        with torch.no_grad():
            for parameter in network.parameters():
                if parameter.ndim == 4 and zeros:
                    count = round(zeros * parameter.numel())
                    parameter.flatten()[parameter.abs().flatten().argsort()[:count]] = 0
        file = tmp_path / f"{name}-{seed}.pth"
        file.write_bytes(saved({"state_dict": network.state_dict()}))
        return file

    return make


def test_a_checkpoint_becomes_a_file_a_card_and_a_codec(checkpoint, images, tmp_path):
    folder = tmp_path / "weights"
    trained = checkpoint("compact-hyperprior")
    card = package(trained, FAMILY["compact-hyperprior"], 3, TRAINING, images, folder)
    assert (card.file, card.widths, card.precision) == ("compact-hyperprior-3.safetensors", (8, 12), "float16")
    assert card.training == TRAINING
    described = read_manifest(folder / MANIFEST)["compact-hyperprior"]
    assert described.cards == (card,)
    weights = weights_in(folder / card.file)
    assert weights.sha256 == card.sha256
    codec = compact_codec(described, lambda _: weights)
    assert codec.ladder == (3.0,)
    bitstream = codec.encode(images[0], 3)
    assert card.kodak[3].bpp == pytest.approx(8 * len(bitstream) / 192**2, abs=1e-4)
    assert card.kodak[3].psnr_db == pytest.approx(
        METRICS["psnr_db"].compute(images[0], codec.decode(bitstream)), abs=1e-4
    )
    stored, original = read_state(folder / card.file, "stored"), read_state(trained, "original")
    assert torch.equal(stored["g_a.0.weight"], original["g_a.0.weight"].half())
    assert torch.equal(stored["entropy_bottleneck.quantiles"], original["entropy_bottleneck.quantiles"])


def test_a_codec_that_works_with_the_same_weights_gets_a_card_of_its_own(checkpoint, images, tmp_path):
    trained, kind = checkpoint("compact-hyperprior"), FAMILY["compact-hyperprior-search"]
    card = package(trained, FAMILY["compact-hyperprior"], 3, TRAINING, images, tmp_path)
    described = read_manifest(tmp_path / MANIFEST)[kind.name]
    (follower,) = described.cards
    assert described.search == kind.search > 0
    assert replace(follower, kodak={}) == replace(card, kodak={})
    codec = compact_codec(described, lambda _: weights_in(tmp_path / card.file))
    bitstream = codec.encode(images[0], 3)
    assert follower.kodak[3].bpp == pytest.approx(8 * len(bitstream) / 192**2, abs=1e-4) != card.kodak[3].bpp
    assert [file.name for file in tmp_path.glob("*.safetensors")].count(card.file) == 1
    with pytest.raises(NicvizError, match="works with the weights of compact-hyperprior"):
        package(trained, kind, 3, TRAINING, images, tmp_path)


def test_kernels_that_half_precision_would_change_too_much_stay_whole(checkpoint, images, tmp_path, monkeypatch):
    monkeypatch.setattr(packaging, "MOST_MOVED_DB", 0.0)
    trained = checkpoint("compact-factorized")
    card = package(trained, FAMILY["compact-factorized"], 1, TRAINING, images, tmp_path)
    assert card.precision == "float32"
    stored = read_state(tmp_path / card.file, "stored")
    assert torch.equal(stored["g_s.6.weight"], read_state(trained, "original")["g_s.6.weight"])


def test_a_pruned_model_is_stored_without_its_zeros_and_codes_the_same(checkpoint, images, tmp_path):
    kind = FAMILY["compact-hyperprior-pruned-95"]
    card = package(checkpoint(kind.name, zeros=0.95), kind, 1, TRAINING, images, tmp_path)
    assert card.sparsity == pytest.approx(0.95, abs=0.005)
    dense = file_content(read_state(checkpoint("compact-hyperprior"), "dense"), "float16")
    kernels = sum(2 * value.numel() for value in read_state(tmp_path / card.file, "pruned").values() if value.ndim == 4)
    assert (tmp_path / card.file).stat().st_size < len(dense) - 0.8 * kernels
    assert sparsity(read_state(tmp_path / card.file, "pruned")) == pytest.approx(card.sparsity)
    assert card.kodak[1].bpp > 0


def test_a_variable_rate_model_has_figures_of_all_qualities(checkpoint, images, tmp_path):
    kind = FAMILY["compact-vbr"]
    card = package(checkpoint(kind.name), kind, None, TRAINING, images, tmp_path)
    assert card.file == "compact-vbr.safetensors"
    assert list(card.kodak) == [1, 2, 3, 4, 5, 6, 7, 8]
    codec = compact_codec(read_manifest(tmp_path / MANIFEST)[kind.name], lambda _: weights_in(tmp_path / card.file))
    assert codec.scale.step == 0
    assert codec.scale.default == 4
    between = codec.encode(images[0], 4.5)
    assert codec.decode(between).shape == images[0].shape


def test_the_manifest_keeps_the_other_models_and_the_order_of_the_family(checkpoint, images, tmp_path):
    add = partial(package, training=TRAINING, images=images, folder=tmp_path)
    add(checkpoint("compact-factorized"), FAMILY["compact-factorized"], 2)
    add(checkpoint("compact-hyperprior"), FAMILY["compact-hyperprior"], 5)
    add(checkpoint("compact-hyperprior", seed=2), FAMILY["compact-hyperprior"], 2)
    first = add(checkpoint("compact-hyperprior", seed=3), FAMILY["compact-hyperprior"], 2)
    found = read_manifest(tmp_path / MANIFEST)
    assert list(found) == ["compact-hyperprior", "compact-hyperprior-search", "compact-factorized"]
    described = found["compact-hyperprior"]
    assert [card.file[-13] for card in described.cards] == ["2", "5"]
    assert described.cards[0].sha256 == first.sha256
    assert (described.default, described.step) == (5.0, 3.0)
    assert manifest_text(found) == (tmp_path / MANIFEST).read_text(encoding="utf-8")
    assert not list(tmp_path.glob(".*")), "nothing half-written is left"


@pytest.mark.parametrize(
    ("name", "quality", "training", "zeros", "message"),
    [
        ("compact-factorized", 1, TRAINING, 0, "is a bmshj2018-hyperprior; compact-factorized is bmshj2018-factorized"),
        ("compact-hyperprior-msssim", 1, TRAINING, 0, "was trained for mse; compact-hyperprior-msssim is ms-ssim"),
        ("compact-hyperprior-pruned-95", 1, TRAINING, 0.8, r"80\.\d % of the kernels' weights are zero"),
        ("compact-hyperprior", 1, TRAINING, 0.8, r"80\.\d % .* compact-hyperprior has 0 %"),
        ("compact-hyperprior", None, TRAINING, 0, "a whole number from 1 on as its quality; got None"),
        ("compact-hyperprior", 1.5, TRAINING, 0, "got 1.5"),
        ("compact-hyperprior", float("nan"), TRAINING, 0, "got nan"),
        ("compact-hyperprior", float("inf"), TRAINING, 0, "got inf"),
    ],
)
def test_a_checkpoint_of_another_kind_is_refused(name, quality, training, zeros, message, checkpoint, images, tmp_path):
    trained = checkpoint("compact-hyperprior", zeros)
    with pytest.raises(NicvizError, match=message):
        package(trained, FAMILY[name], quality, training, images, tmp_path / "weights")
    assert not (tmp_path / "weights").exists()


def test_a_quality_that_would_leave_a_gap_is_refused_and_nothing_is_written(checkpoint, images, tmp_path):
    kind, folder = FAMILY["compact-hyperprior"], tmp_path / "weights"
    for quality in (1, 2):
        package(checkpoint(kind.name), kind, quality, TRAINING, images, folder)
    before = (folder / MANIFEST).read_text()
    with pytest.raises(WeightsError, match="compact-hyperprior are not equally far from each other: 1, 2, 4"):
        package(checkpoint(kind.name), kind, 4, TRAINING, images, folder)
    assert (folder / MANIFEST).read_text() == before
    assert not (folder / "compact-hyperprior-4.safetensors").exists()


def test_a_gap_between_the_qualities_of_a_codec_with_the_same_weights_is_refused_too(checkpoint, images, tmp_path):
    kind, manifest = FAMILY["compact-hyperprior"], tmp_path / MANIFEST
    for quality in (3, 5, 7):
        package(checkpoint(kind.name), kind, quality, TRAINING, images, tmp_path)
    found = read_manifest(manifest)
    searched = found["compact-hyperprior-search"]
    found["compact-hyperprior"] = replace(found["compact-hyperprior"], cards=found["compact-hyperprior"].cards[:2])
    found[searched.name] = replace(searched, cards=searched.cards[1:])
    before = manifest_text(found)
    manifest.write_text(before, encoding="utf-8")
    with pytest.raises(WeightsError, match="compact-hyperprior-search are not equally far from each other: 1, 5, 7"):
        package(checkpoint(kind.name), kind, 1, TRAINING, images, tmp_path)
    assert manifest.read_text(encoding="utf-8") == before


def test_a_variable_rate_model_takes_no_quality(checkpoint, images, tmp_path):
    with pytest.raises(NicvizError, match="no quality, because it has all; got 3"):
        package(checkpoint("compact-vbr"), FAMILY["compact-vbr"], 3, TRAINING, images, tmp_path)


def test_other_pictures_are_not_taken_for_the_kodak_images(tmp_path):
    from nicviz.images import encode_png

    (tmp_path / "kodim01.png").write_bytes(encode_png(np.zeros((8, 8, 3), np.uint8)))
    with pytest.raises(NicvizError, match="does not hold the 24 Kodak images"):
        kodak_images(tmp_path)


def test_a_manifest_is_plain_json_with_a_card_for_each_file(checkpoint, images, tmp_path):
    kind = FAMILY["compact-hyperprior-msssim"]
    package(checkpoint(kind.name), kind, 1, replace(TRAINING, metric="ms-ssim"), images, tmp_path)
    entry = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))[kind.name]
    (card,) = entry["cards"]
    assert card["training"]["metric"] == "ms-ssim"
    assert set(card["kodak"]["1"]) == {"bpp", "psnr_db", "ms_ssim"}
