"""The pictures of a comparison as panes of the viewer."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.compare import Compared
from nicviz.codecs import Codec
from nicviz.corruptions import CORRUPTIONS
from nicviz.images import LoadedImage, encode_png
from nicviz.memory import Recent
from nicviz.metrics import format_value
from nicviz.plots.colors import CORRUPTED, ORIGINAL
from nicviz.plots.maps import color_map, css_gradient
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.ui.kit.marks import missed
from nicviz.ui.kit.plain import typeset
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.viewer import Pane

Field = NDArray[np.floating[Any]]
SHORT_LABELS = {
    "quality": "q",
    "compression ratio": "ratio",
    "mean square error": "MSE",
    "iterations": "iter.",
}  # of native scales
_pngs: Recent[bytes] = Recent(128 << 20)
NICE_TOPS = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 255)


def picture_panes(
    view: View, inputs: Inputs, compared: Sequence[Live[Compared]], colors: Sequence[str], codecs: Mapping[str, Codec]
) -> list[Pane]:
    """Return a pane each for the original, the corrupted picture and the reconstructions."""
    panes = input_panes(view, inputs)
    for number, (setting, outcome) in enumerate(zip(view.codecs, compared, strict=True), start=1):
        title, color = codecs[setting.codec].title, colors[number - 1]
        if outcome.done:
            panes.append(result_pane(number, view, inputs, outcome.value, color, codecs))
        else:
            status = "Compressing…" if outcome.pending else outcome.message
            failed = outcome.state in {"failed", "canceled"}
            panes.append(Pane(f"codec-{number}", title, None, status=status, color=color, failed=failed))
    return panes


def input_panes(view: View, inputs: Inputs) -> list[Pane]:
    """Return a pane each for the original and, where there is one, the corrupted picture."""
    panes = [_input_pane("original", "Original", inputs.original, ORIGINAL)]
    if view.corruption is not None:
        title = f"{CORRUPTIONS[view.corruption.name].title} {view.corruption.severity}"
        panes.append(_input_pane("corrupted", title, inputs.source, CORRUPTED))
    return panes


def result_pane(
    number: int, view: View, inputs: Inputs, done: Compared, color: str, codecs: Mapping[str, Codec]
) -> Pane:
    """Return the pane of what one codec made; `number` counts the codecs of the view from 1."""
    caption = _caption(view, done, inputs)
    return Pane(f"codec-{number}", column_title(done, codecs), done.compression.png, caption, color=color)


def setting_title(codec: Codec, quality: float, digits: int = 3) -> str:
    """Return a codec's title and a native quality with what the number is: "JPEG q 40", "JPEG 2000 ratio 52.2"."""
    if codec.scale is None:
        return codec.title
    unit = SHORT_LABELS.get(codec.scale.label, codec.scale.label)
    return f"{codec.title} {unit} {quality:.{digits}g}"


def column_title(done: Compared, codecs: Mapping[str, Codec]) -> str:
    """Return what a result is called: the codec's title and its quality, with what the number is."""
    return setting_title(codecs[done.compression.codec], done.compression.quality)


def _caption(view: View, done: Compared, inputs: Inputs) -> str:
    kind = "" if done.compression.bitstream is not None else " (estimated)"
    to_input = " to its input" if inputs.corrupted else ""
    off = typeset(missed(view.match, [done.matched]))
    figures = f"{done.compression.bpp:.3f} bpp{kind} · {format_value('psnr_db', done.psnr_db)} dB{to_input}"
    return f"{figures} · ⚠ {off} off" if off else figures


def _input_pane(name: str, title: str, image: LoadedImage, color: str) -> Pane:
    png = _pngs.get(image.sha256, lambda: encode_png(image.pixels), len)
    return Pane(name, title, png, "24 bpp", color=color)


def maps_on_one_scale(
    panes: Sequence[Pane], fields: Sequence[Live[Field]], kind: str, unit: str, title: str, place: Any
) -> list[Pane]:
    """Draw the choice of scale and its legend, and return `panes` with maps in place of the last ones.

    Args:
        panes: of the pictures; the last of them are of the codecs.
        fields: (H, W), at least 0, one a codec.
        kind: of the field, for the key of the control.
        unit: of the field, in words.
        title: of a map, after that of its pane.
        place: where the control goes: streamlit or one of its columns.
    """
    found = [float(field.value.max()) for field in fields if field.done]
    automatic = next((top for top in NICE_TOPS if top >= 0.4 * max(found, default=1.0)), NICE_TOPS[-1])
    top = place.select_slider(f"Scale: brightest at ({unit})", NICE_TOPS, automatic, key=f"top-{kind}-{automatic}")
    st.html(
        f"<div style='display:flex;align-items:center;gap:.6rem;font-size:.85rem'>0"
        f"<div style='flex:0 1 20rem;height:.7rem;border-radius:3px;background:{css_gradient()}'></div>"
        f"{top} {unit} and more, one scale for all</div>"
    )
    mapped = list(panes[: len(panes) - len(fields)])
    for pane, field in zip(panes[len(mapped) :], fields, strict=True):
        if field.done:
            mean = float(field.value.mean(dtype="float64"))
            png = encode_png(color_map(field.value, float(top)))
            caption = f"mean {mean:.3f}, max {float(field.value.max()):.1f} {unit}"
            mapped.append(Pane(pane.name, f"{pane.title} · {title}", png, caption, color=pane.color))
        else:
            failed = field.state in {"failed", "canceled"}
            status = pane.status or (field.message if failed else "Measuring…")
            mapped.append(Pane(pane.name, pane.title, None, status=status, color=pane.color, failed=failed))
    return mapped
