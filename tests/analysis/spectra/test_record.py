"""The spectra of `analyze --json` and the files of `--save`."""

import json

import numpy as np
import pytest

from nicviz.__main__ import main
from nicviz.analysis.spectra.record import bands_record
from nicviz.color import luminance
from nicviz.images import decode_png
from nicviz.spectra.power import difference, power_spectrum

WORDS = ["analyze", "chelsea", "--crop", "100,60,97,64", "--codec", "jpeg:40", "--codec", "png", "--json"]


@pytest.mark.parametrize("corruption", [None, "gaussian_noise:2"])
def test_the_bands_add_up_and_the_planes_are_those_of_the_saved_pictures(corruption, capsys, tmp_path) -> None:
    extra = ["--corruption", corruption, "--seed", "3"] if corruption else []
    assert main([*WORDS, *extra, "--save", str(tmp_path)]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    given = decode_png((tmp_path / "input.png").read_bytes())
    for row, stem in zip(results, ("jpeg-40", "png"), strict=True):
        assert set(row["spectra"]) == ({"G", "R"} if corruption else {"D"})
        for kind, bands in row["spectra"].items():
            plane = np.load(tmp_path / f"{stem}.{kind}.npy", allow_pickle=False)
            assert (plane.dtype, plane.shape) == (np.dtype(np.float64), (64, 97))
            assert bands == bands_record(plane)
            assert sum(bands[name]["energy"] for name in ("low", "medium", "high")) == pytest.approx(bands["total"])
        error = difference(decode_png((tmp_path / f"{stem}.png").read_bytes()), given)
        kind = "G" if corruption else "D"
        assert row["spectra"][kind]["total"] == pytest.approx(np.mean(luminance(error) ** 2), rel=1e-9)
        np.testing.assert_array_equal(np.load(tmp_path / f"{stem}.{kind}.npy"), power_spectrum(error))
    assert results[1]["spectra"]["G" if corruption else "D"]["total"] == 0


def test_a_band_without_a_frequency_has_no_density(capsys) -> None:
    assert main(["analyze", "chelsea", "--crop", "5,5,1,1", "--codec", "jpeg:40", "--json"]) == 0
    spectra = json.loads(capsys.readouterr().out)["results"][0]["spectra"]["D"]
    assert spectra["high"] == {"energy": 0.0, "density": None}
    assert spectra["low"]["energy"] == spectra["total"]
