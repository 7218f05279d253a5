"""Downloads of the Robustness page, and the commands that give the same."""

import shlex
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from nicviz.analysis.manifest import rows_csv
from nicviz.plots.robustness import matrix_svg
from nicviz.requests.commands import Claims
from nicviz.requests.words import command
from nicviz.robustness.claims import Finding, conditions_text, find_claims, finding_record, pictures_text
from nicviz.robustness.curves import group_curves, groups_of
from nicviz.robustness.evidence import Evidence, families_of, neural_names, roles_of
from nicviz.robustness.matrix import CLEAN, FIGURES, Matrix, matrix
from nicviz.robustness.papers import CLAIMS
from nicviz.robustness.report import MOST_ROWS, html_report, matrix_latex, matrix_rows
from nicviz.sweeps.query import parquet_bytes
from nicviz.tasks.settings import CodecSetting, Match
from nicviz.ui.kit.choices import chosen
from nicviz.ui.kit.downloads import File, made_by, take_with_you
from nicviz.ui.robustness.controls import Conditions, coverage_text, row_title, title_of
from nicviz.ui.robustness.curves import GROUPS, curves_figure
from nicviz.ui.robustness.grid import grid_of
from nicviz.ui.robustness.loading import Opened

Rows = Sequence[Mapping[str, Any]]


def robustness_downloads(
    opened: Opened, conditions: Conditions, found: Matrix | None, rows: Rows, findings: Sequence[Finding]
) -> None:
    """Draw the downloads of what the view shows and of the run, the report, and the commands.

    Args:
        opened, conditions: what is looked at.
        found, rows, findings: what the view has drawn: a matrix, points of curves, or claims.
    """
    rows = finite_rows(rows)
    if found is not None:
        rows = matrix_rows(found)
    elif findings:
        rows = [finding_record(each) for each in findings]
    files = [File("This view (CSV)", "robustness.csv", partial(rows_csv, rows))] if rows else []
    if found is not None:
        titles, row_titles = list(map(title_of, found.codecs)), list(map(row_title, found.rows))
        grid = grid_of(found, str(chosen("robust_as")), str(chosen("robust_sort")), None)
        name = f"{found.figure.title} ({found.figure.unit}), {found.target}, severity {found.severity}"
        files += [
            File("Matrix (LaTeX)", "robustness.tex", partial(matrix_latex, found, titles, row_titles)),
            File("Matrix (SVG)", "robustness.svg", partial(matrix_svg, grid, name)),
        ]
    if opened.cube.num_done <= MOST_ROWS:
        files.append(File("All rows (Parquet)", "trials.parquet", lambda: parquet_bytes(opened.known.open()),
                          "Every unit of the run with all its columns."))  # fmt: skip
    files.append(File("Report (HTML)", "robustness.html", partial(report_of, opened, conditions),
                      "One file with claims, matrices and curves; it opens without a network."))  # fmt: skip
    take_with_you(files, _commands(opened, conditions), "The claims and the mean figures without a browser", True)


def report_of(opened: Opened, conditions: Conditions) -> str:
    """Return the HTML report of a run under the chosen conditions."""
    cube, severity = opened.cube, conditions.severity
    families = families_of(cube)
    names = neural_names(cube, families)
    neural = str(chosen("robust_neural", names, names[0])) if names else None
    findings: list[Finding] = []
    if neural is not None:
        roles = roles_of(cube, families, neural, conditions.anchor)
        findings = find_claims(CLAIMS, Evidence(cube, roles, conditions.target, severity))
    matrices = [
        matrix(cube, figure, conditions.anchor, conditions.target, severity)
        for figure in FIGURES.values() if figure.key != "bd"
    ]  # fmt: skip
    figures = []
    for group in groups_of(cube, severity):
        curves = group_curves(cube, group, severity, "psnr_db")
        over = f", {pictures_text(int(curves[0].quality.count.max()))}" if curves else ""
        heading = "Clean pictures" if group == CLEAN else f"{GROUPS[group]} corruptions"
        figures.append((f"{heading}: PSNR to the input{over}", curves_figure(curves, 420)))
    sizes = f"{len(cube.pictures)} pictures, {len(cube.conditions)} conditions, {len(cube.steps)} steps"
    about = [
        f"{sizes}; {cube.num_done:,} units done, {cube.num_failed:,} failed. {opened.known.open().plan.command}",
        f"{conditions_text(conditions.target, severity)}. Intervals: 95 %, expanded percentile bootstrap "
        "over pictures, 2000 resamples. "
        + ", ".join(f"{key} {value}" for key, value in made_by("")["versions"].items()),
    ]
    if (short := coverage_text(cube, conditions.target)) is not None:
        about.append(f"{short}, in parentheses where they are fewer.")
    titles = list(map(title_of, cube.codecs))
    row_titles = {row: row_title(row) for found in matrices for row in found.rows}
    return html_report(f"Robustness: {opened.known.name}", about, matrices, titles, row_titles, findings, figures)


def _commands(opened: Opened, conditions: Conditions) -> str:
    folder = opened.known.folder
    names = neural_names(opened.cube, families_of(opened.cube))
    lines = []
    if names:
        neural = str(chosen("robust_neural", names, names[0]))
        value = conditions.target.value
        match = None if value is None else Match("bpp", value)
        lines.append(command(Claims(run=folder, codecs=(CodecSetting(neural),), match=match,
                                    equal=conditions.target.equal, severity=conditions.severity,
                                    json=True)))  # fmt: skip
    sql = (
        "select codec, setting, corruption, severity, count(*) as images, avg(bpp) as bpp, avg(psnr_db) as psnr_db, "
        "avg(psnr_clean_db) as psnr_clean_db from trials where failed is null group by all order by all"
    )
    lines.append(shlex.join(["python", "-m", "nicviz", "query", str(folder), sql]))
    return "\n".join(lines)


def finite_rows(rows: Rows) -> list[dict[str, Any]]:
    """Return rows with None for numbers that do not exist."""
    return [
        {key: None if isinstance(value, float) and not np.isfinite(value) else value for key, value in row.items()}
        for row in rows
    ]
