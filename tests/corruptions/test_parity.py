"""The corruptions against the published ones: per pixel, per pixel with the same draws, and over 64 seeds."""

import numpy as np
import pytest
import scipy.ndimage

from nicviz.corruptions import CORRUPTIONS, corrupt
from tests.corruptions.draws import ReferenceDraws
from tests.corruptions.pictures import photograph
from tests.corruptions.reference import reference, zoom_factors

pytestmark = pytest.mark.slow

DETERMINISTIC = [name for name, entry in CORRUPTIONS.items() if not entry.is_random]
RANDOM = [name for name, entry in CORRUPTIONS.items() if entry.is_random]
SEVERITIES = range(1, 6)
SNOW_ZOOM = (3, 2, 4, 4.5, 2.5)
# few large random features: over 64 seeds the published code differs from itself by more than 5 %
COARSE = ("motion_blur", "snow", "frost", "fog", "elastic_transform", "spatter")


def levels_apart(ours, theirs):
    return np.abs(ours.astype(int) - theirs)


def with_the_same_draws(image, name, severity, seed):
    if name == "glass_blur":
        rng = np.random.default_rng(seed)
    else:
        rng = ReferenceDraws(seed, image.shape, SNOW_ZOOM[severity - 1] if name == "snow" else None)
    return CORRUPTIONS[name].apply(image, severity, rng)


@pytest.mark.parametrize("name", DETERMINISTIC)
@pytest.mark.parametrize("shape", [(32, 32), (33, 47), (131, 77), (512, 768)])
def test_a_deterministic_corruption_equals_the_reference_within_one_level(name, shape):
    image = photograph(*shape)
    for severity in SEVERITIES:
        assert levels_apart(corrupt(image, name, severity), reference(image, name, severity)).max() <= 1, severity


def test_zoom_blur_differs_from_the_reference_only_in_lines_that_scipy_leaves_black():
    image = photograph(400, 600)
    enlarged = [scipy.ndimage.zoom(np.ones(int(np.ceil(600 / f))), f, order=1)[:600] for f in zoom_factors(4)]
    black = np.any([line == 0 for line in enlarged], axis=0)
    assert black.nonzero()[0].tolist() == [599]
    apart = levels_apart(corrupt(image, "zoom_blur", 4), reference(image, "zoom_blur", 4))
    assert apart[:, ~black].max() <= 1
    assert (corrupt(image, "zoom_blur", 4)[:, black] >= reference(image, "zoom_blur", 4)[:, black]).all()


# impulse_noise draws one number a value where scikit-image draws two, so it is compared over seeds only
@pytest.mark.parametrize("name", [name for name in RANDOM if name != "impulse_noise"])
@pytest.mark.parametrize("shape", [(32, 47), (131, 77), (120, 200), (330, 640)])
def test_a_random_corruption_equals_the_reference_within_one_level_given_the_same_draws(name, shape):
    if name == "glass_blur" and min(shape) > 200:
        shape = (64, 96)  # the published loop is slow
    image = photograph(*shape)
    for severity in SEVERITIES:
        ours, theirs = with_the_same_draws(image, name, severity, seed=7), reference(image, name, severity, seed=7)
        apart = levels_apart(ours, theirs).max(axis=2) > 1
        if name == "snow":
            apart = apart[:, 1:-1][1:-1]  # scipy may leave the outermost line of the noise black, as in zoom_blur
        # where two edges are equally near, OpenCV's distances are a hair shorter than those of spatter
        assert apart.mean() <= (0.005 if name == "spatter" else 0), severity


def fingerprint(image, make):
    """Return per seed the mean and the standard deviation of the change, and its power in 16 rings: (64, 18)."""
    height, width = image.shape[:2]
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)) / np.hypot(0.5, 0.5)
    ring = np.minimum(radius * 16, 15).astype(int).ravel()
    rows = []
    for seed in range(64):
        change = make(seed).astype(float) - image
        power = np.abs(np.fft.fft2(change @ [0.2125, 0.7154, 0.0721])) ** 2
        profile = np.bincount(ring, power.ravel()) / np.bincount(ring)
        rows.append([change.mean(), change.std(), *profile])
    return np.array(rows)


@pytest.mark.parametrize("severity", [1, 3, 5])
@pytest.mark.parametrize("name", RANDOM)
def test_a_random_corruption_changes_as_much_as_the_reference_over_64_seeds(name, severity):
    image = photograph(64, 96) if name == "glass_blur" else photograph(128, 192)
    ours = fingerprint(image, lambda seed: corrupt(image, name, severity, seed))
    theirs = fingerprint(image, lambda seed: reference(image, name, severity, seed))
    apart = np.abs(ours.mean(axis=0) - theirs.mean(axis=0))
    error = np.sqrt((ours.var(axis=0) + theirs.var(axis=0)) / 64)
    assert apart[0] <= max(0.5, 3 * error[0])
    allowed = 0.05 * theirs.mean(axis=0)
    if name in COARSE:
        allowed = np.maximum(allowed, 4 * error)
    assert (apart[1:] <= allowed[1:]).all(), (apart / theirs.mean(axis=0))[1:].round(3)


@pytest.mark.parametrize("severity", [1, 3, 5])
@pytest.mark.parametrize("name", COARSE)
def test_a_coarse_corruption_keeps_spread_and_spectrum_within_5_percent_given_the_same_draws(name, severity):
    image = photograph(128, 192)
    ours = fingerprint(image, lambda seed: with_the_same_draws(image, name, severity, seed)).mean(axis=0)
    theirs = fingerprint(image, lambda seed: reference(image, name, severity, seed)).mean(axis=0)
    assert ours[0] == pytest.approx(theirs[0], abs=0.5)
    np.testing.assert_allclose(ours[1:], theirs[1:], rtol=0.05)
