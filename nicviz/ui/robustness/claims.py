"""The claims of the papers on the run that is open: a row each, with what was measured on how many pictures."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st

from nicviz.errors import NicvizError
from nicviz.robustness.claims import LEAST_PICTURES, Finding, conditions_text, find_claims, worded
from nicviz.robustness.evidence import Evidence, Roles, families_of, neural_names, roles_of
from nicviz.robustness.papers import CLAIMS
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.plain import typeset
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.robustness.controls import Conditions, say_coverage, say_equal, title_of
from nicviz.ui.robustness.loading import Opened, made

WORDS = {"holds": "✓ holds", "does not hold": "✗ does not hold", "not decided": "– not decided", "no data": "no data"}
_STYLE = """
<style>
.nv-claims {border-collapse: collapse; width: 100%; font-size: .92rem;}
.nv-claims td, .nv-claims th {padding: .5rem .6rem; vertical-align: top; text-align: left; border: none;
  border-top: 1px solid rgba(128,128,128,.25);}
.nv-claims small {opacity: .8; display: block; margin-top: .15rem; font-variant-numeric: tabular-nums;}
.nv-claims .nv-verdict {white-space: nowrap; font-weight: 600; width: 9.5rem;}
.nv-claims .nv-value {white-space: nowrap; width: 13rem; font-variant-numeric: tabular-nums;}
.nv-claims .nv-source {width: 9rem; opacity: .75; font-size: .8rem;}
.nv-holds {color: #2f7fb8;} .nv-fails {color: #c8553d;} .nv-open {opacity: .75;}
.nv-bar {position: relative; width: 10rem; height: .8rem; margin-top: .2rem;}
.nv-bar > * {position: absolute; background: currentColor;}
.nv-bar i {width: 1px; top: 0; bottom: 0; opacity: .8;}
.nv-bar b {height: 3px; top: calc(50% - 1.5px);}
.nv-bar s {width: 8px; height: 8px; border-radius: 50%; top: calc(50% - 4px); margin-left: -4px;}
@media (max-width: 640px) {
  .nv-claims, .nv-claims tbody, .nv-claims tr, .nv-claims td {display: block; width: auto !important;}
  .nv-claims thead {display: none;}
  .nv-claims td {border: none; padding: .12rem 0;}
  .nv-claims tr {border-top: 1px solid rgba(128,128,128,.3); padding: .5rem 0;}
}
</style>
"""
_CLASSES = {"holds": "nv-holds", "does not hold": "nv-fails", "not decided": "nv-open", "no data": "nv-open"}


def show_claims(opened: Opened, conditions: Conditions) -> list[Finding]:
    """Draw the claims and return what was found."""
    neural = neural_control(opened)
    if neural is None:
        return []
    roles = roles_of(opened.cube, families_of(opened.cube), neural, conditions.anchor)
    live = made("robust-claims", opened, (roles, conditions), "claims",
                lambda signal: findings_of(opened, roles, conditions))  # fmt: skip
    progress_line("robust-claims")
    if live.state == "failed":
        raise NicvizError(live.message)
    if not live.done:
        return []
    findings = live.value
    counts = {word: sum(each.verdict == word for each in findings) for word in WORDS}
    st.markdown(" · ".join(f"**{count}** {word}" for word, count in counts.items() if count))
    st.caption(
        f"On this run: {conditions_text(conditions.target, conditions.severity)}. A claim holds where the whole 95 % "
        "interval of its mean lies on its side of the mark, and does not hold where it lies on the other side. An "
        f"interval that covers the mark decides nothing, nor do fewer than {LEAST_PICTURES} pictures, nor codecs whose "
        "mean rates differ by over 5 %. Twenty tests at 95 %: expect one or two wrong decisions by chance, and more "
        "where pictures are few and their numbers skewed."
    )
    st.html(claims_table(findings, {role: title_of(codec) for role, codec in vars(roles).items() if codec}))
    say_equal(conditions.target)
    say_coverage(opened.cube, conditions.target)
    return findings


def neural_control(opened: Opened) -> str | None:
    """Draw the choice of the neural codec that the claims are about; say so where the run has none."""
    names = neural_names(opened.cube, families_of(opened.cube))
    if not names:
        st.info("The claims are of neural codecs, and this run has none: add one, such as `--codec "
                "compact-hyperprior`, to the command, with its `--into`.", icon=":material/neurology:")  # fmt: skip
        return None
    return str(st.selectbox("Neural codec", names, format_func=title_of, width=300,
                            key=choice("robust_neural", names, names[0])))  # fmt: skip


def findings_of(opened: Opened, roles: Roles, conditions: Conditions) -> list[Finding]:
    """Return what the run says of all claims."""
    return find_claims(CLAIMS, Evidence(opened.cube, roles, conditions.target, conditions.severity))


def claims_table(findings: Sequence[Finding], titles: Mapping[str, str]) -> str:
    """Return the claims as HTML: verdict, sentence with the statistic, value with its interval, source.

    Args:
        findings: in order.
        titles: role to the codec's title, for `Roles` that the run fills.
    """
    body = "".join(
        f"<tr><td class='nv-verdict {_CLASSES[each.verdict]}'>{WORDS[each.verdict]}</td>"
        f"<td>{escape(worded(each.claim.sentence, titles))}<small>{escape(_measured(each, titles))}</small></td>"
        f"<td class='nv-value'>{_value(each)}</td><td class='nv-source'>{escape(each.claim.source)}</td></tr>"
        for each in findings
    )
    head = (
        "<thead><tr><th>Verdict</th><th>Claim, and what tests it</th><th>Mean [95 %]</th><th>Source</th></tr></thead>"
    )
    return f"{_STYLE}<table class='nv-claims'>{head}<tbody>{body}</tbody></table>"


def _measured(finding: Finding, titles: Mapping[str, str]) -> str:
    if finding.verdict == "no data":
        return finding.note
    goal = {"above": "claimed above", "below": "claimed below", "apart": "claimed further from 0 than"}
    claim = finding.claim
    return f"{worded(claim.statistic, titles)}, {goal[claim.side]} {claim.threshold:g}; {finding.note}"


def _value(finding: Finding) -> str:
    if not np.isfinite(finding.value):
        return "–"
    digits = finding.claim.digits
    sign = "" if finding.claim.key == "ranks_differ" else "+"
    ends = f"[{finding.low:{sign}.{digits}f}, {finding.high:{sign}.{digits}f}]" if np.isfinite(finding.low) else ""
    unit = finding.claim.unit.replace("percentage points", "pp").replace("% of the pictures", "%")
    text = typeset(f"{finding.value:{sign}.{digits}f} {unit} {ends}")
    return f"{escape(text)}{_bar(finding)}"


def _bar(finding: Finding) -> str:
    """Return the interval as a small drawing, the threshold as a tick, so that its side is seen at once."""
    claim = finding.claim
    if not np.isfinite(finding.low):
        return ""
    marks = [claim.threshold] if claim.side != "apart" else [-claim.threshold, claim.threshold]
    reach = max(abs(end - mark) for end in (finding.low, finding.high, finding.value) for mark in marks) * 1.1 or 1.0
    middle = sum(marks) / len(marks)

    def place(value: float) -> float:
        return 50 + 48 * (value - middle) / reach

    ticks = "".join(f"<i style='left:{place(mark):.1f}%'></i>" for mark in marks)
    low, high = place(finding.low), place(finding.high)
    return (
        f"<div class='nv-bar {_CLASSES[finding.verdict]}' title='interval; the tick is the mark'>{ticks}"
        f"<b style='left:{low:.1f}%;width:{max(high - low, 1):.1f}%'></b>"
        f"<s style='left:{place(finding.value):.1f}%'></s></div>"
    )
