"""The channels of a latent on one scale, and the chosen one large with what the model predicts of it."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.latents.bits import channels_for, per_channel, ranking
from nicviz.analysis.latents.histogram import Histogram, prior_histogram, residual_histogram, value_histogram
from nicviz.analysis.latents.look import Look
from nicviz.codecs.neural_base import Latents
from nicviz.images import LoadedImage, encode_png
from nicviz.plots.latents import Mosaic, channel_bars, histogram_figure
from nicviz.plots.maps import color_map, symmetric_map
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.figures import show_figure, show_figure_with_data
from nicviz.ui.kit.plain import typeset
from nicviz.ui.kit.screen import is_narrow
from nicviz.ui.latents.computing import prior_of
from nicviz.ui.latents.controls import LATENTS, Inside, channel_control, choose_channel, order_control
from nicviz.ui.latents.legend import legend, symmetric_legend
from nicviz.ui.latents.painted import painted
from nicviz.ui.viewer import Pane, ViewerEvent, viewer

Latent = NDArray[np.float32]
_HEIGHT = 400


def show_channels(picture: LoadedImage, inside: Inside, found: Look) -> None:
    """Draw the mosaic of all channels, and the chosen one with its prediction, its bits and its histogram."""
    latents = found.latents
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        which = _which(found)
        by = order_control()
        latent, bits = (latents.y_hat, latents.bits_y)
        if which == "z" and latents.z_hat is not None and latents.bits_z is not None:
            latent, bits = latents.z_hat, latents.bits_z
        ranked = ranking(latent, bits, by)
        channel = channel_control(ranked)
    _mosaic(inside, found, ranked, channel, which)
    _parts(inside, len(latent))
    if which == "y":
        _large(inside, found, channel)
    else:
        _one(inside, "ẑ", latent[channel], bits[channel], channel)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        st.subheader("Bits of each channel", anchor=False)
        show_figure(channel_bars(per_channel(bits), ranked, channel, inside.color), "latent-channels")
        half, most = (channels_for(bits, share) for share in (0.5, 0.99))
        st.caption(f"Half of the bits are in {half} of {len(latent)} channels, 99 % in {most}.")
    with right:
        _histogram(picture, inside, found, channel, latent, bits, which)


def _which(found: Look) -> str:
    if found.latents.z_hat is None:
        return "y"
    which = st.segmented_control("Channels of", list(LATENTS), format_func=LATENTS.__getitem__, required=True,
                                 key=choice("latent"))  # fmt: skip
    return str(which)


def _mosaic(inside: Inside, found: Look, ranked: NDArray[np.intp], channel: int, which: str) -> None:
    latents = found.latents
    latent = latents.y_hat if which == "y" or latents.z_hat is None else latents.z_hat
    reach = float(np.abs(latent).max()) or 1.0
    tiles = Mosaic(len(latent), (latent.shape[1], latent.shape[2]))
    place = int(np.flatnonzero(ranked == channel)[0])
    png = painted(found, (which, tuple(ranked), place), lambda: tiles.picture(latent[ranked], reach, place))

    def take(event: ViewerEvent) -> None:
        clicked = tiles.place(event.x, event.y)
        if clicked is not None:
            choose_channel(int(ranked[clicked]))

    name = "ŷ" if which == "y" else "ẑ"
    caption = f"{tiles.count} channels of {tiles.shape[0]} × {tiles.shape[1]}; click one"
    viewer([Pane("mosaic", f"All channels of {name}", png, caption, color=inside.color)],
           key=f"latents-mosaic-{which}", references=[], height=300 if is_narrow() else 520, events=["click"],
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


def _large(inside: Inside, found: Look, channel: int) -> None:
    latents = found.latents
    y, reach = latents.y_hat[channel], float(np.abs(latents.y_hat[channel]).max()) or 1.0
    panes = [Pane("y", f"ŷ, channel {channel}", encode_png(symmetric_map(y, reach)), _span(y), color=inside.color)]
    if latents.scales is not None:
        scales = latents.scales[channel]
        means = np.zeros_like(scales) if latents.means is None else latents.means[channel]
        if latents.means is not None:
            panes.append(Pane("means", "μ, predicted", encode_png(symmetric_map(means, reach)), _span(means)))
        panes.append(Pane("scales", "σ, predicted", encode_png(color_map(scales, float(scales.max()))),
                          f"0 to {float(scales.max()):.3g}"))  # fmt: skip
        residual = (y - means) / scales
        name = "(ŷ − μ)/σ" if latents.means is not None else "ŷ/σ"
        panes.append(Pane("residual", name, encode_png(symmetric_map(residual, 4.0)), "−4 to 4"))
    bits = latents.bits_y[channel]
    panes.append(Pane("bits", "bits", encode_png(color_map(bits, float(bits.max()))), f"{bits.sum():,.0f} in all"))
    viewer(panes, key="latents-channel", references=[], height=_HEIGHT)
    symmetric_legend(reach, "for ŷ and μ, 0 is white; σ and bits from 0 (dark) to their largest")


def _one(inside: Inside, name: str, values: Latent, bits: NDArray[np.float64], channel: int) -> None:
    reach = float(np.abs(values).max()) or 1.0
    panes = [
        Pane("z", f"{name}, channel {channel}", encode_png(symmetric_map(values, reach)), _span(values),
             color=inside.color),
        Pane("bits-z", "bits", encode_png(color_map(bits, float(bits.max()))), f"{bits.sum():,.0f} in all"),
    ]  # fmt: skip
    viewer(panes, key="latents-hyper", references=[], height=_HEIGHT)
    legend(float(bits.max()), "bits an element")


def _span(values: Latent) -> str:
    return typeset(f"{float(values.min()):.3g} to {float(values.max()):.3g}")


def _histogram(
    picture: LoadedImage, inside: Inside, found: Look, channel: int, latent: Latent, bits: NDArray[np.float64],
    which: str,
) -> None:  # fmt: skip
    st.subheader(f"Channel {channel} beside its model", anchor=False)
    latents = found.latents
    counted = (residual_histogram(latents, channel) or value_histogram(latents, channel)) if which == "y" else None
    if counted is None:
        prior = prior_of(picture, inside, found)
        if not prior.done:
            st.caption("Working…" if prior.pending else prior.message)
            return
        counted = prior_histogram(latent, bits, prior.value, channel, "ẑ" if which == "z" else "ŷ")
    figure = histogram_figure(counted.centers, counted.found, counted.expected, counted.title, inside.color)
    show_figure_with_data(figure, "latent-histogram")
    st.caption(f"The channel takes {counted.bits:,.0f} bits{_usual(inside, latents, counted, which)}.")


def _usual(inside: Inside, latents: Latents, counted: Histogram, which: str) -> str:
    """Return what a channel would take on average, and under which model."""
    drawn = (
        f"; were its elements drawn from the model, it would take {counted.usual_bits:,.0f} on average. The model is"
    )
    if which == "y" and latents.scales is not None:
        own = "a scale" if latents.means is None else "a mean and a scale"
        return f"{drawn} a Gaussian with {own} of its own for each element, rounded as the coder does"
    if which == "y" and latents.expected is not None:
        return (
            f"; under the line alone, one distribution for all its elements, it would take {counted.usual_bits:,.0f}. "
            "The line is the mean of what the context model expects of each element"
        )
    if inside.codec.progression:
        return f"{drawn} none, because bits are stored as they are"
    return f"{drawn} one learned distribution for the whole channel"
