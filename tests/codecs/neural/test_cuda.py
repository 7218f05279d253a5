"""Neural codecs on a GPU: the CPU's figures, bitstreams that decode where they were made, speed, and lack of memory."""

import time

import numpy as np
import pytest
from skimage import data

from nicviz.codecs import CODECS
from nicviz.codecs.neural import device
from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.codecs.neural.encode import coder
from nicviz.codecs.neural.entropy.container import unpack
from nicviz.codecs.neural.family import compact
from nicviz.codecs.neural.network.models import MODELS, Model, load
from nicviz.codecs.neural.weights.locate import weights_of
from nicviz.errors import CodecError
from tests.codecs.neural.small import saved, small_network
from tests.codecs.pictures import noise, photograph

NAME = "compact-hyperprior"


@pytest.fixture(autouse=True)
def _gpu(monkeypatch):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device; torch finds none here")
    monkeypatch.delenv("NICVIZ_DEVICE", raising=False)


def psnr(a, b) -> float:
    return float(10 * np.log10(255**2 / ((np.asarray(a, float) - b) ** 2).mean()))


def on(where: str, quality: float = 4) -> Model:
    return MODELS.get(compact.find(NAME, quality), None, where)


def seconds(function, repeats: int = 5) -> float:
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def test_a_search_gives_the_same_bytes_twice_and_gains_as_on_a_cpu(monkeypatch):
    image = photograph(192)
    codec, plain = CODECS[f"{NAME}-search"], CODECS[NAME]
    bitstream = codec.encode(image, 4)
    assert codec.encode(image, 4) == bitstream
    assert np.array_equal(codec.estimate(image, 4).reconstruction, codec.decode(bitstream))
    costs = []
    for each in (plain, codec):
        coded = each.encode(image, 4)
        costs.append(0.013 * float(((each.decode(coded).astype(float) - image) ** 2).mean()) + 8 * len(coded) / 192**2)
    assert costs[1] < 0.97 * costs[0]


def test_cuda_is_chosen_and_shown():
    assert device.device_name() == "cuda"
    assert device.device_label().startswith("CUDA (")
    assert next(on("cuda").network.parameters()).device.type == "cuda"
    assert CODECS[NAME].versions(4)["device"] == "cuda"


@pytest.mark.parametrize("quality", [1, 4, 6])
def test_figures_are_those_of_the_cpu(quality):
    for image in (data.astronaut(), data.coffee()):
        figures = []
        for where in ("cpu", "cuda"):
            bitstream = coder.encode(on(where, quality), NAME, image, quality)
            container = unpack(NAME, bitstream, image.size)
            figures.append((len(bitstream), psnr(coder.decode(on(where, quality), container), image)))
        assert figures[1][0] == pytest.approx(figures[0][0], rel=2e-3)
        assert figures[1][1] == pytest.approx(figures[0][1], abs=0.005)
        estimates = [coder.estimate(on(where, quality), image, quality) for where in ("cpu", "cuda")]
        assert estimates[1].bpp == pytest.approx(estimates[0].bpp, rel=1e-3)


@pytest.mark.parametrize("architecture", list(ARCHITECTURES))
def test_a_bitstream_decodes_on_the_device_that_made_it(architecture):
    model = load(weights_of(saved(small_network(architecture).state_dict()), architecture), "cuda")
    for image in (photograph(192), noise(65, 129), noise(1, 1)):
        bitstream = coder.encode(model, "test", image, 3.4)
        assert coder.encode(model, "test", image, 3.4) == bitstream
        container = unpack("test", bitstream, image.size)
        decoded = coder.decode(model, container)
        assert decoded.shape == image.shape
        assert np.array_equal(decoded, coder.decode(model, container))


def test_the_registry_codec_round_trips_many_images_on_cuda():
    codec = CODECS[NAME]
    for number in range(40):
        image = noise(30 + 7 * number, 200 - 3 * number)
        assert codec.decode(codec.encode(image, 1 + number % 6)).shape == image.shape


def test_a_bitstream_of_the_other_device_decodes_or_says_why_not():
    image = data.astronaut()
    for here, there in (("cpu", "cuda"), ("cuda", "cpu")):
        container = unpack(NAME, coder.encode(on(here), NAME, image, 4), image.size)
        try:
            decoded = coder.decode(on(there), container)
        except CodecError as error:
            told = str(error)
        else:
            told = "decoded"
            assert psnr(decoded, coder.decode(on(here), container)) > 50
        assert told == "decoded" or "Decode it where it was encoded" in told


def test_the_gpu_is_faster_than_the_cpu():
    image = np.tile(data.astronaut(), (3, 3, 1))

    def work(where: str) -> None:
        coder.decode(on(where), unpack(NAME, coder.encode(on(where), NAME, image, 4), image.size))

    assert seconds(lambda: work("cuda")) < seconds(lambda: work("cpu"), 2)


def test_bfloat16_synthesis_gives_nearly_the_same_picture():
    image = data.astronaut()
    container = unpack(NAME, coder.encode(on("cuda"), NAME, image, 4), image.size)
    exact, quick = coder.decode(on("cuda"), container), coder.decode(on("cuda"), container, "bfloat16")
    assert psnr(quick, image) == pytest.approx(psnr(exact, image), abs=0.05)


def test_running_out_of_memory_is_an_error_with_advice_and_the_next_image_works():
    import torch

    small = photograph(64)
    coder.encode(on("cuda"), NAME, small, 4)
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + (256 << 20)) / total)
    try:
        with pytest.raises(CodecError, match="Crop or downscale"):
            coder.encode(on("cuda"), NAME, np.zeros((4096, 4096, 3), np.uint8), 4)
        assert coder.encode(on("cuda"), NAME, small, 4)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
