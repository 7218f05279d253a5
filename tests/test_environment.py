"""The environment variables: what they take, what an error says, and that the README tells of the same ones."""

import re
from pathlib import Path

import pytest

from nicviz.environment import (
    CACHE_MB,
    DEVICE,
    IMAGES,
    MAX_MEGAPIXELS,
    NEURAL_MEGAPIXELS,
    VARIABLES,
    WEIGHTS,
    WEIGHTS_URL,
    Variable,
)  # fmt: skip
from nicviz.errors import NicvizError

ROOT = Path(__file__).resolve().parents[1]
WRONG = {
    MAX_MEGAPIXELS: ("many", "0", "-3", "nan", "inf", "1e999", "8 8"),
    NEURAL_MEGAPIXELS: ("lots", "-0.0"),
    CACHE_MB: ("abc", "-1", "1.5", "nan", "1e3", "²", "1_0", "9" * 10),
    DEVICE: ("gpu", "cuda:", "cuda:x", "mps", "cpu:0"),
    WEIGHTS_URL: ("ftp://example.org", "file:///etc", "here"),
    WEIGHTS: ("~nobody-of-this-name/weights",),
}


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
@pytest.mark.parametrize("text", [None, "", "  "])
def test_unset_and_empty_give_the_default(monkeypatch, variable: Variable, text: str | None) -> None:
    monkeypatch.delenv(variable.name, raising=False)
    if text is not None:
        monkeypatch.setenv(variable.name, text)
    assert variable.read() == variable.default


@pytest.mark.parametrize(("variable", "text", "value"), [
    (MAX_MEGAPIXELS, "0.5", 0.5), (MAX_MEGAPIXELS, " 200 ", 200), (CACHE_MB, "0", 0), (CACHE_MB, "5", 5),
    (DEVICE, "CPU", "cpu"), (DEVICE, "cuda:1", "cuda:1"), (IMAGES, "~/pictures", Path.home() / "pictures"),
    (WEIGHTS_URL, "https://example.org/w", "https://example.org/w"),
])  # fmt: skip
def test_a_value_is_read_when_it_is_asked_for(monkeypatch, variable: Variable, text: str, value: object) -> None:
    monkeypatch.setenv(variable.name, text)
    assert variable.read() == value


@pytest.mark.parametrize(
    ("variable", "text"), [(variable, text) for variable, texts in WRONG.items() for text in texts]
)
def test_an_error_names_the_variable_what_it_takes_and_what_it_got(monkeypatch, variable: Variable, text: str) -> None:
    monkeypatch.setenv(variable.name, text)
    with pytest.raises(NicvizError, match=re.escape(f"{variable.name} takes {variable.accepts}; got {text!r}.")):
        variable.read()


def test_the_readme_lists_these_variables_with_their_defaults() -> None:
    rows = re.findall(r"^\| (`NICVIZ_.*?) \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    told = {name: meaning for names, meaning in rows for name in re.findall(r"`(\w+)`", names)}
    assert list(told) == [variable.name for variable in VARIABLES]
    for variable in VARIABLES:
        if isinstance(variable.default, int | float):
            assert re.search(rf"\b{variable.default:g}\b", told[variable.name]), variable.name


def test_no_other_file_reads_a_variable_of_nicviz() -> None:
    named = re.compile(r"""(?:environ(?:\.get)?|getenv)[\[(]\s*["']NICVIZ_""")
    files = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "nicviz").rglob("*.py")]
    assert [file for file in files if named.search(file.read_text())] == []
