"""`analyze`: an image, perhaps corrupted, through codecs, measured.

A codec that no setting brings to what --match asks for is taken at the nearest one: that is said, the exit code is 1.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

from nicviz.analysis.compare import Result, analyze
from nicviz.analysis.manifest import analysis_record, manifest, result_files, save_files, to_json
from nicviz.analysis.spectra.record import add_spectra
from nicviz.codecs.catalog import catalog
from nicviz.commands.shared import INCOMPLETE, Commands, print_json, say
from nicviz.metrics import ON_AXES, format_value
from nicviz.requests.commands import Analyze
from nicviz.requests.words import command
from nicviz.tasks.settings import Match


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    commands.add(Analyze, "compress an image with codecs and measure the results", _run)


def _run(request: Analyze) -> int:
    original = request.image.load()
    for notice in original.notices:
        say(f"{original.name}: {notice}")
    source, results = analyze(
        original, request.codecs, catalog(), request.corruption, request.match, progress=say
    )  # fmt: skip
    record = analysis_record(original, request.image.word, request.corruption, results)
    files = result_files(source, results) if request.save else None
    add_spectra(record, original, source, results, files)
    if files is not None and request.save is not None:
        again = command(replace(request, save=None, json=True))
        files["manifest.json"] = to_json(manifest(record, again, results, original.notices)).encode()
        save_files(files, request.save)
        say(f"wrote {len(files)} files to {request.save}")
    if request.json:
        print_json(record)
    else:
        _print(results, request.match)
    missed = _missed(request.match, results) if request.match else []
    for sentence in missed:
        say(f"nicviz: {sentence}")
    return INCOMPLETE if missed else 0


def _print(results: Sequence[Result], match: Match | None) -> None:
    for compared, trial in results:
        done = compared.compression
        figures = "  ".join(f"{name} {format_value(name, trial.figures[name])}" for name in ON_AXES)
        missed = f"  not {match}" if compared.matched is not None and not compared.matched.within else ""
        sys.stdout.write(f"{done.setting:34} {done.num_bytes or 0:>9} bytes  {done.bpp:.4f} bpp  {figures}{missed}\n")


def _missed(match: Match, results: Sequence[Result]) -> list[str]:
    """Return a sentence for each codec that no setting brings to the target."""
    unit, digits, most = ("bpp", 4, "1 %") if match.metric == "bpp" else ("dB", 2, "0.05 dB")
    return [
        f"{compared.compression.codec} does not reach {match} to {most}: the nearest setting, "
        f"{compared.compression.setting}, gives {compared.matched.value:.{digits}f} {unit} on the clean image."
        for compared, _ in results
        if compared.matched is not None and not compared.matched.within
    ]
