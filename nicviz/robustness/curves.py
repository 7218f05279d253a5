"""Rate–distortion curves by group of corruptions, BD-rate against severity, radial profiles: means with bands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import NicvizError
from nicviz.robustness.bootstrap import Means, bootstrap_means
from nicviz.robustness.cube import Cube, Float
from nicviz.robustness.deltas import Deltas, percent
from nicviz.robustness.matrix import CLEAN, GROUPS
from nicviz.sweeps.query import Run
from nicviz.tasks.task import Kind


@dataclass(frozen=True)
class GroupCurve:
    """A codec's mean rate–distortion curve over the corruptions of a group.

    Attributes:
        codec: its name.
        bpp: mean rates of its steps, ascending.
        quality: means with intervals over the same pictures.
        num_corruptions: of the group that the run has.
    """

    codec: str
    bpp: Float
    quality: Means
    num_corruptions: int


def group_places(cube: Cube, group: str, severity: int) -> list[int]:
    """Return the conditions of a group ("clean", "low", "medium", "high") at a severity."""
    if group == CLEAN:
        return [] if cube.clean is None else [cube.clean]
    return [place for name, place in cube.corrupted(severity).items() if CORRUPTIONS[name].group == group]


def groups_of(cube: Cube, severity: int) -> list[str]:
    """Return the groups that a run has at a severity, with "clean" first."""
    return [group for group in (CLEAN, *GROUPS) if group_places(cube, group, severity)]


def group_curves(cube: Cube, group: str, severity: int, column: str) -> list[GroupCurve]:
    """Return the curve of each codec with two steps or more: of each picture the mean over a group, then over pictures.

    All are of the same pictures, those on which every codec that has any has all its steps.

    Args:
        cube, group, severity: of what.
        column: "psnr_db", against what the codec was given, or "psnr_clean_db".
    """
    places = group_places(cube, group, severity)
    values = cube["psnr_db" if group == CLEAN else column]
    measured: dict[str, tuple[Float, Float]] = {}
    shared = np.ones(len(cube.pictures), np.bool_)
    for codec in cube.codecs:
        steps = cube.steps_of(codec)
        if len(steps) < 2 or not places:
            continue
        rate = cube["bpp"][:, places][:, :, steps].mean(axis=1)
        quality = values[:, places][:, :, steps].mean(axis=1)
        whole = np.isfinite(rate).all(axis=1) & np.isfinite(quality).all(axis=1)
        if whole.any():
            measured[codec] = rate, quality
            shared &= whole
    if not shared.any():
        return []
    found = []
    for codec, (rate, quality) in measured.items():
        rates = rate[shared].mean(axis=0)
        order = np.argsort(rates)
        means = bootstrap_means(quality[shared][:, order], np.random.default_rng(0))
        found.append(GroupCurve(codec, rates[order], means, len(places)))
    return found


def severity_means(cube: Cube, deltas: Deltas, group: str) -> tuple[tuple[int, ...], Means]:
    """Return the severities, and BD-rates in percent over (severities, codecs) for a group of corruptions.

    Of each picture the mean over the group's corruptions that have a number at that severity; all must have one.

    Raises:
        NicvizError: the run has no corruption.
    """
    if not cube.severities:
        raise NicvizError("The run has clean pictures only, so that nothing has a severity.")
    each = np.stack(
        [deltas.values[:, group_places(cube, group, severity)].mean(axis=1) for severity in cube.severities], axis=1
    )
    means = bootstrap_means(each, np.random.default_rng(0))
    return cube.severities, Means(percent(means.value), percent(means.low), percent(means.high), means.count)


def radial_means(run: Run, cube: Cube, kind: Kind, condition: int, steps: Sequence[int]) -> dict[int, Means]:
    """Return the mean radial profile (16 rings, levels²) of each step under a condition, over pictures.

    Only these rows are read.
    """
    settings = [cube.steps[step].setting for step in steps]
    chosen = cube.conditions[condition]
    where = "corruption is null" if chosen is None else (
        f"corruption = {_quoted(chosen.name)} and severity = {chosen.severity} and seed = {chosen.seed}"
    )  # fmt: skip
    listed = ", ".join(map(_quoted, settings))
    column = f"{kind.lower()}_rings"
    answer = run.query(
        f"select setting, {column} from trials where failed is null and {column} is not null and {where} "
        f"and setting in ({listed}) order by image_sha256"
    )
    found: dict[int, Means] = {}
    for step, setting in zip(steps, settings, strict=True):
        rings = [[np.nan if value is None else value for value in row] for name, row in answer.rows if name == setting]
        if rings:
            found[step] = bootstrap_means(np.array(rings, float), np.random.default_rng(0))
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
