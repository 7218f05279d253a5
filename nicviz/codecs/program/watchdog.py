"""Ends programs whose application has ended; run by path, as a process of its own, by `nicviz.codecs.program.run`.

Standard input carries one JSON list a line: ["+", process group, folder] for a program that has started, ["-", process
group, folder] for one that has ended. When the input ends, the application is gone: killed, crashed or done.
"""

import json
import os
import shutil
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Keep the list until the input ends, then end what is still on it."""
    running: set[tuple[int, str]] = set()
    for line in sys.stdin.buffer:
        with suppress(ValueError):
            sign, group, folder = json.loads(line)
            (running.add if sign == "+" else running.discard)((group, folder))
    for group, folder in running:
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
