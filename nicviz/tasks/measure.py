"""Do a task: the same function in a thread, in another process, and under the command line."""

from typing import Any

from nicviz.codecs import Codec, NeuralCodec, resolve
from nicviz.corruptions import corruption_versions
from nicviz.errors import NicvizError
from nicviz.images import Image, LoadedImage
from nicviz.metrics import Figures, clean_name, metric_versions
from nicviz.rate import bits_per_pixel
from nicviz.run import place
from nicviz.run.place import Cancel, check
from nicviz.run.quiet import QUIET
from nicviz.spectra import spectra_versions
from nicviz.spectra.bands import FineBands, fine_bands
from nicviz.spectra.power import difference, power_spectrum
from nicviz.store import Entry, Store
from nicviz.tasks.compress import (
    Compression,
    compress,
    corrupted,
    corruption_inputs,
    find_compression,
    is_estimated,
)
from nicviz.tasks.references import figures_against
from nicviz.tasks.settings import CorruptionSetting
from nicviz.tasks.task import Kind, Picture, Task, Trial, result_record, trial_of


def task_of(
    original: LoadedImage, corruption: CorruptionSetting | None, codec: Codec, quality: float | None, **what: Any
) -> Task:
    """Return the task for an image at hand; `what` is measured as in `Task`."""
    return Task(Picture.of(original), corruption, codec.reference, codec.quality(quality), **what)


def entry_of(task: Task, codec: Codec) -> Entry:
    """Return where the store keeps the trial of a task: under the original, so that a hit needs no corruption."""
    return Entry(
        "trial",
        {
            "image": task.picture.sha256,
            "corruption": corruption_inputs(task.corruption),
            "codec": codec.name,
            "quality": float(task.quality),
            "estimated": is_estimated(codec, task.exact),
            "metrics": task.metrics,
            "bands": task.bands,
        },
        {
            "codec": codec.versions(task.quality),
            "corruption": corruption_versions() if task.corruption else None,
            "metrics": metric_versions(task.metrics),
            "spectra": spectra_versions() if task.bands else None,
        },
    )


def find_trial(task: Task, codec: Codec | None = None, store: Store | None = None) -> Trial | None:
    """Return the trial of a task from the store, or None."""
    members = entry_of(task, codec or resolve(task.codec)).find(store)
    return None if members is None else trial_of(task, members["record"])


def measure(
    task: Task,
    original: LoadedImage,
    *,
    codec: Codec | None = None,
    made: Compression | None = None,
    cancel: Cancel = None,
    store: Store | None = None,
) -> Trial:
    """Return the trial of a task, from the store where it was done before; it is kept there.

    A trial keeps figures only, a few hundred bytes: the pictures of a sweep would fill the store, and one that is
    looked at is made again.

    Args:
        task: what to do.
        original: the picture that the task names.
        codec: that the task names, where it is at hand; else it is found by its reference.
        made: what the codec has made of it, where that is at hand.
        cancel: set by another thread to stop.
        store: None for the default one.

    Raises:
        NicvizError: another picture than the task names.
        CodecError: the codec failed or refuses the image.
        Canceled: `cancel` was set.
    """
    if original.sha256 != task.picture.sha256:
        raise NicvizError(f"The task is on {task.picture.name}; got another picture, {original.name}.")
    codec = codec or resolve(task.codec)
    found = find_trial(task, codec, store)
    if found is not None:
        return found
    check(cancel)
    given = corrupted(original, task.corruption, store) if task.corruption else original
    image, rate = _reconstruct(given, task, codec, made, cancel, store)
    check(cancel)
    with QUIET.working(cancel):
        trial = _measured(task, original, given, image, rate)
    entry_of(task, codec).keep({"record": result_record(trial)}, store)
    return trial


def _reconstruct(
    given: LoadedImage, task: Task, codec: Codec, made: Compression | None, cancel: Cancel, store: Store | None
) -> tuple[Image, dict[str, Any]]:
    """Return the reconstruction with rate and times; from the store where a page has made it."""
    if made is None and isinstance(codec, NeuralCodec) and is_estimated(codec, task.exact):
        estimate = place.estimate_one(given.pixels, codec, task.quality, cancel)
        return estimate.reconstruction, {"bpp": estimate.bpp, "num_bytes": None}
    made = made or find_compression(given, codec, task.quality, store)
    if made is None and codec.progression is not None:  # whose other qualities come with it
        made = compress(given, codec, task.quality, cancel=cancel, store=store)
    if made is not None:
        times = {"alone": made.alone, "encode_seconds": made.encode_seconds, "decode_seconds": made.decode_seconds}
        return made.pixels(), {"bpp": made.bpp, "num_bytes": made.num_bytes, **times}
    done = place.round_trip(given.pixels, codec, task.quality, cancel)
    times = {"alone": done.alone, "encode_seconds": done.encode_seconds, "decode_seconds": done.decode_seconds}
    num_bytes = len(done.bitstream)
    return done.reconstruction, {
        "bpp": bits_per_pixel(num_bytes, given.pixels.shape), "num_bytes": num_bytes, **times,
    }  # fmt: skip


def _measured(task: Task, original: LoadedImage, given: LoadedImage, image: Image, rate: dict[str, Any]) -> Trial:
    against = figures_against([given, original] if task.corruption else [given], image, task.metrics)
    figures: Figures = against[0]
    for of_original in against[1:]:
        figures |= {clean_name(name): value for name, value in of_original.items()}
    bands: dict[Kind, FineBands] | None = None
    if task.bands:
        pairs: dict[Kind, LoadedImage] = {"G": given, "R": original} if task.corruption else {"D": original}
        bands = {
            kind: fine_bands(power_spectrum(difference(image, reference.pixels), task.bands))
            for kind, reference in pairs.items()
        }
    return Trial(task, figures=figures, bands=bands, **rate)
