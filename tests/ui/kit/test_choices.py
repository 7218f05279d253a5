"""A page's choices: what a widget gives is one only if the field takes it."""

from typing import Any

import pytest

from nicviz.ui.kit import choices


@pytest.mark.parametrize(
    ("name", "before", "given", "after"),
    [
        ("gain", 8, 16, 16),
        ("gain", 8, "auto", "auto"),
        ("gain", "auto", "auto: × 8", "auto"),  # the label that the list had in the run before
        ("channel", "cb", "Luminance", "cb"),
    ],
)
def test_a_label_that_a_widget_gives_back_is_not_taken_for_a_choice(
    name: str, before: Any, given: Any, after: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit answers with the label of the last run, as a text, where the list of this run does not have it."""
    state = {choices._SHOWN: {name: before}, choices._CHOSEN: {name: before}, choices.PREFIX + name: given}
    monkeypatch.setattr(choices.st, "session_state", state)
    assert choices.chosen(name) == after
