"""The result of a blind comparison: what the votes say, which was which, and the files."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from nicviz.analysis.blind import PLACES, Tally
from nicviz.plots.blind import Preferred, preference_figure
from nicviz.plots.colors import distinct_colors
from nicviz.requests.query import to_query
from nicviz.requests.view import View
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.compare.blind_files import blind_downloads
from nicviz.ui.compare.blind_session import TIE, Answer, Rounds, forget
from nicviz.ui.compare.blind_words import counted, interval, p_text, percent, verdict
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.shell.panes import setting_title

_WRAPPED = "<style>.nv-blind :is(td, th) {text-align: left !important;} .nv-blind a {color: inherit;}</style>"


def show_result(rounds: Rounds) -> None:
    """Draw what was measured, how sure it is, which was which, and the downloads."""
    tally = rounds.tally()
    titles = [plain_text(codec.title) for codec in rounds.codecs]
    st.subheader("What the votes say", anchor=False)
    if not tally.rounds:
        st.info("No round was voted, so there is no result.", icon=":material/info:")
    else:
        st.markdown(counted(tally, [f"**{title}**" for title in titles]))
        _verdicts(tally, titles)
        _figures(rounds, tally)
        for sentence in _reservations(rounds):
            st.caption(f":material/info: {sentence}")
    st.button("Start again", icon=":material/restart_alt:", key="blind-again", on_click=forget)
    if rounds.answers:
        _reveal(rounds)
        blind_downloads(rounds, tally)


def _verdicts(tally: Tally, titles: Sequence[str]) -> None:
    """Say of each pair what the votes tell; of two codecs that is one sentence, of the one with more votes."""
    sentences = [verdict(tally.between(one, other), titles[one], titles[other]) for one, other in tally.pairs]
    st.markdown("\n".join(sentences if len(sentences) == 1 else [f"- {sentence}" for sentence in sentences]))


def _figures(rounds: Rounds, tally: Tally) -> None:
    names = [codec.name for codec in rounds.codecs]
    columns = list(zip([codec.title for codec in rounds.codecs], distinct_colors(names), strict=True))
    shares = tally.shares
    drawn = [Preferred(title, color, each.value, each.low, each.high)
             for (title, color), each in zip(columns, shares, strict=True) if each is not None]  # fmt: skip
    if drawn:
        show_figure(preference_figure(drawn, 1 / len(columns)), "blind-preference")
    chance = {2: "1/2", 3: "1/3"}[len(names)]
    show_table(columns, [
        Row("Preferred (votes)", [f"{count}" for count in tally.wins]),
        Row("Share of decided votes", ["–" if each is None else percent(each.value) for each in shares]),
        Row("95 % interval", ["–" if each is None else interval(each) for each in shares],
            help="two-sided, exact (Clopper and Pearson, 1934)"),
        Row(f"p against {chance}", ["–" if each is None else p_text(each) for each in shares],
            help="exact two-sided binomial test"),
    ])  # fmt: skip
    st.caption(f"No difference: {tally.ties}. These votes are in no share.")


def _reservations(rounds: Rounds) -> list[str]:
    """Return what limits the result."""
    found = ["This is said of one person's votes on these pictures at these rates; no more is claimed."]
    if rounds.stopped:
        found.append(
            f"Stopped after {len(rounds.answers)} of {len(rounds.plan)} rounds: the interval supposes a number of "
            "rounds that is fixed beforehand, so it is only approximate."
        )
    if rounds.number > 1:
        found.append(
            f"This is comparison {rounds.number} of this session: whoever tries again until a result comes out finds "
            "one by chance, and may know the pictures, so the interval is only approximate."
        )
    if rounds.repeated():
        found.append("Some pictures were voted on more than once; the interval takes the votes as independent.")
    if len(rounds.codecs) > 2:
        found.append("Each interval is one of 95 % by itself; that all of them hold at once is less sure.")
    off = sum(not rounds.pictures[each.picture].rates.reached and not answer.skipped
              for each, answer in zip(rounds.plan, rounds.answers, strict=False))  # fmt: skip
    if off:
        found.append(f"In {off} of the voted rounds the rates differed by more than 1 %.")
    skipped = sum(bool(answer.skipped) for answer in rounds.answers)
    if skipped:
        found.append(f"{skipped} of the rounds were skipped; the table says why.")
    return found


def _reveal(rounds: Rounds) -> None:
    st.subheader("Which was which", anchor=False)
    places = PLACES[: len(rounds.codecs)]
    head = "".join(f"<th>{each}</th>" for each in ["", "Picture", *places, "Vote", "Seconds"])
    body = "".join(_line(rounds, number, answer) for number, answer in enumerate(rounds.answers))
    st.html(
        f"{_WRAPPED}<div class='nv-scroll nv-blind' tabindex='0' role='region' aria-label='rounds'>"
        f"<table class='nv-table'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    st.caption("A picture's name opens it in a new tab, through the codecs of its round. ● was preferred.")


def _line(rounds: Rounds, number: int, answer: Answer) -> str:
    shown, columns = rounds.plan[number], len(rounds.codecs)
    prepared = rounds.pictures[shown.picture]
    link = f"<a href='{escape(reopened(rounds, number))}' target='_blank'>{escape(prepared.name)}</a>"
    start = f"<td>{number + 1}</td><td>{link}</td>"
    if answer.skipped:
        return f"<tr>{start}<td colspan='{columns + 2}'>Skipped. {escape(answer.skipped)}</td></tr>"
    cells = []
    for place, codec in zip(PLACES, shown.order, strict=False):
        text = setting_title(rounds.codecs[codec], prepared.rates.matched[codec].quality)
        rate = f"{answer.bpp[codec]:.3f} bpp" + (" (estimated)" if answer.estimated else "")
        chosen = " class='nv-best'" if place == answer.vote else ""
        cells.append(f"<td{chosen}>{escape(f'{text} · {rate}')}</td>")
    vote = "no difference" if answer.vote == TIE else answer.vote
    return f"<tr>{start}{''.join(cells)}<td>{vote}</td><td>{answer.seconds:.1f}</td></tr>"


def reopened(rounds: Rounds, number: int) -> str:
    """Return the link that opens a round's picture with its codecs on Compare, each at the quality it was shown at."""
    shown = rounds.plan[number]
    prepared = rounds.pictures[shown.picture]
    settings = tuple(
        CodecSetting(rounds.codecs[each].name, prepared.rates.matched[each].quality) for each in shown.order
    )
    query = to_query(View(prepared.setting, None, settings, None))
    return "?" + urlencode(query, doseq=True)
