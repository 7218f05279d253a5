"""A user's own checkpoints: recognized whatever their form, refused if they are anything but weights."""

import ast
import io
import os
import pickle
import re
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from nicviz.codecs.neural.architectures import ARCHITECTURES, likely
from nicviz.codecs.neural.family import own
from nicviz.codecs.neural.family.own import codec_name, folder_codecs, session_codec
from nicviz.codecs.neural.weights.read import read_state, recognized
from nicviz.errors import CodecError, WeightsError
from tests.codecs.neural.small import WIDTHS, published_state, saved, small_network
from tests.codecs.pictures import photograph

HYPERPRIOR = "bmshj2018-hyperprior"


@pytest.fixture(params=list(ARCHITECTURES))
def architecture(request):
    return request.param


def hyperprior_state():
    return dict(small_network(HYPERPRIOR).state_dict())


def test_architecture_and_widths_are_recognized_from_the_tensors(architecture):
    network = small_network(architecture)
    for state in (network.state_dict(), published_state(network)):
        assert recognized(read_state(saved(dict(state)), "file"), "file") == (
            ARCHITECTURES[architecture],
            WIDTHS[architecture],
        )


def test_a_checkpoint_becomes_a_codec_with_one_operating_point(architecture):
    network = small_network(architecture)
    codec = session_codec(saved({"state_dict": network.state_dict(), "epoch": 7}), "My model (v2).pth.tar")
    assert codec.name == "user-my-model-v2"
    assert codec.architecture == architecture
    assert codec.estimate_first == ARCHITECTURES[architecture].serial
    assert (codec.scale is None) == (not ARCHITECTURES[architecture].variable)
    assert codec.availability().ok
    image = photograph(70)
    assert codec.decode(codec.encode(image)).shape == image.shape
    assert codec.estimate(image).bpp > 0
    assert codec.versions(codec.quality(None))["weights"]


def test_the_forms_that_training_scripts_save_give_the_same_codec():
    import safetensors.torch

    state = hyperprior_state()
    parallel = {f"module.{key}": value for key, value in state.items()}
    listed = {
        re.sub(r"^entropy_bottleneck\.(matrices|biases|factors)\.", r"entropy_bottleneck._\1.", k): v
        for k, v in state.items()
    }
    forms = [
        saved(state),
        saved({"state_dict": state, "optimizer": {"lr": 1e-4, "steps": [1, 2]}}),
        saved({"model": parallel}),
        saved({"state_dict": {f"model.{key}": value for key, value in state.items()}}),
        *(saved({wrapper: state}) for wrapper in ("network", "params", "model_state_dict", "net")),
        *(saved({f"{prefix}{key}": value for key, value in state.items()}) for prefix in ("_orig_mod.", "net.")),
        saved({"model": {"state_dict": {f"module._orig_mod.{key}": value for key, value in state.items()}}}),
        saved({"state_dict": state, "loss": np.float64(0.5), "epoch": np.int64(3), "best": np.bool_(True)}),
        saved({"state_dict": state, "args": {"lr": np.float32(1e-4), "names": ["a", ("b", None)]}}),
        saved(listed),
        safetensors.torch.save(state),
    ]
    image = photograph(64)
    streams = [session_codec(form, "same.pth").encode(image) for form in forms]
    payloads = {stream[17:-4] for stream in streams}  # before it the hash of the file, behind it the checksum
    assert len(payloads) == 1


def test_missing_tables_and_constants_are_made():
    state = hyperprior_state()
    slim = {
        key: value
        for key, value in state.items()
        if not key.endswith(
            ("_offset", "_quantized_cdf", "_cdf_length", "scale_table", ".bound", ".pedestal", ".target")
        )
    }
    assert len(slim) < len(state) - 10
    image = photograph(64)
    assert session_codec(saved(slim), "a").encode(image)[17:-4] == session_codec(saved(state), "a").encode(image)[17:-4]


def test_tables_that_would_crash_the_entropy_coder_are_made_anew():
    import torch

    state = hyperprior_state()
    image = photograph(64)
    expected = session_codec(saved(state), "a").encode(image)[17:-4]
    for key in (
        "entropy_bottleneck._cdf_length",
        "gaussian_conditional._quantized_cdf",
        "gaussian_conditional._offset",
    ):
        hostile = state | {key: torch.full_like(state[key], 1 << 20)}
        assert session_codec(saved(hostile), "a").encode(image)[17:-4] == expected
    short = state | {"gaussian_conditional.scale_table": state["gaussian_conditional.scale_table"].flip(0)}
    assert session_codec(saved(short), "a").encode(image)[17:-4] == expected


def test_a_number_of_numpy_2_beside_the_weights_is_read_too():
    content = saved({"state_dict": hyperprior_state(), "loss": np.float64(0.5)})
    with zipfile.ZipFile(io.BytesIO(content)) as stored:
        members = {name: stored.read(name) for name in stored.namelist()}
    (pickled,) = (name for name in members if name.endswith("data.pkl"))
    assert b"numpy.core.multiarray" in members[pickled]
    members[pickled] = members[pickled].replace(b"numpy.core.multiarray", b"numpy._core.multiarray")
    renamed = io.BytesIO()
    with zipfile.ZipFile(renamed, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    assert session_codec(renamed.getvalue(), "newer.pth").architecture == HYPERPRIOR


def test_what_is_refused_is_named_with_what_would_be_taken(tmp_path):
    import torch

    with pytest.raises(WeightsError, match=r"mine\.pth holds more than weights \(posix\.system, .*What is taken"):
        session_codec(saved({"state_dict": hyperprior_state(), "x": Hostile(tmp_path / "x")}), "mine.pth")
    with pytest.raises(WeightsError, match=r"mine\.pth holds no tensors; its keys are epoch\. What is taken"):
        session_codec(saved({"epoch": np.int64(3)}), "mine.pth")
    with pytest.raises(WeightsError, match=r"mine\.pth holds no state dict but a int\. What is taken"):
        session_codec(saved(3), "mine.pth")
    twice = {f"{prefix}g_a.0.weight": torch.zeros(1) for prefix in ("", "module.")}
    with pytest.raises(WeightsError, match=r"mine\.pth holds tensors of one name under two prefixes"):
        session_codec(saved(twice), "mine.pth")


class Hostile:
    """Pickled, this runs a command when it is loaded."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


@pytest.mark.parametrize("form", ["torch", "nested", "pickle"])
def test_pickled_code_is_refused_and_does_not_run(tmp_path, monkeypatch, form):
    mark = tmp_path / "ran"
    state = hyperprior_state()
    content = {
        "torch": lambda: saved(Hostile(mark)),
        "nested": lambda: saved({"state_dict": state, "extra": Hostile(mark)}),
        "pickle": lambda: pickle.dumps(Hostile(mark), protocol=2),
    }[form]()
    with pytest.raises(WeightsError, match=r"evil\.pth holds more than weights"):
        session_codec(content, "evil.pth")
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "evil.pth").write_bytes(content)
    monkeypatch.setenv("NICVIZ_WEIGHTS", str(folder))
    (codec,) = folder_codecs()
    with pytest.raises(WeightsError, match=r"evil\.pth holds more than weights"):
        codec.encode(photograph(16))
    assert not mark.exists()
    pickle.loads(pickle.dumps(Hostile(mark)))
    assert mark.exists(), "loaded the usual way it would have run"


def test_a_whole_pickled_network_is_refused():
    with pytest.raises(WeightsError, match=r"state_dict\(\)"):
        session_codec(saved(small_network(HYPERPRIOR)), "whole.pth")


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"\x80\x02", b"no checkpoint at all", b"\x10\0\0\0\0\0\0\0{}", bytes(1000)],
    ids=repr,
)
def test_files_that_are_no_checkpoints_are_refused(content):
    with pytest.raises(WeightsError, match=r"broken\.pt"):
        session_codec(content, "broken.pt")


def test_truncated_checkpoints_are_refused():
    import safetensors.torch

    state = hyperprior_state()
    for whole in (saved(state), safetensors.torch.save(state)):
        for length in (len(whole) // 3, len(whole) - 50):
            with pytest.raises(WeightsError, match=r"cut\.pth"):
                session_codec(whole[:length], "cut.pth")


def test_what_was_found_is_told_where_it_is_no_known_architecture():
    import torch

    for content, found in (
        ({"encoder.weight": torch.zeros(2), "decoder.bias": torch.zeros(2)}, "encoder.weight"),
        ({"epoch": 3}, "epoch"),
        ([1, 2], "list"),
        ({"g_a.0.weight": torch.zeros(8, 3, 5, 5)}, "g_a.0"),
    ):
        with pytest.raises(WeightsError, match=re.escape(found)):
            session_codec(saved(content), "strange.pth")


def test_tensors_that_do_not_fit_are_named():
    import torch

    state = hyperprior_state()
    missing = {key: value for key, value in state.items() if key != "h_a.2.weight"}
    with pytest.raises(WeightsError, match=r"1 tensors missing \(h_a\.2\.weight\)"):
        session_codec(saved(missing), "x.pth")
    with pytest.raises(WeightsError, match=r"1 unknown \(extra\.weight\)"):
        session_codec(saved(state | {"extra.weight": torch.zeros(3)}), "x.pth")
    with pytest.raises(WeightsError, match=r"h_a\.0\.weight"):
        session_codec(saved(state | {"h_a.0.weight": torch.zeros(3, 3, 3, 3)}), "x.pth")
    leaky = {key: value for key, value in state.items() if ".gamma" not in key and ".beta" not in key}
    with pytest.raises(WeightsError, match="no CompressAI architecture"):
        session_codec(saved(leaky), "x.pth")


def test_weights_that_cannot_be_coded_with_are_refused():
    import torch

    state = hyperprior_state()
    with pytest.raises(WeightsError, match="not finite"):
        session_codec(saved(state | {"g_a.0.bias": torch.full((8,), torch.nan)}), "x.pth")
    wide = state["entropy_bottleneck.quantiles"] * 1e6
    with pytest.raises(WeightsError, match="factorized prior"):
        session_codec(saved(state | {"entropy_bottleneck.quantiles": wide}), "x.pth")
    huge = torch.zeros(1025, 3, 5, 5)
    with pytest.raises(WeightsError, match="channels"):
        session_codec(saved(state | {"g_a.0.weight": huge}), "x.pth")


@pytest.mark.slow
def test_the_folder_is_listed_without_loading_torch(own_folder):
    import safetensors.torch

    (own_folder / "Plain.pth").write_bytes(saved(hyperprior_state()))
    (own_folder / "slow.pth.tar").write_bytes(saved({"state_dict": published_state(small_network("mbt2018"))}))
    (own_folder / "any.safetensors").write_bytes(
        safetensors.torch.save(dict(small_network("mbt2018-mean-vbr").state_dict()))
    )
    (own_folder / "readme.txt").write_text("not a checkpoint")
    (own_folder / "mbt2018-1-3f36cd77.pth.tar").write_bytes(b"one of the zoo's")
    (own_folder / "folder.pt").mkdir()
    code = (
        "import sys\nfrom nicviz.codecs.neural.family.own import folder_codecs\n"
        "print([(c.name, c.estimate_first, c.scale is None) for c in folder_codecs()], 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = [("user-plain", False, True), ("user-any", False, False), ("user-slow", True, True)]
    listed, torch_loaded = done.stdout.rsplit(" ", 1)
    assert sorted(ast.literal_eval(listed)) == sorted(expected)
    assert torch_loaded.strip() == "False"
    for codec in folder_codecs():
        assert codec.decode(codec.encode(photograph(40))).shape == (40, 40, 3)


def test_what_is_likely_by_names_alone_codes_as_what_it_is(architecture):
    import safetensors.torch

    network = small_network(architecture)
    record = ARCHITECTURES[architecture]
    for content in (
        saved({"state_dict": published_state(network)}),
        safetensors.torch.save(dict(network.state_dict())),
    ):
        found = likely(content[: own._HEAD_BYTES])
        assert (found.prior, found.serial, found.variable) == (record.prior, record.serial, record.variable)
    assert likely(b"") is None


def test_a_file_that_cannot_be_read_is_told_when_it_is_used(own_folder, monkeypatch):
    (own_folder / "mine.pth").write_bytes(saved(hyperprior_state()))

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(own.Path, "open", refuse)
    (codec,) = folder_codecs()
    with pytest.raises(WeightsError, match=r"mine\.pth cannot be read: Permission denied"):
        codec.encode(photograph(16))


def test_a_file_that_changes_is_another_codec(own_folder):
    file = own_folder / "mine.pth"
    file.write_bytes(saved(hyperprior_state()))
    (first,) = folder_codecs()
    assert folder_codecs() == (first,), "unchanged, it is the same"
    before = first.versions(0)["weights"]
    bitstream = first.encode(photograph(40))
    file.write_bytes(saved(dict(small_network(HYPERPRIOR, seed=2).state_dict())))
    os.utime(file, ns=(1, 1))
    (second,) = folder_codecs()
    assert second.versions(0)["weights"] != before
    with pytest.raises(CodecError, match="other weights"):
        second.decode(bitstream)


def test_two_files_of_one_stem_get_two_names(own_folder):
    for name in ("a.pth", "a.pt", "b.pt"):
        (own_folder / name).write_bytes(b"x")
    assert [codec.name for codec in folder_codecs()] == ["user-a.pt", "user-a.pth", "user-b"]


def test_names_hold_what_a_command_line_can(own_folder):
    assert codec_name("Größe: 3.safetensors") == "user-gr-e-3"
    assert codec_name("...pth") == "user-.."
    assert codec_name(" .PTH.tar") == "user-checkpoint"
    assert codec_name("user-gr-e-3") == "user-gr-e-3"
    assert codec_name("mine.pth.tar") == "user-mine", "the longest ending goes"


def test_without_a_folder_there_are_no_codecs(monkeypatch, tmp_path):
    monkeypatch.delenv("NICVIZ_WEIGHTS", raising=False)
    assert folder_codecs() == ()
    monkeypatch.setenv("NICVIZ_WEIGHTS", str(tmp_path / "missing"))
    with pytest.raises(WeightsError, match="missing"):
        folder_codecs()


def test_a_codec_can_be_sent_to_a_worker_process(own_folder):
    (own_folder / "mine.pth").write_bytes(saved(hyperprior_state()))
    (codec,) = folder_codecs()
    sent = pickle.loads(pickle.dumps(codec))
    image = photograph(40)
    assert np.array_equal(sent.decode(codec.encode(image)), codec.decode(sent.encode(image)))


def test_names_that_are_equal_after_cleaning_are_numbered(own_folder):
    for name in ("a b.pth", "a-b.pth", "A-b.pth"):
        (own_folder / name).write_bytes(b"x")
    names = [codec.name for codec in folder_codecs()]
    assert len(set(names)) == 3, names


@pytest.mark.filterwarnings("ignore:Validating sparse tensor")
@pytest.mark.parametrize("kind", ["sparse", "meta", "expanded", "complex"])
def test_tensors_that_are_not_plain_are_refused(kind):
    import torch

    state = dict(hyperprior_state())
    weight = state["g_a.0.weight"]
    state["g_a.0.weight"] = {
        "sparse": weight.to_sparse,
        "meta": lambda: weight.to("meta"),
        "expanded": lambda: torch.zeros(1).expand(10**6, 10**6),
        "complex": lambda: weight.to(torch.complex64),
    }[kind]()
    with pytest.raises(WeightsError, match=r"g_a\.0\.weight"):
        session_codec(saved(state), "odd.pth")


def test_an_archive_that_unpacks_to_more_than_it_is_is_refused_before_it_is_unpacked():
    import torch

    stored = zipfile.ZipFile(io.BytesIO(saved({"x": torch.zeros(1_000_000)})))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in stored.namelist():
            archive.writestr(name, stored.read(name))
    with pytest.raises(WeightsError, match="compressed"):
        session_codec(packed.getvalue(), "bomb.pth")


def test_a_dictionary_that_holds_itself_ends():
    state: dict = {}
    state["model"] = state
    with pytest.raises(WeightsError, match="holds no tensors"):
        session_codec(saved(state), "loop.pt")


def test_a_few_tensors_that_claim_a_large_network_are_refused_before_it_is_made():
    import torch

    state = dict(small_network("mentzer2018").state_dict())
    many = {f"g_s.2.groups.{number}.0.conv1.weight": torch.zeros(1) for number in range(2, 900)}
    wide = {key: value[:, :1, :1, :1] for key, value in state.items() if key.endswith("0.conv1.weight")}
    for claims in (many, wide):
        with pytest.raises(WeightsError, match="repeated layers"):
            session_codec(saved(state | claims), "large.pt")


def recurrent_parts(state, prefix=""):
    parts = {part: {} for part in ("encoder", "binarizer", "decoder")}
    for key, value in state.items():
        part, _, own_name = key.partition(".")
        parts[part][prefix + own_name] = value
    return parts


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("wrapper", [None, "state_dict"])
def test_a_recurrent_model_in_parts_is_the_same_from_folder_and_upload(own_folder, prefix, wrapper):
    state = small_network("toderici2017").state_dict()
    parts = recurrent_parts(state, prefix)
    content = saved(parts if wrapper is None else {wrapper: parts})
    image = photograph(48)
    whole = session_codec(saved(dict(state)), "whole.pth")
    (own_folder / "parts.pth").write_bytes(content)
    (codec,) = folder_codecs()
    for each in (session_codec(content, "parts.pth"), codec):
        assert each.progression is not None
        assert np.array_equal(each.decode(each.encode(image, 2)), whole.decode(whole.encode(image, 2)))


def test_a_recurrent_decoder_of_odd_widths_is_refused_when_it_is_read():
    state = dict(small_network("toderici2017").state_dict())
    for key in ("conv_ih", "conv_hh"):  # 4 gates of 8 channels become 4 of 6
        weight = state[f"decoder.rnn4.{key}.weight"]
        state[f"decoder.rnn4.{key}.weight"] = weight[:24] if key == "conv_ih" else weight[:24, :6]
    with pytest.raises(WeightsError, match="multiples of 4"):
        session_codec(saved(state), "odd.pth")
