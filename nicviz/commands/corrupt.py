"""`corrupt`: a corrupted image as a file."""

from nicviz.analysis.manifest import save_files
from nicviz.commands.shared import Commands, say
from nicviz.images import encode_png
from nicviz.requests.commands import Corrupt
from nicviz.tasks.compress import corrupted


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    commands.add(Corrupt, "write a corrupted image as PNG", _run)


def _run(request: Corrupt) -> int:
    image = corrupted(request.image.load(), request.corruption)
    save_files({request.save.name: encode_png(image.pixels)}, request.save.parent)
    say(f"wrote {request.save}")
    return 0
