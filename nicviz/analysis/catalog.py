"""All codecs that can be asked for by name: the registry, the user's folder of checkpoints, a session's uploads."""

from collections.abc import Iterable, Mapping

from nicviz.codecs import CODECS, Codec
from nicviz.codecs.neural.checkpoints import folder_codecs
from nicviz.registry import Registry


def catalog(session: Iterable[Codec] = (), folder: bool = True) -> Mapping[str, Codec]:
    """Return name to codec: the registry first, then the checkpoints in NICVIZ_WEIGHTS, then `session` codecs.

    A session codec of a name that the folder has too is the folder's: the name of an upload ends with its hash.

    Args:
        session: codecs of uploaded checkpoints.
        folder: whether to look into NICVIZ_WEIGHTS.

    Raises:
        WeightsError: NICVIZ_WEIGHTS names a folder that cannot be read.
    """
    extra = {codec.name: codec for codec in (*session, *(folder_codecs() if folder else ()))}
    return Registry("codec", (*CODECS.values(), *extra.values())) if extra else CODECS
