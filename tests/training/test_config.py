"""What a run is asked to do: refused with the value where it cannot be done."""

import pytest

from nicviz.errors import TrainingError
from nicviz.training.config import Config, Reporting


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lmbda": 0.0}, "lmbda is a positive number; got 0.0"),
        ({"lmbda": float("nan")}, "got nan"),
        ({"steps": 0}, "steps is at least 1; got 0"),
        ({"batch": -1}, "batch is at least 1; got -1"),
        ({"lmbda": None}, "lmbda is a positive number; got None"),
        ({"crop": 100}, "multiple of 64 from 64 with mse; got 100"),
        ({"architecture": "recurrent"}, "metric is one of l1; got 'mse'"),
        ({"architecture": "recurrent", "metric": "l1"}, "no λ with l1"),
        ({"architecture": "recurrent", "metric": "l1", "lmbda": None}, "widths are 9 numbers"),
        ({"metric": "l1"}, "metric is one of mse, ms-ssim"),
        ({"iterations": 0}, "iterations is at least 1; got 0"),
        ({"crop": 128, "metric": "ms-ssim"}, "from 192 with ms-ssim; got 128"),
        ({"widths": (64, 4)}, "from 8 to 1024"),
        ({"widths": (48, 24, 0), "architecture": "3d-context"}, "widths are two to 5 numbers"),
        ({"widths": (64, 96, 8)}, "widths are two numbers"),
        ({"widths": (64,) * 7, "architecture": "lee2019"}, "widths are two to 6 numbers"),
        ({"spread_from": 0.025}, "of a start; got 0.025, None"),
        ({"spread_from": 0.0, "start": "a.pth"}, "above 0"),
        ({"hold_transforms": True}, "come from a start"),
        ({"architecture": "cheng"}, "architecture is one of factorized"),
        ({"metric": "lpips"}, "metric is one of mse"),
        ({"schedule": "step"}, "schedule is one of cosine"),
        ({"precision": "float16"}, "precision is one of bfloat16"),
        ({"sparsity": 1.0}, "sparsity are from 0 to below 1"),
        ({"ema": -0.1}, "ema and sparsity"),
        ({"seed": -1}, "seed is 0 or more; got -1"),
    ],
)
def test_values_that_cannot_be_trained_with_are_named(values: dict[str, object], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        Config(**{"pictures": "x", "lmbda": 0.01} | values)


def test_a_run_is_the_same_after_writing_and_reading() -> None:
    config = Config("x", 0.01, widths=(16, 24), start="a.pth", sparsity=0.8)
    assert Config.from_json(config.to_json()) == config
    assert config.differences(Config("x", 0.02, widths=(16, 24), start="a.pth")) == ["lmbda", "sparsity"]


def test_reports_every_no_steps_are_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TrainingError, match="evaluate_every and log_every"):
        Reporting(tmp_path, evaluate_every=0)
