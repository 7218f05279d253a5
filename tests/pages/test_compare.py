"""The Compare page through Streamlit's own test driver: a real script run, without a browser."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nicviz.codecs.neural.encode import coder
from nicviz.errors import CodecError
from nicviz.images import LoadedImage
from nicviz.requests.view import DEFAULT
from nicviz.run.live import Live
from nicviz.tasks.compress import corrupted
from nicviz.tasks.settings import CorruptionSetting
from nicviz.tasks.timing import Times
from nicviz.ui.compare import summary
from nicviz.ui.kit.waiting import compute
from nicviz.ui.shell import comparison
from tests.pages.driver import command_of, html_of, open_app, open_page, page_text, panes_of, settle


def row_of(html: str, label: str) -> str:
    return html.partition(f">{label}</th>")[2].partition("</tr>")[0]


def test_the_page_opens_with_two_codecs_at_one_rate_without_a_click() -> None:
    app = settle(open_app())
    assert not app.exception
    assert not app.error
    command = f"python -m nicviz analyze astronaut --codec jpeg2000 --codec compact-hyperprior --match {DEFAULT.match}"
    assert command_of(app, "analyze") == f"{command} --json"
    table = html_of(app)
    assert "JPEG 2000" in table
    assert " ⚠<" not in table, "both codecs meet the rate within a percent"


def test_a_link_restores_image_corruption_codecs_and_qualities() -> None:
    app = settle(
        open_app(image="chelsea", corruption="gaussian_noise:4", seed="7", codec=["jpeg:35", "webp:60"], match="off")
    )
    assert command_of(app, "analyze") == (
        "python -m nicviz analyze chelsea --codec jpeg:35 --codec webp:60 --corruption gaussian_noise:4 --seed 7 --json"
    )
    assert "against the clean original" in html_of(app)


def test_bad_values_in_a_link_are_replaced_and_said() -> None:
    app = settle(open_app(image="../../etc/passwd", corruption="smoke:3", codec=["jpeg:900", "webp:60"], match="off"))
    said = " ".join(toast.value for toast in app.toast)
    assert "passwd" in said
    assert "smoke" in said
    assert "900" in said
    assert command_of(app, "analyze") == "python -m nicviz analyze astronaut --codec webp:60 --json"


def test_changing_the_quality_changes_the_command() -> None:
    app = settle(open_app(codec=["jpeg:50"], match="off"))
    settle(app.slider(key="quality-0-jpeg").set_value(20).run())
    assert "--codec jpeg:20" in command_of(app, "analyze")


def test_switching_the_match_off_starts_from_the_qualities_it_found() -> None:
    app = settle(open_app(image="chelsea", codec=["jpeg"], match="bpp:0.6"))
    app.session_state["match"] = "off"
    settle(app.run())
    command = command_of(app, "analyze")
    assert "--match" not in command
    assert "--codec jpeg:50" not in command, "the default is not what the match had found"


def test_codecs_are_added_up_to_four_and_removed_down_to_one() -> None:
    app = settle(open_app(codec=["jpeg:50"], match="off"))
    for _ in range(3):
        settle(next(button for button in app.button if button.label == "Add a codec").click().run())
    assert command_of(app, "analyze").count("--codec") == 4
    assert next(button for button in app.button if button.label == "Add a codec").disabled
    settle(app.button(key="remove-1").click().run())
    assert command_of(app, "analyze").count("--codec") == 3


def test_a_codec_that_is_added_is_one_that_a_match_can_set() -> None:
    app = open_app(codec=["jpegxl"], match="bpp:0.5", crop="0,0,64,64")
    for _ in range(3):
        next(button for button in app.button if button.label == "Add a codec").click().run()
    added = [app.session_state[f"codec-{row}"] for row in app.session_state["codec_rows"]]
    assert added == ["jpegxl", "avif", "webp", "jpeg"]


def test_lists_of_codecs_say_the_family() -> None:
    options = open_app(codec=["jpeg:50"], match="off").selectbox(key="codec-0").options
    assert "JPEG · classical" in options
    assert "PNG · lossless" in options


def test_best_values_are_marked_at_equal_rate_only() -> None:
    matched = html_of(settle(open_app(image="chelsea", codec=["webp", "avif"], match="bpp:0.6")))
    assert "nv-best" in matched.partition("PSNR")[2]
    assert "nv-best" not in row_of(matched, "Bits per pixel")
    free = settle(open_app(image="chelsea", codec=["webp:40", "avif:45"], match="off"))
    assert "class=nv-best" not in html_of(free).partition("Time on this machine")[0]
    assert "the codecs are not matched" in page_text(free)


def test_a_codec_off_the_target_is_told_on_pane_and_table() -> None:
    app = settle(open_app(image="chelsea", codec=["png", "webp"], match="bpp:0.6"))
    assert "⚠" in panes_of(app)["codec-1"]["caption"]
    assert "⚠" not in panes_of(app)["codec-2"]["caption"]
    head, _, body = html_of(app).partition("<table class=")[2].partition("</thead>")
    assert head.count("⚠") == 1
    assert "class=nv-best" not in body.partition("Time on this machine")[0]


def test_a_time_that_was_disturbed_says_so_and_wins_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = comparison.compare_codec

    def disturbed(*given: Any, **options: Any) -> Any:
        made = real(*given, **options)
        return replace(made, compression=replace(made.compression, alone=False))

    monkeypatch.setattr(comparison, "compare_codec", disturbed)
    monkeypatch.setattr(summary, "warm_times", lambda *given, **options: None)  # a machine that is busy
    app = settle(open_app(codec=["jpeg:52", "avif:46"], match="off", crop="0,0,96,96"))
    times = html_of(app).partition("Time on this machine")[2]
    assert times.count(" busy<") == 4
    assert "class=nv-best" not in times


def test_times_are_those_of_warm_runs_and_a_long_difference_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {"jpeg": 0.010, "avif": 0.250, "webp": 0.011}

    def timed(image: Any, codec: Any, quality: float, cancel: Any) -> Times:
        return Times(seconds[codec.name], 0.005, 1.0, 3)

    monkeypatch.setattr(summary, "warm_times", timed)
    app = settle(open_app(codec=["jpeg:52", "avif:46"], match="off", crop="0,0,97,96"))
    encode, _, decode = html_of(app).partition("Time on this machine")[2].partition("Decode (ms)")
    assert ">250<" in encode
    assert encode.count("nv-best") == 1
    assert "nv-best" not in decode
    app = settle(open_app(codec=["jpeg:52", "webp:46"], match="off", crop="0,0,97,96"))
    assert "nv-best" not in html_of(app).partition("Time on this machine")[2], "10 and 11 ms are the same"


def test_a_codec_that_failed_does_not_keep_the_others_times_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    real = comparison.compare_codec

    def failing(original: Any, corruption: Any, codec: Any, *given: Any, **options: Any) -> Any:
        if codec.name == "avif":
            raise CodecError("refused")
        return real(original, corruption, codec, *given, **options)

    monkeypatch.setattr(comparison, "compare_codec", failing)
    monkeypatch.setattr(summary, "warm_times", lambda *given, **options: Times(0.5, 0.25, 1.0, 3))
    app = settle(open_app(codec=["jpeg:52", "avif:46"], match="off", crop="0,0,98,96"))
    times = html_of(app).partition("Time on this machine")[2]
    assert ">500<" in times
    assert "…" not in times


def test_titles_say_what_the_number_is() -> None:
    app = settle(open_app(codec=["jpeg2000:52.17", "jpegxl:3.7"], match="off", crop="0,0,96,96"))
    assert [panes_of(app)[name]["title"] for name in ("codec-1", "codec-2")] == [
        "JPEG 2000 ratio 52.2",
        "JPEG XL distance 3.7",
    ]


def test_single_files_say_image_codec_and_quality_and_have_real_endings() -> None:
    app = settle(open_app(image="chelsea", codec=["jpegxl:8.87", "png"], match="off", crop="0,0,64,64"))
    labels = [button.label for button in app.get("download_button")]
    assert "chelsea-jpegxl-8.87.jxl · bitstream" in labels
    assert "chelsea-jpegxl-8.87.png · reconstruction" in labels
    assert len(labels) == len(set(labels))


def test_an_error_of_one_codec_leaves_the_others_standing() -> None:
    app = settle(open_app(image="chelsea", codec=["jpeg:50", "mbt2018:3"], match="off"))
    assert not app.exception
    assert "--codec jpeg:50" in command_of(app, "analyze")
    panes = panes_of(app)
    assert (panes["codec-1"]["failed"], panes["codec-2"]["failed"]) == (False, True)
    assert panes["codec-1"]["hash"], "there is a picture"
    assert "weights" in panes["codec-2"]["status"]
    assert "<td>" in html_of(app).partition("PSNR")[2], "the codec that works has its figures"


def test_every_corruption_can_be_chosen() -> None:
    app = open_app(codec=["jpeg:50"], match="off")
    options = app.selectbox(key="corruption").options
    assert len(options) == 20
    assert sum("high frequency" in option for option in options) == 3


def test_the_about_page_names_what_would_make_a_missing_codec_work() -> None:
    app = open_page("about")
    assert not app.exception
    assert "torch/hub/checkpoints" in html_of(app)


def test_a_corruption_that_takes_long_is_followed_by_the_page_without_a_click(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Event()

    def slow(image: LoadedImage, setting: CorruptionSetting) -> LoadedImage:
        assert looked.wait(60)
        return corrupted(image, setting)

    def look_at_once(*work: Any, **_: float) -> list[Live[Any]]:
        outcomes = compute(*work, patience=0)
        looked.set()
        return outcomes

    monkeypatch.setattr(comparison, "corrupted", slow)
    monkeypatch.setattr(comparison, "compute", look_at_once)
    app = open_app(image="chelsea", codec=["jpeg:50"], corruption="gaussian_noise:2", seed="29", match="off")
    assert "against the clean original" in html_of(app)


def test_a_corruption_that_does_not_fit_the_picture_says_why() -> None:
    app = settle(open_app(crop="0,0,16,16", corruption="fog:3", codec=["jpeg:50"], match="off"))
    assert [error.value for error in app.error] == ["A corruption takes at least 32 pixels on a side, not 16×16."]


def test_whatever_a_library_raises_is_a_message_and_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is gone")

    link = {"codec": ["jpeg:53"], "match": "off", "crop": "0,0,64,64"}
    with monkeypatch.context() as patch:
        patch.setattr("nicviz.ui.shell.comparison.compare_codec", fail)
        app = settle(open_app(**link))
    assert not app.exception
    assert "The figures appear here" in page_text(app)
    next(button for button in app.button if button.label == "Run again").click()
    app = settle(app.run())
    assert "PSNR" in html_of(app)


def test_what_a_link_carries_is_shown_as_text_and_never_loaded() -> None:
    app = open_app(
        image="![x](http://elsewhere.example/x.png)", show="[x](http://elsewhere.example)", codec=["jpeg:50"]
    )
    said = [toast.value for toast in app.toast]
    assert len(said) == 2
    assert not any("](" in text.replace("\\]", "") for text in said), said


def test_figures_that_cannot_be_computed_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no figures today")

    monkeypatch.setattr("nicviz.ui.compare.summary.measure_codec", fail)
    app = settle(open_app(codec=["jpeg:54"], match="off", crop="0,0,64,64"))
    assert any("no figures today" in error.value for error in app.error)
    assert "<td>…</td>" not in html_of(app)


def test_a_picture_of_the_folder_that_was_edited_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NICVIZ_IMAGES", str(tmp_path))
    file = tmp_path / "mine.png"
    sizes = []
    for side in (64, 80):
        Image.new("RGB", (side, side), (side, 0, 0)).save(file)
        app = open_app(image="images/mine", codec=["jpeg:30"], match="off")
        sizes.append([text for text in (f"{side}×{side}", f"{side} × {side}") if text in page_text(app)])
    assert all(sizes), sizes


def test_a_progressive_codec_is_read_further_and_further_without_being_encoded_again(monkeypatch) -> None:
    encoded = []
    encode = coder.encode
    monkeypatch.setattr(coder, "encode", lambda *what: encoded.append(what[3]) or encode(*what))
    app = settle(open_app(image="chelsea", crop="0,0,64,48", codec=["compact-toderici2017:2"], match="off"))
    assert not app.exception
    slider = app.slider(key="choice-parts_read")
    assert (slider.value, slider.max) == (2, 12)
    size = 9 + 2 + 4  # of the head; a string is 12 places of 4 bytes, with a length and a checksum
    assert f"{size + 2 * 53:,} of {size + 12 * 53:,} bytes are read" in page_text(app)
    before = len(encoded)
    assert before >= 1
    settle(slider.set_value(7).run())
    assert app.query_params["parts_read"] == "7"
    assert len(encoded) == before, "nothing was coded anew"
    assert f"{size + 7 * 53:,} of {size + 12 * 53:,} bytes are read" in page_text(app)
    assert not app.error
