"""The channels of a latent on one scale, and the chosen one large with what the model predicts of it."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.latents.bits import channels_for, per_channel, ranking
from nicviz.analysis.latents.histogram import Histogram, prior_histogram, residual_histogram, value_histogram
from nicviz.analysis.latents.levels import Level, levels
from nicviz.analysis.latents.look import Look
from nicviz.codecs.neural_base import Latents
from nicviz.images import LoadedImage, encode_png
from nicviz.plots.latents import Mosaic, channel_bars, histogram_figure
from nicviz.plots.maps import color_map, symmetric_map
from nicviz.ui.kit.figures import show_figure, show_figure_with_data
from nicviz.ui.kit.plain import typeset
from nicviz.ui.kit.screen import is_narrow
from nicviz.ui.latents.computing import prior_of
from nicviz.ui.latents.controls import Inside, channel_control, choose_channel, latent_control, order_control
from nicviz.ui.latents.legend import legend, symmetric_legend
from nicviz.ui.latents.painted import painted
from nicviz.ui.latents.representations import RESIDUAL_REACH, show_levels
from nicviz.ui.viewer import Pane, ViewerEvent, viewer

Values = NDArray[np.float32]
_HEIGHT = 400


def show_channels(picture: LoadedImage, inside: Inside, found: Look) -> None:
    """Draw the mosaic of all channels, and the chosen one with its prediction, its bits and its histogram."""
    known = levels(found.latents)
    show_levels(inside, found, known)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        level = known[latent_control(known)]
        by = order_control()
        latent, bits = level.values, level.bits
        ranked = ranking(latent, bits, by)
        channel = channel_control(ranked)
    _mosaic(inside, found, ranked, channel, level)
    _parts(inside, len(latent))
    _large(inside, level, channel)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        st.subheader("Bits of each channel", anchor=False)
        show_figure(channel_bars(per_channel(bits), ranked, channel, inside.color), "latent-channels")
        half, most = (channels_for(bits, share) for share in (0.5, 0.99))
        st.caption(f"Half of the bits are in {half} of {len(latent)} channels, 99 % in {most}.")
    with right:
        _histogram(picture, inside, found, channel, level)


def _mosaic(inside: Inside, found: Look, ranked: NDArray[np.intp], channel: int, level: Level) -> None:
    latent = level.values
    reach = float(np.abs(latent).max()) or 1.0
    tiles = Mosaic(len(latent), (latent.shape[1], latent.shape[2]))
    place = int(np.flatnonzero(ranked == channel)[0])
    png = painted(found, (level.key, tuple(ranked), place), lambda: tiles.picture(latent[ranked], reach, place))

    def take(event: ViewerEvent) -> None:
        clicked = tiles.place(event.x, event.y)
        if clicked is not None:
            choose_channel(int(ranked[clicked]))

    caption = f"{tiles.count} channels of {tiles.shape[0]} × {tiles.shape[1]}; click one"
    viewer([Pane("mosaic", f"All channels of {level.symbol}", png, caption, color=inside.color)],
           key=f"latents-mosaic-{level.key}", references=[], height=300 if is_narrow() else 520, events=["click"],
           on_event=take)  # fmt: skip
    symmetric_legend(reach, "one scale for all, logarithmic away from 0 (white)")


def _parts(inside: Inside, channels: int) -> None:
    """Say which channels of a progressive codec's latent are read when."""
    if inside.codec.progression is None:
        return
    count = 1 + inside.codec.qualities.index(inside.quality)
    each = channels // count
    later = f", {channels - each} to {channels - 1} those of the last" if count > 1 else ""
    st.caption(
        f"A code of bits, red for 1 and blue for −1: channels 0 to {each - 1} are those of the first iteration{later}. "
        "What one iteration left of the picture is what the next one codes."
    )


def _large(inside: Inside, level: Level, channel: int) -> None:
    values, reach = level.values[channel], float(np.abs(level.values[channel]).max()) or 1.0
    panes = [Pane("values", f"{level.symbol}, channel {channel}", encode_png(symmetric_map(values, reach)),
                  _span(values), color=inside.color)]  # fmt: skip
    residual = level.residual(channel)
    if level.scales is not None and residual is not None:
        if level.means is not None:
            means = level.means[channel]
            panes.append(Pane("means", "μ, predicted", encode_png(symmetric_map(means, reach)), _span(means)))
        scales = level.scales[channel]
        panes.append(Pane("scales", "σ, predicted", encode_png(color_map(scales, float(scales.max()))),
                          f"0 to {float(scales.max()):.3g}"))  # fmt: skip
        panes.append(Pane("residual", level.form, encode_png(symmetric_map(residual, RESIDUAL_REACH)), "−4 to 4"))
    bits = level.bits[channel]
    panes.append(Pane("bits", "bits", encode_png(color_map(bits, float(bits.max()))), f"{bits.sum():,.0f} in all"))
    viewer(panes, key=f"latents-channel-{level.key}", references=[], height=_HEIGHT)
    if level.scales is None:
        legend(float(bits.max()), "bits an element")
    else:
        symmetric_legend(reach, f"for {level.symbol} and μ, 0 is white; σ and bits from 0 (dark) to their largest")


def _span(values: Values) -> str:
    return typeset(f"{float(values.min()):.3g} to {float(values.max()):.3g}")


def _histogram(picture: LoadedImage, inside: Inside, found: Look, channel: int, level: Level) -> None:
    st.subheader(f"Channel {channel} beside its model", anchor=False)
    counted = residual_histogram(level, channel)
    if counted is None and level.key == "y":
        counted = value_histogram(found.latents, channel)
    if counted is None:
        prior = prior_of(picture, inside, found)
        if not prior.done:
            st.caption("Working…" if prior.pending else prior.message)
            return
        counted = prior_histogram(level.values, level.bits, prior.value, channel, level.symbol)
    figure = histogram_figure(counted.centers, counted.found, counted.expected, counted.title, inside.color)
    show_figure_with_data(figure, "latent-histogram")
    st.caption(f"The channel takes {counted.bits:,.0f} bits{_usual(inside, found.latents, counted, level)}.")


def _usual(inside: Inside, latents: Latents, counted: Histogram, level: Level) -> str:
    """Return what a channel would take on average, and under which model."""
    drawn = (
        f"; were its elements drawn from the model, it would take {counted.usual_bits:,.0f} on average. The model is"
    )
    if level.scales is not None:
        own = "a scale" if level.means is None else "a mean and a scale"
        return f"{drawn} a Gaussian with {own} of its own for each element, rounded as the coder does"
    if level.key == "y" and latents.expected is not None:
        return (
            f"; under the line alone, one distribution for all its elements, it would take {counted.usual_bits:,.0f}. "
            "The line is the mean of what the context model expects of each element"
        )
    if inside.codec.progression:
        return f"{drawn} none, because bits are stored as they are"
    return f"{drawn} one learned distribution for the whole channel"
