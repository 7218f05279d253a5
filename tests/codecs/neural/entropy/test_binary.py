"""Bits as a latent: a string an iteration, and no more."""

import numpy as np
import pytest

from nicviz.codecs.neural.encode import coder, inside
from nicviz.codecs.neural.entropy.container import unpack
from nicviz.codecs.neural.entropy.progressive import Progressive, ends
from nicviz.codecs.neural.network.models import Model, working
from nicviz.codecs.neural_base import Edit
from nicviz.errors import CodecError
from tests.codecs.neural.small import small_model
from tests.codecs.pictures import photograph

BITS = 4  # of the small model, an iteration and place


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model("toderici2017")


def test_a_bit_costs_a_bit(model: Model) -> None:
    image = photograph(64)
    for iterations in (1, 5, 16):
        bitstream = coder.encode(model, "x", image, iterations)
        strings = unpack("x", bitstream, 1 << 20).strings
        assert [len(string) for string in strings] == [BITS * 4 * 4 // 8] * iterations
        assert coder.estimate(model, image, iterations).bpp == BITS * iterations / 256
        assert inside.latents(model, image, iterations).bits == 8 * sum(map(len, strings))


def test_every_prefix_is_the_bitstream_of_a_lower_quality_and_decodes_to_its_picture(model: Model) -> None:
    image = photograph(80)[:70]
    whole = coder.encode(model, "x", image, 16)
    pictures: list[np.ndarray] = []
    coder.decode_all(model, unpack("x", whole, 1 << 20), pictures.append)
    assert len(pictures) == 16
    for quality, (cut, picture) in enumerate(zip(ends("x", whole, 1 << 20), pictures, strict=True), start=1):
        if quality in (1, 2, 7, 16):
            assert coder.encode(model, "x", image, quality) == whole[:cut]
        assert np.array_equal(coder.decode(model, unpack("x", whole[:cut], 1 << 20)), picture)


def test_strings_of_another_length_are_refused(model: Model) -> None:
    good = unpack("x", coder.encode(model, "x", photograph(64), 2), 1 << 20)
    for strings in ((good.strings[0], b"abc"), (good.strings[0] + b"a",), good.strings[:1] * 17):
        forged = Progressive("x", model.identity, float(len(strings)), 64, 64, 0, strings)
        with pytest.raises(CodecError, match=r"bits|strings"):
            coder.decode(model, unpack("x", forged.pack(), 1 << 20))


def test_bits_that_were_forged_are_a_picture(model: Model) -> None:
    forged = Progressive("x", model.identity, 3.0, 64, 64, 0, (b"\xff" * 8, b"\0" * 8, b"\xaa" * 8))
    assert coder.decode(model, unpack("x", forged.pack(), 1 << 20)).shape == (64, 64, 3)


def test_its_prior_has_two_values_of_equal_chance(model: Model) -> None:
    prior = inside.marginals(model, 3.0, 100)
    assert prior.values.tolist() == [[-1.0, 1.0]] * (3 * BITS)
    assert (prior.probabilities == 0.5).all()


def test_a_rounding_step_is_refused(model: Model) -> None:
    found = inside.latents(model, photograph(64), 2.0)
    with pytest.raises(CodecError, match="no rounding step"):
        inside.edited(model, found, Edit(steps=np.full(2 * BITS, 0.5)), 2.0, (64, 64))


def test_the_bits_lie_in_the_order_of_channels_rows_and_columns(model: Model) -> None:
    image = photograph(64)
    string = unpack("x", coder.encode(model, "x", image, 1), 1 << 20).strings[0]
    with working(model) as network:
        y = network.g_a(coder.as_tensor(network, image), 1)
    assert np.array_equal(np.unpackbits(np.frombuffer(string, np.uint8)), (y.numpy() >= 0).ravel())
