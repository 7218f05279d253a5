"""The worker process: takes one request after the other from standard input; `nicviz.run.pool` is the parent.

Standard output carries the replies, so whatever else is printed here, by libraries too, is led to standard error.
"""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from io import BufferedReader
from typing import Any

from nicviz.codecs import Codec, CodecReference, resolve
from nicviz.errors import CodecError, NicvizError
from nicviz.records import Members, pack, receive, send, unpack

READY = b"nicviz worker is ready\n"  # what comes before it was printed by something else
_logger = logging.getLogger(__name__)


def serve(find: Callable[[CodecReference], Codec] = resolve) -> None:
    """Answer requests until the parent closes standard input; does not return."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    inbox: queue.SimpleQueue[bytearray] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, inbox), daemon=True).start()
    try:
        replies.write(READY)
        replies.flush()
        while True:
            send(replies, _answer(unpack(inbox.get()), find))
    except BrokenPipeError:
        os._exit(0)


def _listen(requests: BufferedReader, inbox: "queue.SimpleQueue[bytearray]") -> None:
    """Pass requests on; end the process with its parent, even in the middle of work."""
    try:
        while True:
            inbox.put(receive(requests))
    except EOFError:
        os._exit(0)


def _answer(request: Members, find: Callable[[CodecReference], Codec]) -> bytearray:
    reference = CodecReference.from_record(request["codec"])
    try:
        return pack(_work(find(reference), request))
    except NicvizError as error:
        return pack({"error": type(error).__name__, "message": str(error)})
    except Exception as error:  # whatever a library raises, the parent is to hear of it
        _logger.exception("%s failed", reference.name)
        message = f"{reference.name} failed: {type(error).__name__}: {error}"
        return pack({"error": CodecError.__name__, "message": message})


def _work(codec: Codec, request: Members) -> dict[str, Any]:
    if request.get("quality") is not None:
        codec.prepare(codec.quality(request["quality"]))
    times = [time.perf_counter()]
    bitstream = request.get("bitstream")
    if bitstream is None:
        bitstream = codec.encode(request["image"], request["quality"])
    times.append(time.perf_counter())
    if not request["decode"]:
        return {"bitstream": bitstream}
    image = codec.decode(bitstream)
    times.append(time.perf_counter())
    return {
        "bitstream": bitstream,
        "image": image,
        "encode_seconds": times[1] - times[0],
        "decode_seconds": times[2] - times[1],
    }


if __name__ == "__main__":
    serve()
