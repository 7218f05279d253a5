"""Published curves beside one's own, where both are means over the same pictures."""

import re
from collections.abc import Sequence

import streamlit as st

from nicviz.analysis.rd.published import KODAK, SETS, PublishedCurve, is_kodak, published, published_source
from nicviz.tasks.task import Trial
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.picture_sets import Pictures

DEFAULTS = ("jpeg", "vtm")
_CLIC = ("clic2020-mobile", "clic2020-professional")


def published_control(pictures: Pictures, trials: Sequence[Trial], corrupted: bool) -> tuple[PublishedCurve, ...]:
    """Draw the choice of published curves, where they belong to what is measured, and return the chosen ones.

    The Kodak images are told by their pixels, as far as they have been read; a CLIC set by its name alone.
    """
    names = [setting.source for setting in pictures.settings]
    offered = _offered(names, trials)
    if not offered:
        st.caption(
            ":material/menu_book: Published curves are means over the 24 Kodak images: choose that set (a subfolder of "
            "the folder that NICVIZ_IMAGES names) to lay them beside your own."
        )
        return ()
    if corrupted:
        st.caption(":material/menu_book: Published curves are of clean images; they are offered without a corruption.")
        return ()
    curves = {f"{name}/{curve.key}": curve for name in offered for curve in published(name)}
    with st.expander(
        f"Published curves on {' and '.join(SETS[name] for name in offered)}", icon=":material/menu_book:"
    ):
        usual = tuple(f"{offered[0]}/{key}" for key in DEFAULTS)
        keys = st.multiselect(
            "Curves", list(curves), max_selections=10, key=choice("rd_published", list(curves), usual),
            format_func=lambda key: _title(key, curves[key], len(offered)),
        )  # fmt: skip
        if offered[0] != KODAK:
            st.caption("This set is taken for CLIC 2020 by its name; that its pictures are the same is not checked.")
        st.caption(published_source())
    return tuple(curves[key] for key in keys)


def _offered(names: Sequence[str], trials: Sequence[Trial]) -> list[str]:
    if len(names) == 24 and all(re.search(rf"kodim{number:02d}\b", name) for number, name in enumerate(names, 1)):
        digests = {trial.picture.sha256 for trial in trials}
        return [KODAK] if len(digests) < 24 or is_kodak(digests) else []
    return list(_CLIC) if len(names) > 1 and all("clic" in name.lower() for name in names) else []


def _title(key: str, curve: PublishedCurve, num_sets: int) -> str:
    return curve.title if num_sets == 1 else f"{curve.title} · {SETS[key.partition('/')[0]]}"
