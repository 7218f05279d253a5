"""How far a compact codec is from its paper."""

from dataclasses import replace

import numpy as np
import pytest

from nicviz.analysis.rd.family import paper_gap
from nicviz.analysis.rd.published import KODAK, published
from nicviz.codecs.neural.family.cards import Described, Figures
from nicviz.codecs.neural.family.compact import manifest

PAPER = {curve.key: curve for curve in published(KODAK)}["paper-bmshj2018-hyperprior"]


def codec(points: dict[float, float]) -> Described:
    """A codec with a PSNR at each rate, one model a quality."""
    described = manifest()["compact-hyperprior"]
    cards = [
        replace(described.cards[0], kodak={float(number): Figures(bpp, psnr_db, 0.9)})
        for number, (bpp, psnr_db) in enumerate(points.items(), start=1)
    ]
    return replace(described, cards=tuple(cards))


def test_a_codec_on_the_curve_has_no_gap_and_one_a_decibel_below_has_one() -> None:
    rates, values = PAPER.figures["bpp"], PAPER.figures["psnr_db"]
    for moved in (0.0, -1.0):
        found = paper_gap(codec(dict(zip(rates, (value + moved for value in values), strict=True)))).decibels
        assert len(found) == 4
        assert set(found) <= set(rates)
        assert list(found.values()) == pytest.approx([moved] * 4)


def test_rates_that_it_does_not_reach_are_left_out() -> None:
    rates, values = PAPER.figures["bpp"], PAPER.figures["psnr_db"]
    found = paper_gap(codec({rates[1]: values[1], rates[2]: values[2]})).decibels
    assert found == pytest.approx({rates[1]: 0.0, rates[2]: 0.0})


def test_one_rate_is_no_curve() -> None:
    assert not paper_gap(codec({0.5: 30.0})).decibels


@pytest.mark.parametrize("name", ["compact-elic", "compact-lee2019", "compact-toderici2017", "compact-mentzer2018"])
def test_what_stays_behind_its_paper_says_by_how_much(name: str) -> None:
    metric, gaps = paper_gap(manifest()[name])
    assert metric == ("ms_ssim" if name == "compact-mentzer2018" else "psnr_db")
    assert gaps
    assert max(gaps.values()) < 0


def test_where_a_paper_tells_ms_ssim_alone_halving_what_is_missing_to_1_is_three_decibels() -> None:
    figures = {curve.key: curve.figures for curve in published(KODAK)}["paper-mentzer2018_ms-ssim"]
    described = manifest()["compact-mentzer2018"]
    ends = [(figures["bpp"][number], 1 - 2 * (1 - figures["ms_ssim"][number])) for number in (3, 4)]
    cards = tuple(
        replace(described.cards[0], kodak={float(number): Figures(bpp, 30.0, ms_ssim)})
        for number, (bpp, ms_ssim) in enumerate(ends, start=1)
    )
    found = paper_gap(replace(described, cards=cards)).decibels
    assert list(found.values()) == pytest.approx([-10 * np.log10(2)] * 2)


@pytest.mark.parametrize(("quality", "percent"), [(3.0, 59), (5.0, 79)])
def test_the_context_adaptive_model_takes_as_many_bits_more_as_it_says(quality: float, percent: int) -> None:
    described = manifest()["compact-lee2019"]
    curve = next(each for each in published(KODAK) if each.key == "lee2019_mse")
    own = described.kodak[quality]
    theirs = np.exp(np.interp(own.psnr_db, curve.figures["psnr_db"], np.log(curve.figures["bpp"])))
    assert round(100 * (own.bpp / theirs - 1)) == percent
    assert f"{percent} % (quality {quality:g})" in described.description
