"""Matrix, BD-rates, curves and reports against what is computed by hand."""

import html.parser
import re

import numpy as np
import pytest

from nicviz.analysis.rd.bd_rate import Curve, bd_rate
from nicviz.errors import NicvizError
from nicviz.plots.robustness import Banded, banded_figure
from nicviz.robustness.claims import find_claims
from nicviz.robustness.curves import group_curves, groups_of, severity_means
from nicviz.robustness.deltas import bd_rates
from nicviz.robustness.evidence import Evidence, roles_of
from nicviz.robustness.matrix import CLEAN, FIGURES, matrix
from nicviz.robustness.operating import Target
from nicviz.robustness.papers import CLAIMS
from nicviz.robustness.report import html_report, matrix_latex, matrix_rows
from tests.robustness.cubes import FAMILIES, changed, made_cube

HALF = Target(0.5)


def test_rows_are_the_papers_groups_in_order() -> None:
    found = matrix(made_cube(), FIGURES["psnr"], "jpeg2000", HALF, 3)
    assert found.rows[0] == CLEAN
    assert set(found.rows[1:6]) == {"snow", "frost", "fog", "brightness", "contrast"}
    assert set(found.rows[13:]) == {"gaussian_noise", "shot_noise", "impulse_noise"}


def test_a_cell_is_the_mean_over_pictures_and_its_difference_is_paired() -> None:
    cube = changed(made_cube(), "net", {"psnr_db": 0.75}, spread=0.1)
    found = matrix(cube, FIGURES["psnr"], "jpeg2000", HALF, 3)
    np.testing.assert_allclose(found.means.value[:, 0], 28.0)
    np.testing.assert_allclose(found.differences.value[:, 1], 0.75)
    wide = found.means.high[0, 1] - found.means.low[0, 1]
    paired = found.differences.high[0, 1] - found.differences.low[0, 1]
    assert paired < wide / 5  # pictures differ by 3 dB, the differences by 0.2
    assert found.means.count.tolist() == [[12, 12]] * 16


def test_against_the_clean_image_the_clean_row_is_the_input() -> None:
    found = matrix(made_cube(), FIGURES["psnr_clean"], "jpeg2000", HALF, 3)
    np.testing.assert_allclose(found.means.value[0], 28.0)
    np.testing.assert_allclose(found.means.value[1:], 25.0)


def test_the_change_of_rate_is_a_geometric_mean_in_percent() -> None:
    cube = made_cube()
    factor = np.where(np.arange(12) < 6, 2.0, 0.5)[:, None, None]
    cube.columns["bpp"][:, 1:, cube.steps_of("net")] *= factor * 1.1
    found = matrix(cube, FIGURES["rate"], "jpeg2000", HALF, 3)
    assert CLEAN not in found.rows
    np.testing.assert_allclose(found.means.value[:, 1], 10.0)
    np.testing.assert_allclose(found.means.value[:, 0], 0.0, atol=1e-9)


def test_bd_rates_are_those_of_each_pictures_curves() -> None:
    cube = changed(made_cube(), "net", {"psnr_db": 1.0}, spread=0.3)
    deltas = bd_rates(cube, "jpeg2000")
    base, own = cube.steps_of("jpeg2000"), cube.steps_of("net")
    for picture in (0, 7):
        reference = bd_rate(*(Curve(cube["bpp"][picture, 2, steps], cube["psnr_db"][picture, 2, steps])
                              for steps in (base, own)))  # fmt: skip
        assert 100 * np.expm1(deltas.values[picture, 2, 1]) == pytest.approx(reference.value)
    found = matrix(cube, FIGURES["bd"], "jpeg2000", HALF, 3, lambda: deltas)
    np.testing.assert_allclose(found.means.value[:, 1], 100 * np.expm1(deltas.values[:, 0, 1].mean()))


def test_a_codec_of_few_qualities_has_no_bd_rate_and_the_reason() -> None:
    deltas = bd_rates(made_cube(rates=(0.25, 0.5)), "jpeg2000")
    assert np.isnan(deltas.values).all()
    assert "2 qualities" in deltas.missing["net"]


def test_ranked_pictures_are_worst_first() -> None:
    found = matrix(made_cube(), FIGURES["psnr"], "jpeg2000", HALF, 3)
    assert [place for place, _ in found.ranked("fog", "net")] == list(range(12))
    cube = made_cube()
    cube.columns["bpp"][4, 1:, cube.steps_of("net")] *= 3
    assert matrix(cube, FIGURES["rate"], "jpeg2000", HALF, 3).ranked("fog", "net")[0] == (4, pytest.approx(200))


def test_curves_of_a_group_are_means_over_its_corruptions() -> None:
    cube = made_cube()
    places = [place for name, place in cube.corrupted(3).items() if name == "fog"]
    cube.columns["psnr_db"][:, places] += 5.0
    curves = {curve.codec: curve for curve in group_curves(cube, "low", 3, "psnr_db")}
    np.testing.assert_allclose(curves["net"].quality.value, 32 + 4 * np.log2([0.25, 0.5, 1, 2]) + 1.0)
    assert curves["net"].num_corruptions == 5
    assert groups_of(cube, 3) == [CLEAN, "low", "medium", "high"]


def test_bd_rate_against_severity_has_a_mean_for_each() -> None:
    cube = made_cube(severities=(1, 5), corruptions=("fog", "snow"))
    for name, octaves in ((1, 0.5), (5, 1.0)):
        for place in cube.corrupted(name).values():
            cube.columns["psnr_db"][:, place, cube.steps_of("net")] += 4 * octaves
    severities, means = severity_means(cube, bd_rates(cube, "jpeg2000"), "low")
    assert severities == (1, 5)
    np.testing.assert_allclose(means.value[:, 1], [100 * (2**-0.5 - 1), -50], atol=1e-6)


def test_rows_and_latex_hold_every_cell() -> None:
    cube = made_cube(("png", "jpeg2000", "net"))
    cube.columns["psnr_db"][:, :, 0] = np.nan
    found = matrix(cube, FIGURES["psnr"], "jpeg2000", HALF, 3)
    rows = matrix_rows(found)
    assert len(rows) == 16 * 3
    assert [row["value"] is None for row in rows[:3]] == [True, False, False]
    text = matrix_latex(found, ["PNG", "JPEG 2000", "Net_1 & 50 %"], ["Clean", *found.rows[1:]])
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len(body) == 17
    assert all(len(re.findall(r"(?<!\\)&", line)) == 3 for line in body)
    assert r"Net\_1 \& 50 \%" in body[0]
    assert text.count(r"\midrule") == 4
    assert text.count("{") == text.count("}")
    assert body[1].startswith("Clean & -- & $28.00$ {")


class Parsed(html.parser.HTMLParser):
    VOID = frozenset({"meta", "br", "img", "input", "link", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []
        self.counts: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.sources += [value for name, value in attrs if name in {"src", "href"} and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_report_is_one_whole_page_that_asks_nobody() -> None:
    cube = made_cube(("png", "jpeg2000", "net"))
    evidence = Evidence(cube, roles_of(cube, FAMILIES, "net"), HALF, 3)
    found = matrix(cube, FIGURES["psnr"], "jpeg2000", HALF, 3)
    line = Banded("net <b>", "#112233", np.array([1.0, 2]), np.array([1.0, 2]), np.array([0.5, 1]), np.array([2.0, 3]))
    titles = {row: f"<{row}>" for row in found.rows}
    figures = [(heading, banded_figure([line], "x", "y")) for heading in ("One", "Two")]
    findings = find_claims(CLAIMS, evidence)
    text = html_report("Run & <more>", ["About it."], [found], ["a", "b", "c"], titles, findings, figures)
    parsed = Parsed()
    parsed.feed(text)
    parsed.close()
    assert parsed.open == []
    assert parsed.sources == []
    assert parsed.counts["table"] == 2
    assert parsed.counts["tr"] == 1 + len(CLAIMS) + 17
    assert text.count("plotly.js v") == 1
    assert "Run &amp; &lt;more&gt;" in text
    assert "&lt;fog&gt;" in text


def test_all_curves_are_of_the_same_pictures() -> None:
    cube = made_cube()
    cube.columns["psnr_db"][:4, 0, cube.steps_of("net")[1]] = np.nan
    curves = group_curves(cube, CLEAN, 3, "psnr_db")
    assert [curve.quality.count.tolist() for curve in curves] == [[8] * 4] * 2
    assert curves[0].quality.value == pytest.approx(curves[1].quality.value)


def test_a_run_of_clean_pictures_has_a_matrix_curves_and_no_severity() -> None:
    cube = made_cube(corruptions=())
    assert matrix(cube, FIGURES["rate"], "jpeg2000", HALF, 3).rows == ()
    assert matrix(cube, FIGURES["psnr"], "jpeg2000", HALF, 3).rows == (CLEAN,)
    assert len(group_curves(cube, CLEAN, 3, "psnr_db")) == 2
    with pytest.raises(NicvizError, match="clean pictures only"):
        severity_means(cube, bd_rates(cube, "jpeg2000"), "low")


def test_means_over_fewer_pictures_say_so_wherever_they_go() -> None:
    cube = made_cube()
    cube.columns["bpp"][:5, :, cube.steps_of("net")] = np.nan
    found = matrix(cube, FIGURES["psnr"], "jpeg2000", HALF, 3)
    row = next(line for line in matrix_latex(found, ["A", "B"], list(found.rows)).splitlines() if "(7)" in line)
    assert row.count("(") == 1
    report = html_report("r", [], [found], ["A", "B"], {row: row for row in found.rows}, [], [])
    assert report.count("(7)") == len(found.rows)
