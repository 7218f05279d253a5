"""Curves below growing maps: drawn now and then, and never of other data than a finished map."""

from types import SimpleNamespace

import pytest

from nicviz.ui.heatmap import maps


class Growing:
    """Stands in for a map: its values are its number of cells."""

    def __init__(self) -> None:
        self.done, self.shown, self.running, self.key = 1, ["sweep"], True, "jpeg"
        self.heatmap = self

    def values(self, value: str, change: bool) -> int:
        return self.done


@pytest.fixture
def growing(monkeypatch: pytest.MonkeyPatch) -> Growing:
    monkeypatch.setattr(maps, "st", SimpleNamespace(session_state={}))
    return Growing()


def drawn(growing: Growing, **state: object) -> int:
    for name, value in state.items():
        setattr(growing, name, value)
    return maps._as_of_the_last_doubling([growing], "psnr", True)[0][0]


def test_while_a_map_grows_its_curves_change_when_cells_double_or_a_sweep_ends(growing: Growing) -> None:
    assert [drawn(growing, done=done) for done in (16, 20, 31, 32, 63, 64)] == [16, 16, 16, 32, 32, 64]
    assert drawn(growing, done=70, shown=["sweep", "sweep"]) == 70


def test_a_map_that_does_not_run_is_always_drawn_as_it_is(growing: Growing) -> None:
    assert drawn(growing, done=100) == 100
    assert drawn(growing, done=101, running=False) == 101
    assert drawn(growing, done=120) == 120, "another session goes on with it"
