"""Steps of a training run: the same each time, pruned as asked, stopped when they are not finite."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nicviz.codecs.neural.family.own import session_codec
from nicviz.errors import TrainingError
from nicviz.training import prune
from nicviz.training.config import TRAINABLE, Config
from nicviz.training.networks import new_network
from nicviz.training.pictures import Photographs, load_photographs
from nicviz.training.run import Run
from tests.training.picture_folder import picture_folder

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
# What an architecture is trained with where that is not what the others are.
ITS_OWN: dict[str, dict[str, object]] = {
    "recurrent": {
        "lmbda": None,
        "metric": "l1",
        "widths": (8, 8, 12, 12, 8, 12, 12, 8, 8),
        "iterations": 2,
        "crop": 32,
        "steps": 150,
    },
    "elic": {"steps": 150},
}


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Photographs:
    return load_photographs(picture_folder(tmp_path_factory.mktemp("pictures")), 64, CPU)


def config(**values: object) -> Config:
    return replace(Config("pictures", 0.01, widths=(8, 12), steps=6, batch=2, crop=64), **values)


def test_the_same_seed_gives_the_same_weights_and_another_seed_gives_others(photographs: Photographs) -> None:
    states = []
    for seed in (5, 5, 6):
        run = Run(config(seed=seed), photographs, CPU)
        for _ in range(3):
            run.advance()
        states.append(run.averaged())
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
    assert not torch.equal(states[0]["g_a.0.weight"], states[2]["g_a.0.weight"])


@pytest.mark.parametrize("architecture", TRAINABLE)
def test_every_architecture_learns_and_what_it_learned_codes_a_picture(
    architecture: str, photographs: Photographs, tmp_path: Path
) -> None:
    run = Run(
        config(**{"architecture": architecture, "learning_rate": 3e-3, "steps": 60} | ITS_OWN.get(architecture, {})),
        photographs,
        CPU,
    )
    losses = [run.advance().loss for _ in range(run.config.steps)]
    run.step = 0  # crops, rates and noise follow from the number of the step: the first ones once more
    again = [run.advance().loss for _ in range(10)]
    assert np.mean(again) < 0.85 * np.mean(losses[:10])
    file = tmp_path / "learned.pth"
    torch.save({"state_dict": run.averaged()}, file)
    codec = session_codec(file, file.name)
    assert codec.architecture == TRAINABLE[architecture]
    picture = photographs.pixels[0].numpy()
    assert codec.decode(codec.encode(picture, codec.quality(None))).shape == picture.shape


@pytest.mark.parametrize("architecture", ["factorized", "hyperprior", "mean-scale"])
def test_rounded_latents_are_those_that_a_codec_decodes_with_the_rate_of_noise_and_a_gradient(
    architecture: str, photographs: Photographs
) -> None:
    crops = photographs.crops(np.random.default_rng(3), 2, 64)
    runs = [
        Run(config(architecture=architecture, precision="float32", quantization=quantization), photographs, CPU)
        for quantization in ("noise", "rounding")
    ]
    outputs = []
    for run in runs:
        prior = run.network.entropy_bottleneck
        with torch.no_grad():
            prior.quantiles[:, :, 1] += 0.3  # medians that rounding has to heed
        torch.manual_seed(1)
        outputs.append(run.network(crops))
    noisy, rounded = outputs
    torch.autograd.backward(rounded["x_hat"].sum())
    assert runs[1].network.g_a[0].weight.grad.abs().max() > 0
    runs[0].network.eval()
    with torch.no_grad():
        decoded = runs[0].network(crops)["x_hat"]
    assert torch.allclose(rounded["x_hat"], decoded, atol=1e-5)
    assert not torch.allclose(noisy["x_hat"], decoded, atol=1e-3)
    own = "z" if "z" in rounded["likelihoods"] else "y"  # what no decoded latent reaches first
    assert torch.equal(rounded["likelihoods"][own], noisy["likelihoods"][own])


def test_bfloat16_transforms_give_the_loss_of_float32_within_a_percent(photographs: Photographs) -> None:
    losses = [
        Run(config(precision=precision), photographs, CPU).advance().loss for precision in ("bfloat16", "float32")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=0.01)


def test_what_a_run_restores_goes_on_bit_for_bit(photographs: Photographs) -> None:
    whole = Run(config(sparsity=0.5), photographs, CPU)
    for _ in range(6):
        whole.advance()
    first = Run(config(sparsity=0.5), photographs, CPU)
    for _ in range(2):
        first.advance()
    second = Run(config(sparsity=0.5), photographs, CPU)
    second.restore(first.state())
    for _ in range(4):
        second.advance()
    expected, found = whole.averaged(), second.averaged()
    assert all(torch.equal(expected[key], found[key]) for key in expected)


def test_a_checkpoint_of_a_nicviz_with_one_group_of_parameters_is_refused_with_advice(photographs: Photographs) -> None:
    run = Run(config(), photographs, CPU)
    state = run.state()
    (first, second) = state["optimizer"]["param_groups"]
    state["optimizer"]["param_groups"] = [first | {"params": first["params"] + second["params"]}]
    with pytest.raises(TrainingError, match="earlier nicviz"):
        run.restore(state)


def test_a_loss_that_is_not_finite_stops_before_the_weights_change(photographs: Photographs) -> None:
    run = Run(config(), photographs, CPU)
    run.advance()
    with torch.no_grad():
        run.network.g_s[6].bias[0] = float("nan")
    before = run.network.g_a[0].weight.detach().clone()
    with pytest.raises(TrainingError, match=r"loss of step 2 is nan"):
        run.advance()
    assert torch.equal(run.network.g_a[0].weight, before)
    assert run.step == 1


@pytest.mark.parametrize("sparsity", [0.8, 0.95])
def test_pruning_ends_at_the_sparsity_that_was_asked_for(sparsity: float, photographs: Photographs) -> None:
    run = Run(config(sparsity=sparsity, steps=4), photographs, CPU)
    for _ in range(4):
        run.advance()
    kernels = [tensor for key, tensor in run.averaged().items() if tensor.ndim == 4]
    zeros = sum(int((kernel == 0).sum()) for kernel in kernels)
    assert zeros / sum(kernel.numel() for kernel in kernels) == pytest.approx(sparsity, abs=1e-3)


def test_pruning_takes_the_smallest_weights_and_follows_the_cubic_of_zhu_and_gupta() -> None:
    masks = prune.lamp_masks({"k": torch.tensor([[3.0, -1.0], [0.5, -4.0]])}, 0.5)
    assert masks["k"].tolist() == [[True, False], [False, True]]
    assert prune.sparsity_at(0, 100, 0.95) == 0
    assert prune.sparsity_at(35, 100, 0.8) == pytest.approx(0.8 * (1 - 0.5**3))
    assert prune.sparsity_at(70, 100, 0.95) == prune.sparsity_at(100, 100, 0.95) == 0.95
    assert prune.sparsity_at(35, 100, 0.8, 0.4) == pytest.approx(0.8 - 0.4 * 0.5**3)
    assert prune.sparsity_at(0, 100, 0.8, 0.9) == 0.8, "a start with more zeros than asked for keeps what is asked for"


def test_a_sparse_start_keeps_its_zeros(photographs: Photographs, tmp_path: Path) -> None:
    first = Run(config(sparsity=0.8, steps=2), photographs, CPU)
    for _ in range(2):
        first.advance()
    start = tmp_path / "sparse.pth"
    torch.save(first.averaged(), start)
    second = Run(config(sparsity=0.8, steps=4, start=str(start)), photographs, CPU)
    second.advance()
    before, after = ({key: t == 0 for key, t in run.averaged().items() if t.ndim == 4} for run in (first, second))
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_scores_of_pruning_are_those_of_lamp_one_weight_at_a_time() -> None:
    random = torch.Generator().manual_seed(1)
    weights = {name: torch.randn(shape, generator=random) for name, shape in (("a", (4, 3, 5)), ("b", (2, 9)))}
    scores = {
        (name, index): value**2 / sum(other**2 for other in flat if abs(other) >= abs(value))
        for name, flat in ((name, weight.flatten().tolist()) for name, weight in weights.items())
        for index, value in enumerate(flat)
    }
    gone = set(sorted(scores, key=scores.__getitem__)[:47])
    masks = prune.lamp_masks(weights, 47 / 78)
    found = {(name, index) for name in masks for index, stays in enumerate(masks[name].flatten()) if not stays}
    assert found == gone


def test_the_quantiles_that_are_saved_are_those_of_the_averaged_prior(photographs: Photographs) -> None:
    run = Run(config(), photographs, CPU)
    run.advance()
    state = run.averaged()
    network, _ = new_network(config(), photographs)
    with torch.no_grad():
        for name, parameter in network.entropy_bottleneck.named_parameters():
            parameter.copy_(state[f"entropy_bottleneck.{name}"])
    assert network.entropy_bottleneck.loss().item() / state["entropy_bottleneck.quantiles"].numel() < 0.1


def test_a_start_of_another_architecture_gives_what_both_have(photographs: Photographs, tmp_path: Path) -> None:
    run = Run(config(), photographs, CPU)
    file = tmp_path / "start.pth"
    torch.save({"state_dict": run.averaged()}, file)
    network, untrained = new_network(config(architecture="vbr", start=str(file)), photographs)
    assert torch.equal(network.g_a[0].weight, run.network.g_a[0].weight)
    assert {name.split(".")[0] for name in untrained} == {"Gain", "QuantABCD"}
    with pytest.raises(TrainingError, match="no analysis transform of the widths"):
        new_network(config(widths=(16, 12), start=str(file)), photographs)
