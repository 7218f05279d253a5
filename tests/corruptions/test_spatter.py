"""The filters behind spatter against OpenCV's."""

import numpy as np
import pytest
import scipy.ndimage

from nicviz.corruptions import spatter
from tests.corruptions.pictures import photograph


@pytest.fixture(scope="module")
def cv2():
    return pytest.importorskip("cv2", reason="OpenCV cannot be loaded here", exc_type=ImportError)


def liquids():
    rng = np.random.default_rng(0)
    for sigma, shape in ((1, (40, 57)), (2, (200, 130)), (4, (256, 384))):
        smooth = scipy.ndimage.gaussian_filter(rng.normal(0.65, 0.3, shape), sigma)
        yield np.where(smooth < 0.68, 0, smooth * 255).astype(np.uint8)
    yield photograph(128, 192)[..., 1]
    yield rng.integers(0, 256, (50, 50), dtype=np.uint8)


def test_edges_equal_opencvs_to_the_bit(cv2):
    for gray in liquids():
        assert (spatter.canny(gray) == (cv2.Canny(gray, 50, 150) > 0)).all()


def test_equalization_equals_opencvs(cv2):
    for gray in (*liquids(), np.full((8, 8), 20, np.uint8)):
        assert (spatter.equalize(gray) == cv2.equalizeHist(gray)).all()


def test_distances_equal_opencvs_up_to_ties_between_edges(cv2):
    for gray in liquids():
        edges = spatter.canny(gray)
        theirs = cv2.distanceTransform(np.where(edges, 0, 255).astype(np.uint8), cv2.DIST_L2, 5)
        # the nearest edge as the crow flies may be a little further in the steps that OpenCV counts
        apart = np.minimum(spatter.distance(edges), 20) - np.minimum(theirs, 20)
        assert apart.min() > -1e-4
        assert apart.max() < 0.7
        assert (apart > 0.01).mean() < 0.01


def test_a_picture_without_a_drop_stays_as_it_is():
    # the reference divides by the thickest drop, zero, and returns black
    assert (spatter.relief(np.zeros((40, 50), dtype=np.uint8)) == 0).all()


def test_a_picture_without_an_edge_is_infinitely_far_from_one():
    assert np.isinf(spatter.distance(np.zeros((4, 5), dtype=bool))).all()
