"""The models in the package are those that their module trains."""

import numpy as np
import pytest

from nicviz.analysis.theory.bases import noise_covariance, of_pictures, trained_anew
from nicviz.codecs.pca.model import SIZE, TRAINED_ON, trained_model
from nicviz.errors import NicvizError
from tests.analysis.theory.fields import field
from tests.codecs.pictures import photograph


@pytest.mark.parametrize("name", TRAINED_ON)
def test_a_model_of_the_package_is_what_training_gives(name: str) -> None:
    """Components of nearly equal variance may turn among themselves from machine to machine; covariances do not,
    but for the rounding of the basis to float16.
    """
    shipped, trained = trained_model(name), trained_anew()[name]
    assert shipped.variances == pytest.approx(trained.variances, rel=2e-3, abs=1e-3 * trained.variances.max() / SIZE)
    ours, theirs = ((each.basis * each.variances[0]) @ each.basis.T for each in (shipped, trained))
    assert np.abs(ours - theirs).max() < 1e-3 * np.abs(theirs).max()
    assert shipped.colors == pytest.approx(trained.colors, abs=1e-6)
    assert shipped.color_mean == pytest.approx(trained.color_mean, abs=1e-4)


def test_one_basis_for_three_planes_costs_little_and_one_for_all_values_saves_little() -> None:
    """What `nicviz/codecs/pca/model.py` says of its structure: 1 to 4 % of the bits, for a ninth of the file."""
    from nicviz.analysis.theory.bases import BLOCKS, PAGE
    from nicviz.analysis.theory.patches import moments_of
    from nicviz.samples import sample_sets

    images = [each.load().pixels for each in sample_sets()["photographs"] if each.key != PAGE]
    joint = np.linalg.eigvalsh(moments_of(images, 16, "rgb", BLOCKS).covariance())
    ours = trained_model("photographs").variances.ravel()

    def bits(variances: np.ndarray, noise: float) -> float:
        return float(np.maximum(0, 0.5 * np.log2(np.maximum(variances, 1e-9) / noise)).sum() / SIZE)

    for noise in (10.0, 30.0, 100.0):
        assert 1.01 < bits(ours, noise) / bits(joint, noise) < 1.05


def test_the_covariance_of_noise_is_that_of_samples_of_it() -> None:
    samples = []
    for seed in range(10):
        plane = field(256, 1.0, seed)
        samples.append(plane.reshape(16, 16, 16, 16).transpose(0, 2, 1, 3).reshape(-1, SIZE))
    found = np.cov(np.concatenate(samples), rowvar=False)
    expected = noise_covariance(1.0)
    assert found / np.trace(found) == pytest.approx(expected / np.trace(expected), abs=9e-4)
    assert noise_covariance(0.0) == pytest.approx(np.eye(SIZE), abs=1e-12)


def test_a_model_of_one_picture_packs_it_best() -> None:
    image = photograph(256)
    own, general = of_pictures("own", [image]), trained_model("photographs")
    blocks = (image - own.color_mean) @ own.colors.T
    coefficients = blocks.reshape(16, 16, 16, 16, 3).transpose(4, 0, 2, 1, 3).reshape(3, -1, SIZE)
    first = [(coefficients[0] @ model.basis)[:, :8].var(axis=0).sum() for model in (own, general)]
    assert first[0] > first[1]


def test_a_picture_of_one_color_teaches_nothing() -> None:
    with pytest.raises(NicvizError, match="one color"):
        of_pictures("flat", [np.full((64, 64, 3), (100, 37, 201), np.uint8)])
