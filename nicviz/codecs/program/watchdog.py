"""Ends programs whose application has ended; run by path, as a process of its own, by `nicviz.codecs.program.run`.

Standard input carries one JSON list a line: ["+", folder, process group] for a program that is about to start (group 0)
or has started, ["-", folder, 0] when all that worked in the folder has ended. When the input ends, the application is
gone: killed, crashed or done.
"""

import json
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

ROUNDS = 100  # of looking for strays
ROUND_SECONDS = 0.004


def main() -> None:
    """Keep the list until the input ends, then end what is still on it."""
    running: dict[str, set[int]] = {}
    for line in sys.stdin.buffer:
        with suppress(ValueError):
            sign, folder, group = json.loads(line)
            if sign == "+":
                running.setdefault(folder, set()).add(group)
            else:
                running.pop(folder, None)
    for folder, groups in running.items():
        for group in groups - {0}:
            with suppress(OSError):
                os.killpg(group, signal.SIGKILL)
        kill_strays(folder)
        shutil.rmtree(folder, ignore_errors=True)


def kill_strays(folder: str | Path) -> None:
    """Kill what works in a folder, told by its home, on systems that show a process's environment.

    That is what has left its program's group, and a program whose group nobody knows yet. What is found may have
    started another process meanwhile, so that it is looked for until nothing is found.
    """
    mark = f"HOME={folder}\0".encode()
    for _ in range(ROUNDS):
        found = False
        for entry in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if mark in entry.read_bytes():
                    found = True
                    os.kill(int(entry.parent.name), signal.SIGKILL)
        if not found:
            return
        time.sleep(ROUND_SECONDS)


if __name__ == "__main__":
    main()
