"""Give a codec's decoder bytes that are not its bitstream; run in a process of its own, because decoders may crash.

`python -m tests.codecs.hostile CODEC…` prints a JSON object a codec on a line: name, violations of the contract, the
number of cases and the growth of resident memory in MB. The case at hand goes to standard error, so that a crash can be
told from its name.
"""

import json
import resource
import sys
from collections.abc import Iterator

import numpy as np

from nicviz.codecs import CODECS, Codec
from nicviz.errors import CodecError
from tests.codecs.pictures import is_serial, photograph

HAS_CHECKSUM = {"lossless", "neural"}


def damaged(codec: Codec, bitstream: bytes, rng: np.random.Generator) -> Iterator[tuple[str, bytes, bool]]:
    """Yield a name, bytes, and whether the codec may take them for an image."""
    length = len(bitstream)
    ends = codec.progression.ends(bitstream) if codec.progression else ()
    yield "empty", b"", False
    for cut in sorted(
        {*range(min(length, 64)), *range(max(0, length - 32), length), *range(0, length, 1 + length // 64)}
    ):
        yield f"cut to {cut} of {length}", bitstream[:cut], cut in ends
    for size in (1, 2, 3, 8, 20, 100, 1000, 5000):
        yield f"{size} random bytes", rng.bytes(size), False
    for value in (0, 255):
        yield f"300 bytes of {value}", bytes([value]) * 300, False
    for at in (0, 1, 2, 4, 8, 12, 16):
        yield f"random after byte {at}", bitstream[:at] + rng.bytes(length - at), False
    takes_damage = codec.family not in HAS_CHECKSUM
    for number in range(60 if is_serial(codec) else 300):
        flipped = bytearray(bitstream)
        # Half of the flips go into the first 64 bytes, where the sizes are.
        positions = rng.choice(length if number % 2 else min(length, 64), size=1 + number % 3, replace=False)
        for position in positions:
            flipped[position] ^= 1 << int(rng.integers(8))
        yield f"bits flipped in bytes {sorted(map(int, positions))}", bytes(flipped), takes_damage


def foreign(codec: Codec) -> Iterator[tuple[str, bytes, bool]]:
    """Yield bitstreams of the other codecs that need no model."""
    for other in CODECS.values():
        if other.family != "neural" and other.suffix != codec.suffix and other.availability().ok:
            yield f"bitstream of {other.name}", other.encode(photograph(48)), False


def verdict(codec: Codec, data: bytes, may_decode: bool) -> str:
    """Return what the codec did wrong, or nothing."""
    try:
        image = codec.decode(data)
    except CodecError as error:
        return "" if codec.name in str(error) else f"the message does not name the codec: {error}"
    except Exception as error:  # noqa: BLE001 - any other exception is what this looks for
        return f"raised {error!r}"
    if not may_decode:
        return "decoded"
    valid = image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3 and image.size > 0
    return "" if valid else f"returned {image.shape} {image.dtype}"


def main() -> None:
    for name in sys.argv[1:]:
        print(json.dumps(outcome(CODECS[name])), flush=True)


def outcome(codec: Codec) -> dict[str, object]:
    bitstream = codec.encode(photograph(48))
    codec.decode(bitstream)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    violations, cases = [], 0
    for name, data, may_decode in (*damaged(codec, bitstream, np.random.default_rng(5)), *foreign(codec)):
        print(f"case: {codec.name}, {name}", file=sys.stderr, flush=True)
        wrong = verdict(codec, data, may_decode)
        violations += [f"{name}: {wrong}"] if wrong else []
        cases += 1
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    return {"codec": codec.name, "violations": violations, "cases": cases, "growth_mb": growth}


if __name__ == "__main__":
    main()
