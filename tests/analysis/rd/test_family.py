"""How far a compact codec is from its paper."""

from dataclasses import replace

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
        found = paper_gap(codec(dict(zip(rates, (value + moved for value in values), strict=True))))
        assert len(found) == 4
        assert set(found) <= set(rates)
        assert list(found.values()) == pytest.approx([moved] * 4)


def test_rates_that_it_does_not_reach_are_left_out() -> None:
    rates, values = PAPER.figures["bpp"], PAPER.figures["psnr_db"]
    found = paper_gap(codec({rates[1]: values[1], rates[2]: values[2]}))
    assert found == pytest.approx({rates[1]: 0.0, rates[2]: 0.0})


def test_one_rate_is_no_curve() -> None:
    assert paper_gap(codec({0.5: 30.0})) == {}
