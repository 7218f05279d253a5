"""Downloads of the Theory page, and the command that gives its numbers."""

from collections.abc import Sequence

from nicviz.requests.commands import Theory
from nicviz.requests.parts import Sources, upload_digest
from nicviz.requests.view import View
from nicviz.requests.words import command
from nicviz.ui.kit.choices import chosen
from nicviz.ui.kit.downloads import File, take_with_you
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.shell.picture import named_picture


def theory_command(view: View, pictures: Pictures, mse: float | None = None) -> str:
    """Return the command whose JSON holds the numbers of all views; `mse` is what the linear codec is set to."""
    sources = Sources((str(chosen("over")),)) if pictures.is_set else Sources.of(named_picture(view.image))
    target = {} if mse is None else {"mse": mse}
    return command(Theory(images=sources, patch=chosen("patch_side"), channel=chosen("patch_channel"),
                          trained_on=chosen("trained"), corruption=view.corruption, json=True, **target))  # fmt: skip


def theory_downloads(view: View, files: Sequence[File], shell: str) -> None:
    """Draw the downloads of what is shown, and the command line."""
    own = ", with your own file's path" if upload_digest(view.image.source) else ""
    take_with_you(files, shell, f"The numbers of all views without a browser{own}", bool(files))
