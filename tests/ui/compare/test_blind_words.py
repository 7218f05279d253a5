"""The sentences of a blind comparison follow from its numbers."""

import pytest

from nicviz.analysis.blind import Tally, share_of
from nicviz.ui.compare.blind_words import counted, interval, p_text, times, verdict


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_what_was_measured_is_said_as_it_was_given() -> None:
    assert counted(Tally((7, 3), 0), ["X", "Y"]) == "In 10 rounds one person preferred X 7 times and Y 3 times."
    assert counted(Tally((2, 0, 1), 1), ["X", "Y", "Z"]) == (
        "In 4 rounds one person preferred X twice, Y never and Z once, and saw no difference once."
    )
    assert counted(Tally((1, 0), 0), ["X", "Y"]).startswith("In 1 round ")


def test_seven_of_ten_do_not_tell_two_apart() -> None:
    said = plain(verdict(share_of(7, 10, 1 / 2), "X", "Y"))
    assert said == (
        "Of 10 votes for X or Y, X had 7, 70.0 %; the 95 % interval of that share is 34.8 to 93.3 % (p = 0.344): "
        "it holds 50 %, so these votes do not tell X from Y."
    )


@pytest.mark.parametrize("decided", [1, 6, 10, 20])
def test_two_are_told_apart_exactly_where_the_interval_leaves_one_half(decided: int) -> None:
    for count in range(decided + 1):
        share = share_of(count, decided, 1 / 2)
        assert share is not None
        said = plain(verdict(share, "X", "Y"))
        assert ("do not tell" in said) == (share.low <= 0.5 <= share.high)
        assert ("above 50 %" in said) == (share.low > 0.5)
        assert ("below 50 %" in said) == (share.high < 0.5)
        assert ("these votes tell X from Y" in said) == (not share.low <= 0.5 <= share.high)
        assert plain(interval(share)) in said


def test_without_a_vote_for_either_there_is_nothing_to_say() -> None:
    assert "nothing to tell them apart" in verdict(None, "X", "Y")


def test_a_small_p_value_is_bounded_and_not_zero() -> None:
    share = share_of(20, 20, 1 / 2)
    assert share is not None
    assert p_text(share) == "< 0.001"


def test_numbers_of_times_are_words_where_there_are_some() -> None:
    assert [times(count) for count in range(4)] == ["never", "once", "twice", "3 times"]
