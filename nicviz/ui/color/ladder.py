"""The Color page's quality transitions: every codec down its whole ladder, over one picture or a set."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from nicviz.analysis.color.ladder import Descent, descend, ladder_records, summarize
from nicviz.analysis.cost import seconds_to_code
from nicviz.codecs import Codec
from nicviz.codecs.base import MEGAPIXEL
from nicviz.codecs.catalog import identity
from nicviz.errors import CodecError, ImageError
from nicviz.images import LoadedImage
from nicviz.plots.color_charts import Curve, ladder_figure
from nicviz.plots.colors import codec_color
from nicviz.requests.view import View
from nicviz.run.work import Signal, Work
from nicviz.tasks.compress import corrupted
from nicviz.tasks.settings import CorruptionSetting, ImageSetting
from nicviz.ui.kit.ask import compute_agreed
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.picture_sets import Pictures, pictures_control
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.shell.comparison import Inputs

ACROSS = {"transition": "Quality transition", "bpp": "Rate"}
Result = tuple[list[Descent], list[str]]  # what was measured, and why pictures were left out


def ladder_view(view: View, inputs: Inputs, codecs: Mapping[str, Codec]) -> tuple[dict[str, list[Descent]], bool]:
    """Draw the ladders of the view's codecs; return codec name to what was measured, and whether it is over a set."""
    settings = pictures_control(view, "over")
    is_set = settings != (view.image,)
    names = list(dict.fromkeys(setting.codec for setting in view.codecs))
    pictures = Pictures(settings, inputs.source, is_set)
    megapixels = pictures.original.pixels[:, :, 0].size / MEGAPIXEL
    works: list[tuple[Work[Result], Codec | None, float]] = []
    for name in names:
        codec = codecs[name]
        seconds = seconds_to_code(codec, len(codec.ladder) * len(settings), megapixels, at_once=False)
        works.append((_work(codec, settings if is_set else None, inputs, view.corruption), codec, seconds))
    outcomes = compute_agreed("ladders", works, "quality transition", (pictures.key, view.corruption), patience=1.0)
    progress_line("ladders")
    found: dict[str, list[Descent]] = {}
    for name, outcome in zip(names, outcomes, strict=True):
        if outcome.done:
            found[name], left_out = outcome.value
            for message in left_out:
                st.warning(f"{codecs[name].title}: {message}")
        elif outcome.state == "failed":
            st.error(f"{codecs[name].title}: {outcome.message}", icon=":material/error:")
    found = {name: descents for name, descents in found.items() if descents}
    if found:
        _figures(found, codecs)
    else:
        st.caption("The curves appear here as each codec comes to the end of its ladder.")
    return found, is_set


def _work(
    codec: Codec, settings: Sequence[ImageSetting] | None, inputs: Inputs, corruption: CorruptionSetting | None
) -> Work[Result]:
    which: Any = tuple(settings) if settings else inputs.source.sha256
    key = (identity(codec), which, corruption)
    run = (
        partial(_descend_set, codec, settings, corruption) if settings else partial(_descend_one, codec, inputs.source)
    )
    return Work(key, codec.title, run)


def _descend_one(codec: Codec, image: LoadedImage, signal: Signal) -> Result:
    def progress(share: float) -> None:
        signal.progress = share

    return [descend(image, codec, exact=False, cancel=signal, progress=progress)], []


def _descend_set(
    codec: Codec, settings: Sequence[ImageSetting], corruption: CorruptionSetting | None, signal: Signal
) -> Result:
    descents, left_out = [], []
    for number, setting in enumerate(settings):

        def progress(share: float, before: int = number) -> None:
            signal.progress = (before + share) / len(settings)

        try:
            image = setting.load()
            given = corrupted(image, corruption) if corruption else image
            descents.append(descend(given, codec, exact=False, cancel=signal, progress=progress))
        except (CodecError, ImageError) as error:
            left_out.append(f"{setting.source} was left out. {error}")
    return descents, left_out


def _figures(found: Mapping[str, Sequence[Descent]], codecs: Mapping[str, Codec]) -> None:
    records = {name: summarize(descents) for name, descents in found.items()}
    options = list(ACROSS)
    across = st.segmented_control("Unique a\\*b\\* against", options, format_func=ACROSS.__getitem__, required=True,
                                  key=choice("across"))  # fmt: skip
    across = across or options[0]
    x_title = "quality transitions from the highest quality" if across == "transition" else "bits per pixel"
    count = next(iter(found.values()))
    original = sum(descent.unique_ab for descent in count) / len(count)

    def curves(y: str, x: str = "bpp") -> list[Curve]:
        return [_curve(codecs[name], rungs, x, y) for name, rungs in records.items()]

    first, second = st.columns(2)
    with first:
        st.subheader("Unique a\\*b\\*", anchor=False)
        level = (original, "what the codecs were given")
        unique = ladder_figure(curves("unique_ab", across), x_title, "unique a*b*", level, ",.0f")
        show_figure(unique, "ladder-unique")
    with second:
        st.subheader("Cumulative change of unique a\\*b\\* (the paper's figure 4)", anchor=False)
        level = (0.0, "as at the highest quality")
        change = ladder_figure(curves("cumulative_change", across), x_title, "change from the highest quality",
                               level, "+,.0f")  # fmt: skip
        show_figure(change, "ladder-change")
    third, fourth = st.columns(2)
    with third:
        st.subheader("Color difference against rate (figure 5)", anchor=False)
        show_figure(ladder_figure(curves("delta_e00"), "bits per pixel", "mean ΔE00"), "ladder-delta-e00")
    with fourth:
        st.subheader("PSNR against rate (figure 3)", anchor=False)
        show_figure(ladder_figure(curves("psnr_db"), "bits per pixel", "PSNR (dB)"), "ladder-psnr")
    pictures = max(len(descents) for descents in found.values())
    if len({tuple(descent.image for descent in descents) for descents in found.values()}) > 1:
        st.caption(":material/warning: The codecs did not all take the same pictures: their means are over other ones.")
    spread = f"Means over {pictures} pictures; bars are ± one standard deviation over them." if pictures > 1 else ""
    estimated = any(rung["estimated"] for rungs in records.values() for rung in rungs)
    guess = "A dashed line has rates estimated from a forward pass." if estimated else ""
    if spread or guess:
        st.caption(f"{spread} {guess}")


def _curve(codec: Codec, rungs: Sequence[Mapping[str, Any]], x: str, y: str) -> Curve:
    changes = [rung["cumulative_change"] for rung in rungs]
    is_change = y == "cumulative_change"
    label = codec.scale.label if codec.scale else ""
    return Curve(
        name=codec.title,
        color=codec_color(codec.name),
        x=list(range(len(rungs))) if x == "transition" else [_rate(rung, y) for rung in rungs],
        y=[change["mean"] for change in changes] if is_change else [rung[y] for rung in rungs],
        labels=[f"{label} {rung['quality']:.4g}, {rung['bpp']:.3f} bpp" for rung in rungs],
        spread=[change["std"] for change in changes] if is_change else (),
        dashed=any(rung["estimated"] for rung in rungs),
    )


def _rate(rung: Mapping[str, Any], y: str) -> float:
    """Return the rate of the pictures that a mean is over: one that is exact has no finite PSNR."""
    over = rung["psnr_bpp"] if y == "psnr_db" else None
    return float(rung["bpp"] if over is None else over)


def ladder_record(found: Mapping[str, Sequence[Descent]], corruption: CorruptionSetting | None) -> dict[str, Any]:
    """Return what `python -m nicviz color --json` prints, of what is on the page."""
    images = max((list(descents) for descents in found.values()), key=len, default=[])
    return {
        "images": [descent.image for descent in images],
        "corruption": vars(corruption) if corruption else None,
        "unique_ab": sum(descent.unique_ab for descent in images) / max(len(images), 1),
        "codecs": ladder_records(found),
    }
