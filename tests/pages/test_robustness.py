"""The Robustness page through Streamlit's own test driver, on the example that comes with nicviz."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from nicviz.__main__ import main
from nicviz.robustness.papers import CLAIMS
from tests.pages.driver import command_of, html_of, messages_of, open_page, page_text, panes_of, settle
from tests.robustness.cubes import write_run
from tests.sweeps.small_run import wide_plan

VIEWS = ("matrix", "curves", "severity", "spectra", "scatter", "claims")


def open_robustness(**query: str) -> AppTest:
    app = settle(open_page("robustness", **query))
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return f"{page_text(app)} {messages_of(app)}"


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_the_example_is_drawn(view: str) -> None:
    app = open_robustness(robust=view)
    assert not app.error
    assert "10 pictures, 15 corruptions, 7 codecs" in said(app)
    assert "NICVIZ_RUNS" in said(app)
    assert "Take it with you" in str([each.value for each in app.subheader])


def test_the_claims_of_the_page_are_those_of_the_command(capsys) -> None:
    app = open_robustness(robust="claims", robust_at="0.5")
    assert main(command_of(app, "claims").split("\n")[0].split()[3:]) == 0
    records = json.loads(capsys.readouterr().out)
    assert len(records) == len(CLAIMS)
    shown = re.findall(r"nv-verdict [\w-]+'>(?:[✓✗–] )?([\w ]+)<", html_of(app))
    assert shown == [record["verdict"] for record in records]
    assert {"holds", "not decided"} <= set(shown)


def test_a_cell_in_the_link_opens_its_pictures() -> None:
    app = open_robustness(robust="matrix", robust_cell="fog,jpeg", robust_at="0.5")
    assert not app.error
    panes = panes_of(app)
    assert list(panes) == ["original", "corrupted", "codec-1", "codec-2"]
    assert all(pane["hash"] for pane in panes.values())


def test_the_matrix_has_a_click_target_for_every_cell_and_marks_what_is_decided() -> None:
    app = open_robustness(robust="matrix", robust_figure="psnr_clean")
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    cells = next(trace for trace in figure["data"] if trace["type"] == "scatter")
    assert len(cells["customdata"]) == 16 * 7
    assert ["gaussian_noise", "compact-hyperprior"] in cells["customdata"]


def test_bd_rates_come_with_the_reason_where_there_are_none() -> None:
    app = open_robustness(robust="matrix", robust_figure="bd", robust_anchor="jpeg")
    assert "2 qualities, a BD-rate needs 4" in said(app)


@pytest.mark.parametrize("query", [
    {"robust": "nothing"}, {"run": "no-such-run"}, {"robust_at": "7"}, {"robust_anchor": "gif"}, {"robust_cell": "fog"},
])  # fmt: skip
def test_bad_values_in_a_link_are_replaced_and_said(query: dict[str, str]) -> None:
    app = open_robustness(**query)
    assert any(next(iter(query.values())) in toast.value for toast in app.toast)
    assert not app.error


def test_a_run_that_grows_is_shown_as_far_as_it_is_and_without_neural_codecs_there_are_no_claims(
    tmp_path: Path, monkeypatch
) -> None:
    plan = wide_plan(8)
    write_run(tmp_path / "mine", plan, list(range(20)), failed=3)
    monkeypatch.setenv("NICVIZ_RUNS", str(tmp_path))
    app = open_robustness(robust="claims")
    assert not app.error
    assert "20 of 32 units done" in said(app)
    assert "1 failed and left out" in said(app)
    assert "this run has none" in said(app)
    for view in VIEWS:
        assert not open_robustness(robust=view).error


def test_a_picture_that_is_not_here_is_said(tmp_path: Path, monkeypatch) -> None:
    write_run(tmp_path / "mine", wide_plan(8), list(range(32)))
    monkeypatch.setenv("NICVIZ_RUNS", str(tmp_path))
    app = open_robustness(robust="matrix", robust_cell="fog,jpeg")
    assert not app.error
    assert "is not here with the content" in said(app)


def test_a_damaged_run_is_said(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "plan.json").write_text("{")
    monkeypatch.setenv("NICVIZ_RUNS", str(tmp_path))
    app = open_robustness()
    assert any("damaged" in str(each.value) for each in app.error)


def test_a_folder_without_runs_is_said(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("NICVIZ_RUNS", str(tmp_path))
    assert "no run yet" in said(open_robustness())


def test_a_folder_that_is_typed_is_opened_and_is_in_no_link(tmp_path: Path) -> None:
    write_run(tmp_path / "typed", wide_plan(8), list(range(32)))
    app = open_robustness(robust="curves")
    app.text_input[-1].input(str(tmp_path / "typed"))
    next(button for button in app.button if button.label == "Open").click()
    app = settle(app.run())
    assert not app.exception
    assert not app.error
    assert "8 pictures, 1 corruption, 1 codec" in said(app)
    assert str(tmp_path) not in str(dict(app.query_params))


def test_a_large_run_is_read_once(tmp_path: Path, monkeypatch) -> None:
    from nicviz.ui.robustness import loading

    reads: list[object] = []
    original = loading.read_cube
    monkeypatch.setattr(loading, "read_cube", lambda run: reads.append(run) or original(run))
    monkeypatch.setattr(loading, "_num_bytes", lambda cube: 1 << 40)
    write_run(tmp_path / "large", wide_plan(8), list(range(32)))
    monkeypatch.setenv("NICVIZ_RUNS", str(tmp_path))
    for view in VIEWS:
        open_robustness(robust=view)
    assert len(reads) == 1
