"""The compiled loops over colors: blocks have borders, and polynomials have the accuracy that they state."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow  # LLVM is loaded
AT_ONCE = 2048


@pytest.fixture(scope="module")
def loops():
    from nicviz.compiled import color

    return color


@pytest.fixture(scope="module")
def colors() -> list[np.ndarray]:
    random = np.random.default_rng(1)
    return [random.uniform((0, -90, -90), (100, 90, 90), (2 * AT_ONCE + 5, 3)).T.copy() for _ in range(2)]


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE + 5])
def test_a_color_has_its_difference_wherever_it_stands(loops, colors, count):
    whole = np.empty((4, colors[0].shape[1]), np.float32)
    loops.parts(*colors, whole)
    cut = [np.ascontiguousarray(each[:, :count]) for each in colors]
    found, alone = np.empty((4, count), np.float32), np.empty(count, np.float32)
    loops.parts(*cut, found)
    loops.differences(*cut, alone)
    assert found == pytest.approx(whole[:, :count], rel=1e-6, abs=1e-6)
    assert alone == pytest.approx(found[0], rel=1e-6, abs=1e-6)


def test_the_cube_root_is_within_what_it_states(loops):
    x = np.geomspace(0.008, 1.1, 5000)
    found = np.array([loops._cube_root(each) for each in x])
    assert np.abs(found / np.cbrt(x) - 1).max() < 2e-12


def test_the_exponential_the_arc_tangent_and_the_sine_are_within_what_they_state(loops):
    t = np.linspace(0, 59, 5000).astype(np.float32)
    assert np.abs([loops._falling(each) - np.exp(-np.float64(each)) for each in t]).max() < 4e-6
    angles = np.linspace(-3.1415, 3.1415, 5000)
    found = [loops._arc_tangent(np.float32(np.sin(each)), np.float32(np.cos(each))) for each in angles]
    assert np.abs(found - angles).max() < 1e-6
    x = np.linspace(0, np.pi / 3, 2000).astype(np.float32)
    assert np.abs([loops._sine(each) - np.sin(np.float64(each)) for each in x]).max() < 1e-7
