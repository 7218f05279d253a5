"""Links into the app: what a step or an attempt looked at, opened on the page where it can be explored."""

from urllib.parse import urlencode

from nicviz.requests.more_pages import Latents, Lessons, Robustness, Theory
from nicviz.requests.page import Page
from nicviz.requests.pages import Color, Compare, Heatmap, RateDistortion, Spectra
from nicviz.requests.query import to_query
from nicviz.requests.view import View

PLACES: dict[type[Page], tuple[str, str]] = {  # path and title of each page
    Compare: ("", "Compare"),
    Color: ("color", "Color"),
    RateDistortion: ("rd", "Rate–distortion"),
    Spectra: ("spectra", "Spectra"),
    Heatmap: ("heatmap", "Fourier heatmap"),
    Latents: ("latents", "Latents"),
    Theory: ("theory", "Theory"),
    Robustness: ("robustness", "Robustness"),
    Lessons: ("lessons", "Lessons"),
}


def link(view: View, page: Page) -> str:
    """Return a link, relative to any page of the app, that opens a page with a view and its choices."""
    path, _ = PLACES[type(page)]
    return f"./{path}?{urlencode({**to_query(view), **to_query(page)}, doseq=True, safe=':,')}"


def place_title(page: Page) -> str:
    """Return what a page is called."""
    return PLACES[type(page)][1]
