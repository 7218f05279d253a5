"""The best of a row is marked only where the codecs had equal conditions."""

from dataclasses import replace

from nicviz.tasks.match import Matched
from nicviz.tasks.settings import Match
from nicviz.ui.kit.marks import RULE, Conditions, marked, missed
from nicviz.ui.kit.table import Row, figures_table

RATE, PSNR = Match("bpp", 0.5), Match("psnr", 32.0)
EQUAL = Conditions(RATE, ("", ""))
OFF = Conditions(RATE, ("", "+15.0%"))
COLUMNS = [("JPEG", "#111111"), ("WebP", "#222222")]


def test_quality_is_marked_under_a_match_that_all_reached() -> None:
    assert marked("quality", [30.0, 31.0], True, EQUAL) == {1}
    assert marked("quality", [30.0, 31.0], False, EQUAL) == {0}


def test_nothing_but_results_is_marked_where_one_missed_or_none_was_matched() -> None:
    for conditions in (OFF, Conditions()):
        for kind in ("quality", "psnr", "rate", "share"):
            assert marked(kind, [0.3, 0.5], True, conditions) == set()
        assert marked("result", [0.3, 0.5], True, conditions) == {1}


def test_what_was_set_equal_has_no_mark() -> None:
    assert marked("rate", [0.501, 0.499], False, EQUAL) == set()
    assert marked("psnr", [30.0, 31.0], True, EQUAL) == {1}
    psnr = replace(EQUAL, match=PSNR)
    assert marked("psnr", [32.01, 32.0], True, psnr) == set()
    assert marked("rate", [0.4, 0.5], False, psnr) == {0}


def test_no_change_of_rate_wins_nothing() -> None:
    assert marked("share", [-0.0004, 0.31], False, EQUAL) == set()
    assert marked("share", [0.1, 0.31], False, EQUAL) == {0}


def test_times_need_a_quiet_machine_and_a_fifth() -> None:
    quiet = Conditions(alone=True)
    assert marked("time", [79.0, 100.0], False, quiet) == {0}
    assert marked("time", [81.0, 100.0], False, quiet) == set()
    assert marked("time", [10.0, 10.0, 100.0], False, quiet) == set()
    assert marked("time", [1.0, 100.0], False, EQUAL) == set(), "other work ran"


def test_a_miss_is_told_in_the_head_of_the_table() -> None:
    off = Matched(40.0, 0.575, 0.15, within=False)
    assert missed(RATE, [Matched(40.0, 0.5, 0.001, within=True), off]) == "+15.0%"
    assert missed(PSNR, [Matched(40.0, 31.9, -0.1, within=False)]) == "-0.10 dB"
    assert missed(RATE, [None, Matched(40.0, 0.5, 0.001, within=True)]) == ""
    rows = [Row("PSNR (dB)", ["30", "31"], [30.0, 31.0])]
    html = figures_table(COLUMNS, rows, OFF)
    head, _, body = html.partition("</thead>")
    assert "⚠ +15.0" in head.partition("WebP")[2]
    assert "⚠" not in head.partition("WebP")[0]
    assert "class=nv-best" not in body
    assert "class=nv-best" in figures_table(COLUMNS, rows, EQUAL)


def test_the_rule_names_its_limits() -> None:
    assert all(limit in RULE for limit in ("1 %", "0.05 dB", "20 %"))
