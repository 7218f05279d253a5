"""Small seeded models in the format of the published checkpoints."""

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np

from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.codecs.neural.encode import coder
from nicviz.codecs.neural.entropy.container import Container, unpack
from nicviz.codecs.neural.network.models import Model, at, load
from nicviz.codecs.neural.weights.locate import weights_of

QUALITY = 3.4  # between two trained levels of the variable-rate models; the others do not compute with it
WIDTHS: dict[str, tuple[int, ...]] = {
    name: (12,) if name.startswith("cheng") else (8, 12) for name in ARCHITECTURES
} | {
    "mentzer2018": (8, 12, 2, 6, 5),
    "elic2022-compact": (8, 16),
    "elic2022-official": (8, 136),
    "elic2022-chandelier": (8, 136),
    "bmshj2018-hyperprior-film": (8, 12, 8),
    "hu2020-coarse2fine": (8, 12, 12, 6, 8, 10, 3),
    "lee2019": (8, 12, 8, 16, 10, 16),  # hybrid: 8 of 12 channels have a context
    "toderici2017": (8, 8, 12, 12, 4, 12, 12, 8, 8),  # 4 bits an iteration: at QUALITY 12 channels, as the others have
}
# Untrained transforms give latents that round to zero; this makes them code something.
LOUDER = {name: 20.0 if name.startswith("cheng") else 60.0 for name in ARCHITECTURES} | {"mentzer2018": 1.0}


def small_network(architecture: str, seed: int = 1) -> Any:
    """Return CompressAI's own model, or nicviz's, untrained, in evaluation mode, with entropy tables."""
    import torch

    record = ARCHITECTURES[architecture]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = record.build(WIDTHS[architecture], frozenset(record.options))
    with torch.no_grad():
        row = torch.nn.ModuleList(getattr(network.g_a, "main_layers", network.g_a.children()))
        last = [layer for layer in row.modules() if isinstance(layer, torch.nn.Conv2d)][-1]
        last.weight.mul_(LOUDER[architecture])
        if hasattr(network.g_a, "linear"):  # an untrained way beside carries nothing
            random = torch.Generator().manual_seed(seed)
            for parameter in (*network.g_a.linear.parameters(), *network.g_s.linear.parameters()):
                parameter.add_(torch.randn(parameter.shape, generator=random), alpha=0.02)
        if record.conditioned:  # an untrained condition changes nothing
            random = torch.Generator().manual_seed(seed)
            for parameter in network.film.parameters():
                parameter.add_(torch.randn(parameter.shape, generator=random), alpha=0.05)
        if hasattr(network, "update"):
            network.update()
    return network.eval()


def peer_network(architecture: str) -> Any:
    """Return the same model as one that CompressAI's compress and decompress work with; None where there is none."""
    network = small_network(architecture)
    if ARCHITECTURES[architecture].conditioned:
        network = network.at(QUALITY)
    return network if hasattr(network, "compress") else None


def published_state(network: Any) -> dict[str, Any]:
    """Return a state dict with the key names of the published files, which predate today's."""
    old = {".matrices.": "._matrix", ".biases.": "._bias", ".factors.": "._factor"}
    state = {}
    for key, value in network.state_dict().items():
        for now, then in old.items():
            key = key.replace(f"entropy_bottleneck{now}", f"entropy_bottleneck{then}")  # noqa: PLW2901
        state[key] = value
    return state


def saved(content: Any) -> bytes:
    """Return what torch.save writes."""
    import torch

    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def published_file(folder: Path, stem: str, network: Any) -> Path:
    """Write a checkpoint whose name ends with the first digits of its SHA-256, as the published ones do."""
    data = saved(published_state(network))
    file = folder / f"{stem}-{hashlib.sha256(data).hexdigest()[:8]}.pth.tar"
    file.write_bytes(data)
    return file


def small_model(architecture: str, seed: int = 1) -> Model:
    """Return the model that nicviz makes of the checkpoint of `small_network`, on the CPU."""
    return at(load(weights_of(saved(small_network(architecture, seed).state_dict()), architecture), "cpu"), QUALITY)


def coded(model: Model, image: np.ndarray, quality: float = QUALITY) -> tuple[bytes, Container]:
    """Return the bitstream of an image and what is in it."""
    bitstream = coder.encode(model, "test", image, quality)
    return bitstream, unpack("test", bitstream, image.size)


def as_input(image: np.ndarray) -> Any:
    """Return an image as CompressAI takes it, (1, 3, H, W) in [0, 1]."""
    import torch

    return torch.from_numpy(image.copy()).permute(2, 0, 1).unsqueeze(0).contiguous().float() / 255


def as_image(x_hat: Any) -> np.ndarray:
    """Return CompressAI's output as an 8-bit image."""
    return (x_hat[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
