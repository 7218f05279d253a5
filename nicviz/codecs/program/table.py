"""What may stand in a table that describes a program, and what is said of one that is wrong."""

import hashlib
import json
import math
import re
from pathlib import Path
from typing import Any

from nicviz.codecs.base import MEGAPIXEL, QualityScale
from nicviz.codecs.program.codec import DECODING, ENCODING, Program
from nicviz.codecs.program.picture_file import KINDS, PictureFile
from nicviz.codecs.program.planes import MATRICES, RANGES, ROUNDINGS, Levels

KEYS = frozenset(
    {
        "title", "description", "source", "license", "encode", "decode", "version", "input", "output", "scale",
        "ladder", "suffix", "multiple", "least_side", "seconds", "cost", "megapixels",
    }
)  # fmt: skip
_SCALE_KEYS = frozenset({"label", "low", "high", "default", "step", "higher_is_better"})
_PICTURE_KEYS = frozenset({"kind", "bits", "matrix", "range", "rounding"})
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "fish", "csh", "tcsh", "cmd", "cmd.exe", "powershell", "pwsh"})
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


class TableError(Exception):
    """What is wrong, to follow the words "file, table [name]": ", key encode: …"."""


def program_of(name: str, table: Any, here: Path) -> Program:
    """Return the program that a table describes.

    Args:
        name: of the table.
        table: as read from TOML.
        here: folder of its file.

    Raises:
        TableError: with the key and what it takes.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name):
        raise TableError(": the name of a codec is of small letters, digits, dots, dashes and underscores")
    if not isinstance(table, dict):
        raise TableError(": it is a single value; a codec is a table of keys")
    _only(table, KEYS, "")
    scale = _scale(table)
    given = _picture(table, "input", PictureFile())
    encode = _command(table, "encode", ENCODING, {"input", "bitstream"} | ({"quality"} if scale else set()))
    multiple = _number(table, "multiple", 1, 1, 256, whole=True)
    if given.levels.halved or _picture(table, "output", given).levels.halved:
        multiple = math.lcm(int(multiple), 2)
    return Program(
        name=name,
        title=_text(table, "title", name),
        family="external",
        description=_text(table, "description", f"A program of your own, {encode[0]}.").rstrip(".") + ".",
        encode=encode,
        decode=_command(table, "decode", DECODING, {"output", "bitstream"}),
        input=given,
        output=_picture(table, "output", given),
        scale=scale,
        ladder=_ladder(table, scale),
        stream=name,
        suffix=_suffix(table),
        cost=_number(table, "cost", 5.0, 1e-3, 1e5),
        multiple=int(multiple),
        least_side=int(_number(table, "least_side", 1, 1, 1024, whole=True)),
        seconds=_number(table, "seconds", 600.0, 0.1, 86400),
        pixel_limit=int(_number(table, "megapixels", 24.0, 0.001, 64) * MEGAPIXEL),
        here=here,
    )


def version_command(table: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the command that tells the program's version; None where the table has none."""
    return _command(table, "version", frozenset({"here"}), set()) if "version" in table else None


def table_hash(table: dict[str, Any]) -> str:
    """Return the SHA-256 of what a table says, whatever its comments and order."""
    return hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()


def _wrong(key: str, reason: str) -> TableError:
    return TableError(f", key {key}: {reason}")


def _only(table: dict[str, Any], known: frozenset[str], inside: str) -> None:
    for key in table:
        if key not in known:
            raise _wrong(inside + key, f"there is no such key; known are {', '.join(sorted(known))}")


def _text(table: dict[str, Any], key: str, default: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(key, f"a text is expected; got {value!r}")
    return value.strip()


def _suffix(table: dict[str, Any]) -> str:
    value = _text(table, "suffix", ".bin")
    if not re.fullmatch(r"\.[A-Za-z0-9]{1,12}", value):
        raise _wrong("suffix", f"a dot and up to 12 letters or digits are expected; got {value!r}")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(table: dict[str, Any], key: str, default: float, low: float, high: float, whole: bool = False) -> float:
    value = table.get(key, default)
    if not _is_number(value) or not low <= value <= high or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        raise _wrong(key, f"{kind} from {low:g} to {high:g} is expected; got {value!r}")
    return float(value)


def _command(table: dict[str, Any], key: str, allowed: frozenset[str], needed: set[str]) -> tuple[str, ...]:
    """Return a command, checked for what it names."""
    words = table.get(key)
    if isinstance(words, str):
        raise _wrong(key, "a list of program and arguments is expected, not one text: no shell is involved")
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        raise _wrong(key, f"a list of program and arguments, all of them texts, is expected; got {words!r}")
    if any("\0" in word for word in words):
        raise _wrong(key, "an argument has a null character")
    program = words[0]
    if Path(program).name != program and not (program.startswith("{here}/") or Path(program).is_absolute()):
        raise _wrong(key, f"{program} is relative to nothing; start it with {{here}}, the folder of this file")
    if Path(words[0]).name.lower() in _SHELLS and any(re.fullmatch(r"-\w*c|/c", word, re.I) for word in words[1:]):
        raise _wrong(key, f"{words[0]} would run a text as shell commands; name the program itself")
    found = {name for word in words for name in _PLACEHOLDER.findall(word)} - {"python"}
    if found - allowed:
        names = ", ".join(f"{{{name}}}" for name in sorted(allowed))
        raise _wrong(key, f"{{{min(found - allowed)}}} has no meaning here; {names} have")
    if needed - found:
        raise _wrong(key, f"{{{min(needed - found)}}} is missing")
    return tuple(words)


def _picture(table: dict[str, Any], key: str, default: PictureFile) -> PictureFile:
    value = table.get(key)
    if value is None:
        return default
    entry = {"kind": value} if isinstance(value, str) else value
    if not isinstance(entry, dict):
        raise _wrong(key, f"a kind of picture file is expected; got {value!r}")
    _only(entry, _PICTURE_KEYS, f"{key}.")
    kind = _one_of(entry, f"{key}.kind", KINDS, "")
    if not kind.startswith("yuv"):
        if len(entry) > 1:
            raise _wrong(key, f"{', '.join(sorted(entry.keys() - {'kind'}))}: only for planes (yuv444p, yuv420p)")
        return PictureFile(kind)  # type: ignore[arg-type]  # checked above
    levels = Levels(
        bits=int(_number(entry, "bits", 8, 8, 16, whole=True)),
        halved=kind == "yuv420p",
        matrix=_one_of(entry, f"{key}.matrix", MATRICES, "bt709"),  # type: ignore[arg-type]
        range=_one_of(entry, f"{key}.range", RANGES, "full"),  # type: ignore[arg-type]
        rounding=_one_of(entry, f"{key}.rounding", ROUNDINGS, "nearest"),  # type: ignore[arg-type]
    )
    return PictureFile(kind, levels)  # type: ignore[arg-type]


def _one_of(entry: dict[str, Any], key: str, known: tuple[str, ...], default: str) -> str:
    value = entry.get(key.rpartition(".")[2], default)
    if value not in known:
        raise _wrong(key, f"one of {', '.join(known)} is expected; got {value!r}")
    return str(value)


def _scale(table: dict[str, Any]) -> QualityScale | None:
    entry = table.get("scale")
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise _wrong("scale", "a table { low, high, default, step, higher_is_better } is expected")
    _only(entry, _SCALE_KEYS, "scale.")
    for key in ("low", "high", "default"):
        if not _is_number(entry.get(key)):
            raise _wrong(f"scale.{key}", f"a number is expected; got {entry.get(key)!r}")
    low, high, default = float(entry["low"]), float(entry["high"]), float(entry["default"])
    if not low < high or not low <= default <= high:
        raise _wrong("scale", f"low < high and a default between them are expected; got {low:g}, {high:g}, {default:g}")
    step, better = entry.get("step", 1), entry.get("higher_is_better", True)
    if not _is_number(step) or step < 0:
        raise _wrong("scale.step", f"a number from 0 (continuous) is expected; got {step!r}")
    if not isinstance(better, bool):
        raise _wrong("scale.higher_is_better", f"true or false is expected; got {better!r}")
    return QualityScale(_text(entry, "label", "quality"), low, high, default, float(step), better)


def _ladder(table: dict[str, Any], scale: QualityScale | None) -> tuple[float, ...]:
    """Return the ladder by rising rate; without one, qualities spread over the scale."""
    value = table.get("ladder", [])
    if not isinstance(value, list) or len(value) > 8 or not all(map(_is_number, value)):
        raise _wrong("ladder", f"a list of up to 8 native qualities is expected; got {value!r}")
    if scale is None:
        if value:
            raise _wrong("ladder", "a codec without a scale has none")
        return ()
    if any(not scale.low <= each <= scale.high for each in value):
        raise _wrong("ladder", f"a value is off the scale, {scale.low:g} to {scale.high:g}")
    spread = [scale.low + (scale.high - scale.low) * share / 9 for share in range(1, 9)]
    rungs = {scale.check("ladder", float(each)) for each in value or spread}
    return tuple(sorted(rungs, reverse=not scale.higher_is_better))
