"""The blind comparison through Streamlit's own test driver: what the page sends in a round tells nobody's name."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from nicviz.codecs import CODECS
from nicviz.errors import CodecError
from nicviz.images import decode_png, encode_png
from nicviz.samples import find_sample
from nicviz.tasks.compress import compress
from nicviz.ui.compare import blind_pictures
from nicviz.ui.compare.blind_files import round_rows, votes_csv
from nicviz.ui.compare.blind_session import Rounds
from tests.pages.driver import command_of, html_of, messages_of, open_app, page_text, settle

NAMES = ("jpegxl", "webp")
LINK = {"show": "blind", "rounds": "5", "blind_over": "images", "codec": list(NAMES), "match": "bpp:0.9"}
UNITS = re.compile(r"\bbpp\b|\bdB\b|PSNR|SSIM|\bkB\b|\d bytes|ΔE00 \d")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of six small pictures."""
    photograph = find_sample("coffee").load().pixels
    for number in range(6):
        part = photograph[60 * number : 60 * number + 96, 80 * number : 80 * number + 112]
        (tmp_path / f"part-{number}.png").write_bytes(encode_png(part))
    monkeypatch.setenv("NICVIZ_IMAGES", str(tmp_path))
    return tmp_path


def begin(app: AppTest) -> AppTest:
    app = settle(app)
    assert not app.exception
    return settle(app.button(key="blind-begin").click().run())


def rounds_of(app: AppTest) -> Rounds:
    found: Rounds = app.session_state["blind-rounds"]
    return found


def vote(app: AppTest, label: str) -> AppTest:
    return settle(next(button for button in app.button if button.label == label).click().run())


def viewer_of(app: AppTest) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the header that the viewer gets, and the PNG files by pane."""
    proto = next(part.proto for part in app.get("bidi_component") if part.proto.component_name == "nicviz_viewer")
    end = 4 + int.from_bytes(proto.bytes[:4], "little")
    header = json.loads(proto.bytes[4:end])
    files = {
        pane["name"]: proto.bytes[end + pane["offset"] : end + pane["offset"] + pane["length"]]
        for pane in header["panes"]
    }
    return header, files


def sent(app: AppTest) -> str:
    """Return all text that the page sends outside the sidebar; of the viewer all but the pixels."""
    texts = []
    for element in app.main:
        proto = getattr(element, "proto", None)
        if proto is None:
            continue
        copy = type(proto)()
        copy.CopyFrom(proto)
        if getattr(proto, "component_name", "") == "nicviz_viewer":
            copy.bytes = b""
        texts.append(str(copy))
    header, _ = viewer_of(app)
    return " ".join([*texts, json.dumps(header)])


def made_alone(app: AppTest, number: int, codec: int) -> NDArray[np.uint8]:
    """Return what a codec makes of a round's picture, without the page."""
    rounds = rounds_of(app)
    prepared = rounds.pictures[rounds.plan[number].picture]
    quality = prepared.rates.matched[codec].quality
    made = CODECS[NAMES[codec]]
    return made.decode(made.encode(prepared.load().pixels, quality))


def check_round(app: AppTest, number: int) -> None:
    """Check that a round shows its pictures and says nothing else of them."""
    header, files = viewer_of(app)
    assert [pane["title"] for pane in header["panes"]] == ["A", "B"]
    assert header["references"] == [], "the difference would measure"
    assert len({len(data) for data in files.values()}) == 1
    assert not any(pane["color"] or pane["caption"] for pane in header["panes"])
    for place, codec in zip("AB", rounds_of(app).plan[number].order, strict=True):
        assert np.array_equal(decode_png(files[place]), made_alone(app, number, codec))
    text = sent(app)
    for name in NAMES:
        assert name not in text.lower()
        assert CODECS[name].title not in text
    assert not UNITS.search(text), UNITS.search(text)
    for matched in rounds_of(app).pictures[rounds_of(app).plan[number].picture].rates.matched:
        assert f"{matched.value:.3f}" not in text
    assert f"Round {number + 1} of 5" in text
    assert app.query_params["codec"] == list(NAMES), "as chosen, whatever the order of the round"


def test_five_rounds_with_a_tie_and_an_undone_vote_to_the_result(folder: Path) -> None:
    app = begin(open_app(**LINK))
    check_round(app, 0)
    app = vote(app, "Prefer A")
    check_round(app, 1)
    app = vote(app, "Prefer B")
    check_round(app, 2)
    app = vote(app, "Undo the last vote")
    check_round(app, 1)
    for number, label in enumerate(("No difference", "Prefer A", "Prefer B", "Prefer B"), start=1):
        check_round(app, number)
        app = vote(app, label)
    assert rounds_of(app).current is None
    assert not app.get("bidi_component") or "nicviz_viewer" not in {
        part.proto.component_name for part in app.get("bidi_component")
    }
    app = vote(app, "Show the result")
    rows = round_rows(rounds_of(app))
    assert [row["vote"] for row in rows] == ["A", "no difference", "A", "B", "B"]
    assert [row["preferred"] for row in rows] == [
        None if row["vote"] == "no difference" else row[f"codec_{row['vote']}"] for row in rows
    ]
    wins = [sum(row["preferred"] == name for row in rows) for name in NAMES]
    assert sum(wins) == 4
    said = page_text(app)
    for name, count in zip(NAMES, wins, strict=True):
        times = {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
        assert f"**{CODECS[name].title}** {times}" in said
    assert "saw no difference once" in said
    assert "do not tell" in said, "four votes never do"
    table = html_of(app)
    assert all(f">{row['picture']}</a>" in table for row in rows)
    assert "analyze images/part-" in command_of(app, "analyze")
    assert votes_csv(rounds_of(app)).count("\n") > 5


def test_the_rates_of_a_round_are_equal_and_those_of_the_bitstreams(folder: Path) -> None:
    app = begin(open_app(**LINK))
    app = vote(app, "Prefer A")
    prepared = rounds_of(app).pictures[rounds_of(app).plan[0].picture]
    answer = rounds_of(app).answers[0]
    height, width = prepared.load().pixels.shape[:2]
    for codec, name in enumerate(NAMES):
        made = CODECS[name].encode(prepared.load().pixels, prepared.rates.matched[codec].quality)
        assert answer.bpp[codec] == 8 * len(made) / (height * width)
    assert answer.bpp == pytest.approx([prepared.rates.bpp] * 2, rel=0.0101) or not prepared.rates.reached


def test_stopping_early_is_said_and_starting_again_too(folder: Path) -> None:
    app = begin(open_app(**LINK))
    app = vote(app, "Prefer A")
    app = vote(app, "Stop and show the result")
    assert "Stopped after 1 of 5 rounds" in page_text(app)
    assert "only approximate" in page_text(app)
    app = vote(app, "Start again")
    app = begin(app)
    app = vote(app, "Prefer A")
    app = vote(app, "Stop and show the result")
    assert "comparison 2 of this session" in page_text(app)


def test_the_original_is_shown_where_it_is_asked_for_and_the_vote_says_so(folder: Path) -> None:
    app = begin(open_app(**LINK, blind_original="True"))
    header, files = viewer_of(app)
    assert [pane["title"] for pane in header["panes"]] == ["A", "B", "Original"]
    assert header["references"] == []
    prepared = rounds_of(app).pictures[rounds_of(app).plan[0].picture]
    assert np.array_equal(decode_png(files["original"]), prepared.load().pixels)
    app = vote(app, "Prefer B")
    assert round_rows(rounds_of(app))[0]["original_shown"] is True


def test_three_codecs_are_asked_of_three_places(folder: Path) -> None:
    app = begin(open_app(**{**LINK, "codec": ["jpegxl", "webp", "avif", "jpeg"]}))
    assert [pane["title"] for pane in viewer_of(app)[0]["panes"]] == ["A", "B", "C"]
    app = vote(app, "Prefer C")
    app = vote(app, "Stop and show the result")
    said = page_text(app)
    assert "one person preferred" in said
    assert said.count("do not tell") + said.count("nothing to tell them apart") == 3
    assert "p against 1/3" in said


def test_codecs_that_cannot_take_part_are_said_before_it_begins(folder: Path) -> None:
    app = settle(open_app(**{**LINK, "codec": ["png", "webp"]}))
    assert "takes no part" in page_text(app)
    assert "needs two codecs" in messages_of(app)
    assert not [button for button in app.button if button.key == "blind-begin"]
    app = settle(open_app(**{**LINK, "codec": ["jpegxl", "webp", "avif", "jpeg"]}))
    assert "JPEG takes no part" in page_text(app)


def test_codecs_that_do_not_meet_at_one_rate_are_said_before_it_begins(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nicviz.tasks.match.BPP_TOLERANCE", 1e-6)  # which whole qualities do not meet
    app = settle(open_app(**{**LINK, "codec": ["jpeg", "webp"]}))
    said = messages_of(app)
    assert re.search("On [1-5] of 5 pictures the codecs cannot be set within 1 % of one rate", said)
    assert re.search(r"images/part-\d \((JPEG|WebP) [+−]\d", said)
    app = begin(app)
    for _ in range(5):
        app = vote(app, "Prefer A")
    app = vote(app, "Show the result")
    off = sum(not prepared.rates.reached for prepared in rounds_of(app).pictures)
    assert f"In {off} of the voted rounds the rates differed by more than 1 %" in page_text(app)


def test_identical_reconstructions_are_skipped_and_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first: list[str] = []

    def same(image: Any, codec: Any, quality: float, **options: Any) -> Any:
        first.append(image.name)
        if image.name == first[0]:
            return compress(image, CODECS["webp"], 50.0, **options)
        return compress(image, codec, quality, **options)

    monkeypatch.setattr(blind_pictures, "compress", same)
    app = begin(open_app(**LINK))
    assert "Round 1 was skipped. Two reconstructions are the same, pixel for pixel." in page_text(app)
    assert rounds_of(app).current == 1
    app = vote(app, "Prefer A")
    app = vote(app, "Stop and show the result")
    assert "1 of the rounds were skipped" in page_text(app) or "1 round was skipped" in page_text(app)
    assert "pixel for pixel" in html_of(app)


def test_a_codec_that_fails_in_a_round_costs_that_round(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[str] = []

    def failing(image: Any, *given: Any, **options: Any) -> Any:
        if not failed:
            failed.append(image.name)
            raise CodecError("refused")
        return compress(image, *given, **options)

    monkeypatch.setattr(blind_pictures, "compress", failing)
    app = begin(open_app(**LINK))
    assert not app.exception
    assert "Round 1 was skipped. refused" in page_text(app)
    assert rounds_of(app).current == 1


def test_the_rate_is_chosen_on_the_page_where_the_view_has_none(folder: Path) -> None:
    app = settle(open_app(**{**LINK, "match": "psnr:32", "blind_rate": "0.25"}))
    assert "about 0.25 bpp" in page_text(app)
    assert "qualities at the left are not used" in page_text(app)
    app = settle(open_app(**LINK))
    assert "about 0.9 bpp" in page_text(app)


def test_votes_are_there_after_looking_at_other_views(folder: Path) -> None:
    app = begin(open_app(**LINK, crop="0,0,64,64"))
    app = vote(app, "Prefer A")
    settle(app.button_group(key="choice-show").set_value("pictures").run())
    app = settle(app.button_group(key="choice-show").set_value("blind").run())
    assert len(rounds_of(app).answers) == 1
    assert "Round 2 of 5" in sent(app)
