"""What a codec is found by in any process: plain values with the codec's exact name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from nicviz.errors import NicvizError, WeightsError

if TYPE_CHECKING:
    from nicviz.codecs.base import Codec


@dataclass(frozen=True)
class CodecReference:
    """One codec, by what it is made from.

    Args:
        name: of the codec, exactly: bitstreams carry it.
        checkpoint: absolute path of the file of weights that it is made from; None for one of the registry.
        sha256: hex digest of the file's content, or of what the table says.
        table: absolute path of the TOML file with a table [name] that describes a program; None for other codecs.
        architecture: name of the checkpoint's architecture, where the codec was made with the model loaded; None where
            it is recognized when it is used.
    """

    name: str
    checkpoint: str | None = None
    sha256: str | None = None
    table: str | None = None
    architecture: str | None = None

    def to_record(self) -> dict[str, str | None]:
        """Return the values as JSON takes them."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, object]) -> "CodecReference":
        """Return the reference that `to_record` made a record of.

        Raises:
            NicvizError: it is not such a record.
        """
        known = {field.name for field in fields(cls)}
        values = {key: value for key, value in record.items() if value is None or isinstance(value, str)}
        if not isinstance(record.get("name"), str) or values.keys() != record.keys() or not values.keys() <= known:
            raise NicvizError(f"A codec reference is a record of {', '.join(sorted(known))}; got {dict(record)!r}.")
        return cls(**values)  # type: ignore[arg-type]  # checked above


def resolve(reference: CodecReference) -> "Codec":
    """Return the codec of exactly the reference's name, in this or any other process; nothing heavy is loaded.

    Raises:
        UnknownName: the registry has none of this name.
        WeightsError: its file is missing, or has changed since the reference was made; or there never was a file.
        CodecError: the same of a table.
    """
    from nicviz.codecs import CODECS
    from nicviz.codecs.external import table_codec
    from nicviz.codecs.neural.family.own import checkpoint_codec

    if reference.table is not None:
        return table_codec(reference)
    if reference.checkpoint is not None:
        return checkpoint_codec(reference)
    if reference.sha256 is not None:
        raise WeightsError(
            f"{reference.name} was made from bytes in memory, which only the process has that read them."
        )
    return CODECS[reference.name]
