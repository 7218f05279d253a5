"""A matrix as it is drawn: texts, colors and labels of its cells."""

import numpy as np

from nicviz.corruptions import CORRUPTIONS
from nicviz.plots.robustness import Grid
from nicviz.robustness.claims import pictures_text
from nicviz.robustness.cube import Float
from nicviz.robustness.matrix import CLEAN, Matrix, group_of
from nicviz.ui.kit.plain import typeset
from nicviz.ui.robustness.controls import row_title, title_of

LEAST = {"dB": 1.0, "%": 10.0}  # that has a full color


def grid_of(found: Matrix, how: str, sort: str, cell: tuple[str, str] | None, narrow: bool = False) -> Grid:
    """Return a matrix as it is drawn.

    Args:
        found: the matrix.
        how: "value", or "difference" from the anchor, whose own column keeps its values.
        sort: "group", or "value" for rows by their mean over codecs.
        cell: corruption and codec that get a frame.
        narrow: short titles, and a digit less.
    """
    apart = how == "difference" or found.figure.key == "bd"
    means = found.differences if apart else found.means
    columns = [c for c in range(len(found.codecs)) if np.isfinite(found.means.value[:, c]).any()]  # else exact all over
    rows = _order(found, columns, sort)
    whole = int(found.means.count.max(initial=0))
    anchor = found.codecs.index(found.anchor)
    value, low, high = (each[np.ix_(rows, columns)] for each in (means.value, means.low, means.high))
    color = value * (1.0 if found.figure.higher_is_better is not False else -1.0) if apart else value.copy()
    if apart:
        color[:, [place for place, column in enumerate(columns) if column == anchor]] = np.nan
    else:  # means over other pictures are not to be compared by color
        color[found.means.count[np.ix_(rows, columns)] < whole] = np.nan
    keys = [found.rows[row] for row in rows]
    names = [found.codecs[column] for column in columns]
    return Grid(
        [(key, row_title(key) if narrow else long_row_title(key), group_of(key)) for key in keys],
        [(name, title_of(name) if narrow else _column_title(name)) for name in names],
        _bounded(color),
        [[_text(found, row, column, apart, anchor, narrow) for column in columns] for row in rows],
        [[_label(found, row, column) for column in columns] for row in rows],
        ~((low > 0) | (high < 0)) if apart else np.zeros(value.shape, np.bool_),
        apart,
        (keys.index(cell[0]), names.index(cell[1])) if cell and cell[0] in keys and cell[1] in names else None,
        LEAST[found.figure.unit],
    )


def _order(found: Matrix, columns: list[int], sort: str) -> list[int]:
    order = list(range(len(found.rows)))
    if sort != "value" or not columns:
        return order
    value = found.means.value[:, columns]
    known = np.isfinite(value)
    mean = np.where(known, value, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return sorted(order, key=lambda row: (found.rows[row] != CLEAN, mean[row]))


def _column_title(name: str) -> str:
    return title_of(name).replace("Compact ", "Compact<br>").replace(", ", ",<br>")


def _bounded(color: Float) -> Float:
    """Return colors bounded at twice their 80th percentile: one extreme cell would leave the others pale."""
    finite = np.abs(color[np.isfinite(color)])
    top = 2 * float(np.percentile(finite, 80)) if finite.size else 0.0
    return np.clip(color, -top, top) if top > 0 else color


def long_row_title(row: str) -> str:
    """Return the title of a row with its group."""
    return "Clean" if row == CLEAN else f"{CORRUPTIONS[row].title} · {group_of(row)}"


def _text(found: Matrix, row: int, column: int, apart: bool, anchor: int, narrow: bool) -> str:
    is_value = not apart or (column == anchor and found.figure.key != "bd")
    means = found.means if is_value else found.differences
    value, digits = float(means.value[row, column]), max(0, found.figure.digits - narrow)
    if not np.isfinite(value):
        return "–"
    value = round(value, digits) + 0.0  # no −0.00
    if found.figure.key == "bd" and column == anchor:
        return "0"
    signed = not is_value or found.figure.is_ratio
    text = typeset(f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}")
    count = int(means.count[row, column])
    return f"{text} ({count})" if not apart and count < int(found.means.count.max()) and not narrow else text


def _label(found: Matrix, row: int, column: int) -> str:
    figure, digits = found.figure, found.figure.digits
    lines = [f"<b>{title_of(found.codecs[column])}</b> · {long_row_title(found.rows[row])}"]
    for means, what in ((found.means, figure.title), (found.differences, f"against {title_of(found.anchor)}")):
        value, low, high = (float(each[row, column]) for each in (means.value, means.low, means.high))
        if np.isfinite(value):
            count = int(means.count[row, column])
            ends = f" [{low:.{digits}f}, {high:.{digits}f}]" if np.isfinite(low) else ""
            lines.append(typeset(f"{what}: {value:.{digits}f} {figure.unit}{ends}, {pictures_text(count)}"))
        else:
            lines.append(f"{what}: none (exact, or the rate is not reached)")
        if figure.key == "bd":
            break
    return "<br>".join(lines)
