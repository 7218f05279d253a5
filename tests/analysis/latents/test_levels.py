"""The latents of an image as things of one kind, of models with two hyper-latents, one, or none."""

from dataclasses import fields, replace

import numpy as np
import pytest

from nicviz.analysis.latents.histogram import residual_histogram
from nicviz.analysis.latents.levels import levels
from nicviz.analysis.latents.look import Look, look
from nicviz.analysis.latents.record import look_arrays, look_record
from nicviz.codecs.neural.encode import inside
from nicviz.codecs.neural.family.own import session_codec
from nicviz.images import LoadedImage
from nicviz.store import Store
from tests.codecs.neural.small import saved, small_model, small_network
from tests.codecs.pictures import photograph

CASES = {"hu2020-coarse2fine": ["y", "z", "z2"], "mbt2018-mean": ["y", "z"], "bmshj2018-factorized": ["y"]}


@pytest.fixture(scope="module")
def whole():
    """The latents of a picture under a model with two levels of hyper-latents."""
    return inside.latents(small_model("hu2020-coarse2fine"), photograph(128), 1.0)


@pytest.mark.parametrize("architecture", CASES)
def test_the_bits_of_the_levels_are_those_of_the_image(architecture):
    latents = inside.latents(small_model(architecture), photograph(128), 1.0)
    found = levels(latents)
    assert list(found) == CASES[architecture]
    assert sum(level.bits.sum() for level in found.values()) == pytest.approx(latents.bits, rel=1e-9)
    for level, below in zip(list(found.values())[1:], list(found.values())[2:], strict=False):
        assert [side // 2 for side in level.values.shape[1:]] == list(below.values.shape[1:])
    *predicted, innermost = found.values()
    assert all(level.scales is not None for level in predicted)
    assert innermost.scales is None
    assert np.array_equal(innermost.values, latents.innermost[0])


def test_maps_of_all_levels_add_up_and_stand_where_their_elements_do(whole):
    found = Look("x", "x", 1.0, "", (100, 75), whole)
    assert len(found.maps_side) == 2
    for bits, field in zip((whole.bits_z, *whole.bits_coarser), found.maps_side, strict=True):
        assert field.sum() == pytest.approx(bits.sum(), rel=1e-9)
    assert (found.map_y + found.map_z).sum() == pytest.approx(whole.bits, rel=1e-9)
    record, arrays = look_record(found), look_arrays(found)
    assert sum(record["bits"][key] for key in ("y", "z", "z2")) == pytest.approx(record["bits"]["total"])
    assert arrays["z2_hat"].shape == arrays["bits_z2"].shape == (6, 2, 2)
    assert arrays["bits_map"].sum() == pytest.approx(record["bits"]["total"])


def test_a_predicted_hyper_latent_has_a_residual_and_a_histogram_as_the_main_one(whole):
    fine = levels(whole)["z"]
    residual = fine.residual(3)
    assert residual == pytest.approx((whole.z_hat[3] - whole.means_z[3]) / whole.scales_z[3])
    histogram = residual_histogram(fine, 3)
    assert histogram.title == "(ẑ − μ)/σ"
    assert histogram.bits == pytest.approx(whole.bits_z[3].sum())
    assert levels(whole)["z2"].residual(0) is None
    assert residual_histogram(levels(whole)["z2"], 0) is None


def test_all_levels_come_back_from_the_store(tmp_path):
    codec = session_codec(saved(small_network("hu2020-coarse2fine").state_dict()), "own.pth")
    image, store = LoadedImage("p", photograph(64)), Store(tmp_path, 1 << 24)
    first = look(image, codec, None, store=store).latents
    broken = replace(codec, opener=None)
    again = look(image, broken, None, store=store).latents
    for field in fields(first):
        one, other = getattr(first, field.name), getattr(again, field.name)
        if field.name == "coarser":
            one, other = ([each for level in side for each in (level.z, level.z_hat)] for side in (one, other))
        pairs = zip(one, other, strict=True) if isinstance(one, (list, tuple)) else [(one, other)]
        assert all(np.array_equal(a, b) for a, b in pairs), field.name
    assert again.bits == first.bits
