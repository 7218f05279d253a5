"""Corruption × codec: a figure with its interval in each cell, and its paired difference from an anchor."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nicviz.corruptions import CORRUPTIONS
from nicviz.robustness.bootstrap import Means, bootstrap_means
from nicviz.robustness.cube import Cube, Float
from nicviz.robustness.deltas import Deltas, percent
from nicviz.robustness.operating import Target, at, versus

GROUPS = ("low", "medium", "high", "extra")  # in the order of rows
CLEAN = "clean"


@dataclass(frozen=True)
class Figure:
    """What a matrix can show.

    Args:
        key, title, unit: of it.
        column: of the run that it is averaged from; empty for the BD-rate.
        higher_is_better: None where neither is.
        digits: of its numbers.
        is_ratio: averaged as a logarithm and shown in percent.
    """

    key: str
    title: str
    unit: str
    column: str
    higher_is_better: bool | None
    digits: int
    is_ratio: bool = False

    def shown(self, values: Float) -> Float:
        """Return means as they are shown: a ratio's logarithm in percent."""
        return percent(values) if self.is_ratio else values


FIGURES = {
    figure.key: figure
    for figure in (
        Figure("psnr", "PSNR to the input", "dB", "psnr_db", True, 2),
        Figure("psnr_clean", "PSNR to the clean image", "dB", "psnr_clean_db", True, 2),
        Figure("rate", "Change of rate", "%", "bpp", False, 1, is_ratio=True),
        Figure("bd", "BD-rate, PSNR to the input", "%", "", False, 1, is_ratio=True),
    )
}


@dataclass(frozen=True)
class Matrix:
    """A figure of every corruption and codec.

    Attributes:
        figure, anchor, target, severity: what was asked for.
        rows: "clean", then corruptions, by group.
        codecs: columns.
        each: (pictures, rows, codecs), what the means are of; logarithms where the figure is a ratio.
        means: of `each`, as they are shown.
        differences: from the anchor on the same pictures, as they are shown; of a BD-rate the same as the means.
    """

    figure: Figure
    anchor: str
    target: Target
    severity: int
    rows: tuple[str, ...]
    codecs: tuple[str, ...]
    each: Float
    means: Means
    differences: Means

    def ranked(self, row: str, codec: str) -> list[tuple[int, float]]:
        """Return the pictures behind a cell with their values as shown, worst first (of a rate: the highest)."""
        column = self.figure.shown(self.each[:, self.rows.index(row), self.codecs.index(codec)])
        worst_low = self.figure.higher_is_better is not False
        order = np.argsort(column if worst_low else -column, kind="stable")
        return [(int(k), float(column[k])) for k in order if np.isfinite(column[k])]


def group_of(row: str) -> str:
    """Return the paper's group of a corruption, or "clean"."""
    return CLEAN if row == CLEAN else CORRUPTIONS[row].group


def rows_of(cube: Cube, severity: int) -> tuple[str, ...]:
    """Return the rows in the order of the groups: the clean picture, low, medium, high."""
    present = cube.corrupted(severity)
    ordered = [name for group in GROUPS for name in present if CORRUPTIONS[name].group == group]
    return (*([CLEAN] if cube.clean is not None else []), *ordered)


def places_of(cube: Cube, rows: tuple[str, ...], severity: int) -> list[int]:
    """Return where rows lie among the conditions."""
    places = cube.corrupted(severity)
    return [cube.clean or 0 if row == CLEAN else places[row] for row in rows]


def matrix(
    cube: Cube, figure: Figure, anchor: str, target: Target, severity: int, deltas: Callable[[], Deltas] | None = None
) -> Matrix:
    """Return a figure over all corruptions and codecs at one severity.

    Args:
        cube, figure, anchor, target, severity: what is asked for.
        deltas: gives the run's BD-rates, where the figure is one.
    """
    rows = rows_of(cube, severity)
    places = places_of(cube, rows, severity)
    if figure.key == "bd":
        if deltas is None:
            raise ValueError("a matrix of BD-rates needs the deltas")
        each = deltas().values[:, places]
    else:
        each = np.stack([_values(cube, figure, codec, target)[:, places] for codec in cube.codecs], axis=2)
    if figure.key == "psnr_clean" and CLEAN in rows:  # of the clean picture, the input is the clean image
        each[:, rows.index(CLEAN)] = np.stack(
            [at(cube, cube["psnr_db"], codec, target)[:, cube.clean] for codec in cube.codecs], axis=1
        )
    if figure.key == "rate" and CLEAN in rows:
        rows, each = rows[1:], each[:, 1:]
    means = bootstrap_means(each, np.random.default_rng(0))
    reference = each[:, :, [cube.codecs.index(anchor)]]
    if figure.key == "bd":
        apart = means
    elif target.equal == "rate" and figure.key != "rate":
        apart = bootstrap_means(_versus(cube, figure, anchor, target)[:, places], np.random.default_rng(0))
    else:
        apart = bootstrap_means(each - reference, np.random.default_rng(0))
    return Matrix(figure, anchor, target, severity, rows, cube.codecs, each, _shown(figure, means),
                  _shown(figure, apart))  # fmt: skip


def _versus(cube: Cube, figure: Figure, anchor: str, target: Target) -> Float:
    """Return the differences from the anchor at the rate of each codec on each picture."""
    found = np.stack([versus(cube, cube[figure.column], codec, anchor, target) for codec in cube.codecs], axis=2)
    if figure.key == "psnr_clean" and cube.clean is not None:
        clean = [versus(cube, cube["psnr_db"], codec, anchor, target)[:, cube.clean] for codec in cube.codecs]
        found[:, cube.clean] = np.stack(clean, axis=1)
    return found


def _values(cube: Cube, figure: Figure, codec: str, target: Target) -> Float:
    values = at(cube, cube[figure.column], codec, target)
    if figure.key != "rate" or cube.clean is None:
        return values
    with np.errstate(invalid="ignore", divide="ignore"):
        logarithms = at(cube, np.log(cube["bpp"]), codec, target)
    return logarithms - logarithms[:, [cube.clean]]


def _shown(figure: Figure, means: Means) -> Means:
    return Means(figure.shown(means.value), figure.shown(means.low), figure.shown(means.high), means.count)
