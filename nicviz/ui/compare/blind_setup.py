"""Before a blind comparison: how many rounds, on which pictures, of which codecs, and whether they meet at one rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st

from nicviz.analysis.blind import FEWEST, MOST
from nicviz.analysis.cost import seconds_to_compare
from nicviz.analysis.one_rate import match_at_one_rate
from nicviz.analysis.rd.points import Load
from nicviz.codecs import Codec
from nicviz.errors import NicvizError
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.run.work import Growth, Progress, Signal
from nicviz.tasks.match import mismatch_text
from nicviz.tasks.settings import ImageSetting, Match
from nicviz.ui.compare.blind_session import DRAW, Prepared, begin, fresh_entropy
from nicviz.ui.kit.ask import agreed
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.picture_sets import Pictures, pictures_control
from nicviz.ui.kit.plain import plain_text, typeset
from nicviz.ui.kit.screen import folded_when_narrow
from nicviz.ui.kit.waiting import compute, progress_line
from nicviz.ui.shell.picture import load_picture, named_picture

ROUNDS, RATES = (5, 10, 20), (0.5, 0.25)
LANE = "blind-match"
_TRIED = 2  # times as many pictures as there are rounds are tried, for some on which the codecs meet


@dataclass
class Preparation:
    """Pictures on which the codecs are matched, as far as it has come.

    Args:
        total: how many are wanted.
        equal: pictures on which all codecs are at one rate, in the order in which they were drawn.
        unequal: those on which they are not; they fill up what is missing.
        left_out: why others were not taken.
    """

    total: int
    equal: list[Prepared] = field(default_factory=list)
    unequal: list[Prepared] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """How many pictures have been looked at."""
        return len(self.equal) + len(self.unequal) + len(self.left_out)

    @property
    def ready(self) -> list[Prepared]:
        """The pictures to compare on."""
        return [*self.equal, *self.unequal][: self.total]


def setup(view: View, codecs: Mapping[str, Codec]) -> None:
    """Draw the choices, match the codecs on the pictures that are drawn, and the button that begins."""
    with folded_when_narrow("Rounds, pictures and rate"):
        rounds = st.segmented_control("Rounds", ROUNDS, key=choice("rounds"), required=True) or ROUNDS[1]
        settings = pictures_control(view, "blind_over")
        bpp = _rate(view)
    taking = _codecs_taking_part(view, codecs)
    if len(taking) < FEWEST:
        st.info(
            "A blind comparison needs two codecs whose quality can be set: choose or add one at the left.",
            icon=":material/playlist_add:",
        )
        return
    _say_what_is_compared(view, taking, bpp, settings)
    pictures = Pictures(settings, load_picture(view.image), is_set=settings != (view.image,))
    at_most = min(int(rounds), len(settings))
    ready = agreed(
        taking, "match", key=(pictures.key, bpp, at_most),
        of=lambda each: (each, at_most * seconds_to_compare(each, Match("bpp", bpp), 1, pictures.original)),
    )  # fmt: skip
    if len(ready) < len(taking):
        return
    (live,) = compute(LANE, [_matching(pictures, taking, bpp, at_most)])
    progress_line(LANE)
    if live.state == "failed":
        st.error(plain_text(live.message), icon=":material/error:")
    _say_how_they_match(live, taking)
    found = live.value.ready if live.done else []
    st.button("Begin", type="primary", icon=":material/visibility_off:", key="blind-begin", disabled=not found,
              on_click=begin, args=(taking, bpp, tuple(found), int(rounds)))  # fmt: skip


def _rate(view: View) -> float:
    """Return the rate of the view's match, or let one be chosen: a blind test is fair at one rate only."""
    if view.match is not None and view.match.metric == "bpp":
        return view.match.value
    found = st.segmented_control(
        "Bits per pixel", RATES, key=choice("blind_rate"), required=True,
        help="The richer file looks better, so that a blind comparison is fair at one rate only. The match of the "
        "codecs at the left, in rate, would set it.",
    )  # fmt: skip
    return float(found or RATES[0])


def _codecs_taking_part(view: View, codecs: Mapping[str, Codec]) -> list[Codec]:
    """Return the first three different codecs that can be set to a rate, and say which others are passed over."""
    chosen_codecs = [codecs[name] for name in dict.fromkeys(setting.codec for setting in view.codecs)]
    settable = [codec for codec in chosen_codecs if codec.scale is not None]
    for codec in chosen_codecs:
        if codec.scale is None:
            st.caption(f":material/info: {codec.title} takes no part: it has no quality that could be set to a rate.")
    for codec in settable[MOST:]:
        st.caption(f":material/info: {codec.title} takes no part: {MOST} codecs are compared at most.")
    return settable[:MOST]


def _say_what_is_compared(view: View, taking: Sequence[Codec], bpp: float, settings: Sequence[ImageSetting]) -> None:
    *first, last = [f"**{plain_text(codec.title)}**" for codec in taking]
    many = f"a picture drawn from {len(settings)}" if len(settings) > 1 else "the same one picture"
    st.markdown(
        f"Each round shows {many} as {', '.join(first)} and {last} make it, at one rate of about {bpp:.4g} bpp, "
        "without names and in random order; you say which you prefer. Which was which is told at the end. "
        "Votes are lost when the page is loaded anew; nothing of them is in the link."
    )
    if view.corruption is not None:
        st.caption(":material/info: The pictures are clean ones: the corruption at the left is not applied here.")
    if view.match is None or view.match.metric != "bpp":
        st.caption(":material/info: The qualities at the left are not used: here the codecs are set to one rate.")


def _matching(pictures: Pictures, taking: Sequence[Codec], bpp: float, total: int) -> Growth[Preparation]:
    """Return the matching of as many pictures as are wanted, drawn from all, while there are any at one rate."""
    draw = st.session_state.setdefault(DRAW, fresh_entropy())
    named = [named_picture(setting).word for setting in pictures.settings]
    offered = list(zip(pictures.settings, named, pictures.loads(), strict=True))
    drawn = [offered[place] for place in np.random.default_rng(draw).permutation(len(offered))]
    drawn = drawn[: _TRIED * total]
    key = (draw, pictures.key, tuple(codec.reference for codec in taking), bpp, total)
    return Growth(
        key, "matching", partial(Preparation, total), partial(_match, drawn, tuple(taking), bpp),
        lambda made: Progress(made.tried, len(drawn), "pictures tried"),
    )  # fmt: skip


def _match(
    drawn: Sequence[tuple[ImageSetting, str, Load]], taking: Sequence[Codec], bpp: float, made: Preparation,
    signal: Signal,
) -> None:  # fmt: skip
    for setting, name, load in drawn[made.tried :]:  # stopped once, it goes on here
        if len(made.equal) == made.total:
            return
        try:
            image = load()
            rates = match_at_one_rate(image, taking, bpp, cancel=signal)
        except NicvizError as error:
            made.left_out.append(f"{name} is left out. {error}")
        else:
            (made.equal if rates.reached else made.unequal).append(
                Prepared(setting, name, load, rates, image.pixels.nbytes)
            )


def _say_how_they_match(live: Live[Preparation], taking: Sequence[Codec]) -> None:
    """Say before it begins where the codecs are not at one rate, and what is left out."""
    if not live.done:
        return
    made = live.value
    for message in dict.fromkeys(made.left_out):
        st.warning(plain_text(message))
    if not made.ready:
        st.error("No picture is left to compare on.", icon=":material/error:")
        return
    low, high = (choose(each.rates.bpp for each in made.ready) for choose in (min, max))
    span = f"{low:.3g} bpp" if f"{low:.3g}" == f"{high:.3g}" else f"{low:.3g} to {high:.3g} bpp from picture to picture"
    off = [each for each in made.ready if not each.rates.reached]
    if not off:
        st.caption(f":material/balance: On every picture all codecs are within 1 % of one rate: {span}.")
        return
    worst = [f"{each.name} ({_worst(each, taking)})" for each in off]
    st.warning(
        f"On {len(off)} of {len(made.ready)} pictures the codecs cannot be set within 1 % of one rate, and the richer "
        f"file has an advantage there: {plain_text(', '.join(worst))}. Rates: {span}."
    )


def _worst(prepared: Prepared, taking: Sequence[Codec]) -> str:
    place = max(range(len(taking)), key=lambda k: abs(prepared.rates.matched[k].mismatch))
    return f"{taking[place].title} {typeset(mismatch_text('bpp', prepared.rates.matched[place].mismatch))}"
