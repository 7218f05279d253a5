"""All codecs that can be asked for by name: the registry, the user's tables and checkpoints, a session's uploads."""

from collections.abc import Hashable, Iterable, Mapping

from nicviz.codecs import CODECS, Codec
from nicviz.codecs.external import read_tables
from nicviz.codecs.neural.family.own import folder_codecs
from nicviz.errors import NicvizError
from nicviz.registry import Registry


def identity(codec: Codec) -> tuple[Hashable, ...]:
    """Return what tells a codec from another of its name: a checkpoint may be replaced, or be another session's."""
    found: list[Hashable] = [codec.name]
    for quality in codec.ladder or (codec.quality(None),):
        try:
            found.append((quality, *sorted(codec.versions(quality).items())))
        except NicvizError:
            found.append((quality,))  # missing weights: the work itself says so
    return tuple(found)


def catalog(session: Iterable[Codec] = (), folder: bool = True) -> Mapping[str, Codec]:
    """Return name to codec: the registry, the checkpoints in NICVIZ_WEIGHTS, `session` codecs, tables in NICVIZ_CODECS.

    A table that is wrong is left out; `read_tables` says what is wrong with it. A session codec of a name that the
    folder has too is the folder's: the name of an upload ends with its hash.

    Args:
        session: codecs of uploaded checkpoints.
        folder: whether to look into NICVIZ_WEIGHTS.

    Raises:
        WeightsError: NICVIZ_WEIGHTS names a folder that cannot be read.
    """
    extra = {codec.name: codec for codec in (*session, *(folder_codecs() if folder else ()))}
    extra |= {codec.name: codec for codec in read_tables(CODECS.keys() | extra.keys()).codecs}
    return Registry("codec", (*CODECS.values(), *extra.values())) if extra else CODECS
