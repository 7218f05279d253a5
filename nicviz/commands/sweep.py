"""`sweep`: every picture under every corruption through every codec, recorded in a folder as Parquet.

Progress goes to standard error. The same command goes on where an earlier one was stopped, killed or lost its workers.
The exit code is 1 where units failed or pictures were left out, 130 after Ctrl-C.
"""

import shlex
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nicviz.codecs import Codec
from nicviz.codecs.catalog import catalog
from nicviz.commands.shared import INCOMPLETE, Commands, progress, require, say
from nicviz.errors import NicvizError
from nicviz.requests.fields import Known
from nicviz.requests.parts import Sources
from nicviz.requests.runs import Sweep
from nicviz.requests.words import Parser, add_arguments, argv, from_options
from nicviz.sweeps.cluster import Where
from nicviz.sweeps.corrupted import save_corrupted
from nicviz.sweeps.datasets import DATASETS, Wanted, pictures_of
from nicviz.sweeps.estimate import estimate
from nicviz.sweeps.plan import Plan
from nicviz.sweeps.planning import conditions_of, known_pictures, read_pictures, steps_of
from nicviz.sweeps.progress import Progress, told
from nicviz.sweeps.schedule import Options, run_sweep
from nicviz.sweeps.stop import Stop, on_signals


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    commands.add(Sweep, "measure data sets under corruptions through codecs, on all cores or a Dask cluster", _run)


def _run(request: Sweep) -> int:
    asked = request if request.plan is None else _from_file(request)
    where = Where(request.scheduler, request.workers)
    problems: list[str] = []
    plan = _plan(asked, problems)
    for problem in problems:
        say(f"nicviz: {problem}")
    if request.dry_run:
        processes = None if where.scheduler else max(1, where.num_processes)
        sys.stdout.write("\n".join(estimate(plan, request.into).sentences(processes)) + "\n")
        return 0
    with on_signals() as stop:
        if request.save_corrupted is not None:
            _save(plan, request.save_corrupted, stop)
        found = _sweep(plan, request, where, stop)
    return INCOMPLETE if found.failed or found.failed_before or problems else 0


def _sweep(plan: Plan, request: Sweep, where: Where, stop: Stop) -> Progress:
    found = Progress()
    try:
        with progress(found.sentence):
            run_sweep(plan, request.into, Options(where, request.retry_failed), found, stop)
    except KeyboardInterrupt:
        say(f"nicviz: {found.before + found.done:,} of {found.total:,} units are kept; the same command goes on.")
        raise
    seconds = f" in {told(found.done / found.per_second)}" if found.done else ""
    failed = f", {found.failed:,} failed: see {request.into / 'failures.log'}" if found.failed else ""
    before = f", {found.failed_before:,} failed earlier (--retry-failed does them again)" if found.failed_before else ""
    say(f"{found.total:,} units in {request.into}, {found.done:,} new{seconds}{failed}{before}")
    return found


def _plan(request: Sweep, problems: list[str]) -> Plan:
    """Return the plan that a request stands for; a sentence for each picture left out goes to `problems`."""
    known = catalog()
    steps = [
        step
        for ladder in request.codecs
        for step in steps_of(_required(known[ladder.codec], request), ladder.qualities, request.match)
    ]
    conditions = conditions_of(request.corruptions, request.severities, request.seed)
    pictures = read_pictures(_wanted(request.images), known_pictures(request.into), problems.append)
    if not pictures:
        raise NicvizError(problems[0] if len(problems) == 1 else "None of the pictures can be read.")
    return Plan(pictures, conditions, tuple(steps), command=_command(request))


def _required(codec: Codec, request: Sweep) -> Codec:
    """Return a codec that works here, or of which a cluster's workers will say whether it works there."""
    if request.scheduler is None:
        require(codec)
    return codec


def _wanted(images: Sources) -> list[Wanted]:
    """Return the pictures that words name: a data set where nothing else has its name."""
    found: list[Wanted] = []
    for word in images.words:
        if word in DATASETS and not Path(word).exists():
            of_set = pictures_of(word, say)
            cut = images.crop is not None or images.longest_side is not None
            own = [Wanted(replace(each.setting, crop=images.crop, longest_side=images.longest_side)) for each in of_set]
            found += own if cut else of_set
        else:
            found += [Wanted(setting) for setting in replace(images, words=(word,)).settings()]
    return found


def _command(request: Sweep) -> str:
    """Return the command that asks for the plan, without what does not change a row."""
    asked = replace(request, scheduler=None, workers=None, dry_run=False, retry_failed=False, save_corrupted=None)
    return shlex.join(["python", "-m", "nicviz", *argv(asked)])


def _from_file(request: Sweep) -> Sweep:
    """Return what a plan file asks for: a table whose keys are the options, and `images` for the words before them."""
    file = request.plan
    if file is None:
        return request
    try:
        table = tomllib.loads(file.read_text("utf-8"))
        words = _words(table)
        parser = Parser(prog=str(file))
        add_arguments(parser, Sweep)
        asked = from_options(Sweep, parser.parse_args([*words, "--into", str(request.into)]), Known(catalog))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NicvizError(f"{file} is no TOML: {error}.") from error
    except NicvizError as error:
        raise NicvizError(f"{file}: {error}") from error
    return replace(asked, scheduler=request.scheduler, workers=request.workers)


def _words(table: Mapping[str, Any]) -> list[str]:
    known = ("images", "codec", "corruption", "severity", "seed", "match", "crop", "longest-side")
    words: list[str] = []
    for key, value in table.items():
        if key not in known:
            raise NicvizError(f"A plan has {', '.join(known)}; got {key!r}.")
        values = value if isinstance(value, list) else [value]
        if len(values) > 1 and key in ("seed", "match", "longest-side"):
            raise NicvizError(f"{key} is one value; got {value!r}.")
        if key in ("severity", "crop"):
            values = [",".join(map(str, values))]
        if any(not isinstance(each, str | int | float) or isinstance(each, bool) for each in values):
            raise NicvizError(f"{key} is a text, a number or a list of them; got {value!r}.")
        words += (
            [str(each) for each in values]
            if key == "images"
            else [w for each in values for w in (f"--{key}", str(each))]
        )
    return words


def _save(plan: Plan, folder: Path, stop: Stop) -> None:
    total = len(plan.pictures) * sum(condition is not None for condition in plan.conditions)
    count = 0
    with progress(lambda: f"{count:,} of {total:,} corrupted pictures"):
        for count in save_corrupted(plan, folder, stop):  # noqa: B007  read by the line of progress
            pass
