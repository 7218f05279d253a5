"""Checkpoints of the FiLM hyperprior as its authors' code saves them, under the names that nicviz has.

Their layers have a name each, such as conv_ga1, film_ga1 and gdn_ga1, where nicviz has places in a transform. The last
layer of their hyper-synthesis is a transposed convolution of stride 1, which is a convolution with the kernel turned by
180°; the last one of their hyper-analysis has no bias, as a shift follows.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_LAYER = re.compile(r"(de)?(?P<kind>conv|film|i?gdn)_(?P<transform>[gh][as])(?P<number>\d)\.(?P<rest>.+)")
_MODULATION = re.compile(r"(?P<what>mu|sigma)_linear(?P<layer>[12])\.(?P<rest>.+)")
_TURNED, _WITHOUT_BIAS = "h_s.4.weight", "h_a.4.bias"


def renamed(state: "dict[str, torch.Tensor]") -> "dict[str, torch.Tensor]":
    """Return a state dict under nicviz's names; one that has none of the others as it is."""
    if not any(_LAYER.fullmatch(key) for key in state):
        return state
    found = {_name(key): value for key, value in state.items()}
    if _TURNED in found and found[_TURNED].ndim == 4:
        found[_TURNED] = found[_TURNED].transpose(0, 1).flip(2, 3).contiguous()
    if _WITHOUT_BIAS not in found and "h_a.4.weight" in found:
        found[_WITHOUT_BIAS] = found["h_a.4.weight"].new_zeros(len(found["h_a.4.weight"]))
    return found


def _name(key: str) -> str:
    layer = _LAYER.fullmatch(key)
    if layer is None:
        return key
    transform, place = "_".join(layer["transform"]), int(layer["number"]) - 1
    modulation = _MODULATION.fullmatch(layer["rest"]) if layer["kind"] == "film" else None
    if modulation is not None:
        what = {"mu": "shift", "sigma": "scale"}[modulation["what"]]
        return f"film.{transform}.{place}.{what}.{2 * int(modulation['layer']) - 2}.{modulation['rest']}"
    return f"{transform}.{2 * place + layer['kind'].endswith('gdn')}.{layer['rest']}"
