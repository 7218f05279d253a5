"""The coarse-to-fine network: predictions place by place, the hyperprior it can start as, its parts in the picture."""

from itertools import product

import pytest

from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.codecs.neural.network import windows
from tests.codecs.neural.small import as_input, small_network
from tests.codecs.pictures import photograph

NAME = "hu2020-coarse2fine"


def test_a_place_is_predicted_from_the_five_by_five_places_around_it_alone():
    """Beside a window cut by hand for each place, with zeros beyond the border."""
    import torch

    network = small_network(NAME)
    features = torch.randn(1, 12, 6, 7, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        scales, means = network.predict_y(features)
        padded = torch.nn.functional.pad(features, (2, 2, 2, 2))
        for row, column in product(range(6), range(7)):
            own = network.predict_y.layers(padded[:, :, row : row + 5, column : column + 5])[0, :, 0, 0]
            assert means[0, :, row, column] == pytest.approx(own[:12].numpy(), abs=1e-5)
            assert scales[0, :, row, column] == pytest.approx(own[12:].exp().numpy(), abs=1e-5)
        features[0, :, 0, 0] += 9  # three places away from (3, 3)
        moved = network.predict_y(features)[1]
    assert torch.equal(moved[..., 3, 3], means[..., 3, 3])
    assert not torch.equal(moved[..., 2, 2], means[..., 2, 2])


def test_predictions_of_a_batch_in_strips_are_those_of_each_picture_at_once(monkeypatch):
    import torch

    predict = small_network(NAME).predict_y
    features = torch.randn(2, 12, 5, 3, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        apart = [torch.cat(values) for values in zip(*(predict(each[None]) for each in features), strict=True)]
        monkeypatch.setattr(windows, "_WINDOWS", 14)  # two rows of three places in two pictures, and one at the end
        together = predict(features)
    for one, other in zip(together, apart, strict=True):
        assert one == pytest.approx(other.numpy(), abs=1e-5)


def test_started_from_a_hyperprior_it_draws_the_same_picture_of_the_same_latent():
    import torch

    hyperprior, network = small_network("bmshj2018-hyperprior", seed=3), ARCHITECTURES[NAME].build((8, 12)).eval()
    given = network.adopted(hyperprior.state_dict())
    own = network.state_dict()
    network.load_state_dict(own | {key: value for key, value in given.items() if key in own})
    with torch.no_grad():
        y = network.g_a(as_input(photograph(64)))
        assert torch.equal(y, hyperprior.g_a(as_input(photograph(64))))
        latent = y.round()
        beside = torch.randn(1, 14, 4, 4, generator=torch.Generator().manual_seed(2))
        expected = hyperprior.g_s(latent).clamp_min(0)  # below zero the new last layers are flatter
        found = network.g_s(torch.cat((latent, beside), 1)).clamp_min(0)
    assert expected.max() > 0
    assert found == pytest.approx(expected.numpy(), abs=1e-5)


def test_every_level_has_a_part_in_the_picture():
    import torch

    network = small_network(NAME)
    torch.nn.init.normal_(network.g_s.mix[-2].weight, generator=torch.Generator().manual_seed(3))
    f, c, y_hat = torch.zeros(1, 12, 4, 4), torch.zeros(1, 12, 2, 2), torch.zeros(1, 12, 4, 4)

    def drawn():
        with torch.no_grad():
            return network.g_s(torch.cat((y_hat, network.beside(f, c)), 1))

    plain = drawn()
    for each in (y_hat, f, c):
        each[0, :, 0, 0] = 5.0
        changed = drawn()
        assert not torch.allclose(changed, plain)
        plain = changed


def test_the_rates_of_its_three_latents_are_what_it_is_trained_for():
    import torch

    network = small_network(NAME).train()
    found = network(as_input(photograph(128)))
    assert {key: tuple(each.shape[1:]) for key, each in found["likelihoods"].items()} == {
        "y": (12, 8, 8), "z": (12, 4, 4), "z2": (6, 2, 2),
    }  # fmt: skip
    torch.autograd.backward(sum(-each.log().sum() for each in found["likelihoods"].values()))
    without = {name for name, each in network.named_parameters() if each.grad is None}
    assert all(name.startswith("g_s.") for name in without), "all but the synthesis has a part in the rate"


def test_a_new_model_is_helped_to_keep_in_its_hyper_latents_what_the_level_above_holds():
    import torch

    network, image = small_network(NAME).train(), as_input(photograph(128))
    network.g_a.requires_grad_(False)
    torch.autograd.backward(network(image)["helping"])
    helped = {name.split(".")[0] for name, each in network.named_parameters() if each.grad is not None}
    assert helped == {"h_a_fine", "h_a_coarse", "h_s_fine", "h_s_coarse"}, "predictions are left to the rate"
    assert "helping" not in network.eval()(image)


def test_a_new_entropy_model_begins_with_the_spread_of_the_latents_and_sees_all_channels_alike():
    import torch

    network = ARCHITECTURES[NAME].build((8, 12)).eval()
    spread = torch.logspace(0, 2, 12)
    y = torch.randn(2, 12, 16, 16, generator=torch.Generator().manual_seed(4)) * spread.view(1, -1, 1, 1)
    network.meet(y)
    with torch.no_grad():
        assert network.predict_y.layers[-1].bias[12:].exp() == pytest.approx(spread.numpy(), rel=0.2)
        kept, first = network.h_a_fine[0](y), network.h_a_fine[0].weight
        shares = (first.square().sum((0, 2, 3)) * spread.square()) / kept.square().mean((0, 2, 3)).sum()
    assert shares.max() < 4 * shares.min(), "each channel has its part"
