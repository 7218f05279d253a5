"""The compact family on the 24 Kodak images: bitstreams give the figures of the model cards, and the bars hold."""

import numpy as np
import pytest

from nicviz.analysis.package import kodak_images, mean_figures
from nicviz.analysis.rd.bd_rate import Curve, Delta, bd_rate
from nicviz.analysis.rd.published import KODAK, published
from nicviz.codecs import CODECS
from nicviz.codecs.neural.family import compact
from tests.shared_data import shared

pytestmark = pytest.mark.slow

SECONDS = 2  # a megapixel
NAME, SEARCHED = "compact-hyperprior", "compact-hyperprior-search"


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    return kodak_images(shared("kodak"))


def ends() -> list[tuple[str, float]]:
    """The lowest and the highest quality of each codec that takes no seconds an image; one of a file for all rates."""
    quick = [
        each for each in compact.manifest().values() if CODECS[each.name].cost < SECONDS and not each.model_class.serial
    ]
    return [
        (each.name, quality)
        for each in quick
        for quality in sorted({CODECS[each.name].ladder[-each.model_class.variable], CODECS[each.name].ladder[-1]})
    ]


@pytest.mark.parametrize(("name", "quality"), ends())
def test_bitstreams_give_the_figures_of_the_card(name, quality, images):
    stated = compact.manifest()[name].kodak[quality]
    found = mean_figures(CODECS[name], (quality,), images)[quality]
    assert found.bpp == pytest.approx(stated.bpp, rel=0.002)
    assert found.psnr_db == pytest.approx(stated.psnr_db, abs=0.002)
    assert found.ms_ssim == pytest.approx(stated.ms_ssim, abs=0.0002)


def middle(image: np.ndarray) -> np.ndarray:
    """Return a quarter of an image: a search takes seconds for it, and gains what it gains on the whole."""
    height, width = image.shape[0] // 2, image.shape[1] // 2
    return np.ascontiguousarray(image[height // 2 :, width // 2 :][:height, :width])


@pytest.mark.parametrize("quality", [1, 6])
def test_a_search_gains_on_a_few_images_what_the_cards_say_of_all(quality, images):
    def lagrangian(bpp: float, psnr_db: float) -> float:
        return bpp + lmbda * 255**2 * 10 ** (-psnr_db / 10)

    family = compact.manifest()
    lmbda = compact.card_of(family[NAME], quality).training.lmbda
    parts = [middle(image) for image in images[3::8]]
    found = [mean_figures(CODECS[name], (quality,), parts)[quality] for name in (SEARCHED, NAME)]
    stated = [family[name].kodak[quality] for name in (SEARCHED, NAME)]
    gains = [np.divide(*(lagrangian(each.bpp, each.psnr_db) for each in pair)) for pair in (found, stated)]
    print(f"Lagrangian after the search: {gains[0]:.4f} of before on {len(parts)} images, stated {gains[1]:.4f}")
    assert gains[0] == pytest.approx(gains[1], abs=0.02)  # it differs by that much from image to image
    assert max(gains) < 0.97


def curve_of(name: str) -> Curve:
    figures = compact.manifest()[name].kodak.values()
    return Curve([each.bpp for each in figures], [each.psnr_db for each in figures])


def measured(name: str, qualities: tuple[float, ...], images) -> Curve:
    rows = []
    for quality in qualities:
        each = []
        for image in images:
            bitstream = CODECS[name].encode(image, quality)
            error = CODECS[name].decode(bitstream) - image.astype(np.float32)
            mean_square = np.mean(error**2, dtype=np.float64)
            each.append((8 * len(bitstream) / (image.size / 3), 10 * np.log10(255**2 / mean_square)))
        rows.append(np.mean(each, axis=0))
    return Curve([row[0] for row in rows], [row[1] for row in rows])


@pytest.fixture(scope="module")
def jpeg(images) -> Curve:
    return measured("jpeg", (10, 15, 20, 30, 40, 50, 60, 70, 80), images)


@pytest.fixture(scope="module")
def against_jpeg(jpeg) -> Delta:
    return bd_rate(jpeg, curve_of(NAME))


def test_compact_hyperprior_needs_40_percent_fewer_bits_than_jpeg(against_jpeg):
    print(f"BD-rate against jpeg: {against_jpeg.value} %, overlap {against_jpeg.overlap} %")
    assert against_jpeg.value <= -40


@pytest.mark.xfail(
    reason="64 and 96 channels reach −41 to −42 % so far; take this mark off when they do more", strict=True
)
def test_compact_hyperprior_needs_45_percent_fewer_bits_than_jpeg(against_jpeg):
    assert against_jpeg.value <= -45


def test_with_a_search_it_needs_45_percent_fewer_bits_than_jpeg(jpeg):
    found = bd_rate(jpeg, curve_of(SEARCHED))
    print(f"BD-rate against jpeg: {found.value} %, overlap {found.overlap} %")
    assert found.value <= -45


def test_compact_elic_needs_12_percent_fewer_bits_than_the_published_jpeg_2000():
    curve = next(each for each in published(KODAK) if each.key == "jpeg2000")
    found = bd_rate(Curve(curve.figures["bpp"], curve.figures["psnr_db"]), curve_of("compact-elic"))
    print(f"BD-rate against JPEG 2000: {found.value} %, overlap {found.overlap} %")
    assert found.value <= -12


def test_compact_elic_needs_47_percent_fewer_bits_than_jpeg(jpeg):
    found = bd_rate(jpeg, curve_of("compact-elic"))
    print(f"BD-rate against jpeg: {found.value} %, overlap {found.overlap} %")
    assert found.value <= -47
