"""The zoo: its table, its names, and the way of weights from a server into a codec."""

import re
import socket

import numpy as np
import pytest

from nicviz.codecs import CODECS
from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.codecs.neural.weights import download as downloading
from nicviz.codecs.neural.weights import published as zoo_files
from nicviz.codecs.neural.weights.download import DownloadCanceled, download
from nicviz.codecs.neural.weights.locate import download_folder
from nicviz.codecs.neural.weights.published import file_of
from nicviz.errors import NicvizError, WeightsError
from tests.codecs.neural.small import published_file, small_network
from tests.codecs.pictures import photograph

PUBLISHED = (*zoo_files.FIXED_RATE, *zoo_files.VARIABLE_RATE)


def publish(monkeypatch, folder, codec: str, architecture: str) -> str:
    """Put a small model into a folder, make it the table's file for the codec, and return its name."""
    file = published_file(folder, codec, small_network(architecture))
    stem = file.name.removesuffix(zoo_files.ENDING)
    if codec in zoo_files.VARIABLE_RATE:
        monkeypatch.setitem(zoo_files.VARIABLE_RATE, codec, stem)
    else:
        monkeypatch.setitem(zoo_files.FIXED_RATE, codec, (stem, *zoo_files.FIXED_RATE[codec][1:]))
    return file.name


def test_the_table_is_that_of_compressai():
    from compressai.zoo import image, image_vbr

    theirs = {
        name + suffix: tuple(url.rsplit("/", 1)[1] for _, url in sorted(metrics[metric].items()))
        for name, metrics in image.model_urls.items()
        for metric, suffix in (("mse", ""), ("ms-ssim", "-msssim"))
    }
    assert {name: tuple(f + ".pth.tar" for f in files) for name, files in zoo_files.FIXED_RATE.items()} == theirs
    theirs_vbr = {name: metrics["mse"].rsplit("/", 1)[1] for name, metrics in image_vbr.model_urls.items()}
    assert {name: file + ".pth.tar" for name, file in zoo_files.VARIABLE_RATE.items()} == theirs_vbr
    for name in PUBLISHED:
        for quality in CODECS[name].ladder:
            url = downloading.url_of(name, quality)
            assert url.startswith("https://")
            assert url.endswith("/" + file_of(name, quality))


def test_every_codec_of_the_design_is_there():
    six = (
        "bmshj2018-factorized",
        "bmshj2018-hyperprior",
        "mbt2018-mean",
        "mbt2018",
        "cheng2020-anchor",
        "cheng2020-attn",
    )
    for name in six:
        for full in (name, f"{name}-msssim"):
            codec = CODECS[full]
            assert codec.architecture == name
            assert codec.ladder == tuple(range(1, 7 if name.startswith("cheng") else 9))
            assert codec.estimate_first == ARCHITECTURES[codec.architecture].serial
    for name in ("bmshj2018-hyperprior-vbr", "mbt2018-mean-vbr", "mbt2018-vbr"):
        assert CODECS[name].quality(2.345) == 2.345
    assert CODECS["bmshj2018-factorized-relu"].scale.high == 8
    listed = {codec.architecture for codec in CODECS.values() if codec.family == "neural"}
    assert set(ARCHITECTURES) - listed == {"elic2022-official", "elic2022-chandelier"}, (
        "nobody publishes weights of ELIC in a package; own checkpoints are recognized"
    )


def test_the_download_folder_is_that_of_torch_hub(monkeypatch, tmp_path):
    import torch

    for home, cache in ((str(tmp_path), None), (None, str(tmp_path)), (None, None)):
        for variable, value in (("TORCH_HOME", home), ("XDG_CACHE_HOME", cache)):
            monkeypatch.delenv(variable, raising=False)
            if value:
                monkeypatch.setenv(variable, value)
        assert str(download_folder()) == f"{torch.hub.get_dir()}/checkpoints"


@pytest.mark.parametrize("name", PUBLISHED)
def test_without_weights_a_codec_says_what_to_do(hub_folder, name):
    codec = CODECS[name]
    availability = codec.availability()
    assert not availability.ok
    assert file_of(name, 1) in availability.remedy
    assert str(hub_folder) in availability.remedy
    for use in (codec.encode, codec.estimate):
        with pytest.raises(WeightsError, match=re.escape(file_of(name, 3))) as error:
            use(photograph(16), 3)
        assert str(hub_folder) in str(error.value)
    with pytest.raises(WeightsError, match=re.escape(file_of(name, 3))):
        codec.versions(3)


def test_the_architecture_without_published_weights_takes_ones_own(own_folder):
    from tests.codecs.neural.small import saved

    codec = CODECS["bmshj2018-factorized-relu"]
    assert "publishes no weights" in codec.availability().reason
    with pytest.raises(WeightsError, match="no published weights"):
        download(codec.name, 1)
    state = small_network("bmshj2018-factorized-relu").state_dict()
    (own_folder / "bmshj2018-factorized-relu-2.pth.tar").write_bytes(saved(state))
    assert codec.availability().ok
    assert codec.decode(codec.encode(photograph(32), 2)).shape == (32, 32, 3)
    with pytest.raises(WeightsError, match=r"bmshj2018-factorized-relu-3\.pth\.tar"):
        codec.encode(photograph(32), 3)


@pytest.mark.parametrize("architecture", [name for name in ARCHITECTURES if name in PUBLISHED])
def test_served_weights_become_a_working_codec(monkeypatch, served, hub_folder, architecture):
    folder, address = served
    name = publish(monkeypatch, folder, architecture, architecture)
    monkeypatch.setenv("NICVIZ_WEIGHTS_URL", address + "/")
    seen = []
    file = download(architecture, 1, lambda done, total: seen.append((done, total)))
    size = (folder / name).stat().st_size
    assert file == hub_folder / name
    assert file.read_bytes() == (folder / name).read_bytes()
    assert seen[-1] == (size, size)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert [path.name for path in hub_folder.iterdir()] == [name]
    codec = CODECS[architecture]
    assert codec.availability().ok
    image = photograph(70)
    bitstream = codec.encode(image, 1)
    assert codec.encode(image, 1) == bitstream
    assert codec.decode(bitstream).shape == image.shape
    assert codec.estimate(image, 1).bpp > 0


def test_the_address_in_compressais_table_is_used(monkeypatch, served, hub_folder):
    from compressai.zoo import image

    folder, address = served
    name = publish(monkeypatch, folder, "mbt2018-mean-msssim", "mbt2018-mean")
    monkeypatch.delenv("NICVIZ_WEIGHTS_URL", raising=False)
    monkeypatch.setitem(image.model_urls["mbt2018-mean"]["ms-ssim"], 1, f"{address}/{name}")
    assert download("mbt2018-mean-msssim", 1).parent == hub_folder


def test_a_file_that_is_here_is_not_downloaded_again(monkeypatch, own_folder):
    name = publish(monkeypatch, own_folder, "mbt2018-mean", "mbt2018-mean")
    monkeypatch.setenv("NICVIZ_WEIGHTS_URL", "http://127.0.0.1:9")
    assert download("mbt2018-mean", 1) == own_folder / name
    codec = CODECS["mbt2018-mean"]
    assert codec.availability().ok, "one quality is enough"
    with pytest.raises(WeightsError, match=re.escape(file_of("mbt2018-mean", 2))):
        codec.encode(photograph(16), 2)


def test_content_of_another_hash_is_refused_and_not_kept(monkeypatch, served, hub_folder):
    folder, address = served
    name = publish(monkeypatch, folder, "mbt2018-mean", "mbt2018-mean")
    with (folder / name).open("ab") as file:
        file.write(b"more")
    monkeypatch.setenv("NICVIZ_WEIGHTS_URL", address)
    with pytest.raises(WeightsError, match="another content"):
        download("mbt2018-mean", 1)
    assert list(hub_folder.iterdir()) == []
    (hub_folder / name).write_bytes(b"put here by hand")
    with pytest.raises(WeightsError, match="damaged"):
        CODECS["mbt2018-mean"].encode(photograph(16), 1)


def test_a_download_can_be_canceled(monkeypatch, served, hub_folder):
    folder, address = served
    publish(monkeypatch, folder, "mbt2018-mean", "mbt2018-mean")
    monkeypatch.setenv("NICVIZ_WEIGHTS_URL", address)
    monkeypatch.setattr("nicviz.download._CHUNK", 1024)
    seen = []
    with pytest.raises(DownloadCanceled):
        download("mbt2018-mean", 1, lambda done, _: seen.append(done), lambda: len(seen) == 3)
    assert seen == [1024, 2048, 3072]
    assert list(hub_folder.iterdir()) == []


def test_without_a_network_file_and_folder_are_named(monkeypatch, hub_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        monkeypatch.setenv("NICVIZ_WEIGHTS_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with pytest.raises(WeightsError, match="no connection") as error:
            download("cheng2020-attn", 5)
    assert file_of("cheng2020-attn", 5) in str(error.value)
    assert str(hub_folder) in str(error.value)
    assert list(hub_folder.iterdir()) == []


def test_what_a_server_does_wrong_is_told(monkeypatch, served, hub_folder):
    monkeypatch.setenv("NICVIZ_WEIGHTS_URL", served[1])
    with pytest.raises(WeightsError, match="404"):
        download("mbt2018", 1)
    assert list(hub_folder.iterdir()) == []


@pytest.mark.parametrize("address", ["ftp://example.org", "file:///etc", "here"])
def test_a_mirror_that_is_no_web_address_is_refused(monkeypatch, hub_folder, address):
    monkeypatch.setenv("NICVIZ_WEIGHTS_URL", address)
    with pytest.raises(NicvizError, match="NICVIZ_WEIGHTS_URL"):
        download("mbt2018", 1)


def test_a_published_file_of_another_architecture_is_refused(monkeypatch, own_folder):
    publish(monkeypatch, own_folder, "mbt2018-mean", "bmshj2018-hyperprior")
    with pytest.raises(WeightsError, match=r"bmshj2018-hyperprior model where mbt2018-mean was expected"):
        CODECS["mbt2018-mean"].encode(photograph(16), 1)


def test_any_quality_of_a_variable_rate_model_comes_from_one_file(monkeypatch, own_folder):
    publish(monkeypatch, own_folder, "mbt2018-mean-vbr", "mbt2018-mean-vbr")
    codec = CODECS["mbt2018-mean-vbr"]
    image = photograph(64)
    streams = [codec.encode(image, quality) for quality in (1, 2.5, 2.51, 8)]
    assert len({*streams}) == 4
    assert all(codec.decode(stream).shape == image.shape for stream in streams)
    errors = [
        np.abs(codec.decode(stream).astype(int) - codec.estimate(image, quality).reconstruction).max()
        for stream, quality in zip(streams, (1, 2.5, 2.51, 8), strict=True)
    ]
    assert max(errors) <= 1
