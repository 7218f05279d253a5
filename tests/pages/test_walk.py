"""Whatever way one takes through pages and views: a control shows what was chosen, and no choice is lost."""

from collections.abc import Iterator, Mapping
from itertools import permutations, product
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from nicviz.ui.rd import corruption
from nicviz.ui.shell import frame
from tests.pages.driver import ROOT

PAGES = ("compare", "color", "rd", "spectra", "heatmap", "about")
LINK = {"image": "astronaut", "crop": "0,0,64,64", "codec": "jpeg:30", "match": "off",
        "corruption": "gaussian_noise:2", "seed": "3"}  # fmt: skip
CHOSEN: dict[str, Mapping[str, Any]] = {  # on each page, what differs from the default in the view it opens with
    "compare": {"show": "absolute", "against": "original"},
    "color": {"cells": "density", "axes": "gamut"},
    "rd": {"rd_quality": "ms_ssim", "rd_rate": "log", "rd_camera": "png", "also": ["webp"]},
    "spectra": {"error": "R", "channel": "cb", "color_scale": "linear", "gain": 8},
    "heatmap": {"value": "bpp", "shown_as": "value", "signs": "random", "norm": 8.0, "signseed": 9, "map_scale": "own"},
    "about": {"family_quality": "ms_ssim"},
}
VIEWS: dict[str, tuple[str, Mapping[str, Mapping[str, Any]]]] = {  # choice of the view, and what is chosen in each
    "spectra": ("spectra", {
        "planes": {"error": "R", "channel": "ood_nic", "color_scale": "linear", "gain": 8},
        "profiles": {"error": "R", "channel": "ood_nic"},
        "severities": {},
        "claims": {"claims_severity": 5},
    }),
    "color": ("color", {
        "plane": {"cells": "density", "axes": "gamut"},
        "change": {"axes": "gamut", "against": "original"},
        "difference": {"part": "hue", "against": "original"},
        "ladder": {},
    }),
    "theory": ("theory", {
        "spectrum": {},
        "components": {"patch_side": 8, "patch_channel": "rgb", "patch_order": "frequency"},
        "codec": {"trained": "pink"},
        "rd": {},
    }),
    "rd": ("rd_show", {
        "curves": {"rd_quality": "ms_ssim", "rd_rate": "log"},
        "corruption": {"rd_sweep": "corruptions", "rd_bdrates": True, "rd_severity_of_all": 5, "rd_figure": "bd"},
        "cross": {"rd_cross_set": "kodak"},
        "speed": {},
    }),
}  # fmt: skip


@pytest.fixture(autouse=True)
def a_run_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "await_work", lambda: None)  # what is chosen does not wait for what is computed
    monkeypatch.setattr(corruption, "MANY_POINTS", 10**9)  # nor is it asked about


def open_app(**choices: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {**LINK, **choices}.items():
        app.query_params[name] = value
    return app.run()


def drawn(app: AppTest) -> dict[str, Any]:
    kinds = [app.button_group, app.selectbox, app.number_input, app.toggle, app.select_slider, app.multiselect]
    return {str(each.key).removeprefix("choice-"): each for kind in kinds for each in kind
            if str(each.key).startswith("choice-")}  # fmt: skip


def choose(app: AppTest, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        drawn(app)[name].set_value(value)
        app.run()


def check(app: AppTest, chosen: Mapping[str, Any], arrived: set[str]) -> set[str]:
    """Hold that each control shows what was chosen, and gets it sent where the browser has just put it up anew."""
    assert not app.exception
    found = drawn(app)
    for name, value in chosen.items():
        assert found[name].value == value, name
    silent = {name for name, each in found.items() if name not in arrived and not each.proto.set_value}
    assert not silent, "they would come back blank"
    return set(found)


def walk(nodes: tuple[str, ...]) -> Iterator[str]:
    """Yield nodes so that each three that may follow each other, the first and last perhaps the same, do."""
    left = {pair: [c for c in nodes if c != pair[1]] for pair in permutations(nodes, 2)}
    path, trail = [(nodes[0], nodes[1])], []
    while path:  # Hierholzer's algorithm on pairs of nodes
        if left[path[-1]]:
            path.append((path[-1][1], left[path[-1]].pop()))
        else:
            trail.append(path.pop())
    return (pair[0] for pair in reversed(trail))


def test_the_walk_takes_every_three_in_every_order() -> None:
    steps = list(walk(PAGES))
    taken = set(zip(steps, steps[1:], steps[2:], strict=False))
    wanted = {(a, b, c) for a, b, c in product(PAGES, repeat=3) if a != b != c}
    assert len(wanted - taken) <= 1, "the last pair ends the circuit"


def test_no_page_loses_a_choice_on_any_way_over_two_others() -> None:
    app = open_app()
    for page in PAGES:
        app.switch_page(f"pages/{page}.py").run()
        choose(app, CHOSEN[page])
    now = PAGES[-1]
    for page in walk(PAGES):
        if page != now:
            app.switch_page(f"pages/{page}.py").run()
            check(app, CHOSEN[page], set())
            now = page
    app.run()
    assert not any(each.proto.set_value for each in drawn(app).values()), "sent once"


@pytest.mark.parametrize("page", VIEWS)
def test_no_view_of_a_page_loses_a_choice_on_any_way_over_two_others(page: str) -> None:
    name, views = VIEWS[page]
    app = open_app().switch_page(f"pages/{page}.py").run()
    for view, values in views.items():
        if drawn(app)[name].value != view:
            choose(app, {name: view})
        choose(app, values)
    arrived = set(drawn(app))
    for view in walk(tuple(views)):
        if drawn(app)[name].value != view:
            choose(app, {name: view})
            arrived = check(app, {name: view, **views[view]}, arrived)
