"""A page's choices read back from their own link, whatever is chosen."""

import dataclasses
from typing import Any

import pytest

from nicviz.errors import NicvizError
from nicviz.requests.fields import Known, parts
from nicviz.requests.marked import Marked, Point
from nicviz.requests.page import Page
from nicviz.requests.pages import PAGES, Compare, Heatmap, RateDistortion, Spectra
from nicviz.requests.query import from_query, parameters, to_query
from nicviz.requests.view import PARAMETERS
from nicviz.spectra.part import Part

OPEN = {
    "blind_over": "kodak",
    "over": "kodak",
    "parts_read": 7,
    "also": ("png", "webp"),
    "rd_anchor": "webp",
    "rd_architecture": "mbt2018",
    "group": "768×512",
    "band": Part(0.1, 0.2, 45.0, 30.0),
    "edges": (4, 20),
    "norm": 16.5,
    "signseed": 9,
    "linear_bpp": 0.25,
    "linear_mse": 12.5,
    "cell": (-48, 16),
    "marked": Marked(rectangle=(1, 2, 30, 40), image="0123456789abcdef"),
    "rd_points": (Point("jpeg", 30.0), Point("webp", 52.5, "kodim01")),
    "rd_published": ("kodak/jpeg",),
    "inside": "compact-hyperprior:4",
    "latent_channel": 17,
    "latent_at": (3, 40),
    "keep": 12,
    "zeroed": (3, 5),
    "scaled": ((7, 0.5), (9, -1.0)),
    "latent_step": 2.83,
    "hyper_of": "coffee",
    "run": "kodak-c",
    "robust_at": "0.5",
    "robust_severity": "3",
    "robust_anchor": "jpeg2000",
    "robust_cell": ("fog", "jpeg"),
    "robust_corruption": "fog",
    "robust_first": "jpeg",
    "robust_second": "webp",
    "robust_neural": "compact-hyperprior",
}
EVERY = [
    (page, name, value)
    for page in PAGES
    for name, _, part in parts(page)
    for value in (part.params[0].choices or (OPEN[name],))
]


@pytest.mark.parametrize(("page", "name", "value"), EVERY, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_choice_reads_back_from_the_link(page: type[Page], name: str, value: Any) -> None:
    request = page(**{name: value})
    assert from_query(page, to_query(request), Known(dict)) == (request, [])


@pytest.mark.parametrize("page", PAGES)
def test_a_link_to_a_page_alone_chooses_nothing(page: type[Page]) -> None:
    assert from_query(page, {}, Known(dict)) == (page(), [])
    assert to_query(page()) == {}


def test_no_parameter_of_a_page_is_one_of_the_view_and_no_page_has_one_twice() -> None:
    for page in PAGES:
        names = parameters(page)
        assert len(set(names)) == len(names)
        assert not set(names) & set(PARAMETERS)


def test_fields_of_one_name_are_one_choice_on_all_pages() -> None:
    seen: dict[str, Any] = {}
    for page in PAGES:
        for each in dataclasses.fields(page):
            described = (each.default, each.metadata["part"].params[0].url, each.metadata["part"].params[0].choices)
            assert seen.setdefault(each.name, described) == described


def test_a_value_that_a_field_does_not_take_is_refused() -> None:
    for page, bad in ((Compare, {"show": "x"}), (Spectra, {"channel": "alpha"}), (Heatmap, {"grid": "all"}),
                      (RateDistortion, {"rd_severity_of_all": 9})):  # fmt: skip
        with pytest.raises(NicvizError, match=next(iter(bad))):
            page(**bad)
