"""Turn trained checkpoints into the weights that come with nicviz.

Kernels are stored in float16: what is stored is the model, and on the Kodak images it is 0.004 dB or less away from the
float32 original. Priors, biases and GDN offsets stay in float32; constants that every instance has are left out.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nicviz.codecs.neural.network import CONSTANT_ENDINGS
from nicviz.codecs.neural.reading import read_state, recognize


def convert(checkpoint: Path, target: Path) -> Mapping[str, Any]:
    """Write a checkpoint as safetensors and return what the manifest says of the file: name, SHA-256, and widths."""
    import safetensors.torch

    state = {
        key: value
        for key, value in read_state(checkpoint, checkpoint.name).items()
        if not key.endswith(CONSTANT_ENDINGS)
    }
    _, widths = recognize(state, checkpoint.name)
    kernels = {key for key, value in state.items() if value.ndim == 4 or key.endswith(".gamma")}
    stored = {key: (value.half() if key in kernels else value).contiguous() for key, value in state.items()}
    content = safetensors.torch.save(stored)
    target.write_bytes(content)
    return {
        "file": target.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "widths": list(widths),
    }


def add_to_manifest(manifest: Path, codec: str, quality: int, entry: Mapping[str, Any]) -> None:
    """Set what the manifest says of one quality of a codec that it already describes."""
    entries = json.loads(manifest.read_text(encoding="utf-8"))
    qualities = entries[codec]["qualities"] | {str(quality): dict(entry)}
    entries[codec]["qualities"] = dict(sorted(qualities.items(), key=lambda item: int(item[0])))
    manifest.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
