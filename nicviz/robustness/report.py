"""What leaves the Robustness page: rows, a LaTeX table, and one HTML report that opens without a network."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from nicviz.robustness.claims import Finding, told
from nicviz.robustness.matrix import CLEAN, Matrix, group_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_ROWS = 200_000  # of a table that is sent as one file
_LATEX = str.maketrans({
    "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "\\": r"\textbackslash{}",
})  # fmt: skip
_STYLE = """
body {font-family: Arial, Helvetica, sans-serif; max-width: 1100px; margin: 2rem auto; padding: 0 1rem; color: #222;}
table {border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; margin: .6rem 0 1.4rem;}
th, td {padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #ddd;}
th:first-child, td:first-child, .left td {text-align: left;}
small {color: #666;}
"""


def matrix_rows(found: Matrix) -> list[dict[str, Any]]:
    """Return the cells of a matrix as rows of a table; a number that does not exist is None."""
    rows = []
    for r, row in enumerate(found.rows):
        for c, codec in enumerate(found.codecs):
            record: dict[str, Any] = {
                "corruption": None if row == CLEAN else row, "group": group_of(row), "severity": found.severity,
                "codec": codec, "anchor": found.anchor, "at": str(found.target), "figure": found.figure.key,
                "unit": found.figure.unit,
            }  # fmt: skip
            for means, prefix in ((found.means, ""), (found.differences, "difference_")):
                for name in ("value", "low", "high"):
                    number = float(getattr(means, name)[r, c])
                    record[prefix + name] = number if np.isfinite(number) else None
                record[prefix + "num_images"] = int(means.count[r, c])
            rows.append(record)
    return rows


def matrix_latex(found: Matrix, titles: Sequence[str], row_titles: Sequence[str]) -> str:
    r"""Return a matrix as a LaTeX tabular (packages: booktabs): means with 95 % intervals, a rule between groups."""
    digits = found.figure.digits
    lines = [
        f"% {found.figure.title} ({found.figure.unit}), {found.target}, severity {found.severity}; mean over pictures "
        "with 95 % bootstrap interval; in parentheses over how many pictures, where they are fewer",
        rf"\begin{{tabular}}{{l{'r' * len(titles)}}}",
        r"\toprule",
        " & ".join(["Corruption", *map(latex_text, titles)]) + r" \\",
    ]
    for r, row in enumerate(found.rows):
        if r == 0 or group_of(row) != group_of(found.rows[r - 1]):
            lines.append(r"\midrule")
        cells = []
        for c in range(len(found.codecs)):
            value, low, high = (float(each[r, c]) for each in (found.means.value, found.means.low, found.means.high))
            if not np.isfinite(value):
                cells.append("--")
            else:
                ends = f" {{\\scriptsize [{low:.{digits}f}, {high:.{digits}f}]}}" if np.isfinite(low) else ""
                cells.append(f"${value:.{digits}f}$" + ends + _fewer(found, r, c))
        lines.append(" & ".join([latex_text(row_titles[r]), *cells]) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _fewer(found: Matrix, row: int, column: int) -> str:
    """Return over how many pictures a mean is, where others of the matrix are over more."""
    count = int(found.means.count[row, column])
    return f" ({count})" if 0 < count < int(found.means.count.max()) else ""


def latex_text(text: str) -> str:
    """Return text as LaTeX shows it."""
    return text.translate(_LATEX)


def html_report(
    title: str, about: Sequence[str], matrices: Sequence[Matrix], titles: Sequence[str],
    row_title: dict[str, str], findings: Sequence[Finding], figures: Iterable[tuple[str, "go.Figure"]],
) -> str:  # fmt: skip
    """Return one HTML file with claims, matrices and figures; it holds plotly once and asks no other machine.

    Args:
        title, about: heading, and sentences below it.
        matrices: in order.
        titles: of the codecs.
        row_title: corruption to title.
        findings: on the claims.
        figures: headings and figures.
    """
    from plotly.offline import get_plotlyjs

    drawn = list(figures)
    parts = [f"<h1>{escape(title)}</h1>", *(f"<p>{escape(each)}</p>" for each in about)]
    if findings:
        parts += ["<h2>Claims</h2>", _claims_table(findings)]
    for found in matrices:
        parts += [f"<h2>{escape(found.figure.title)} ({escape(found.figure.unit)})</h2>",
                  _matrix_table(found, titles, row_title)]  # fmt: skip
    for number, (heading, figure) in enumerate(drawn):
        figure.update_layout(paper_bgcolor="#fff")
        parts += [f"<h2>{escape(heading)}</h2>",
                  figure.to_html(full_html=False, include_plotlyjs=False, div_id=f"figure-{number}")]  # fmt: skip
    script = f"<script>{get_plotlyjs()}</script>" if drawn else ""
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style>{script}</head><body>{''.join(parts)}</body></html>"
    )


def _claims_table(findings: Sequence[Finding]) -> str:
    rows = "".join(
        f"<tr class='left'><td>{escape(each.verdict)}</td><td>{escape(each.sentence)}<br><small>{escape(told(each))}"
        f"</small></td><td><small>{escape(each.claim.source)}</small></td></tr>"
        for each in findings
    )
    return f"<table><tr class='left'><th>Verdict</th><th>Claim</th><th>Source</th></tr>{rows}</table>"


def _matrix_table(found: Matrix, titles: Sequence[str], row_title: dict[str, str]) -> str:
    digits = found.figure.digits
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = ""
    for r, row in enumerate(found.rows):
        cells = ""
        for c in range(len(found.codecs)):
            value, low, high = (float(each[r, c]) for each in (found.means.value, found.means.low, found.means.high))
            text = "–" if not np.isfinite(value) else f"{value:.{digits}f}"
            ends = f"<br><small>{low:.{digits}f} … {high:.{digits}f}</small>" if np.isfinite(low) else ""
            cells += f"<td>{text}{_fewer(found, r, c)}{ends}</td>"
        body += f"<tr><td>{escape(row_title[row])}</td>{cells}</tr>"
    return f"<table><tr><th></th>{head}</tr>{body}</table>"
