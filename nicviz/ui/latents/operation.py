"""Surgery: channels removed, scaled or rounded otherwise, another picture's hyper-latent; and what follows at once."""

from collections.abc import Hashable

import streamlit as st

from nicviz.analysis.latents.look import Look, Operated
from nicviz.analysis.latents.surgery import FACTORS, STEPS, Surgery
from nicviz.images import LoadedImage
from nicviz.metrics import format_value
from nicviz.plots.colors import ORIGINAL
from nicviz.plots.spectra import Curve, radial_plot
from nicviz.run.live import Live
from nicviz.samples import sample_sets
from nicviz.spectra.bands import EDGES
from nicviz.spectra.bands import STEPS as BAND_STEPS
from nicviz.spectra.radial import natural_rings
from nicviz.tasks.settings import ImageSetting
from nicviz.ui.kit.choices import choice, choose, chosen
from nicviz.ui.kit.figures import show_figure_with_data
from nicviz.ui.kit.screen import folded_when_narrow
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.kit.widgets import set_widget
from nicviz.ui.latents.computing import operated_on, profile_of
from nicviz.ui.latents.controls import Inside, chosen_channel, ranked_channels
from nicviz.ui.latents.painted import painted
from nicviz.ui.viewer import Pane, viewer

OWN = "none"
CHANGED = "#12b886"


def surgery_now(found: Look) -> Surgery:
    """Return what is chosen to be done to a latent; channels that it has not are passed over."""
    channels = len(found.latents.y)
    keep = chosen("keep")
    return Surgery(
        None if keep is None or keep >= channels else int(keep),
        tuple(each for each in chosen("zeroed") if each < channels),
        tuple(pair for pair in chosen("scaled") if pair[0] < channels),
        float(chosen("latent_step")),
    )


def donor_now() -> ImageSetting | None:
    """Return the picture whose hyper-latent is sent, or None."""
    key = chosen("hyper_of")
    return None if key in {None, OWN} else ImageSetting.parse(str(key))


def show_surgery(picture: LoadedImage, inside: Inside, found: Look) -> None:
    """Draw the controls, and the picture, rate and spectrum that follow."""
    with folded_when_narrow("What is done to the latent"), st.container():
        _controls(inside, found)
    surgery, donor = surgery_now(found), donor_now() if found.latents.z is not None else None
    lives = operated_on(picture, inside, found, [Surgery(), surgery], donor)
    names = ("as coded", "changed")
    given = painted(found, "given", lambda: picture.pixels)
    panes = [Pane("original", "What the codec is given", given, color=ORIGINAL)]
    for name, live, what in zip(names, lives, (Surgery(), (surgery, donor)), strict=True):
        panes.append(_pane(name, inside, found, live, what))
    viewer(panes, key="latents-surgery", references=["original", "as coded"])
    progress_line("surgery")
    done = [(name, live.value) for name, live in zip(names, lives, strict=True) if live.done]
    if not done:
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _table(inside, done)
    with right:
        _spectra(picture, inside, done)


def _controls(inside: Inside, found: Look) -> None:
    channels = len(found.latents.y)
    ranked = ranked_channels(found, "bits")
    first = st.columns([3, 2, 2, 3], gap="medium", vertical_alignment="bottom")
    with first[0]:
        keep = chosen("keep")
        set_widget("surgery-keep", channels if keep is None else min(int(keep), channels))
        st.slider("Channels kept, those with the most bits", 0, channels, key="surgery-keep", on_change=_take_keep,
                  args=(channels,))  # fmt: skip
    with first[1]:
        steps = _with(STEPS, chosen("latent_step"))
        st.select_slider("Rounding step", steps, key=choice("latent_step"), format_func="× {:g}".format,
                         disabled=inside.codec.progression is not None and steps == sorted(STEPS),
                         help="of all channels; the rate follows as if the model knew of it")  # fmt: skip
    channel = chosen_channel(ranked)
    with first[2]:
        scaled = dict(chosen("scaled"))
        options = _with(FACTORS, scaled.get(channel, 1.0))
        set_widget(f"surgery-scale-{channel}", scaled.get(channel, 1.0))
        st.select_slider(f"Channel {channel} times", options, key=f"surgery-scale-{channel}", on_change=_take_factor,
                         args=(channel,), format_func="{:g}".format,
                         help="The channel that is chosen in Channels.")  # fmt: skip
    with first[3]:
        samples = [OWN, *(sample.key for group in sample_sets().values() for sample in group)]
        st.selectbox("Hyper-latent of", samples, key=choice("hyper_of", samples, OWN), disabled=found.latents.z is None,
                     format_func=lambda key: "this picture" if key == OWN else key,
                     help="Sends another picture's side information: the symbols of this picture are then coded under "
                          "the wrong distributions, and that has its price.")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.multiselect("Channels removed", [int(each) for each in ranked], key=choice("zeroed"), width=360,
                       placeholder="none")  # fmt: skip
        clean = surgery_now(found).is_none and donor_now() is None
        st.button("Undo all", icon=":material/undo:", key="surgery-undo", on_click=_undo, disabled=clean)


def _with(options: tuple[float, ...], value: float) -> list[float]:
    return sorted({*options, float(value)})


def _take_keep(channels: int) -> None:
    kept = int(st.session_state["surgery-keep"])
    choose("keep", None if kept == channels else kept)


def _take_factor(channel: int) -> None:
    factor = float(st.session_state[f"surgery-scale-{channel}"])
    others = tuple(pair for pair in chosen("scaled") if pair[0] != channel)
    choose("scaled", others if factor == 1 else (*others, (channel, factor)))


def _undo() -> None:
    for name, usual in (("keep", None), ("zeroed", ()), ("scaled", ()), ("latent_step", 1.0), ("hyper_of", None)):
        choose(name, usual)


def _pane(name: str, inside: Inside, found: Look, live: Live[Operated], what: Hashable) -> Pane:
    title = f"{inside.codec.title}, {name}"
    if not live.done:
        return Pane(name, title, None, status="Decoding…" if live.pending else live.message, color=inside.color,
                    failed=not live.pending)  # fmt: skip
    done: Operated = live.value
    caption = f"{done.bpp:.3f} bpp (estimated) · {format_value('psnr_db', done.psnr_db)} dB"
    png = painted(found, ("surgery", what), lambda: done.edited.reconstruction)
    return Pane(name, title, png, caption, color=inside.color)


def _table(inside: Inside, done: list[tuple[str, Operated]]) -> None:
    st.subheader("What it costs", anchor=False)
    rows = [
        Row("Latent (bits)", [f"{each.edited.total_y:,.0f}" for _, each in done]),
        Row(
            "Side information (bits)",
            [_side(each) for _, each in done],
        ),
        Row("Rate, estimated (bpp)", [f"{each.bpp:.4f}" for _, each in done]),
        Row("PSNR (dB)", [format_value("psnr_db", each.psnr_db) for _, each in done]),
    ]
    show_table([(name, inside.color if name == "as coded" else CHANGED) for name, _ in done], rows)
    if inside.codec.progression is not None:
        st.caption(
            "A bit has no zero and no size: of a channel that is removed all bits are 1, a factor above 0 changes "
            "nothing, and one below turns them over. Each takes a bit all the same."
        )
        return
    st.caption(
        "With removed and scaled channels alone, this is just what the encoder would code of such a latent. Zeros cost "
        "bits too, where the model expects something else: a removed channel saves less than it took. No bitstream "
        "tells a decoder of another rounding step, so that its rate stays an estimate."
    )


def _side(each: Operated) -> str:
    return "–" if each.edited.bits_z is None else f"{each.edited.total_z:,.0f}"


def _spectra(picture: LoadedImage, inside: Inside, done: list[tuple[str, Operated]]) -> None:
    st.subheader("Error over frequency", anchor=False)
    rings = natural_rings((picture.pixels.shape[0], picture.pixels.shape[1]))
    given = profile_of(picture)
    curves = [Curve("what there was to lose", ORIGINAL, rings.frequency, given.value, "dot")] if given.done else []
    for name, each in done:
        color = inside.color if name == "as coded" else CHANGED
        curves.append(Curve(name, color, rings.frequency, each.error))
    edges = [edge / BAND_STEPS for edge in EDGES]
    show_figure_with_data(radial_plot(curves, "power of the error (levels²)", edges), "latent-error")
    if given.done:
        st.caption("Where the error comes up to the dotted line, nothing is kept of what the picture has there.")
