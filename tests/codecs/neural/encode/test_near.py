"""Passes of images near a reference beside the passes in float32 that they stand for."""

import numpy as np
import pytest

from nicviz.analysis.heatmap.cells import SMALL_NORM, figures_from
from nicviz.codecs import CODECS
from nicviz.codecs.neural.encode import batch, coder
from nicviz.codecs.neural.encode.near import model_near
from nicviz.codecs.neural.family import compact
from nicviz.codecs.neural.network import models
from nicviz.codecs.neural.network.models import Model, working
from nicviz.codecs.neural_base import Estimate
from nicviz.samples import find_sample
from nicviz.spectra.basis import perturbation, perturbed
from tests.codecs.neural.small import small_model

FREQUENCIES = [(1, 0), (7, 12), (96, 64), (-160, 200)]


def picture(sample: str) -> np.ndarray:
    return np.ascontiguousarray(find_sample(sample).load().pixels[20:276, 30:286])


def waves(image: np.ndarray, norm: float) -> list[np.ndarray]:
    side = len(image)
    return [perturbed(image, perturbation(u, v, norm)[:side, :side], (1, -1, 1)) for u, v in FREQUENCIES]


def both(model: Model, reference: np.ndarray, images: list[np.ndarray], quality: float) -> list[list[Estimate]]:
    with working(model):
        near = model_near(model, reference, quality)
        return [[coder.forward(each, [image], quality)[0] for image in images] for each in (model, near)]


@pytest.mark.parametrize(("sample", "quality"), [("coffee", 1.0), ("astronaut", 4.0), ("chelsea", 6.0)])
def test_the_values_of_a_map_are_those_of_float32(sample: str, quality: float) -> None:
    model = models.load(compact.find("compact-hyperprior", quality), "cpu")
    clean = picture(sample)
    images = waves(clean, SMALL_NORM)
    for given, exact, near in zip(images, *both(model, clean, images, quality), strict=True):
        expected = figures_from(given, clean, exact.reconstruction, exact.bpp)
        found = figures_from(given, clean, near.reconstruction, near.bpp)
        assert found.psnr == pytest.approx(expected.psnr, abs=0.01)
        assert found.psnr_clean == pytest.approx(expected.psnr_clean, abs=0.01)
        assert found.bpp == pytest.approx(expected.bpp, rel=2e-3)
        assert found.kept == pytest.approx(expected.kept, abs=0.02)


@pytest.mark.parametrize(
    "architecture",
    ["bmshj2018-factorized", "bmshj2018-factorized-relu", "mbt2018-mean", "bmshj2018-hyperprior-vbr", "cheng2020-attn"],
)
def test_every_architecture_gives_what_it_gives_in_float32(architecture: str) -> None:
    model = small_model(architecture)
    clean = picture("coffee")[:64, :128]
    images = [clean, np.clip(clean.astype(int) + 2, 0, 255).astype(np.uint8)]
    exact, near = both(model, clean, images, 2.0)
    assert np.array_equal(near[0].reconstruction, exact[0].reconstruction)
    assert near[1].bpp == pytest.approx(exact[1].bpp, rel=0.01)
    difference = np.abs(near[1].reconstruction.astype(int) - exact[1].reconstruction)
    assert difference.mean() < 0.05


def test_references_are_kept_for_the_next_images_and_leave_the_model_as_it_was() -> None:
    model = small_model("bmshj2018-hyperprior")
    clean = picture("coffee")[:64, :64]
    with working(model):
        before = coder.forward(model, [clean], 1.0)[0]
        near = model_near(model, clean, 1.0)
        assert model_near(model, clean, 1.0) is near
        assert model_near(model, clean[::-1], 1.0) is not near
        assert near.lock is model.lock
        places = clean[:, :, 0].size * (1 / 4 + 1 / 16 + 1 / 64)  # that are normalized, in each of both transforms
        normalized = 2 * 8 * places * (4 + 4 + 4 + 2)  # before, after, the norm, and rounded to bfloat16
        assert normalized < near.num_bytes < 1.6 * normalized + 200_000
        after = coder.forward(model, [clean], 1.0)[0]
    assert np.array_equal(before.reconstruction, after.reconstruction)
    assert before.bpp == after.bpp


@pytest.mark.parametrize("faster", [True, False])
def test_a_codec_uses_them_only_where_they_are_faster(faster: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int, int]] = []

    def noted(model, reference, quality):
        asked.append(reference.shape)
        return model_near(model, reference, quality)

    monkeypatch.setenv("NICVIZ_DEVICE", "cpu")
    monkeypatch.setattr(batch, "multiplies_bfloat16", lambda: faster)
    monkeypatch.setattr("nicviz.codecs.neural.encode.near.model_near", noted)
    clean = picture("coffee")[:64, :64]
    found = CODECS["compact-hyperprior"].estimate_many(clean[None], near=clean)
    assert isinstance(found[0], Estimate)
    assert asked == ([(64, 64, 3)] if faster else [])


def test_a_norm_that_nearly_vanishes_stays_at_least_what_its_layer_allows() -> None:
    model = small_model("bmshj2018-hyperprior")
    clean = picture("coffee")[:64, :64]
    gray = np.full_like(clean, 128)
    exact, near = both(model, clean, [gray], 1.0)
    assert np.isfinite(near[0].bpp)
    assert np.abs(near[0].reconstruction.astype(int) - exact[0].reconstruction).max() <= 4
