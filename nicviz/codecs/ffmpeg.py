"""VVC and HEVC as FFmpeg's libraries write and read them: VVenC and x265, set as papers set still-picture codecs.

One intra picture at a fixed quantization parameter, tuned for nothing but its squared error, without messages or
hashes in the stream. RGB becomes Y, Cb, Cr of BT.709 in full range, 10 bits (see `nicviz.codecs.program.planes`). The
number of threads does not change a byte: what could depend on it (wavefronts, frames in parallel) is off.
"""

import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from nicviz import environment
from nicviz.codecs.base import MEGAPIXEL, Availability, Codec, QualityScale
from nicviz.codecs.program.codec import Program
from nicviz.codecs.program.picture_file import PictureFile
from nicviz.codecs.program.planes import Levels
from nicviz.codecs.program.run import Limits, private_folder, run
from nicviz.environment import usable_cores
from nicviz.errors import CodecError, NicvizError

_FFMPEG = ("ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-threads", "1")
_STRICT = ("-xerror", "-err_detect", "explode", "-max_pixels", str(64 * MEGAPIXEL))
_ONE_PICTURE = ("-frames:v", "1", "-noautoscale")
_REMEDY = "Name an ffmpeg that has it in NICVIZ_FFMPEG."
_INQUIRY = Limits(seconds=30, file_bytes=16 * MEGAPIXEL)
_LEAST_VVC_QP = 8  # below, photographs take over 8 bits a pixel, for which FFmpeg has no room
_THREADS = min(usable_cores(), 4)  # for the encoder of one picture


class _Library(NamedTuple):
    """An encoder of FFmpeg: what it is called, makes, and says of its version when it starts."""

    encoder: str
    format: str
    suffix: str
    title: str
    version: str
    hint: str = ""


_VVENC = _Library(
    "libvvenc", "vvc", ".266", "VVenC", r"libvvenc version: (\S+)",
    "FFmpeg takes no VVC stream of more than 8 bits a pixel; noise needs a higher QP.",
)  # fmt: skip
_X265 = _Library("libx265", "hevc", ".265", "x265", r"HEVC encoder version (\S+)")


def ffmpeg() -> Path:
    """Return the path of the program: NICVIZ_FFMPEG, or what the package imageio-ffmpeg carries.

    Raises:
        NicvizError: there is none, or NICVIZ_FFMPEG names no file that may be run.
    """
    own = environment.FFMPEG.read()
    if own is not None:
        if not (own.is_file() and os.access(own, os.X_OK)):
            raise CodecError(f"NICVIZ_FFMPEG names {own}, which is no program file that may be run.")
        return own.absolute()
    try:
        import imageio_ffmpeg

        return Path(imageio_ffmpeg.get_ffmpeg_exe()).absolute()
    except (ImportError, RuntimeError) as error:
        raise CodecError("There is no ffmpeg: the package imageio-ffmpeg has none for this platform.") from error


def _find(name: str) -> Path:
    del name
    return ffmpeg()


class _Facts(NamedTuple):
    version: str
    encoders: str
    decoders: str


def _asked(path: Path) -> tuple[Path, int, int]:
    """Return what tells a program file from what it was before."""
    status = path.stat()
    return path, status.st_mtime_ns, status.st_size


@lru_cache(maxsize=8)
def _facts(path: Path, changed: int, size: int) -> _Facts:
    """Return what the program says of itself."""
    del changed, size
    first = " ".join(_answer(path, "-version").split()[:3])
    return _Facts(first.removeprefix("ffmpeg version "), _answer(path, "-encoders"), _answer(path, "-decoders"))


@lru_cache(maxsize=8)
def _library_version(path: Path, changed: int, size: int, library: _Library) -> str:
    """Return the version that an encoder tells when it starts; of one that tells none, the time of the file."""
    source = ("-f", "lavfi", "-i", "color=size=64x64", "-frames:v", "1", "-c:v", library.encoder, "-f", "null", "-")
    found = re.search(library.version, _answer(path, "-loglevel", "verbose", *source))
    return found[1] if found else f"unknown, file of {changed}, {size} bytes"


def _answer(path: Path, *arguments: str) -> str:
    with private_folder() as folder:
        return run((str(path), "-hide_banner", "-nostdin", *arguments), folder, _INQUIRY)


def _availability(library: _Library) -> Availability:
    try:
        asked = _asked(ffmpeg())
        facts = _facts(*asked)
    except (NicvizError, OSError) as error:
        return Availability(False, str(error), _REMEDY)
    needs = ((library.encoder, "encoder", facts.encoders), (library.format, "decoder", facts.decoders))
    for word, kind, listed in needs:
        if not re.search(rf"^ V\S* {word} ", listed, re.MULTILINE):
            return Availability(False, f"The ffmpeg at {asked[0]} has no {kind} {word}.", _REMEDY)
    return Availability(True)


def forget() -> None:
    """Ask anew what the program can do."""
    _facts.cache_clear()
    _library_version.cache_clear()


class _Setting(NamedTuple):
    """How an encoder is run: `parameters` follow "-c:v"; color at half resolution is `halved`."""

    library: _Library
    parameters: tuple[str, ...]
    halved: bool
    threads: int


def _codec(
    name: str,
    title: str,
    description: str,
    setting: _Setting,
    scale: QualityScale,
    ladder: Sequence[float],
    cost: float,
) -> Codec:
    library, parameters, halved, threads = setting

    def versions(quality: float) -> Mapping[str, str]:
        asked = _asked(ffmpeg())
        made_by = {"ffmpeg": _facts(*asked).version, library.title: _library_version(*asked, library)}
        return {**made_by, "settings": " ".join(parameters)}

    picture = PictureFile("yuv420p" if halved else "yuv444p", Levels(bits=10, halved=halved))
    raw = ("-f", "rawvideo", "-pix_fmt", f"{picture.kind}10le")
    stream = ("-f", library.format)
    program = Program(
        name=name,
        title=title,
        family="classical",
        description=description,
        encode=(
            *_FFMPEG, *raw, "-s", "{width}x{height}", "-i", "{input}", *_ONE_PICTURE,
            "-c:v", library.encoder, "-threads", str(threads), *parameters, *stream, "{bitstream}",
        ),
        decode=(
            *_FFMPEG, *_STRICT, *stream, "-c:v", library.format, "-i", "{bitstream}", *_ONE_PICTURE, *raw, "{output}",
        ),
        input=picture,
        output=picture,
        scale=scale,
        ladder=tuple(ladder),
        stream=library.format,
        suffix=library.suffix,
        cost=cost,
        multiple=2 if halved else 1,
        least_side=16,
        seconds=3600,
        memory_bytes=8 << 30,
        hint=library.hint,
        find=_find,
    )  # fmt: skip
    return program.codec(versions, lambda: _availability(library))


def _hevc() -> Codec:
    parameters = "qp={quality}:keyint=1:ipratio=1:info=0:wpp=0:pools=none:frame-threads=1:log-level=error"
    return _codec(
        "hevc", "HEVC", "x265 at preset slow, all intra, 4:4:4 at 10 bits: the tools of BPG; set by QP.",
        _Setting(_X265, ("-preset", "slow", "-tune", "psnr", "-x265-params", parameters), halved=False, threads=1),
        QualityScale("QP", 0, 51, 34, 1, higher_is_better=False), ladder=(46, 42, 39, 36, 33, 30, 27, 24), cost=2.0,
    )  # fmt: skip


def _vvc(name: str, title: str, preset: str, cost: float) -> Codec:
    parameters = ("-preset", preset, "-qp", "{quality}", "-qpa", "0")
    header = ("-vvenc-params", "intraperiod=1:accessunitdelimiter=0")
    return _codec(
        name, title, f"VVenC at preset {preset}, all intra, 4:2:0 at 10 bits; set by QP.",
        _Setting(_VVENC, (*parameters, *header), halved=True, threads=_THREADS),
        QualityScale("QP", _LEAST_VVC_QP, 63, 32, 1, higher_is_better=False),
        ladder=(49, 45, 41, 37, 33, 29, 25, 21), cost=cost,
    )  # fmt: skip


CODECS: tuple[Codec, ...] = (
    _hevc(),
    _vvc("vvc-faster", "VVC, faster", "faster", cost=3.0),
    _vvc("vvc", "VVC", "medium", cost=15.0),
    _vvc("vvc-slow", "VVC, slow", "slow", cost=35.0),
)
