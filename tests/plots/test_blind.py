"""The figure of a blind comparison shows the share, the whole interval, and where chance is."""

import pytest

from nicviz.analysis.blind import share_of
from nicviz.plots.blind import Preferred, preference_figure


def test_bars_reach_from_one_end_of_the_interval_to_the_other() -> None:
    shares = [share for count in (7, 0, 10) if (share := share_of(count, 10, 1 / 3))]
    rows = [Preferred(f"codec {k}", "#123456", s.value, s.low, s.high) for k, s in enumerate(shares)]
    figure = preference_figure(rows, 1 / 3)
    assert [trace.y[0] for trace in figure.data] == ["codec 0", "codec 1", "codec 2"]
    for trace, share in zip(figure.data, shares, strict=True):
        assert trace.x[0] - trace.error_x.arrayminus[0] == pytest.approx(share.low)
        assert trace.x[0] + trace.error_x.array[0] == pytest.approx(share.high)
    (line,) = figure.layout.shapes
    assert (line.x0, line.x1) == (1 / 3, 1 / 3)
    low, high = figure.layout.xaxis.range
    assert low <= 0
    assert high >= 1
