"""What may stand in a table, and what is said of one that is wrong."""

import re

import pytest

from nicviz.codecs import CODECS
from nicviz.codecs.external import forget, read_tables
from tests.codecs.programs import codec_of, table

WRONG = {
    'encode = "enc {input} {bitstream}"': "key encode: a list of program and arguments is expected, not one text",
    'encode = ["bash", "-c", "x {input} {bitstream}"]': "key encode: bash would run a text as shell commands",
    'encode = ["/bin/sh", "-ec", "x {input} {bitstream}"]': "key encode: /bin/sh would run a text as shell commands",
    "encode = []": "key encode: a list of program and arguments",
    'encode = ["x", 3]': "key encode: a list of program and arguments, all of them texts",
    'encode = ["x", "{input}"]': r"key encode: {bitstream} is missing",
    'encode = ["x", "{input}", "{bitstream}", "{colour}"]': r"key encode: {colour} has no meaning here; .*{quality}",
    'decode = ["x", "{bitstream}", "{output}", "{quality}"]': r"key decode: {quality} has no meaning here",
    'encode = ["./x", "{input}", "{bitstream}"]': "key encode: ./x is relative to nothing",
    'decoder = ["x"]': "key decoder: there is no such key; known are cost, decode",
    'title = ""': "key title: a text is expected",
    'input = "jpeg"': "key input.kind: one of png, ppm, yuv444p, yuv420p is expected; got 'jpeg'",
    'input = { kind = "png", bits = 8 }': "key input: bits: only for planes",
    'input = { kind = "yuv444p", bits = 20 }': "key bits: a whole number from 8 to 16",
    'input = { kind = "yuv444p", matrix = "rec2020" }': "key input.matrix: one of bt709, bt601 is expected",
    'input = { kind = "yuv444p", depth = 8 }': "key input.depth: there is no such key",
    "input = 3": "key input: a kind of picture file",
    "scale = 3": "key scale: a table",
    'scale = { low = 1, high = "x", default = 2 }': "key scale.high: a number is expected",
    "scale = { low = 9, high = 1, default = 2 }": "key scale: low < high",
    "scale = { low = 1, high = 9, default = 2, step = -1 }": "key scale.step",
    "scale = { low = 1, high = 9, default = 2, higher_is_better = 1 }": "key scale.higher_is_better: true or false",
    "ladder = [1, 2]": "key ladder: a codec without a scale has none",
    "scale = { low = 1, high = 9, default = 2 }": r"key encode: {quality} is missing",
    "seconds = 0": "key seconds: a number from 0.1",
    "seconds = true": "key seconds: a number from 0.1",
    "cost = nan": "key cost: a number",
    "multiple = 2.5": "key multiple: a whole number",
    'suffix = "../x"': "key suffix",
}  # fmt: skip


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_table_is_told_by_file_table_and_key_and_the_others_go_on(line, tmp_path) -> None:
    key = line.partition(" ")[0]
    values = {
        "encode": 'encode = ["x", "{input}", "{bitstream}"]',
        "decode": 'decode = ["x", "{bitstream}", "{output}"]',
        key: line,
    }
    file = table(tmp_path, "x", "good")
    file.write_text("\n".join(["[wrong]", *values.values(), "", file.read_text()]))
    found = read_tables(CODECS.keys(), file)
    assert [codec.name for codec in found.codecs] == ["good"]
    (problem,) = found.problems
    assert problem.startswith(f"{file}, table [wrong], ")
    assert re.search(WRONG[line].replace("{", r"\{").replace("}", r"\}"), problem), problem


def test_a_ladder_off_the_scale_is_refused_and_one_out_of_order_is_put_in_order(tmp_path) -> None:
    encode = ["x", "{input}", "{bitstream}", "{quality}"]
    scale = {"low": 1, "high": 9, "default": 2, "higher_is_better": False}
    off = read_tables((), table(tmp_path, "x", encode=encode, scale=scale, ladder=[1, 20]))
    assert "key ladder: a value is off the scale, 1 to 9" in off.problems[0]
    forget()
    codec = codec_of(table(tmp_path, "x", "sorted", encode=encode, scale=scale, ladder=[2, 9, 5]))
    assert codec.ladder == (9, 5, 2)
    spread = codec_of(table(tmp_path, "x", "spread", encode=encode, scale={"low": 0, "high": 90, "default": 2}))
    assert spread.ladder == (10, 20, 30, 40, 50, 60, 70, 80)


@pytest.mark.parametrize("name", ["Upper", "with space", "-dash", "x" * 65])
def test_a_name_that_no_codec_can_have_is_refused(name, tmp_path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(f'["{name}"]\nencode = ["x"]\n')
    assert "name of a codec is of small letters" in read_tables((), file).problems[0]


def test_no_table_takes_the_place_of_another_codec(tmp_path) -> None:
    table(tmp_path, "x", "jpeg")
    (tmp_path / "again.toml").write_text(table(tmp_path, "x", "twice").read_text())
    found = read_tables(CODECS.keys(), tmp_path)
    assert [codec.name for codec in found.codecs] == ["twice"]
    assert sum("there is a codec of this name already" in problem for problem in found.problems) == 2


def test_files_that_are_no_toml_and_folders_that_are_not_there_are_told(tmp_path) -> None:
    (tmp_path / "bad.toml").write_text("[x\n")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\0")
    (tmp_path / "large.toml").write_bytes(b"#" * 1_100_000)
    (tmp_path / "flat.toml").write_text("x = 3\n")
    problems = read_tables((), tmp_path).problems
    assert len(problems) == 4
    assert all(str(tmp_path) in problem for problem in problems)
    assert "cannot be read" in read_tables((), tmp_path / "nowhere").problems[0]
