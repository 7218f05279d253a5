"""What is loaded while the browser loads the page is there."""

from importlib.util import find_spec

import pytest

from nicviz.ui.shell.launch import FIRST_PAGE


@pytest.mark.parametrize("name", FIRST_PAGE)
def test_a_module_of_the_first_page_is_there(name: str) -> None:
    assert find_spec(f"nicviz.ui.{name}") is not None
