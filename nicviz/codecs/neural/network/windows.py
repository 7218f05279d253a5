"""Predictions from windows of features, each of which is seen alone: those of the coarse-to-fine model."""

from collections.abc import Iterable
from functools import reduce
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

WINDOW = 5  # places on a side that a prediction sees
_SLOPE = 0.2  # of the rectifiers below zero
_CASES = ((1, 2), (0, 1, 2), (0, 1))  # taps of a kernel of 3 that lie in the window: at its start, within, at its end
_WINDOWS = 4096  # that are predicted from at a time: 20 MB with 48 channels


class Prediction(nn.Module):
    """Means and scales of each place of a latent from the 5×5 places around it of decoded features.

    Each window is seen alone, with zeros around it. So the first layer gives a place nine different values, by which
    borders of the window it touches, and no more; they are made once, where each place lies in 25 windows.
    """

    def __init__(self, inputs: int, width: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, width, 3, padding=1), leaky(),
            nn.Conv2d(width, width, 3, stride=2, padding=1), leaky(),
            nn.Conv2d(width, width, 3, padding=1), leaky(),
            nn.Conv2d(width, 2 * outputs, 3),  # the linear layer over the 3×3 places that are left
        )  # fmt: skip

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return scales and means, (B, M, h, w) each, for features (B, C, h, w)."""
        batch, _, height, width = features.shape
        firsts = self._firsts(features)
        rows = max(1, _WINDOWS // (batch * width))
        strips = []
        for top in range(0, height, rows):
            count = min(rows, height - top)
            places = [
                firsts[_case(row)][_case(column)][:, top + row : top + row + count, column : column + width]
                for row in range(WINDOW)
                for column in range(WINDOW)
            ]
            windows = torch.stack(places, 3).view(batch * count * width, WINDOW, WINDOW, -1).permute(0, 3, 1, 2)
            strips.append(self.layers[2:](windows).view(batch, count, width, -1))
        means, logarithms = torch.cat(strips, 1).permute(0, 3, 1, 2).chunk(2, 1)
        return logarithms.exp(), means

    def _firsts(self, features: Tensor) -> list[list[Tensor]]:
        """Return what the first layer gives, by the case of its row and that of its column.

        Each is (B, h + 4, w + 4, P): windows at the border of the features reach two places beyond them.
        """
        layer, rectifier = cast("tuple[Any, nn.LeakyReLU]", tuple(self.layers[:2]))
        height, width = (side + WINDOW - 1 for side in features.shape[2:])
        weight = layer.weight.permute(2, 3, 0, 1)  # (3, 3, P, C): a matrix for each tap
        taps = functional.linear(features.permute(0, 2, 3, 1), weight.flatten(0, 2))
        taps = taps.view(*taps.shape[:3], *weight.shape[:3])
        taps = functional.pad(taps, (0, 0) * 3 + (WINDOW // 2 + 1,) * 4)
        rows = [_total(taps[:, tap : tap + height, :, tap] for tap in case) for case in _CASES]
        return [
            [rectifier(_total(row[:, :, tap : tap + width, tap] for tap in case) + layer.bias) for case in _CASES]
            for row in rows
        ]


def _case(place: int) -> int:
    """Return which of the cases a row or column of a window is."""
    return 0 if place == 0 else 2 if place == WINDOW - 1 else 1


def leaky() -> nn.LeakyReLU:
    """Return a rectifier that writes over what it is given, which nothing else may read."""
    return nn.LeakyReLU(_SLOPE, inplace=True)


def _total(tensors: Iterable[Tensor]) -> Tensor:
    return reduce(torch.add, tensors)
