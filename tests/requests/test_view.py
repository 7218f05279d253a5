"""The URL and the view: what is written reads back, and what is wrong is replaced and said."""

import pytest

from nicviz.codecs import CODECS
from nicviz.requests.fields import Known
from nicviz.requests.query import to_query
from nicviz.requests.view import DEFAULT, View, view_from_query
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, ImageSetting, Match

KNOWN = Known(lambda: CODECS)
VIEWS = [
    DEFAULT,
    View(ImageSetting("coffee"), None, (CodecSetting("jpeg", 35.0), CodecSetting("png")), None),
    View(
        ImageSetting("zone-plate", size=256, crop=(1, 2, 100, 50), longest_side=40),
        CorruptionSetting("gaussian_noise", 4, 7),
        (CodecSetting("jpeg2000"), CodecSetting("jpegxl"), CodecSetting("compact-hyperprior"), CodecSetting("jpegxl")),
        Match("psnr", 31.5),
    ),
]


@pytest.mark.parametrize("view", VIEWS, ids=["default", "plain", "all"])
def test_a_view_reads_back_from_its_own_link(view: View) -> None:
    assert view_from_query(to_query(view), KNOWN) == (view, [])


def test_an_empty_link_is_the_default_view() -> None:
    assert view_from_query({}, KNOWN) == (DEFAULT, [])


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"image": ["../../etc/passwd"]}, "passwd"),
        ({"image": ["upload"]}, "uploaded"),
        ({"image": ["upload"], "crop": ["1000,0,64,64"]}, "uploaded"),
        ({"size": ["12x"]}, "12x"),
        ({"image": ["zone-plate"], "size": ["9999"]}, "9999"),
        ({"crop": ["0,0,0,5"]}, "0,0,0,5"),
        ({"crop": ["1,2,3"]}, "1,2,3"),
        ({"corruption": ["fog:9"]}, "9"),
        ({"seed": ["-1"]}, "-1"),
        ({"codec": ["jpeg:1000"]}, "1000"),
        ({"codec": ["nothing"]}, "nothing"),
        ({"match": ["bpp:x"]}, "bpp"),
        ({"codec": ["jpeg:50"] * 5}, "first 4"),
    ],
)
def test_what_is_wrong_in_a_link_is_replaced_and_said(query: dict[str, list[str]], named: str) -> None:
    view, problems = view_from_query(query, KNOWN)
    assert len(problems) == 1
    assert named in problems[0]
    assert view_from_query(to_query(view), KNOWN) == (view, [])
