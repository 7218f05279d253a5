"""Steps of training per second: nicviz against the loop of CompressAI's example script, one after the other in one run.

`python -m tests.benchmarks.bench_train [--steps N] [--rounds N] [--batch N] [--crop PIXELS] [--pictures FOLDER]`

CompressAI's loop is that of its examples/train.py (forward, loss, backward, clipping, Adam, auxiliary loss) in float32
on ready batches: what its loader costs on top is left out.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.shared_data import shared


def compressai_loop(photographs: Any, batch: int, crop: int) -> Callable[[], None]:
    """Return one step as CompressAI's example takes it."""
    import torch
    from compressai.losses import RateDistortionLoss
    from compressai.models import ScaleHyperprior

    network = ScaleHyperprior(64, 96).train()
    criterion = RateDistortionLoss(lmbda=0.013)
    named = dict(network.named_parameters())
    main = [named[name] for name in sorted(named) if not name.endswith(".quantiles")]
    auxiliary = [named[name] for name in sorted(named) if name.endswith(".quantiles")]
    optimizer, auxiliary_optimizer = torch.optim.Adam(main, 1e-4), torch.optim.Adam(auxiliary, 1e-3)
    random = np.random.default_rng(0)

    def step() -> None:
        crops = photographs.crops(random, batch, crop).contiguous()
        optimizer.zero_grad()
        auxiliary_optimizer.zero_grad()
        criterion(network(crops), crops)["loss"].backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        network.aux_loss().backward()
        auxiliary_optimizer.step()

    return step


def seconds(step: Callable[[], Any], steps: int) -> float:
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - start) / steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--pictures", type=Path, default=None)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    import torch

    from nicviz.training.config import Config
    from nicviz.training.pictures import load_photographs
    from nicviz.training.run import Run

    folder = options.pictures or shared("training") / "sunhays80"
    photographs = load_photographs(folder, options.crop, torch.device("cpu"))
    peer = compressai_loop(photographs, options.batch, options.crop)
    peer_times = [seconds(peer, 2), *(seconds(peer, options.steps) for _ in range(options.rounds))][1:]
    # After the peer, not interleaved with it: the run sets the process's memory and denormals, which would help both.
    config = Config(str(folder), 0.013, batch=options.batch, crop=options.crop)
    run = Run(config, photographs, torch.device("cpu"))
    own_times = [seconds(run.advance, 2), *(seconds(run.advance, options.steps) for _ in range(options.rounds))][1:]
    own, theirs = statistics.median(own_times), statistics.median(peer_times)
    print(f"{options.batch} crops of {options.crop}², {torch.get_num_threads()} threads, seconds a step (median)")
    print(f"CompressAI's loop  {theirs:.3f}   ({min(peer_times):.3f} – {max(peer_times):.3f})")
    print(f"nicviz             {own:.3f}   ({min(own_times):.3f} – {max(own_times):.3f})")
    print(f"ratio              {theirs / own:.2f}× (bar 2)")


if __name__ == "__main__":
    main()
