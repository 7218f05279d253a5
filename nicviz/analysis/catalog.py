"""All codecs that can be asked for by name: the registry, the user's folder of checkpoints, a session's uploads."""

from collections.abc import Iterable, Mapping

from nicviz.codecs import CODECS, Codec
from nicviz.codecs.neural.checkpoints import folder_codecs
from nicviz.registry import Registry


def catalog(session: Iterable[Codec] = ()) -> Mapping[str, Codec]:
    """Return name to codec: the registry first, then the checkpoints in NICVIZ_WEIGHTS, then `session` codecs."""
    extra = (*folder_codecs(), *session)
    return Registry("codec", (*CODECS.values(), *extra)) if extra else CODECS
