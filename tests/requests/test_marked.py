"""Marks in figures and pictures travel in links; what is no mark is refused with what one looks like."""

import pytest

from nicviz.errors import NicvizError
from nicviz.requests.fields import Known
from nicviz.requests.marked import MAX_CORNERS, Marked, Point
from nicviz.requests.pages import Color, RateDistortion
from nicviz.requests.query import from_query, to_query

SQUARE = ((-10.0, -10.0), (10.5, -10.0), (10.5, 10.0), (-10.0, 10.0))


@pytest.mark.parametrize(
    "mark",
    [Marked((SQUARE,)), Marked((SQUARE, SQUARE[:3])), Marked((), (12, 0, 1, 4000), "0123456789abcdef")],
)  # fmt: skip
def test_marks_come_back_from_a_link(mark: Marked) -> None:
    query = to_query(Color(marked=mark))
    assert from_query(Color, query, Known(dict)) == (Color(marked=mark), [])


@pytest.mark.parametrize("quality", [30.0, 0.1, 52.173913043478265, 1e-7, 2.0**0.5])
@pytest.mark.parametrize("picture", ["", "kodim19", "a:b, c", "kodak/kodim19"])
def test_points_come_back_from_a_link_to_the_last_bit(quality: float, picture: str) -> None:
    asked = RateDistortion(rd_points=(Point("jpeg", quality, picture), Point("webp", 50.0)))
    assert from_query(RateDistortion, to_query(asked), Known(dict)) == (asked, [])


@pytest.mark.parametrize("keys", [None, (), ("kodak/jpeg", "kodak/vtm")])
def test_published_curves_come_back_from_a_link_and_so_do_none(keys: tuple[str, ...] | None) -> None:
    asked = RateDistortion(rd_published=keys)
    assert from_query(RateDistortion, to_query(asked), Known(dict)) == (asked, [])


@pytest.mark.parametrize(
    "text",
    ["", "1,2", "1,2,3,4", "1,2,3,4,5", "1,2,3,4,5,nan", "1,2,3,4,5,1e9", "a,b", "1,2,3,4@short", "1,2,3,4,5,6;",
     ",".join(["1,1"] * (MAX_CORNERS + 1))],
)  # fmt: skip
def test_what_is_no_mark_is_refused(text: str) -> None:
    with pytest.raises(NicvizError, match="corners"):
        Marked.parse(text)


@pytest.mark.parametrize("text", ["", "jpeg", "jpeg:", ":30", "jpeg:x", "jpeg:nan", "jpeg:inf:kodim01"])
def test_what_is_no_point_is_refused(text: str) -> None:
    with pytest.raises(NicvizError, match="CODEC:QUALITY"):
        Point.parse(text)
