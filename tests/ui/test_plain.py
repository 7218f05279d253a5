from nicviz.ui.plain import plain_text


def test_marks_of_markdown_are_escaped_and_names_stay_readable() -> None:
    assert plain_text("![x](http://a/b.png)") == r"!\[x\](http://a/b.png)"
    assert plain_text("a*b*$c$.png") == r"a\*b\*\$c\$.png"
    assert plain_text("gaussian_noise:3, 16×16.") == "gaussian_noise:3, 16×16."
