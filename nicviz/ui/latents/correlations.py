"""What redundancy the entropy model removes: correlation of the latent over space, before and after."""

import numpy as np
import streamlit as st

from nicviz.analysis.latents.levels import KEYS, levels
from nicviz.analysis.latents.look import Look
from nicviz.images import LoadedImage
from nicviz.plots.latents import correlation_figure
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.plain import typeset
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.latents.computing import correlations_of
from nicviz.ui.latents.controls import Inside, latent_control

FORMS = {"magnitudes": "Magnitudes", "values": "Signed values"}


def show_redundancy(picture: LoadedImage, inside: Inside, found: Look) -> None:
    """Draw correlation over lags of y, y/σ and (y − μ)/σ, and what context explains."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        latent = latent_control(
            {key: level for key, level in levels(found.latents).items() if level.scales is not None}
        )
        form = st.segmented_control(
            "Correlation of", list(FORMS), format_func=FORMS.__getitem__, required=True, key=choice("latent_form"),
            help="Transforms leave little correlation between signed values; but large values lie together, and that "
                 "is what scales are predicted from.",
        )  # fmt: skip
    live = correlations_of(picture, inside, found, form == "magnitudes", latent)
    progress_line("correlations")
    if not live.done:
        return
    shown = live.value
    if not np.isfinite([each.neighbor for each in shown]).all():
        st.caption("This latent is too small, or does not vary enough, for a correlation of neighbors.")
        _context(inside, found)
        return
    for number, (column, each) in enumerate(zip(st.columns(len(shown)), shown, strict=True)):
        with column:
            st.subheader(each.name, anchor=False)
            show_figure(correlation_figure(each.field), f"latent-correlation-{number}")
    neighbors = [f"{each.name} {each.neighbor:+.3f}" for each in shown]
    sentence = f"Mean correlation with the four next neighbors: {', '.join(neighbors)}"
    st.markdown(typeset(f"{sentence} (over the {shown[0].num_channels} channels that take bits)."))
    if len(shown) > 1 and form == "magnitudes":
        before, after = shown[0].neighbor, shown[-1].neighbor
        if before > 0:
            below = "The coarse hyper-latent" if latent != KEYS[0] else "The hyper-latent"
            means = below if found.latents.bits_alone is None else f"{below} and the context"
            verb = "removes" if found.latents.bits_alone is None else "remove"
            st.caption(typeset(f"{means} {verb} {min(1 - after / before, 1):.0%} of it: what is left is redundancy "
                               "that the entropy model does not see, and that bits are wasted on."))  # fmt: skip
    if len(shown) == 1 and found.latents.bits_alone is None:
        st.caption(
            f"{inside.codec.title} has no hyper-latent: every element of a channel has one distribution, whatever its "
            "neighbors are, so that all of this correlation stays and is paid for. Compare a hyperprior."
        )
    _context(inside, found)


def _context(inside: Inside, found: Look) -> None:
    """Say what the context explains, for models that have one."""
    latents = found.latents
    if latents.bits_alone is None:
        return
    few = latents.expected is not None
    alone, paid = float(latents.bits_alone.sum()), float(latents.bits_y.sum())
    st.subheader("What the context explains", anchor=False)
    rows = [
        Row("Latent without its neighbors (bits)", [f"{alone:,.0f}"],
            help="under one distribution a channel, the mean of what the model expects on this picture" if few else
                 "under the distributions that the model gives where it sees no neighbor: an upper bound, because it "
                 "was not trained to do without"),
        Row("Latent after its neighbors (bits)", [f"{paid:,.0f}"]),
        Row("Explained by context", [f"{1 - paid / alone:.1%}"]),
    ]  # fmt: skip
    show_table([(inside.title, inside.color)], rows)
