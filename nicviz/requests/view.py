"""What all pages show: picture, corruption, codecs and match, as one value that the URL carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nicviz.requests.fields import Known, asked
from nicviz.requests.parts import CODECS, CORRUPTION, IMAGE, MATCH
from nicviz.requests.query import Query, from_query, parameters
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, ImageSetting, Match


@dataclass(frozen=True)
class View:
    """All that the shared controls choose.

    Args:
        image: sample and crop; its source is `upload_source` of a picture that was uploaded.
        corruption: None for a clean image.
        codecs: 1 to 4, each with its native quality.
        match: None, or what all codecs are set to.
    """

    # The rate is the one that compact-hyperprior reaches on this picture at quality 4, so that both codecs meet it.
    image: ImageSetting = asked(IMAGE, ImageSetting("astronaut"))
    corruption: CorruptionSetting | None = asked(CORRUPTION, None)
    codecs: tuple[CodecSetting, ...] = asked(CODECS, (CodecSetting("jpeg2000"), CodecSetting("compact-hyperprior")))
    match: Match | None = asked(MATCH, Match("bpp", 0.46))


DEFAULT = View()
PARAMETERS = parameters(View)


def view_from_query(query: Query, known: Known) -> tuple[View, list[str]]:
    """Return the view that a URL asks for, and a sentence for each value that had to be replaced.

    No parameter at all gives the default view; codecs without a match are not matched.
    """
    defaults: Mapping[str, Any] = {"match": None} if query.get("codec") else {}
    return from_query(View, query, known, defaults)
