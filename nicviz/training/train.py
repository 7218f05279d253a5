"""Train from beginning to end, or from where a run was killed."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from nicviz.codecs.neural.device import torch_device
from nicviz.images import Image
from nicviz.training.checkpoint import Log, load, save
from nicviz.training.config import Config, Reporting
from nicviz.training.evaluation import Evaluation, evaluate
from nicviz.training.pictures import images, load_photographs
from nicviz.training.run import Progress, Run

LOG, EVALUATIONS = "log.csv", "evaluations.csv"
_LOG_COLUMNS = ("step", "seconds", "loss", "bpp", "psnr_db", "auxiliary", "gradient", "learning_rate")
_EVALUATION_COLUMNS = ("step", "bpp", "psnr_db", "bitstreams")
_SAY_SECONDS = 5.0


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
    state = load(reporting.folder, config)
    pictures = list(images(reporting.evaluation)) if reporting.evaluation else []
    photographs = load_photographs(Path(config.pictures), config.crop, device)
    for line in photographs.left_out:
        say(f"left out: {line}")
    run = Run(config, photographs, device)
    say(f"{len(photographs.pixels)} photographs, {config.steps} steps on {device}")
    if run.untrained and config.start:
        say(f"not in {config.start}, so new: {', '.join(sorted({name.split('.')[0] for name in run.untrained}))}")
    if state is not None:
        run.restore(state)
        say(f"going on from step {run.step}")
    reporter = _Reporter(run, reporting, pictures, say)
    while run.step < config.steps:
        reporter.take(run.advance())
    reporter.keep()
    return reporter.evaluate(bitstreams=True) if pictures else None


class _Reporter:
    """Tells, logs, saves and evaluates while a run advances."""

    def __init__(self, run: Run, reporting: Reporting, pictures: Sequence[Image], say: Callable[[str], None]) -> None:
        self._run, self._reporting, self._pictures, self._say = run, reporting, pictures, say
        self._log = Log(reporting.folder / LOG, _LOG_COLUMNS, run.step)
        self._evaluations = Log(reporting.folder / EVALUATIONS, _EVALUATION_COLUMNS, run.step)
        self._first = run.step
        self._begun = self._said = self._saved = time.monotonic()
        self._window: list[Progress] = []  # since the last row of the log

    def take(self, progress: Progress) -> None:
        """Report one step, where it is time to."""
        self._window.append(progress)
        step, now, over = self._run.step, time.monotonic(), self._run.step == self._run.config.steps
        if now - self._said >= _SAY_SECONDS or over:
            self._said = now
            self._tell(now)
        if len(self._window) >= self._reporting.log_every or over:
            loss, bpp, psnr_db = self._means()
            self._log.add(
                step, now - self._begun, loss, bpp, psnr_db,
                progress.auxiliary, progress.gradient, progress.learning_rate,
            )  # fmt: skip
            self._window = []
        if now - self._saved >= self._reporting.checkpoint_seconds:
            self.keep()
            self._saved = time.monotonic()
        if self._pictures and step % self._reporting.evaluate_every == 0 and not over:
            self.evaluate(bitstreams=False)

    def _means(self) -> tuple[float, float, float]:
        count = len(self._window)
        loss, bpp, mse = (sum(getattr(each, name) for each in self._window) / count for name in ("loss", "bpp", "mse"))
        return loss, bpp, -10 * math.log10(max(mse, 1e-12))

    def _tell(self, now: float) -> None:
        step, steps = self._run.step, self._run.config.steps
        speed = (step - self._first) / max(now - self._begun, 1e-9)
        loss, bpp, psnr_db = self._means()
        minutes, seconds = divmod(round((steps - step) / speed), 60)
        self._say(
            f"step {step}/{steps}  loss {loss:.4f}  {bpp:.4f} bpp  {psnr_db:.2f} dB  {speed:.2f} steps/s  "
            f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d} to go"
        )

    def keep(self) -> None:
        """Write a checkpoint."""
        save(self._reporting.folder, self._run.config, self._run.averaged(), self._run.state())

    def evaluate(self, *, bitstreams: bool) -> Evaluation:
        """Measure the averaged weights, log that and say it."""
        device = next(self._run.network.parameters()).device
        found = evaluate(self._run.averaged(), self._pictures, device, bitstreams=bitstreams)
        self._evaluations.add(self._run.step, found.bpp, found.psnr_db, int(bitstreams))
        how = "of bitstreams" if bitstreams else "estimated"
        self._say(
            f"step {self._run.step}: {len(self._pictures)} pictures, {found.bpp:.4f} bpp, {found.psnr_db:.3f} dB, {how}"
        )
        return found
