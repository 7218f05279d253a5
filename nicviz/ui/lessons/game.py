"""The game “Break it”: what is tried is chosen in the sidebar; the score stays in the session."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from nicviz.analysis.claims import THRESHOLD_DB
from nicviz.codecs import Codec
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.lessons.base import Bench, Lesson
from nicviz.lessons.break_it import Attempt, attempt, best, claim_on, corruption_of, neural_of
from nicviz.lessons.links import link
from nicviz.lessons.rules import typeset
from nicviz.lessons.scene import Scene, scene
from nicviz.plots.colors import distinct_colors
from nicviz.requests.more_pages import Lessons
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.screen import is_narrow
from nicviz.ui.kit.waiting import compute, each_done, progress_line
from nicviz.ui.lessons.figures import HEIGHT
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.shell.frame import notices
from nicviz.ui.shell.panes import input_panes, result_pane
from nicviz.ui.shell.picture import load_picture
from nicviz.ui.viewer import viewer

LANE, PICTURES = "attempt", "attempt-pictures"
MOST_ATTEMPTS = 40
_ATTEMPTS = "lesson-attempts"  # by view; in this session alone
_WORDS = {"broken": "✗ broken", "holds": "✓ holds", "split": "depends", "undecided": "– undecided",
          "unfair": "not counted"}  # fmt: skip
_PAGE = Lessons(lesson="break")


def attempts() -> dict[View, Attempt]:
    """Return the attempts of this session, by what was tried, in order."""
    found: dict[View, Attempt] = st.session_state.setdefault(_ATTEMPTS, {})
    return found


def _keep(found: Attempt) -> None:
    """Put an attempt among those of this session; the oldest ones go, but never the best."""
    kept = attempts()
    kept[found.view] = found
    leader = best(list(kept.values()))
    while len(kept) > MOST_ATTEMPTS:
        del kept[next(view for view, each in kept.items() if each is not leader)]


def show_game(lesson: Lesson, view: View, codecs: Mapping[str, Codec]) -> None:
    """Draw the game: what is tried, what comes of it, and the score."""
    st.subheader(f"{lesson.title}: {lesson.summary}", anchor=False)
    st.markdown(
        "Lieberman and colleagues claim that, compared with JPEG 2000, neural codecs **generalize better** to low- and "
        "medium-frequency corruptions (fog, blur …: their G is lower) and **denoise** high-frequency ones more (noise: "
        "their R is lower). That is said of means over whole data sets. Can you find *one* picture and *one* "
        "corruption where it is wrong?\n\n"
        "Choose a picture (or upload your own), a corruption and a neural codec **in the sidebar**"
        + (" (the arrows at the top left open it)" if is_narrow() else "")
        + ". Before each attempt, say to yourself why it should work."
    )
    try:
        corruption, setting = corruption_of(view), neural_of(view, codecs)
    except NicvizError as error:
        st.info(str(error), icon=":material/tune:")
        _score()
        return
    original = load_picture(view.image)
    notices(view.image, original.notices)
    title = CORRUPTIONS[corruption.name].title
    st.markdown(
        f"**On trial:** {claim_on(corruption)}. **Here:** {plain_text(original.name)}, {title.lower()} "
        f"{corruption.severity}, {codecs[setting.codec].title}."
    )
    (live,) = compute(LANE, [_work(view, original, codecs)])
    progress_line(LANE)
    if live.state == "failed":
        st.error(plain_text(live.message), icon=":material/error:")
    elif live.done:
        found = live.value
        _keep(found)
        _show(found)
        _show_pictures(live, original, codecs)
    _score()
    st.caption(f"Afterwards you should be able to say: “{lesson.goal}”")


def _work(view: View, original: LoadedImage, codecs: Mapping[str, Codec]) -> Work[Attempt]:
    codec = codecs[neural_of(view, codecs).codec]
    key = (original.sha256, view.corruption, codec.reference, neural_of(view, codecs), view.match, view.image)
    return Work(key, "the claim’s statistic", partial(attempt, view, original, codecs))


def _show(found: Attempt) -> None:
    with st.container(border=True):
        st.markdown(found.sentence())
        st.caption(
            "dB by which the neural codec’s error is lower than that of JPEG 2000; below zero it is higher. *At equal "
            "setting*, as in the paper: matched in PSNR on the clean picture. *At equal rate*: matched in rate on the "
            "corrupted picture. An attempt counts as broken only if the claim fails both ways by more than "
            f"{THRESHOLD_DB:g} dB; the margin is the smaller of the two."
        )
        st.link_button("Open this attempt again", link(found.view, _PAGE), icon=":material/link:",
                       help="Copy this link to show the attempt to others.")  # fmt: skip


def _show_pictures(live: Live[Attempt], original: LoadedImage, codecs: Mapping[str, Codec]) -> None:
    """Draw both codecs on the corrupted picture, at an equal rate."""

    def work(found: Attempt) -> Work[Scene]:
        def run(signal: Signal) -> Scene:
            return scene(found.view, Bench(codecs, signal), original)

        return Work((original.sha256, found.view), "pictures", run, 4 * original.pixels.nbytes)

    (made,) = each_done(PICTURES, [live], work)
    progress_line(PICTURES)
    if not made.done:
        return
    shown = made.value
    inputs = Inputs(shown.original, shown.source)
    panes = input_panes(shown.view, inputs)
    colors = distinct_colors([setting.codec for setting in shown.view.codecs])
    panes += [
        result_pane(number, shown.view, inputs, done, color, codecs)
        for number, (done, color) in enumerate(zip(shown.compared, colors, strict=True), start=1)
    ]
    viewer(panes, key="lesson-break", references=["original", "corrupted"], height=HEIGHT)


def _score() -> None:
    """Draw the best margin so far and the table of attempts."""
    found = list(attempts().values())
    if not found:
        return
    leader = best(found)
    st.subheader("Your score", anchor=False)
    if leader is None:
        st.markdown("No attempt has broken the claim yet.")
    else:
        st.markdown(f"**{leader.margin:.2f} dB**, on {_called(leader)}: the claim fails there, and by the most so far.")
    rows = ["| Picture, corruption and codec | At equal setting | At equal rate | The claim |",
            "| --- | ---: | ---: | --- |"]  # fmt: skip
    for each in reversed(found):
        setting, rate = (typeset(f"{value:+.2f} dB") for value in each.advantages)
        called = f"[{_called(each)}]({link(each.view, _PAGE)})"
        rows.append(f"| {called} | {setting} | {rate} | {_WORDS[each.outcome]} |")
    st.markdown("\n".join(rows))
    st.caption(
        "The score stays in this browser session. One counterexample shows that the claim is not true of every "
        "picture; it does not refute what is claimed of a mean over many. To test that, open *Does my picture agree?* "
        "on the Spectra page over a whole set."
    )


def _called(each: Attempt) -> str:
    title = CORRUPTIONS[each.corruption.name].title.lower()
    return f"{plain_text(each.picture).replace('|', '∣')}, {title} {each.corruption.severity}, {each.codec}"
