"""The blind comparison of the Compare page: choose, vote round by round, and see what the votes say."""

from collections.abc import Mapping

import streamlit as st

from nicviz.codecs import Codec
from nicviz.requests.view import View
from nicviz.ui.compare.blind_result import show_result
from nicviz.ui.compare.blind_round import all_voted, vote_round
from nicviz.ui.compare.blind_session import current_rounds
from nicviz.ui.compare.blind_setup import setup

_STYLE = """
<style>  /* in the presenter's view, too, a comparison is begun and voted on */
.stMainBlockContainer [class*="st-key-blind-"] [data-testid="stButton"] {display: block !important;}
</style>
"""


def blind_comparison(view: View, codecs: Mapping[str, Codec]) -> None:
    """Draw the blind comparison of this session, where it stands.

    Args:
        view: its codecs and its rate are what a comparison begins with; a begun one keeps its own.
        codecs: by name.
    """
    st.html(_STYLE)
    rounds = current_rounds()
    if rounds is None:
        setup(view, codecs)
    elif rounds.over:
        show_result(rounds)
    elif rounds.current is None:
        all_voted(rounds)
    else:
        vote_round(rounds)
    if rounds is not None and not rounds.over and not _same_codecs(view, [codec.name for codec in rounds.codecs]):
        st.caption(":material/info: These rounds go on with the codecs that they began with; those chosen at the left "
                   "are for the next comparison.")  # fmt: skip
    teach_blind()


def _same_codecs(view: View, names: list[str]) -> bool:
    return set(names) <= {setting.codec for setting in view.codecs}


def teach_blind() -> None:
    """Draw the fold-out on how to read a blind comparison; it names no codec."""
    with st.expander("How to read this page", icon=":material/school:", key="how-to"):
        st.markdown(_PAGE)


_PAGE = r"""
Who knows which picture is whose sees what they expect. Here each round shows one picture as two or three codecs make
it, called A, B and C. Which codec stands where is drawn anew for each round from the operating system's randomness, and
each codec stands at each place equally often, to within one round. Pictures come without repetition until all were
shown. *Difference* is not offered, as it measures. The vote is on what you prefer to look at; with *Show the original
too* you may rather vote for what is nearer to it: decide beforehand, and keep to it. Whoever looks the pictures of a
round up under their names meanwhile is not blind any more.

**One rate.** The richer file looks better, so that only equal rates are fair. Every codec is set to within 1 % of one
rate on each picture; where a codec has few settings, the others go to the rate that it reaches. Where that cannot be,
it is said before the rounds begin.

**The interval.** Of $m$ decided votes $k$ were for one codec. The interval of Clopper and Pearson holds all shares $p$
under which neither $k$ or more nor $k$ or fewer votes would be rarer than 2.5 %:

$$
\sum_{i \ge k} \binom{m}{i} p^i (1-p)^{m-i} \ge 0.025 \quad\text{and}\quad
\sum_{i \le k} \binom{m}{i} p^i (1-p)^{m-i} \ge 0.025 .
$$

It holds the true share in at least 95 of 100 comparisons, whatever that is. The p-value is that of the exact two-sided
binomial test: of $p = 1/2$ for two codecs, of $p = 1/3$ for the share of each of three. With ten decided votes it takes
9 to 1 to tell two codecs apart. Votes of no difference are counted apart and are in no share.

**What it does not say.** Votes are taken as independent with one probability; a person's are on pictures that differ.
An interval supposes that the number of rounds was fixed beforehand: who stops when the count looks good, or starts
again until it does, finds differences that are none. Nothing here speaks of other people, pictures, rates or screens.

Sources: C. J. Clopper, E. S. Pearson, *The use of confidence or fiducial limits illustrated in the case of the
binomial*, Biometrika 26, 1934; ITU-R BT.500 on how pictures are judged by people.
"""
