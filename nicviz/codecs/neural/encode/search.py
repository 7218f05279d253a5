"""Search for a better latent of one image at the encoder: what an analysis transform leaves undone.

An analysis transform answers for all images at once, and rounding then takes no notice of what a symbol costs. Gradient
descent on the Lagrangian of this one image finds symbols that take fewer bits for less error; weights, bitstream and
decoder stay as they are. The symbols are made soft as in Yang, Bamler and Mandt, "Improving Inference for Neural Image
Compression" (NeurIPS 2020, arXiv 2006.04240): a Gumbel-softmax draw between the two nearest integers, at a temperature
that falls ("stochastic Gumbel annealing"). Rate, momentum and temperatures below gave the lowest Lagrangian of those
tried, with 30 steps on crops of four photographs.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from nicviz.codecs.neural.device import searches_in_bfloat16

if TYPE_CHECKING:
    from torch import Generator, Tensor

_RATE = 0.025  # Adam's, in rounding steps; it falls to `_LAST_RATE` of that
_LAST_RATE = 0.7
_BETAS = (0.8, 0.99)
_WARM, _COLD = 0.5, 0.15  # temperatures
_HELD = 0.3  # part of the steps at the first temperature
_EDGE = 1e-4  # nearer to an integer than that, the other neighbor is as good as impossible
_LEAST = 1e-9  # likelihood, the bound of CompressAI
_VERSION = 1  # of what is above and below: one more with every change of the results


@dataclass(frozen=True)
class Search:
    """What is searched for, and how long.

    Args:
        lmbda: λ of λ · 255² · MSE + bpp, that of the training.
        steps: of gradient descent.
    """

    lmbda: float
    steps: int

    @property
    def version(self) -> str:
        """What a result depends on besides image, weights and libraries."""
        return f"SGA {_VERSION}, {self.steps} steps, λ {self.lmbda:g}"


class LatentPair(NamedTuple):
    """The main latent (1, M, h, w) and the hyper-latent (1, N, h/4, w/4), before or after rounding."""

    y: "Tensor"
    z: "Tensor"


def search(network: Any, image: "Tensor", size: tuple[int, int], start: LatentPair, wanted: Search) -> LatentPair:
    """Return latents whose rounded values have a lower Lagrangian, by their likelihoods, than the start, or the start.

    The same on one machine with as many threads: draws come from a seed.

    Args:
        network: of a scale hyperprior (bmshj2018-hyperprior), which nothing else works with meanwhile.
        image: (1, 3, H', W') in [0, 1], padded.
        size: (H, W), the part of it that counts.
        start: what the transforms give, not rounded.
        wanted: see `Search`.
    """
    import torch

    with torch.inference_mode(mode=False), torch.enable_grad():
        problem = _Problem(network, image.clone(), size, wanted.lmbda)
        before = LatentPair(*(latent.clone() for latent in start))
        after = _descend(problem, before, wanted.steps)
        with torch.no_grad():
            return min(before, after, key=lambda latents: float(problem.bits(*problem.rounded(latents), exact=True)))


def _descend(problem: "_Problem", start: LatentPair, steps: int) -> LatentPair:
    import torch

    latents = LatentPair(*(latent.clone().requires_grad_() for latent in start))
    optimizer = torch.optim.Adam(latents, _RATE, _BETAS)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, _LAST_RATE, max(1, steps))
    random = torch.Generator(latents.y.device).manual_seed(0)
    for step in range(steps):
        cooled = max(0.0, (step / steps - _HELD) / (1 - _HELD))
        temperature = _WARM * (_COLD / _WARM) ** cooled
        optimizer.zero_grad()
        soft = (_soft(latent, temperature, random) for latent in problem.centered(latents))
        torch.autograd.backward(problem.bits(*soft))
        optimizer.step()
        schedule.step()
    return LatentPair(*(latent.detach() for latent in latents))


def _soft(values: "Tensor", temperature: float, random: "Generator") -> "Tensor":
    """Return draws between the integers around values: nearer ones are likelier, the more so the colder it is."""
    import torch

    floor = values.detach().floor()
    up = (values - floor).clamp(_EDGE, 1 - _EDGE)
    logit = (up.atanh() - (1 - up).atanh()) / temperature  # of the upper one
    noise = torch.rand(values.shape, generator=random, device=values.device, dtype=values.dtype).logit(_EDGE)
    return floor + torch.sigmoid((logit - noise) / temperature)


class _Problem:
    """The Lagrangian of one image in bits, as a function of centered latents (medians taken away from z)."""

    def __init__(self, network: Any, image: "Tensor", size: tuple[int, int], lmbda: float) -> None:
        self._network, self._image, self._size = network, image, size
        self._error_bits = lmbda * 255**2 / 3  # of a sum of square errors over the values of the pixels that count
        self._medians = network.entropy_bottleneck.quantiles[:, 0, 1].detach().reshape(1, -1, 1, 1).clone()

    def centered(self, latents: LatentPair) -> LatentPair:
        return LatentPair(latents.y, latents.z - self._medians)

    def rounded(self, latents: LatentPair) -> LatentPair:
        return LatentPair(*(latent.round() for latent in self.centered(latents)))

    def bits(self, y: "Tensor", z: "Tensor", *, exact: bool = False) -> "Tensor":
        import torch

        height, width = self._size
        z = z + self._medians
        bottleneck, conditional = self._network.entropy_bottleneck, self._network.gaussian_conditional
        channels = z.transpose(0, 1).reshape(z.shape[1], 1, -1)
        likelihoods = (bottleneck._likelihood(channels)[0], conditional._likelihood(y, self._network.h_s(z)))
        rate = torch.stack([-each.clamp_min(_LEAST).log2().sum() for each in likelihoods]).sum()
        with torch.autocast(y.device.type, torch.bfloat16, enabled=not exact and searches_in_bfloat16(y.is_cuda)):
            x_hat = self._network.g_s(y)
        errors = (x_hat.float().clamp(0, 1) - self._image)[:, :, :height, :width]
        total: Tensor = rate + self._error_bits * errors.square().sum()
        return total
