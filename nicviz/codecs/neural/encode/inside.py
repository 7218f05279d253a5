"""A look inside a loaded model: what it codes, what an element draws and sees, and what a changed latent becomes.

    image ── g_a ── y ──▶ latents: ŷ, ẑ, means, scales, bits of each element
                    │
                    └─ × factors, other steps, another ẑ ──▶ edited: bits and picture

    response:         ∂ g_s(ŷ) / ∂ ŷ[k, i, j], a small picture        (what one element draws)
    receptive field:  ∂ y[k, i, j] / ∂ image, a small picture         (what one element sees)

Both derivatives are taken at the picture, because the transforms are not linear, and over the neighborhood that the
transforms reach, not over all of the picture.
"""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.base import Image
from nicviz.codecs.neural.encode.coder import analyzed, as_tensor, element_bits, to_image
from nicviz.codecs.neural.encode.search import Search
from nicviz.codecs.neural.network.models import Model, working
from nicviz.codecs.neural_base import Edit, Edited, HyperLatent, Latents, Marginals, Patch, Place
from nicviz.errors import NicvizError

if TYPE_CHECKING:
    from torch import Tensor

_REACH = 8  # elements on each side, more than any of the transforms sees without attention
_PLAIN = 4  # convolutions of 5 × 5 and stride 2, as in most models: 2 (1 + ½ + ¼ + ⅛) elements, which is below that
_STEP = 1e-6  # of a central difference in float64: right to about nine digits, and seldom over a kink of a ReLU


def latents(model: Model, image: Image, quality: float, wanted: Search | None = None) -> Latents:
    """Return what `encode` codes of an image, and the bits of each element; arguments and errors as for it."""
    with working(model):
        y, z, stride = analyzed(model, image, quality, wanted)
        z = model.prior.hyper_analysis(y, quality) if z is None else z
        traced = model.prior.trace(y, quality, z)
        expected = traced.expected
        alone = (
            model.prior.likelihoods_alone(y, traced.z_hat, quality)
            if expected is None
            else expected.likelihoods(traced.y_hat)
        )
        importance = model.prior.importance(as_tensor(model.network, image))
    return Latents(
        y=_array(y),
        y_hat=_array(traced.y_hat),
        z=_array_or_none(z),
        z_hat=_array_or_none(traced.z_hat),
        means=_array_or_none(traced.means),
        scales=_array_or_none(traced.scales),
        bits_y=element_bits(traced.likelihoods_y),
        bits_z=None if traced.likelihoods_z is None else element_bits(traced.likelihoods_z),
        bits_alone=None if alone is None else element_bits(alone),
        alphabet=None if expected is None else _array(expected.values[None]),
        expected=None if expected is None else _array(expected.shares[None]),
        importance=None if importance is None else _array(importance[0]),
        stride=stride,
        step=model.prior.rounding_step(quality),
        means_z=_array_or_none(traced.means_z),
        scales_z=_array_or_none(traced.scales_z),
        coarser=tuple(HyperLatent(_array(each.latent), _array(each.decoded)) for each in traced.coarser),
        bits_coarser=tuple(element_bits(each.likelihoods) for each in traced.coarser),
        beside=_array_or_none(traced.beside),
    )


def edited(model: Model, found: Latents, edit: Edit, quality: float, size: tuple[int, int]) -> Edited:
    """Return what becomes of latents that are changed.

    Args:
        model: that they are of.
        found: of an image at this quality.
        edit: the change; see `Edit`.
        quality: native.
        size: (H, W) of the image.

    Raises:
        NicvizError: a change that does not fit the latents.
        CodecError: no finite latent, or not enough memory.
    """
    _check(edit, found)
    with working(model) as network:
        y, z = _like(found.y, network), None if found.z is None else _like(found.z, network)
        if edit.factors is not None:
            y, z = y * _like(edit.factors[:, None, None], network), None
        if edit.z is not None:
            z = _like(edit.z, network)
        steps = None if edit.steps is None else _like(edit.steps, network)[0]
        traced = model.prior.trace(y, quality, z, steps)
        picture = to_image(network.g_s(traced.given.clone()), *size)  # the folded synthesis may write over its input
    return Edited(
        y_hat=_array(traced.y_hat),
        bits_y=element_bits(traced.likelihoods_y),
        bits_z=None if traced.likelihoods_z is None else element_bits(traced.likelihoods_z),
        reconstruction=picture,
        bits_coarser=tuple(element_bits(each.likelihoods) for each in traced.coarser),
    )


def response(model: Model, found: Latents, place: Place) -> Patch:
    """Return the derivative of the reconstruction, before it is clipped and rounded, by one element of ŷ.

    Args:
        model: whose synthesis it is.
        found: of an image, where the derivative is taken; side information stays as it is.
        place: of the element.

    Returns:
        sRGB in [0, 1] a unit of the element.
    """
    import torch

    _check_place(place, found.y_hat.shape)
    given = found.given
    with working(model) as network:
        synthesis = deepcopy(network.g_s).double()
        (top, bottom), (left, right) = _around(network, synthesis, place, (given.shape[1], given.shape[2]))
        part = _like(given[:, top:bottom, left:right], network).double()
        wave = torch.zeros_like(part)
        wave[0, place.channel, place.row - top, place.column - left] = _STEP
        drawn = (synthesis(part + wave) - synthesis(part - wave)) / (2 * _STEP)
    stride = drawn.shape[2] // (bottom - top)
    return _trimmed(drawn[0].permute(1, 2, 0).cpu().numpy(), top * stride, left * stride)


def receptive_field(model: Model, image: Image, place: Place, quality: float) -> Patch:
    """Return the derivative of one element of y by the image.

    Args:
        model: whose analysis it is.
        image: (H, W, 3) uint8, where the derivative is taken.
        place: of the element.
        quality: native; what is coded before the element, in a progressive codec, is held.

    Returns:
        Units of the element a unit of sRGB in [0, 1].
    """
    import torch

    with working(model) as network:
        whole = as_tensor(network, image)
        stride = _stride(model, whole, quality)
        shape = (whole.shape[2] // stride, whole.shape[3] // stride)
        _check_place(place, (place.channel + 1, *shape))
        (top, bottom), (left, right) = _around(network, network.g_a, place, shape)
        part = whole[:, :, top * stride : bottom * stride, left * stride : right * stride]
        with torch.inference_mode(mode=False), torch.enable_grad():
            part = part.clone().requires_grad_()
            y = model.prior.analyze(part, quality)
            _check_place(place, (y.shape[1], *shape))
            (found,) = torch.autograd.grad(y[0, place.channel, place.row - top, place.column - left], part)
    values = found[0].permute(1, 2, 0).double().cpu().numpy()
    return _trimmed(values, top * stride, left * stride)


def marginals(model: Model, quality: float, reach: int) -> Marginals:
    """Return the prior that does not depend on the image: that of `Latents.innermost`.

    Args:
        model: whose prior it is.
        quality: native.
        reach: rounding steps on each side of the median.
    """
    with working(model):
        values, probabilities = model.prior.marginals(reach, quality)
        return Marginals(values.double().cpu().numpy(), probabilities.double().cpu().numpy())


def _check(edit: Edit, found: Latents) -> None:
    channels = len(found.y)
    for name in ("factors", "steps"):
        values = getattr(edit, name)
        if values is not None and (values.shape != (channels,) or not np.isfinite(values).all()):
            raise NicvizError(f"The {name} of an edit are {channels} finite numbers, one a channel.")
    if edit.steps is not None and (edit.steps <= 0).any():
        raise NicvizError(f"Rounding steps are above 0; got {edit.steps.min():g}.")
    if edit.z is not None and (found.z is None or edit.z.shape != found.z.shape):
        raise NicvizError("The other picture's hyper-latent has not the shape of this one's.")


def _check_place(place: Place, shape: tuple[int, ...]) -> None:
    for name, at, end in zip(
        ("channel", "row", "column"), (place.channel, place.row, place.column), shape, strict=True
    ):
        if not 0 <= at < end:
            raise NicvizError(f"The {name} of an element is 0 to {end - 1}; got {at}.")


def _around(
    network: Any, transform: Any, place: Place, shape: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the rows and columns that a network's transform may reach from an element, as far as there are any."""
    import torch

    kernels = (torch.nn.Conv2d, torch.nn.ConvTranspose2d)
    plain = sum(isinstance(module, kernels) for module in transform.modules()) == _PLAIN
    reach = getattr(transform, "reach", _PLAIN if plain else getattr(network, "reach", _REACH))
    rows, columns = (
        (max(0, at - reach), min(end, at + reach + 1)) for at, end in zip((place.row, place.column), shape, strict=True)
    )
    return rows, columns


def _stride(model: Model, whole: "Tensor", quality: float) -> int:
    side = model.network.downsampling_factor
    probe = whole[:, :, :side, :side]
    return int(probe.shape[2] // model.prior.analyze(probe.clone(), quality).shape[2])


def _trimmed(values: NDArray[np.float64], top: int, left: int) -> Patch:
    """Return a patch without its border of zeros; one of zeros alone keeps a pixel."""
    rows, columns = (np.flatnonzero(np.any(values, axis=axes)) for axes in ((1, 2), (0, 2)))
    if not len(rows):
        return Patch(np.zeros((1, 1, 3)), top, left)
    inside = values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Patch(np.ascontiguousarray(inside), top + int(rows[0]), left + int(columns[0]))


def _array(tensor: "Tensor") -> NDArray[np.float32]:
    return np.array(tensor[0].cpu().numpy(), np.float32, order="C")


def _array_or_none(tensor: "Tensor | None") -> NDArray[np.float32] | None:
    return None if tensor is None else _array(tensor)


def _like(array: NDArray[Any], network: Any) -> "Tensor":
    """Return an array as a batch of one on the network's device."""
    import torch

    device = next(network.parameters()).device
    return torch.from_numpy(np.array(array, np.float32)).to(device)[None]
