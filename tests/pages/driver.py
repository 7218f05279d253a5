"""Drives a page with Streamlit's own test driver: a real run of the script, without a browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
RUNS = 60

Query = str | list[str]


def new_app(**query: Query) -> AppTest:
    """Return the app at a link, before its first run."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app


def open_app(**query: Query) -> AppTest:
    """Return the first page at a link after one run, its work perhaps still under way."""
    return new_app(**query).run()


def open_page(page: str, **query: Query) -> AppTest:
    """Return a page, such as "color", that a link leads to; as `open_app`."""
    return new_app(**query).switch_page(f"pages/{page}.py").run()


def settle(app: AppTest) -> AppTest:
    """Run again until nothing is pending, as the page's own polling does in a browser."""
    for _ in range(RUNS):
        if not any(button.label == "Cancel" for button in app.button):
            return app
        app.run()
    pytest.fail("the work did not end")


def html_of(app: AppTest) -> str:
    """Return the page's own HTML: tables and what stands above them."""
    return " ".join(element.proto.body for element in app.get("html"))


def page_text(app: AppTest) -> str:
    """Return the HTML and all text beside it but for messages."""
    return " ".join([html_of(app), *(str(element.value) for element in [*app.caption, *app.markdown, *app.code])])


def messages_of(app: AppTest) -> str:
    """Return what the page says in boxes: information, warnings, errors."""
    return " ".join(str(element.value) for element in [*app.info, *app.warning, *app.error])


def panes_of(app: AppTest) -> dict[str, dict[str, Any]]:
    """Return what the viewer is told of each pane, by the pane's name: title, status, failed, hash …"""
    viewer = next(part for part in app.get("bidi_component") if part.proto.component_name == "nicviz_viewer")
    length = int.from_bytes(viewer.proto.bytes[:4], "little")
    panes = json.loads(viewer.proto.bytes[4 : 4 + length])["panes"]
    return {pane["name"]: pane for pane in panes}


def command_of(app: AppTest, command: str) -> str:
    """Return what reproduces the page: the code that holds `nicviz COMMAND`, without folder and Python of here."""
    shown = next(code.value for code in app.code if f"nicviz {command}" in code.value)
    folder, _, lines = shown.partition("\n")
    assert folder == f"cd {ROOT}"
    return re.sub(r"(?:NICVIZ_\w+=\S+ )*\S*python\S* -m", "python -m", lines)
