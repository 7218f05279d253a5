"""Links that people have open what they always opened."""

from urllib.parse import urlsplit

import pytest

from nicviz.codecs import CODECS
from nicviz.requests import more_pages, pages
from nicviz.requests.fields import Known
from nicviz.requests.query import from_query, parameters, to_query
from nicviz.requests.view import PARAMETERS, view_from_query
from tests.requests.links import LINKS, Link, query_of

PAGES = {
    "/": pages.Compare,
    "/color": pages.Color,
    "/rd": pages.RateDistortion,
    "/spectra": pages.Spectra,
    "/heatmap": pages.Heatmap,
    "/latents": more_pages.Latents,
    "/theory": more_pages.Theory,
    "/lessons": more_pages.Lessons,
    "/robustness": more_pages.Robustness,
    "/about": pages.About,
}


def test_there_are_links_to_every_page_with_every_parameter() -> None:
    assert len(LINKS) >= 50
    used: dict[str, set[str]] = {path: set() for path in PAGES}
    for link in LINKS:
        parts = urlsplit(link.asked)
        used[parts.path] |= query_of(parts.query).keys()
    assert set.union(*used.values()) >= set(PARAMETERS)
    for path, page in PAGES.items():
        own = set(parameters(page)) - {"over", "against"}  # one choice on several pages
        assert own <= used[path]
    assert {"over", "against"} <= set.union(*used.values())


@pytest.mark.parametrize("link", [link for link in LINKS if not link.on_the_page], ids=lambda link: link.asked)
def test_a_link_opens_what_it_always_opened(link: Link) -> None:
    parts = urlsplit(link.asked)
    query, page = query_of(parts.query), PAGES[parts.path]
    view, said = view_from_query(query, Known(lambda: CODECS))
    choices, said_of_page = from_query(page, query, Known(dict))
    written = {**to_query(view), **to_query(choices)}
    others = {"utm_source", "show"} - set(parameters(page))
    assert written == {name: texts for name, texts in query_of(link.becomes).items() if name not in others}
    messages = [*said, *said_of_page]
    assert len(messages) == len(link.said)
    assert all(name in message for name, message in zip(link.said, messages, strict=True)), messages


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.asked)
def test_a_link_that_was_corrected_opens_the_same_again_and_nothing_is_said(link: Link) -> None:
    page = PAGES[urlsplit(link.asked).path]
    query = query_of(link.becomes)
    view, said = view_from_query(query, Known(lambda: CODECS))
    choices, said_of_page = from_query(page, query, Known(dict))
    assert [*said, *said_of_page] == []
    assert {**to_query(view), **to_query(choices)}.items() <= query.items()
