"""Many images at once: the same as one by one, smaller batches where memory is short, one bad image alone."""

import numpy as np
import pytest

from nicviz.codecs.neural.encode import batch, coder
from nicviz.codecs.neural.family import compact
from nicviz.codecs.neural.network import models
from nicviz.codecs.neural_base import Estimate
from nicviz.errors import CodecError

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 3), dtype=np.uint8)


def model() -> models.Model:
    return models.MODELS.get(compact.find("compact-hyperprior", 1.0), None)


def test_batches_give_what_single_images_give() -> None:
    single = [coder.estimate(model(), image, 1.0) for image in IMAGES]
    for found in (batch.estimate_many(model(), IMAGES, 1.0), batch._in_batches(model(), IMAGES, 1.0)):
        for one, many in zip(single, found, strict=True):
            assert isinstance(many, Estimate)
            assert many.bpp == pytest.approx(one.bpp, rel=1e-4)
            assert (many.reconstruction != one.reconstruction).mean() < 0.01


def test_batches_are_halved_until_they_fit_and_a_bad_image_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    forward = coder.forward

    def short_of_memory(model, images, quality):
        sizes.append(len(images))
        if len(images) > 2:
            raise CodecError("Not enough memory.") from MemoryError()
        if any(np.array_equal(image, IMAGES[3]) for image in images):
            raise CodecError("no finite latent")
        return forward(model, images, quality)

    monkeypatch.setattr(coder, "forward", short_of_memory)
    found = batch._in_batches(model(), IMAGES, 1.0)
    assert [isinstance(each, CodecError) for each in found] == [False, False, False, True, False]
    assert sizes[:3] == [5, 3, 2]


def test_memory_too_short_for_one_image_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_fits(model, images, quality):
        raise CodecError("Not enough memory.") from MemoryError()

    monkeypatch.setattr(coder, "forward", nothing_fits)
    with pytest.raises(CodecError, match="Not enough memory"):
        batch._in_batches(model(), IMAGES, 1.0)


def test_images_near_a_reference_go_in_pairs_and_a_bad_one_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "multiplies_bfloat16", lambda: True)
    near = np.clip(IMAGES[0].astype(int) + np.arange(5)[:, None, None, None], 0, 255).astype(np.uint8)
    single = [batch.estimate_many(model(), image[None], 1.0, near=IMAGES[0])[0] for image in near]
    sizes: list[int] = []
    forward = coder.forward

    def fails_on_the_last_but_one(model, images, quality):
        sizes.append(len(images))
        if any(np.array_equal(image, near[3]) for image in images):
            raise CodecError("no finite latent")
        return forward(model, images, quality)

    monkeypatch.setattr(coder, "forward", fails_on_the_last_but_one)
    found = batch.estimate_many(model(), near, 1.0, near=IMAGES[0])
    assert sorted(sizes) == [1, 1, 1, 2, 2]
    assert [isinstance(each, CodecError) for each in found] == [False, False, False, True, False]
    for one, paired in zip(single, found, strict=True):
        if isinstance(paired, Estimate):
            assert paired.bpp == pytest.approx(one.bpp, rel=1e-4)
            assert (paired.reconstruction != one.reconstruction).mean() < 0.01
