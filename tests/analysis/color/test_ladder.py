"""Quality transitions: the arithmetic on made-up ladders, and the real one beside codec and metrics called by hand."""

import math
import threading

import numpy as np
import pytest

from nicviz.analysis.color.ladder import Descent, descend, qualities_of, summarize
from nicviz.codecs import CODECS
from nicviz.color import delta_e00_map, unique_ab
from nicviz.errors import Canceled
from nicviz.images import LoadedImage
from nicviz.samples import find_sample
from tests.tasks.made_up import made_up_trial


def made_up(name: str, unique: list[int], psnr: float = 30.0) -> Descent:
    trials = [
        made_up_trial("jpeg", 10 - k, name, 1.0 / (k + 1), psnr, unique_ab=count, delta_e00=1.0 + k)
        for k, count in enumerate(unique)
    ]
    return Descent(name, 1000, tuple(trials))


def small() -> LoadedImage:
    return LoadedImage("small", find_sample("astronaut").load().pixels[:64, 200:280].copy())


@pytest.mark.parametrize("name", ["jpeg", "jpeg2000", "jpegxl"])
def test_the_ladder_goes_down_whatever_the_direction_of_the_scale(name: str) -> None:
    codec = CODECS[name]
    qualities = qualities_of(codec)
    assert sorted(qualities, reverse=codec.scale.higher_is_better) == list(qualities)
    assert set(qualities) == set(codec.ladder)


def test_cumulative_change_is_the_sum_of_the_transitions_with_its_spread() -> None:
    rows = summarize([made_up("a", [900, 950, 700]), made_up("b", [800, 700, 500])])
    assert [row["unique_ab"] for row in rows] == [850, 825, 600]
    assert [row["cumulative_change"]["mean"] for row in rows] == [0, -25, -250]
    assert rows[1]["cumulative_change"]["std"] == pytest.approx(np.std([50, -100], ddof=1))
    assert rows[2]["cumulative_change"]["std"] == pytest.approx(np.std([-200, -300], ddof=1))
    assert [row["delta_e00"] for row in rows] == [1, 2, 3]


def test_one_picture_has_no_spread_and_no_picture_has_no_rows() -> None:
    assert summarize([made_up("a", [5, 4])])[1]["cumulative_change"] == {"mean": -1.0, "std": None}
    assert summarize([]) == []


def test_an_infinite_psnr_is_left_out_of_the_mean_and_counted() -> None:
    rows = summarize([made_up("a", [5], math.inf), made_up("b", [5], 40.0)])
    assert (rows[0]["psnr_db"], rows[0]["num_infinite_psnr"]) == (40.0, 1)
    assert rows[0]["psnr_bpp"] == 1.0, "of the picture that the PSNR is of"
    assert summarize([made_up("a", [5], math.inf)])[0]["psnr_db"] is None


def test_a_descent_holds_what_codec_and_metrics_give_by_hand() -> None:
    image, told = small(), []
    descent = descend(image, CODECS["jpeg"], progress=told.append)
    assert descent.unique_ab == unique_ab(image.pixels)
    assert [trial.quality for trial in descent.trials] == list(qualities_of(CODECS["jpeg"]))
    bitstream = CODECS["jpeg"].encode(image.pixels, descent.trials[3].quality)
    decoded = CODECS["jpeg"].decode(bitstream)
    assert descent.trials[3].bpp == 8 * len(bitstream) / (64 * 80)
    assert descent.trials[3].figures["unique_ab"] == unique_ab(decoded)
    assert descent.trials[3].figures["delta_e00"] == pytest.approx(delta_e00_map(image.pixels, decoded).mean())
    assert not descent.trials[3].estimated
    assert told == sorted(told)
    assert told[0] == 0


def test_a_codec_without_a_ladder_has_one_quality() -> None:
    (trial,) = descend(small(), CODECS["png"]).trials
    assert trial.figures["delta_e00"] == 0
    assert math.isinf(trial.figures["psnr_db"])


def test_a_canceled_descent_stops() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Canceled):
        descend(small(), CODECS["jpeg"], cancel=cancel)
