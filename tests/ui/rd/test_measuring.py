"""Curves that are stopped and gone on with keep what they show."""

from types import SimpleNamespace

from nicviz.analysis.rd.points import Findings
from nicviz.run.live import Live
from nicviz.ui.rd.measuring import DRAWINGS, Growing

TRIALS = [SimpleNamespace(number=number) for number in range(40)]


def found(count: int) -> Findings:
    findings = Findings()
    findings.start(len(TRIALS))
    for trial in TRIALS[:count]:
        findings.add(trial)
    return findings


def growing(findings: Findings, state: str = "growing") -> Growing:
    return Growing(Live(state, "points", _value=findings))


def test_while_points_come_in_curves_are_drawn_in_a_dozen_steps() -> None:
    drawn = [len(growing(found(count)).trials) for count in range(len(TRIALS) + 1)]
    assert len(set(drawn)) <= DRAWINGS + 3
    assert drawn == sorted(drawn)
    assert len(growing(found(1), "canceled").trials) == 1


def test_what_a_stopped_run_had_found_is_shown_until_as_much_is_found_again() -> None:
    findings = found(8)
    findings.start(len(TRIALS))
    for count, trial in enumerate(TRIALS[:12], start=1):
        findings.add(trial)
        assert findings.done == len(findings.trials()) == max(8, count)
        assert len(growing(findings).trials) >= 8
    findings.start(len(TRIALS))
    assert findings.done == 12
    findings.add(TRIALS[0])
    findings.start(len(TRIALS))
    assert findings.trials() == TRIALS[:12], "stopped twice"


def test_at_its_end_a_run_counts_only_what_it_found_itself() -> None:
    findings = found(8)
    findings.start(len(TRIALS))
    findings.add(TRIALS[0])
    findings.miss("unreadable", len(TRIALS) - 1)
    findings.settle()
    assert findings.trials() == TRIALS[:1]
    assert findings.done == len(TRIALS)
