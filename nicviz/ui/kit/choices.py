"""A page's own choices (channel, grid, scale …): its request, kept in the session and carried by the URL.

The request is the truth, not the state of the widgets, which Streamlit forgets when a run does not draw them: a widget
gets its value from the request whenever it is drawn, and what a user changes in it goes back into the request.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from nicviz.requests.fields import Known, Param, parts
from nicviz.requests.page import Page
from nicviz.requests.pages import PAGES
from nicviz.requests.query import from_query, parameters, to_query
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.widgets import send_again, set_widget

PREFIX = "choice-"  # of the widgets' keys
_CHOSEN = "page-choices"  # field to what was chosen; of all pages, so that a name that several have is one choice
_PAGE = "page-request"  # the class of the request of the page that was drawn last
_SHOWN = "shown-choices"  # field to the value that its widget was given
_LINKED = "linked-choices"  # fields that a link has set and that were not drawn yet
_CORRECTED = "corrected-choices"  # field to what was chosen, and the text that stands for it in the URL
_LINK = "link-to-page"  # whether the next page is the one that a link leads to
_UNREAD = "unread-pages"  # those that were not drawn since the URL decides
_DEFAULTS = {name: default for page in PAGES for name, default, _ in parts(page)}
_PARAMS: dict[str, Param] = {name: part.params[0] for page in PAGES for name, _, part in parts(page)}


def expect_link() -> None:
    """Let the URL decide on the choices of the pages that are drawn next: a new session, or the browser went back."""
    st.session_state[_UNREAD] = set(PAGES)
    st.session_state[_LINK] = True


def open_request(page: type[Page]) -> None:
    """Begin a page: read its choices from the URL where that decides, and let the URL follow them."""
    state = st.session_state
    before: type[Page] = state.get(_PAGE, page)
    if before is not page:
        send_again()
    state[_PAGE] = page
    state[_LINKED] = _read_link(page)
    own = {name: st.query_params.get_all(name) for name in parameters(page) if name in st.query_params}
    left = {name for name in parameters(before) if name in st.query_params} - set(parameters(page))
    query = _page_query(page)
    if left or own != query:
        gone = left | set(parameters(page))
        others = {name: st.query_params.get_all(name) for name in st.query_params if name not in gone}
        st.query_params.from_dict({**others, **query})


def _read_link(page: type[Page]) -> set[str]:
    """Read what the URL says of a page that was not drawn since the URL began to decide; return the fields named.

    On the page that a link leads to, what the link does not name is at its default.
    """
    state = st.session_state
    unread: set[type[Page]] = state.get(_UNREAD, set())
    addressed = state.pop(_LINK, False)
    if page not in unread:
        return set()
    unread.discard(page)
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    request, problems = from_query(page, query, Known(dict))
    for problem in problems:
        st.toast(plain_text(problem), icon="⚠️", duration="long")
    names = {name for name, _, _ in parts(page)}
    linked = {name for name in names if _PARAMS[name].url in query}
    _choices().update({name: getattr(request, name) for name in (names if addressed else linked)})
    return linked


def take_choices() -> None:
    """Put into the request what users have changed in widgets since the last run; called before a run draws."""
    for name in list(st.session_state.get(_SHOWN, {})):
        _take(name)


def choice(
    name: str, options: Sequence[Any] | None = None, default: Any = None, known: Sequence[Any] | None = None
) -> str:
    """Return the key for the widget of a choice, whose value is set from the request.

    Call it just before the widget, and give the widget no value of its own:
    `st.segmented_control("Channel", CHANNELS, key=choice("channel"), required=True)`.

    Args:
        name: of the field in the page's request.
        options: what can be chosen now, where that is not what the field always takes. What was chosen is kept while
            it is no option, and the default is shown.
        default: shown where nothing is chosen; for fields whose default depends on the page.
        known: what a link may name, where that is more than the options of now; another name in a link is corrected.
    """
    value = chosen(name, options, default)
    accepted = options if known is None else known
    if accepted is not None:
        _check_link(name, accepted)
    shown = list(value) if isinstance(value, tuple) else value
    st.session_state.setdefault(_SHOWN, {})[name] = shown
    set_widget(PREFIX + name, shown)
    _write(name, value, accepted, _usual(name, options, default))
    return PREFIX + name


def chosen(name: str, options: Sequence[Any] | None = None, default: Any = None) -> Any:
    """Return the value of a choice, before or without its widget; arguments as for `choice`."""
    _take(name)
    value = _choices().get(name, _DEFAULTS[name])
    return _among(value, options, _usual(name, options, default))


def choose(name: str, value: Any) -> None:
    """Make a value the chosen one; from a callback, or for a choice that has no widget."""
    _choices()[name] = value
    st.session_state.get(_SHOWN, {}).pop(name, None)


def _choices() -> dict[str, Any]:
    found: dict[str, Any] = st.session_state.setdefault(_CHOSEN, {})
    return found


def _request(page: type[Page]) -> Page:
    return page(**{name: _choices().get(name, default) for name, default, _ in parts(page)})


def _take(name: str) -> None:
    """Put what a user has changed in the widget of a choice into the request.

    A list whose labels change between two runs gives back the old label, as a text: that is nothing that was chosen.
    """
    shown = st.session_state.get(_SHOWN, {})
    now, known = st.session_state.get(PREFIX + name), _PARAMS[name].choices
    if known and now not in known:
        return
    if name in shown and now is not None and now != shown[name]:
        shown[name] = now
        _choices()[name] = tuple(now) if isinstance(now, list) else now


def _usual(name: str, options: Sequence[Any] | None, default: Any) -> Any:
    """Return what is shown where nothing is chosen."""
    usual = _DEFAULTS[name] if default is None else default
    return _among(usual, options, options[0] if options else usual)


def _among(value: Any, options: Sequence[Any] | None, default: Any) -> Any:
    """Return the value where it is an option, or of several values those that are, or the default."""
    if isinstance(value, tuple) and options is not None:
        return tuple(each for each in value if each in options)
    return default if value is None or (options is not None and value not in options) else value


def _check_link(name: str, accepted: Sequence[Any]) -> None:
    """Where a link names what is not known on this page, say so and forget it."""
    linked: set[str] = st.session_state.get(_LINKED, set())
    asked, param = _choices().get(name), _PARAMS[name]
    if name in linked and not isinstance(asked, tuple) and asked not in (*accepted, None, _DEFAULTS[name]):
        known = ", ".join(map(param.write, accepted))
        sentence = f"The link's {param.url}={param.write(asked)} was replaced. Known: {known}."
        st.toast(plain_text(sentence), icon="⚠️", duration="long")
        _choices()[name] = _DEFAULTS[name]
    linked.discard(name)


def _page_query(page: type[Page]) -> dict[str, list[str]]:
    """Return the parameters of a page's choices; of those that are shown otherwise than chosen, as they are shown."""
    query = to_query(_request(page))
    for name, (asked, text) in st.session_state.get(_CORRECTED, {}).items():
        url = _PARAMS[name].url
        if url in query and asked == _choices().get(name) and name in {each for each, _, _ in parts(page)}:
            query = {key: texts for key, texts in query.items() if key != url} | ({} if text is None else {url: [text]})
    return query


def _write(name: str, value: Any, accepted: Sequence[Any] | None, usual: Any) -> None:
    """Let the URL follow one choice: what is chosen or, while that is not known on the page, what is shown instead."""
    param, asked = _PARAMS[name], _choices().get(name, _DEFAULTS[name])
    corrected: dict[str, Any] = st.session_state.setdefault(_CORRECTED, {})
    if asked is not None and not isinstance(asked, tuple) and (accepted is None or asked in accepted):
        value = asked
    text = None if value == usual else param.write(value)
    corrected[name] = asked, text
    if text is None and param.url in st.query_params:
        del st.query_params[param.url]
    elif text is not None and st.query_params.get(param.url) != text:
        st.query_params[param.url] = text
