from nicviz.ui.kit.plain import plain_text, typeset


def test_marks_of_markdown_are_escaped_and_names_stay_readable() -> None:
    assert plain_text("![x](http://a/b.png)") == r"!\[x\](http://a/b.png)"
    assert plain_text("a*b*$c$.png") == r"a\*b\*\$c\$.png"
    assert plain_text("gaussian_noise:3, 16×16.") == "gaussian_noise:3, 16×16."


def test_numbers_have_a_minus_sign_commas_and_powers_of_ten() -> None:
    assert typeset("-0.52") == "−0.52"
    assert typeset("1.8e+04") == "1.8×10⁴"
    assert typeset("-3e-12") == "−3×10⁻¹²"
    assert typeset("2153.5 of 12288") == "2,153.5 of 12,288"
    assert typeset("0.12345") == "0.12345"
    assert typeset("jpeg-444 · 1,000") == "jpeg-444 · 1,000"
