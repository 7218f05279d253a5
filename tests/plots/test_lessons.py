"""The figures of lessons hold the numbers that they were given."""

import numpy as np

from nicviz.plots.figures import Series
from nicviz.plots.lessons import grouped_bars, plain_curves, ring_profile
from nicviz.plots.spectra import Curve


def test_a_profile_has_its_rings_named_between_their_edges_and_leaves_out_what_has_no_place() -> None:
    curve = Curve("a", "#111111", np.array([0.0, 0.01, 0.1, 0.3]), np.array([9.0, 1.0, np.nan, -0.5]))
    figure = ring_profile([curve], "gain", (0.125, 0.25, 0.5), ("one", "two", "three", "four"), reach=(-1, 1))
    assert list(figure.data[0].x) == [0.01, 0.3]
    assert figure.layout.yaxis.range == (-1, 1)
    places = {note.text: 10**note.x for note in figure.layout.annotations}
    assert list(places) == ["one", "two", "three", "four"]
    assert places["one"] < 0.0625 < places["two"] < 0.125 < places["three"] < 0.25 < places["four"]
    assert list(ring_profile([curve], "D", (0.5,), ("low", "high"), log=True).data[0].x) == [0.01]


def test_bars_and_curves_hold_their_values() -> None:
    bars = grouped_bars(["x", "y"], [Series("a", "#111111", np.array([0.128, np.nan]))], "share")
    assert bars.data[0].text == ("0.13", "")
    assert bars.layout.yaxis.rangemode == "tozero"
    curve = Curve("a", "#111111", np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    assert list(plain_curves([curve], "rate", "dB").data[0].y) == [3.0, 4.0]
