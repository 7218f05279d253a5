"""`train`: train a neural codec on a folder of photographs, or go on with a training that was stopped."""

import argparse
from dataclasses import fields
from pathlib import Path

from nicviz.commands.shared import Commands, say
from nicviz.environment import usable_cores
from nicviz.errors import TrainingError
from nicviz.training.config import (
    KERNELS,
    METRICS,
    PRECISIONS,
    QUANTIZATIONS,
    SCHEDULES,
    TRAINABLE,
    Config,
    Reporting,
)


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.parser("train", "train a neural codec on photographs; the same command goes on after a stop")
    parser.add_argument("pictures", metavar="FOLDER", help="of photographs; folders in it count too")
    parser.add_argument("--save", type=Path, required=True, metavar="DIR", help="where checkpoint and logs are kept")
    parser.add_argument("--lambda", dest="lmbda", type=float, metavar="λ",
                        help="of λ·255²·MSE + bpp, or of λ·(1 − MS-SSIM) + bpp; none with l1")  # fmt: skip
    _model_arguments(parser)
    _optimizer_arguments(parser)
    parser.add_argument("--evaluate", type=Path, metavar="FOLDER", help="pictures to measure rate and PSNR on")
    parser.add_argument("--evaluate-every", type=int, default=2000, metavar="STEPS")
    parser.add_argument("--checkpoint-seconds", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--threads", type=int, metavar="N", help="of the CPU; other numbers give other last bits")
    parser.set_defaults(run=_run)


def _model_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--architecture", choices=TRAINABLE, default=Config.architecture)
    parser.add_argument(
        "--widths", default="64,96", metavar="N,M", help="channels of transforms and latent, or of all layers"
    )
    parser.add_argument("--metric", choices=METRICS, default=Config.metric)
    parser.add_argument("--iterations", type=int, default=Config.iterations, help="of a recurrent model, in training")
    parser.add_argument("--start", metavar="CHECKPOINT", help="take weights from it, and from other λ or architectures")
    parser.add_argument("--hold-transforms", action="store_true", help="of a start; train the entropy model alone")
    parser.add_argument("--spread-from", type=float, metavar="λ", help="of a start that is to begin at all rates")
    parser.add_argument("--sparsity", type=float, default=Config.sparsity, help="part of the weights to prune, 0 … 1")


def _optimizer_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=int, default=Config.steps)
    parser.add_argument("--batch", type=int, default=Config.batch, help="crops a step")
    parser.add_argument("--crop", type=int, default=Config.crop, metavar="PIXELS")
    parser.add_argument("--learning-rate", type=float, default=Config.learning_rate)
    parser.add_argument("--auxiliary-rate", type=float, default=Config.auxiliary_rate, help="of the quantiles")
    parser.add_argument("--schedule", choices=SCHEDULES, default=Config.schedule)
    parser.add_argument("--clip", type=float, default=Config.clip, help="norm of the gradient")
    parser.add_argument("--ema", type=float, default=Config.ema, help="decay of the averaged weights")
    parser.add_argument("--precision", choices=PRECISIONS, default=Config.precision)
    parser.add_argument("--quantization", choices=QUANTIZATIONS, default=Config.quantization,
                        help="what stands for rounding in the latents that are decoded")  # fmt: skip
    parser.add_argument(
        "--kernels", choices=KERNELS, default=Config.kernels, help="what averaged kernels are rounded to"
    )
    parser.add_argument("--seed", type=int, default=Config.seed)


def _run(options: argparse.Namespace) -> None:
    chosen = {field.name: getattr(options, field.name) for field in fields(Config)}
    config = Config(**chosen | {"widths": _widths(options.widths)})
    reporting = Reporting(options.save, options.evaluate, options.evaluate_every, options.checkpoint_seconds)
    if options.threads is not None:
        if not 1 <= options.threads <= usable_cores():
            raise TrainingError(f"threads are 1 to {usable_cores()} here; got {options.threads}.")
        import torch

        torch.set_num_threads(options.threads)
    from nicviz.training.train import train

    train(config, reporting, say)


def _widths(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if len(parts) < 2 or not all(part.strip().isdecimal() for part in parts):
        raise TrainingError(f"widths are two numbers of channels, as 64,96; got {text!r}.")
    return tuple(int(part) for part in parts)
