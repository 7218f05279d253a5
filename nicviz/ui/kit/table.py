"""The table of figures: a row a figure, a column a codec, the best value of a row marked where that is fair."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from nicviz.ui.kit.marks import RULE, Conditions, Kind, marked
from nicviz.ui.kit.plain import typeset

_STYLE = """
<style>
.nv-table {border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 0.9rem;}
.nv-table th, .nv-table td {padding: 0.28rem 0.7rem; text-align: right; white-space: nowrap; border: none;}
.nv-table th:first-child, .nv-table td:first-child {text-align: left; position: sticky; left: 0;
  background: var(--nv-ground, inherit);}
.nv-table thead th {border-bottom: 1px solid rgba(128,128,128,.35); font-weight: 600;}
.nv-table tbody th {font-weight: inherit; white-space: normal; min-width: 6.5rem;}
.nv-table thead th {white-space: normal; vertical-align: bottom;}
.nv-table tbody tr:hover :is(th, td) {background: rgba(128,128,128,.08);}
.nv-table .nv-group td {padding-top: 0.8rem; font-size: 0.78rem; letter-spacing: .02em; opacity: .75; text-align: left;}
.nv-table .nv-best {font-weight: 700;}
.nv-table .nv-best::before {content: "●"; font-size: .5rem; vertical-align: middle; margin-right: .4rem; opacity: .7;}
.nv-dot {display: inline-block; width: .65rem; height: .65rem; border-radius: 50%; margin-right: .4rem;}
.nv-scroll {overflow-x: auto;  /* a shade at the right edge while there is more */
  background: linear-gradient(to left, Canvas 1.2rem, transparent) right / 2.4rem 100% no-repeat local,
    linear-gradient(to left, rgba(128,128,128,.5), transparent) right / .9rem 100% no-repeat scroll;}
@media (max-width: 640px) {
  .nv-table tbody th {background: Canvas; min-width: 4.8rem;}
  .nv-table td {white-space: normal; vertical-align: bottom;}  /* "940 while other work ran" */
  .nv-table th, .nv-table td {padding-inline: .25rem; font-size: .82rem;}
}
</style>
"""


@dataclass(frozen=True)
class Row:
    """One figure of every codec.

    Args:
        label: what it is, with its unit.
        texts: one a column; numbers as Python writes them (`typeset`).
        values: numbers behind the texts, for marking the best; empty where no value is the best.
        higher_is_better: direction of `values`.
        help: shown when the pointer rests on the label.
        kind: of `values`: what decides whether the best may be marked.
    """

    label: str
    texts: Sequence[str]
    values: Sequence[float | None] = ()
    higher_is_better: bool = True
    help: str = ""
    kind: Kind = "quality"


@dataclass(frozen=True)
class Group:
    """A heading between rows."""

    label: str


def figures_table(
    columns: Sequence[tuple[str, str]], rows: Sequence[Row | Group], conditions: Conditions | None = None
) -> str:
    """Return the table as HTML.

    Args:
        columns: title and color of each codec.
        rows: figures and headings, in order.
        conditions: what the codecs were compared under; None for tables of results, which are of equal conditions.
    """
    given = conditions or Conditions()
    missed = [*given.missed, *[""] * (len(columns) - len(given.missed))]
    head = "".join(
        f"<th scope='col'><span class='nv-dot' style='background:{escape(color)}'></span>{escape(title)}"
        f"{_warning(off)}</th>"
        for (title, color), off in zip(columns, missed, strict=True)
    )
    body = "".join(_row(row, len(columns), given) for row in rows)
    return (
        f"{_STYLE}<div class='nv-scroll' tabindex='0' role='region' aria-label='figures'>"
        f"<table class='nv-table'><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _warning(missed: str) -> str:
    return f" <span title='off the target of the match'>⚠ {escape(typeset(missed))}</span>" if missed else ""


def _row(row: Row | Group, num_columns: int, conditions: Conditions) -> str:
    if isinstance(row, Group):
        return f"<tr class='nv-group'><td colspan='{num_columns + 1}'>{escape(row.label)}</td></tr>"
    winners = marked(row.kind, row.values, row.higher_is_better, conditions)
    cells = "".join(
        f"<td{' class=nv-best' if column in winners else ''}>{escape(typeset(text))}</td>"
        for column, text in enumerate(row.texts)
    )
    return f"<tr><th scope='row' title='{escape(row.help, quote=True)}'>{escape(row.label)}</th>{cells}</tr>"


def show_table(
    columns: Sequence[tuple[str, str]], rows: Sequence[Row | Group], conditions: Conditions | None = None
) -> None:
    """Draw the table, and below it where marks are missing; it scrolls sideways within itself on a narrow screen."""
    st.html(figures_table(columns, rows, conditions))
    if conditions is not None and len(columns) > 1:
        st.caption(conditions.sentence() or "● the best of a row, at equal conditions.", help=RULE)
