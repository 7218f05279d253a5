"""A checkpoint as the authors of the FiLM hyperprior save it, beside a network that is written as theirs."""

import pytest
import torch
from compressai.layers import GDN
from torch import nn

from nicviz.codecs.neural.architectures import likely
from nicviz.codecs.neural.family.own import session_codec
from nicviz.codecs.neural.network.film import lambda_of
from nicviz.codecs.neural.network.models import at, load
from nicviz.codecs.neural.weights.locate import weights_of
from nicviz.codecs.neural.weights.renamed import renamed
from tests.codecs.neural.small import as_input, saved, small_network
from tests.codecs.pictures import photograph

N, M, HIDDEN = 8, 12, 6


class Theirs(nn.Module):
    """The layers of the public code under its names; each is followed by its FiLM block."""

    def __init__(self) -> None:
        super().__init__()
        self.order: dict[str, list[tuple[str, str]]] = {"ga": [], "gs": [], "ha": [], "hs": []}
        for number, (inputs, outputs) in enumerate(((3, N), (N, N), (N, N), (N, M)), 1):
            self._add("ga", number, nn.Conv2d(inputs, outputs, 5, 2, 2), None if number == 4 else GDN(N))
        for number, (inputs, outputs) in enumerate(((M, N), (N, N), (N, N), (N, 3)), 1):
            layer = nn.ConvTranspose2d(inputs, outputs, 5, 2, 2, 1)
            self._add("gs", number, layer, None if number == 4 else GDN(N, inverse=True))
        self._add("ha", 1, nn.Conv2d(M, N, 3, 1, 1), nn.ReLU())
        self._add("ha", 2, nn.Conv2d(N, N, 5, 2, 2), nn.ReLU())
        self._add("ha", 3, nn.Conv2d(N, N, 5, 2, 2, bias=False), None)
        self._add("hs", 1, nn.ConvTranspose2d(N, N, 5, 2, 2, 1), nn.ReLU())
        self._add("hs", 2, nn.ConvTranspose2d(N, N, 5, 2, 2, 1), nn.ReLU())
        self._add("hs", 3, nn.ConvTranspose2d(N, M, 3, 1, 1), None)

    def _add(self, part: str, number: int, layer: nn.Module, after: nn.Module | None) -> None:
        kind = "deconv" if isinstance(layer, nn.ConvTranspose2d) else "conv"
        film = nn.Module()
        for name, (inputs, outputs) in {"1": (1, HIDDEN), "2": (HIDDEN, layer.out_channels)}.items():
            film.add_module(f"mu_linear{name}", nn.Linear(inputs, outputs))
            film.add_module(f"sigma_linear{name}", nn.Linear(inputs, outputs))
        self.add_module(f"{kind}_{part}{number}", layer)
        self.add_module(f"film_{part}{number}", film)
        if isinstance(after, GDN):
            self.add_module(f"{'igdn' if part == 'gs' else 'gdn'}_{part}{number}", after)
        self.order[part].append((f"{kind}_{part}{number}", f"film_{part}{number}"))
        self.order[part].append(("", "") if after is None else (f"{part}{number}", "relu"))

    def part(self, name: str, x: torch.Tensor, lmbda: torch.Tensor) -> torch.Tensor:
        for first, second in self.order[name]:
            if second.startswith("film"):
                film = getattr(self, second)
                scale = film.sigma_linear2(film.sigma_linear1(lmbda).relu())[:, :, None, None]
                shift = film.mu_linear2(film.mu_linear1(lmbda).relu())[:, :, None, None]
                x = getattr(self, first)(x) * scale + shift
            elif first:
                norm = getattr(self, f"gdn_{first}", getattr(self, f"igdn_{first}", None))
                x = x.relu() if norm is None else norm(x)
        return x


@pytest.fixture(scope="module")
def theirs() -> Theirs:
    torch.manual_seed(4)
    return Theirs().eval()


@pytest.fixture(scope="module")
def checkpoint(theirs: Theirs) -> dict[str, torch.Tensor]:
    priors = small_network("bmshj2018-hyperprior").state_dict()
    kept = {key: value for key, value in priors.items() if key.startswith(("entropy_bottleneck", "gaussian"))}
    return {**theirs.state_dict(), **kept}


@pytest.mark.parametrize("quality", [1.0, 5.5])
def test_what_is_read_computes_what_their_network_does(
    theirs: Theirs, checkpoint: dict[str, torch.Tensor], quality: float
) -> None:
    network = at(load(weights_of(saved({"state_dict": checkpoint}), "theirs"), "cpu"), quality).network
    lmbda, x = torch.tensor([[lambda_of(quality)]]), as_input(photograph(64))
    with torch.no_grad():
        y = theirs.part("ga", x, lmbda)
        assert (network.g_a(x.clone()) - y).abs().max() < 1e-5
        z = theirs.part("ha", y.abs(), lmbda)
        assert (network.h_a(y.abs()) - z).abs().max() < 1e-5
        assert (network.h_s(z) - theirs.part("hs", z, lmbda).relu()).abs().max() < 1e-5
        assert (network.g_s(y.clone()) - theirs.part("gs", y, lmbda)).abs().max() < 1e-5


def test_it_is_a_codec_of_any_quality_and_told_by_its_first_bytes(checkpoint: dict[str, torch.Tensor]) -> None:
    content = saved(checkpoint)
    codec = session_codec(content, "theirs.pth")
    assert codec.architecture == likely(content).name == "bmshj2018-hyperprior-film"  # type: ignore[union-attr]
    assert (codec.scale.low, codec.scale.high) == (1, 8)  # type: ignore[union-attr]
    image = photograph(40)
    assert codec.decode(codec.encode(image, 2.5)).shape == image.shape


def test_other_checkpoints_stay_as_they_are() -> None:
    state = dict(small_network("mbt2018").state_dict())
    assert renamed(state) is state
