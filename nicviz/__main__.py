"""The command line: the same analysis without a browser. JSON goes to standard output, messages to standard error."""

import signal
import sys
from collections.abc import Sequence

from nicviz import __version__
from nicviz.commands import (
    analyze,
    claims,
    codecs,
    color,
    corrupt,
    heatmap,
    latents,
    package,
    query,
    rd,
    sweep,
    train,
)
from nicviz.commands.shared import Commands, say
from nicviz.errors import NicvizError
from nicviz.requests.words import Parser

BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0, or 1 where pictures had to be left out, or 2 with one line on standard error for bad input.
    """
    parser = Parser(prog="python -m nicviz", description="The lab bench for image codecs.")
    parser.add_argument("--version", action="version", version=f"nicviz {__version__}")
    commands = Commands(parser)
    for command in (codecs, analyze, corrupt, color, rd, heatmap, latents, claims, sweep, query, train, package):
        command.add(commands)
    try:
        options = parser.parse_args(arguments)
        return options.run(options) or 0
    except NicvizError as error:
        say(f"nicviz: {error}")
        return BAD_INPUT
    except OSError as error:
        say(f"nicviz: {error.filename or ''}: {error.strerror or error}")
        return BAD_INPUT
    except KeyboardInterrupt:
        say("nicviz: interrupted")
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
