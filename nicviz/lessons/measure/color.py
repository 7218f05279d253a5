"""What the lesson on color measures: colors of the a*b* plane that are kept, lost and invented, and ΔE00."""

import math

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.color.plane import Plane, ab_plane, changed_cells, difference_field
from nicviz.lessons.base import Bench, Chart, Line, Measured
from nicviz.lessons.scene import Scene, scene, title_of
from nicviz.requests.view import View

VIVID = 20.0  # chroma from which a color is called vivid here; nicviz's own choice
RED_REACH = 45.0  # degrees of hue on either side of a*, the axis of red; nicviz's own choice
NOTICEABLE = 1.0  # ΔE00: about the least difference that is seen side by side
Cells = NDArray[np.bool_]


def red_cells() -> Cells:
    """Return the cells of the a*b* plane, (256, 256), that are called red: vivid, and nearest to the axis of red."""
    a, b = np.mgrid[-128:128, -128:128]
    found: Cells = (np.hypot(a, b) >= VIVID) & (np.abs(np.degrees(np.arctan2(b, a))) <= RED_REACH)
    return found


def pale_cells() -> Cells:
    """Return the cells of the a*b* plane, (256, 256), that are not vivid."""
    a, b = np.mgrid[-128:128, -128:128]
    found: Cells = np.hypot(a, b) < VIVID
    return found


def colors_of_picture(view: View, bench: Bench) -> Measured:
    """Return how many colors a picture has, and which share of them is red."""
    original = view.image.load()
    plane = ab_plane(original.pixels)
    red = int(np.count_nonzero((plane.counts > 0) & red_cells()))
    bench.signal.progress = 1.0
    numbers = {"unique": float(plane.unique), "red": float(red), "share": share(red, plane.unique)}
    return Measured(numbers, view, original, original, chart=Chart("colors", "Every color of the picture."))


def colors_of_both(view: View, bench: Bench) -> Measured:
    """Return what became of the colors of a picture in two codecs, at an equal rate.

    Per codec: "unique" colors, their number as "times" that of the original, the shares of the original's "red" and
    "pale" colors that are kept, and the share of its own colors that are "invented".
    """
    made = scene(view, bench)
    before = ab_plane(made.original.pixels)
    numbers = {"mismatch": made.mismatch, "unique": float(before.unique)}
    for name, each in zip(("reference", "neural"), made.compared, strict=True):
        found = _kept(before, ab_plane(each.compression.pixels()))
        numbers |= {f"{name}_{key}": value for key, value in found.items()}
    return _measured(made, numbers, Chart("colors", "Which colors are kept, lost and invented."))


def kept_by_group(view: View, bench: Bench) -> Measured:
    """Return the same as `colors_of_both`, drawn as the shares of red and of pale colors that each codec keeps."""
    found = colors_of_both(view, bench)
    names = [each.compression.codec for each in found.compared]
    lines = tuple(
        Line(bench.codecs[name].title, name, ("red", "pale"),
             (found.numbers[f"{who}_red"], found.numbers[f"{who}_pale"]))
        for who, name in zip(("reference", "neural"), names, strict=True)
    )  # fmt: skip
    chart = Chart("bars", "The share of the picture's red and pale colors that is still there.", "share kept", lines)
    return Measured(found.numbers, found.view, found.original, found.source, found.compared, chart)


def red_to_the_eye(view: View, bench: Bench) -> Measured:
    """Return the share of the red pixels whose color moved noticeably, and their mean ΔE00, of both codecs."""
    made = scene(view, bench)
    red = ab_plane(made.original.pixels).mask(red_cells())
    numbers, lines = {"mismatch": made.mismatch, "pixels": float(red.sum())}, []
    for place, name in enumerate(("reference", "neural")):
        moved = difference_field(made.original.pixels, made.compared[place].compression.pixels(), "delta_e00")[red]
        numbers[f"{name}_moved"] = share(int((moved > NOTICEABLE).sum()), moved.size)
        numbers[f"{name}_mean"] = float(moved.mean()) if moved.size else math.nan
        steps = np.arange(0.0, 10.25, 0.25)
        over = [share(int((moved > step).sum()), moved.size) for step in steps]
        lines.append(Line(title_of(made, place, bench), made.view.codecs[place].codec, steps.tolist(), over))
    chart = Chart("curves", "The share of red pixels whose color moved by more than ΔE00.", "share of red pixels",
                  tuple(lines), x="ΔE00")  # fmt: skip
    return _measured(made, numbers, chart)


def share(part: float, whole: float) -> float:
    """Return part / whole; NaN of nothing."""
    return part / whole if whole else math.nan


def _kept(before: Plane, after: Plane) -> dict[str, float]:
    change = changed_cells(before, after)
    had = before.counts > 0
    found = {"unique": float(after.unique), "times": share(after.unique, before.unique)}
    for name, cells in (("red", red_cells()), ("pale", pale_cells())):
        found[name] = share(int(np.count_nonzero(change.kept & cells)), int(np.count_nonzero(had & cells)))
    found["invented"] = share(int(np.count_nonzero(change.invented)), after.unique)
    return found


def _measured(made: Scene, numbers: dict[str, float], chart: Chart) -> Measured:
    return Measured(numbers, made.view, made.original, made.source, made.compared, chart)
