"""How the learning rate falls."""

import math
from dataclasses import dataclass

_LEAST = 0.01  # of the first learning rate, which the cosine ends at
_WARM_UP = 100  # steps in which Adam learns the size of the gradients
_WINDOW = 1000  # steps that a plateau is judged by
_PATIENCE = 3  # windows without a new best
_BETTER = 1e-3  # relative fall that makes a new best


def cosine(step: int, steps: int) -> float:
    """Return the factor of the learning rate for `step`, counted from 0, of `steps`."""
    return _LEAST + (1 - _LEAST) * 0.5 * (1 + math.cos(math.pi * step / steps))


def warm_up(step: int) -> float:
    """Return the factor that the learning rate begins with, so that the first steps do not undo a good start."""
    return min(1.0, (step + 1) / _WARM_UP)


@dataclass
class Plateau:
    """Halves the learning rate when the mean loss of a window has not become better for three windows.

    Args:
        factor: of the learning rate.
        best: least mean loss of a window.
        waited: windows since the best.
        total, count: of the window that is being filled.
    """

    factor: float = 1.0
    best: float = math.inf
    waited: int = 0
    total: float = 0.0
    count: int = 0

    def add(self, loss: float) -> None:
        """Take the loss of one step."""
        self.total += loss
        self.count += 1
        if self.count < _WINDOW:
            return
        mean, self.total, self.count = self.total / self.count, 0.0, 0
        if mean < self.best * (1 - _BETTER):
            self.best, self.waited = mean, 0
            return
        self.waited += 1
        if self.waited >= _PATIENCE:
            self.factor, self.waited = self.factor / 2, 0
