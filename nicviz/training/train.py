"""Train from beginning to end, or from where a run was killed."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nicviz.codecs.neural.device import torch_device
from nicviz.training.checkpoint import Log, load, save
from nicviz.training.config import Config, Reporting
from nicviz.training.evaluation import Evaluation, evaluate
from nicviz.training.pictures import images, load_photographs
from nicviz.training.run import Progress, Run

_LOG = ("step", "seconds", "loss", "bpp", "psnr_db", "auxiliary", "gradient", "learning_rate")
_EVALUATIONS = ("step", "bpp", "psnr_db", "bitstreams")
_SAY_SECONDS = 5.0


@dataclass
class _Window:
    """Sums over the steps since the last row of the log."""

    steps: int = 0
    loss: float = 0.0
    bpp: float = 0.0
    mse: float = 0.0

    def add(self, progress: Progress) -> None:
        self.steps += 1
        self.loss += progress.loss
        self.bpp += progress.bpp
        self.mse += progress.mse

    @property
    def psnr_db(self) -> float:
        return -10 * math.log10(max(self.mse / self.steps, 1e-12))


def train(config: Config, reporting: Reporting, say: Callable[[str], None]) -> Evaluation | None:
    """Train, and return the means of the evaluation at the end, of bitstreams; None without pictures for it.

    Called again with the same settings it goes on from the last checkpoint, with the same result.

    Args:
        config: what to do.
        reporting: what to write.
        say: takes lines for people.

    Raises:
        TrainingError: bad input, another run in the folder, or a loss that is not finite.
        WeightsError: a start that is no checkpoint.
    """
    device = torch_device()
    pictures = list(images(reporting.evaluation)) if reporting.evaluation else []
    photographs = load_photographs(Path(config.pictures), config.crop, device)
    for line in photographs.left_out:
        say(f"left out: {line}")
    say(f"{len(photographs.pixels)} photographs, {config.steps} steps on {device}")
    run = Run(config, photographs, device)
    if run.untrained and config.start:
        say(f"not in {config.start}, so new: {', '.join(sorted({name.split('.')[0] for name in run.untrained}))}")
    state = load(reporting.folder, config)
    if state is not None:
        run.restore(state)
        say(f"going on from step {run.step}")
    evaluations = Log(reporting.folder / "evaluations.csv", _EVALUATIONS, run.step)

    def measure(bitstreams: bool) -> Evaluation:
        found = evaluate(run.averaged(), pictures, device, bitstreams=bitstreams)
        evaluations.add(run.step, found.bpp, found.psnr_db, int(bitstreams))
        how = "bitstreams" if bitstreams else "estimated"
        say(f"step {run.step}: {len(pictures)} pictures, {found.bpp:.4f} bpp, {found.psnr_db:.3f} dB ({how})")
        return found

    _steps(run, reporting, say, (lambda: measure(False)) if pictures else None)
    return measure(True) if pictures else None


def _steps(run: Run, reporting: Reporting, say: Callable[[str], None], measure: Callable[[], object] | None) -> None:
    config = run.config
    log = Log(reporting.folder / "log.csv", _LOG, run.step)
    begun = said = saved = time.monotonic()
    first, window = run.step, _Window()

    def keep() -> None:
        save(reporting.folder, config, run.averaged(), run.state())

    while run.step < config.steps:
        progress = run.advance()
        window.add(progress)
        now = time.monotonic()
        rate = (run.step - first) / (now - begun)
        if now - said >= _SAY_SECONDS or run.step == config.steps:
            said = now
            left = (config.steps - run.step) / rate
            figures = (
                f"loss {window.loss / window.steps:.4f}  {window.bpp / window.steps:.4f} bpp  {window.psnr_db:.2f} dB"
            )
            say(f"step {run.step}/{config.steps}  {figures}  {rate:.2f} steps/s  {_clock(left)} to go")
        if window.steps == reporting.log_every or run.step == config.steps:
            log.add(
                run.step, now - begun, window.loss / window.steps, window.bpp / window.steps, window.psnr_db,
                progress.auxiliary, progress.gradient, progress.learning_rate,
            )  # fmt: skip
            window = _Window()
        if now - saved >= reporting.checkpoint_seconds:
            saved = now
            keep()
        if measure and run.step % reporting.evaluate_every == 0 and run.step < config.steps:
            measure()
    keep()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
