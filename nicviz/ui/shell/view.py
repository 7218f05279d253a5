"""What is chosen, as one value, and how it is written in the URL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from nicviz.charts import LARGEST, SMALLEST
from nicviz.codecs import Codec
from nicviz.errors import NicvizError
from nicviz.samples import find_sample
from nicviz.tasks.settings import (
    MAX_CODECS,
    CodecSetting,
    CorruptionSetting,
    ImageSetting,
    Match,
    parse_crop,
    whole_number,
)

UPLOAD = "upload"
PARAMETERS = ("image", "size", "crop", "side", "corruption", "seed", "codec", "match")  # of the URL
ValueT = TypeVar("ValueT")
Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class View:
    """All that the shared controls choose.

    Args:
        image: sample and crop; its source is "upload" for a picture that was uploaded.
        corruption: None for a clean image.
        codecs: 1 to 4, each with its native quality.
        match: None, or what all codecs are set to.
    """

    image: ImageSetting
    corruption: CorruptionSetting | None
    codecs: tuple[CodecSetting, ...]
    match: Match | None


# The rate is the one that compact-hyperprior reaches on this picture at quality 4, so that both codecs meet it.
DEFAULT = View(
    image=ImageSetting("astronaut"),
    corruption=None,
    codecs=(CodecSetting("jpeg2000"), CodecSetting("compact-hyperprior")),
    match=Match("bpp", 0.46),
)


def to_query(view: View) -> dict[str, list[str]]:
    """Return the query parameters that stand for a view; what is at its default of "none" is left out."""
    query = {"image": [view.image.source]}
    if view.image.size is not None:
        query["size"] = [str(view.image.size)]
    if view.image.crop is not None:
        query["crop"] = [",".join(map(str, view.image.crop))]
    if view.image.longest_side is not None:
        query["side"] = [str(view.image.longest_side)]
    if view.corruption is not None:
        query["corruption"] = [str(view.corruption)]
        query["seed"] = [str(view.corruption.seed)]
    query["codec"] = [str(setting) for setting in view.codecs]
    query["match"] = [str(view.match).replace("=", ":") if view.match else "off"]
    return query


def from_query(query: Query, codecs: Mapping[str, Codec], uploaded: bool) -> tuple[View, list[str]]:
    """Return the view that a URL asks for, and a sentence for each value that had to be replaced.

    Args:
        query: parameter to its values; no parameter at all gives the default view.
        codecs: the codecs that can be named.
        uploaded: whether this session holds an uploaded picture.
    """
    problems: list[str] = []

    def read(name: str, parse: Callable[[str], ValueT], default: ValueT) -> ValueT:
        values = query.get(name, ())
        if not values:
            return default
        try:
            return parse(values[-1])
        except NicvizError as error:
            problems.append(f"The link's {name}={values[-1]} was replaced. {error}")
            return default

    def source(text: str) -> str:
        if text == UPLOAD:
            if uploaded:
                return text
            raise NicvizError("An uploaded picture stays in the browser session that it was uploaded to.")
        return find_sample(text).key

    def chart_size(text: str) -> int:
        size = whole_number(text, "chart size")
        if not SMALLEST <= size <= LARGEST:
            raise NicvizError(f"Charts have {SMALLEST} to {LARGEST} px a side.")
        return size

    image = ImageSetting(read("image", source, DEFAULT.image.source))
    if not problems:  # a cut belongs to its picture
        image = ImageSetting(
            image.source,
            read("size", chart_size, None),
            read("crop", parse_crop, None),
            read("side", lambda text: whole_number(text, "longest side"), None),
        )
    seed = read("seed", lambda text: whole_number(text, "seed"), 0)
    corruption = read("corruption", lambda text: None if text == "none" else CorruptionSetting.parse(text, seed), None)
    match = read(
        "match",
        lambda text: None if text == "off" else Match.parse(text.replace(":", "=", 1)),
        None if query.get("codec") else DEFAULT.match,
    )
    settings: list[CodecSetting] = []
    for text in query.get("codec", ()):
        try:
            settings.append(CodecSetting.parse(text, codecs))
        except NicvizError as error:
            problems.append(f"The link's codec={text} was left out. {error}")
    if len(settings) > MAX_CODECS:
        problems.append(f"The link names {len(settings)} codecs; the first {MAX_CODECS} are shown.")
    return View(image, corruption, tuple(settings[:MAX_CODECS]) or DEFAULT.codecs, match), problems
