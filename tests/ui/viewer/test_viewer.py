import json

import pytest

from nicviz.ui.viewer import Pane, ViewerEvent, _parse_event, pack, viewer

PANES = [
    Pane("original", "Original", b"first png", "768 × 512"),
    Pane("codec-1", "JPEG 2000", None, status="compressing…", color="#d9822b"),
    Pane("codec-2", "WebP", b"other", failed=False),
    Pane("codec-3", "AVIF", b"first png"),
]


def unpack(blob: bytes) -> tuple[dict, bytes]:
    length = int.from_bytes(blob[:4], "little")
    return json.loads(blob[4 : 4 + length]), blob[4 + length :]


def test_every_png_is_found_where_the_header_says():
    header, body = unpack(pack(PANES, height=560))
    assert header["height"] == 560
    for pane, entry in zip(PANES, header["panes"], strict=True):
        found = body[entry["offset"] : entry["offset"] + entry["length"]]
        assert found == (pane.png or b"")
        assert (entry["name"], entry["title"], entry["caption"]) == (pane.name, pane.title, pane.caption)
        assert (entry["status"], entry["color"], entry["failed"]) == (pane.status, pane.color, pane.failed)


def test_the_hash_tells_pictures_apart_and_is_null_without_one():
    first, pending, other, again = unpack(pack(PANES))[0]["panes"]
    assert first["hash"] == again["hash"] != other["hash"]
    assert pending["hash"] is None


def test_the_same_panes_are_the_same_bytes():
    assert pack(PANES, key="a") == pack(list(PANES), key="a")


def test_no_panes_are_an_empty_list():
    header, body = unpack(pack([], key="a"))
    assert header == {"key": "a", "panes": []}
    assert body == b""


def test_two_panes_of_one_name_are_refused():
    with pytest.raises(ValueError, match="different names"):
        pack([PANES[0], PANES[0]])


def test_an_unknown_event_is_refused():
    with pytest.raises(ValueError, match="hover"):
        viewer(PANES, key="a", events=("hover",))


def test_an_event_of_the_browser_is_read():
    sent = {"type": "rectangle", "pane": "original", "x": 3, "y": 4, "width": 5, "height": 6}
    assert _parse_event(sent) == ViewerEvent("rectangle", "original", 3, 4, 5, 6)
    assert _parse_event({"type": "click", "pane": "codec-1", "x": 3, "y": 4}) == ViewerEvent("click", "codec-1", 3, 4)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "click",
        {},
        {"type": "click"},
        {"type": "hover", "pane": "a", "x": 1, "y": 2},
        {"type": "click", "pane": "a", "x": "1", "y": 2},
        {"type": "click", "pane": "a", "x": True, "y": 2},
        {"type": "click", "pane": "a", "x": 1, "y": 2, "more": 3},
    ],
)
def test_anything_else_from_the_browser_is_no_event(sent):
    assert _parse_event(sent) is None
