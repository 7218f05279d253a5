"""Exponents as the page writes them."""

import pytest

from nicviz.ui.theory.spectrum import exponent_text


@pytest.mark.parametrize(("value", "text"), [(2.784, "2.78"), (-0.003, "0.00"), (-0.25, "−0.25"), (0.004, "0.00")])
def test_an_exponent_has_a_minus_sign_and_no_negative_zero(value: float, text: str) -> None:
    assert exponent_text(value) == text
