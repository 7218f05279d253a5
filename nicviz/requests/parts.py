"""The parts that requests are composed of: picture, pictures, corruption with its seed, codecs, match."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nicviz.analysis.pictures import expand
from nicviz.analysis.rd.points import Ladder
from nicviz.charts import LARGEST, SMALLEST
from nicviz.codecs import Codec
from nicviz.errors import NicvizError
from nicviz.requests.fields import Known, Param, Part, plain
from nicviz.samples import find_sample
from nicviz.tasks.settings import (
    MAX_CODECS,
    CodecSetting,
    CorruptionSetting,
    ImageSetting,
    Match,
    number,
    parse_crop,
    seed_number,
    whole_number,
)

_UPLOAD = re.compile(r"upload(?:-([0-9a-f]{64}))?")


def upload_source(digest: str) -> str:
    """Return what names an uploaded picture in a view and in a link; `digest` is the SHA-256 of its file."""
    return f"upload-{digest}"


def upload_digest(source: str) -> str | None:
    """Return the SHA-256 of the file where a source is an uploaded picture, else None."""
    match = _UPLOAD.fullmatch(source)
    return match and match[1]


def _sample(text: str, known: Known) -> str:
    if not _UPLOAD.fullmatch(text):
        return find_sample(text).key
    if not known.uploaded(text):
        raise NicvizError("The uploaded picture is not on this server any more: upload it again.")
    return text


def _chart_size(text: str) -> int:
    size = whole_number(text, "chart size")
    if not SMALLEST <= size <= LARGEST:
        raise NicvizError(f"Charts have {SMALLEST} to {LARGEST} px a side.")
    return size


def _crop_text(box: tuple[int, int, int, int]) -> str:
    return ",".join(map(str, box))


def _cut(crop_help: str, side_help: str) -> tuple[Param, Param]:
    side = plain(lambda text: whole_number(text, "longest side"))
    return (
        Param("crop", "crop", "--crop", plain(parse_crop), _crop_text, metavar="LEFT,TOP,WIDTH,HEIGHT", help=crop_help),
        Param("side", "side", "--longest-side", side, metavar="PIXELS", help=side_help),
    )


def _join_image(values: Mapping[str, Any], default: Any) -> ImageSetting:
    if "word" in values:
        named = ImageSetting.parse(values["word"])
    else:
        named = ImageSetting(values.get("source", getattr(default, "source", "")), values.get("size"))
    return replace(named, crop=values.get("crop"), longest_side=values.get("side"))


def _split_image(image: ImageSetting) -> dict[str, Any]:
    found = {"word": image.word, "source": image.source, "size": image.size, "crop": image.crop,
             "side": image.longest_side}  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


IMAGE = Part(
    (
        Param("source", "image", read=_sample, always=True),
        Param("word", option="IMAGE", help="a file, or a sample such as astronaut or zone-plate@512", always=True),
        Param("size", "size", read=plain(_chart_size)),
        *_cut("in pixels, before anything else", "downscale to this after the crop"),
    ),
    _join_image, _split_image, first_decides=True,
)  # fmt: skip


@dataclass(frozen=True)
class Sources:
    """Several pictures, and what is cut out of each.

    Args:
        words: files, folders, samples, or sets of samples.
        crop: left, top, width, height in pixels.
        longest_side: pixels, after the crop.
    """

    words: tuple[str, ...]
    crop: tuple[int, int, int, int] | None = None
    longest_side: int | None = None

    @classmethod
    def of(cls, image: ImageSetting) -> "Sources":
        """Return the one picture."""
        return cls((image.word,), image.crop, image.longest_side)

    def settings(self) -> list[ImageSetting]:
        """Return the pictures; `NicvizError` for a folder without a file."""
        found = [ImageSetting.parse(each.source) for each in expand(self.words)]
        return [replace(each, crop=self.crop, longest_side=self.longest_side) for each in found]


def _join_sources(values: Mapping[str, Any], default: Any) -> Sources:
    return Sources(values["words"], values.get("crop"), values.get("side"))


def _split_sources(sources: Sources) -> dict[str, Any]:
    found = {"words": sources.words, "crop": sources.crop, "side": sources.longest_side}
    return {name: value for name, value in found.items() if value is not None}


def sources(metavar: str, help: str) -> Part:
    """Return how several pictures are written; `metavar` and `help` are of the words that name them."""
    words = Param("words", option=metavar, many=True, always=True, help=help)
    cut = _cut("in pixels, of every image", "downscale every image to this after the crop")
    return Part((words, *cut), _join_sources, _split_sources)


def _corruption_or_none(text: str) -> CorruptionSetting | None:
    return None if text == "none" else CorruptionSetting.parse(text)


def _join_corruption(values: Mapping[str, Any], default: Any) -> CorruptionSetting | None:
    found: CorruptionSetting | None = values.get("link", values.get("word"))
    return None if found is None else replace(found, seed=values.get("seed", 0))


def _split_corruption(corruption: CorruptionSetting | None) -> dict[str, Any]:
    if corruption is None:
        return {}
    return {"link": corruption, "word": corruption, "seed": corruption.seed}


CORRUPTION = Part(
    (
        Param("link", "corruption", read=plain(_corruption_or_none)),
        Param("word", option="--corruption", read=plain(CorruptionSetting.parse), metavar="NAME:SEVERITY",
              required=True),
        Param("seed", "seed", "--seed", plain(seed_number), always=True, metavar="N", help="0 to 2^32 − 1"),
    ),
    _join_corruption, _split_corruption,
)  # fmt: skip


def _match_or_none(text: str) -> Match | None:
    return None if text == "off" else Match.parse(text.replace(":", "=", 1))


def _join_match(values: Mapping[str, Any], default: Any) -> Match | None:
    found: Match | None = values.get("link", values.get("word"))
    return found


def _split_match(match: Match | None) -> dict[str, Any]:
    return {"link": "off"} if match is None else {"link": match, "word": match}


MATCH = Part(
    (
        Param("link", "match", read=plain(_match_or_none), write=lambda m: str(m).replace("=", ":"), always=True),
        Param("word", option="--match", read=plain(Match.parse), metavar="bpp=0.5|psnr=32", always=True),
    ),
    _join_match, _split_match,
)  # fmt: skip


def _codec(text: str, known: Known) -> CodecSetting:
    return CodecSetting.parse(text, known.catalog())


CODECS = Part(
    (Param("value", "codec", "--codec", _codec, many=True, most=MAX_CODECS, always=True, required=True,
           metavar="NAME[:QUALITY]"),),
)  # fmt: skip
CODEC = Part((Param("value", option="--codec", read=_codec, always=True, required=True, metavar="NAME[:QUALITY]"),))


def _name(text: str, known: Known) -> str:
    return known.catalog()[text].name


NAMES = Part((Param("value", option="--codec", read=_name, many=True, always=True, required=True, metavar="NAME"),))


def _ladder(text: str, known: Known) -> Ladder:
    name, colon, qualities = text.partition(":")
    codec = known.catalog()[name]
    values = [codec.quality(number(part, f"quality of {name}")) for part in qualities.split(",")] if colon else []
    return Ladder(name, tuple(dict.fromkeys(values)))


def _ladder_text(ladder: Ladder) -> str:
    return ladder.codec + (":" + ",".join(f"{quality:.6g}" for quality in ladder.qualities) if ladder.qualities else "")


LADDERS = Part(
    (Param("value", option="--codec", read=_ladder, write=_ladder_text, many=True, always=True, required=True,
           metavar="NAME[:Q,Q,...]",
           help="without qualities the codec's ladder is used; the first codec is the anchor"),),
)  # fmt: skip


def own_ladder(codec: Codec) -> Ladder:
    """Return a codec with its own ladder; one without a scale has one point."""
    return Ladder(codec.name, tuple(map(float, codec.ladder)) or (codec.quality(None),))


def as_asked(ladder: Ladder, codec: Codec) -> Ladder:
    """Return a ladder as a request writes it: without qualities where they are the codec's own."""
    return Ladder(ladder.codec, ()) if ladder == own_ladder(codec) else ladder
