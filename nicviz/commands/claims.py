"""`claims`: does what Lieberman et al. found of neural codecs hold on these pictures?

With --run RUN instead of pictures: the claims of the three papers on what `sweep` measured; with --json a list of
{"claim", "source", "statistic", "value", "low", "high", "verdict", "num_images"}, numbers null where there are none.

Else, with --json, to standard output:

    {"codecs": [{"codec", "quality": null where a match found one on each picture, "images": [names], "severity",
                 "psnr_db": mean on the clean pictures,
                 "comparisons": [{"condition": "setting" | "rate", "mismatch": dB | share of the rate,
                                  "within_tolerance", "tilt", "reference_tilt": dB,
                                  "generalization", "denoising": {corruption: dB}, "rate_ratio": {corruption: ratio},
                                  "groups": {"low", "medium", "high": mean dB}, "rate_ratio_of_groups",
                                  "claims": [{"claim", "verdict",
                                              "images": {"yes", "no", "undecided": how many}}]}]}]}

JPEG 2000 is matched to the neural codec's PSNR on the clean picture and keeps its setting ("setting"), or to its rate
on each picture ("rate"). Numbers are means over the pictures. A picture without numbers is named on standard error, and
the exit code is 1.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Any

from nicviz.analysis.agreeing import Test, agreements
from nicviz.analysis.claims import CLAIMS, CONDITIONS, REFERENCE, Agreements, claims_record
from nicviz.codecs import NeuralCodec
from nicviz.codecs.catalog import catalog
from nicviz.commands.shared import INCOMPLETE, Commands, print_json, progress, require, say
from nicviz.errors import NicvizError
from nicviz.requests import commands as requests
from nicviz.robustness.claims import conditions_text, find_claims, finding_record, told
from nicviz.robustness.cube import read_cube
from nicviz.robustness.evidence import evidence_of
from nicviz.robustness.papers import CLAIMS as CLAIMS_OF_RUNS
from nicviz.run.work import Signal
from nicviz.sweeps.query import open_run


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    commands.add(requests.Claims, "test the claims of neural codecs against JPEG 2000 on your pictures", _run)


def _run(request: requests.Claims) -> int:
    if request.run is not None:
        return _of_run(request, request.run)
    known = catalog()
    codecs = [known[setting.codec] for setting in request.codecs]
    for codec in codecs:
        require(codec)
        if not isinstance(codec, NeuralCodec):
            raise NicvizError(f"The claims are of neural codecs; {codec.name} is none.")
    loads = [setting.load for setting in request.images.settings()]
    test = Test(known[REFERENCE], request.severity, request.seed)
    records: list[dict[str, Any]] = []
    problems: list[str] = []
    for setting, codec in zip(request.codecs, codecs, strict=True):
        signal = Signal()
        with progress(partial(_how_far, codec.name, signal)):
            found = agreements(loads, codec, setting.quality, request.match, test, signal)
        problems += found.problems
        quality = None if request.match else codec.quality(setting.quality)
        records.append(claims_record(codec, quality, found))
        if not request.json:
            _print(codec.title if quality is None else codec.setting(quality), found)
    for problem in problems:
        say(f"nicviz: {problem}")
    if request.json:
        print_json({"codecs": records})
    return INCOMPLETE if problems else 0


def _of_run(request: requests.Claims, folder: Path) -> int:
    cube = read_cube(open_run(folder))
    neural = request.codecs[0].codec if request.codecs else None
    evidence = evidence_of(cube, neural=neural, rate=request.match.value if request.match else None,
                           severity=request.severity, equal=request.equal)  # fmt: skip
    findings = find_claims(CLAIMS_OF_RUNS, evidence)
    if request.json:
        print_json([finding_record(finding) for finding in findings])
        return 0
    sys.stdout.write(f"{conditions_text(evidence.target, evidence.severity)}\n")
    for finding in findings:
        sys.stdout.write(f"{finding.verdict:13}  {finding.sentence}\n{'':15}{told(finding)}\n")
    return 0


def _how_far(name: str, signal: Signal) -> str:
    return f"{name}: {signal.progress or 0.0:.0%}"


def _print(title: str, found: Agreements) -> None:
    mean = found.mean
    pictures = f"{mean.num_pictures} picture" + "s" * (mean.num_pictures > 1)
    sys.stdout.write(f"{title} against JPEG 2000, {pictures}, severity {mean.severity}, {mean.psnr_db:.2f} dB\n")
    for place, each in enumerate(mean.comparisons):
        sys.stdout.write(
            f"  {CONDITIONS[each.condition]} (off by {each.off} at most{'' if each.within else ', too much'})\n"
        )
        evidence = (
            f"D, high over low: {each.tilt:+.2f} dB, JPEG 2000 {each.reference_tilt:+.2f} dB",
            f"G: low {each.group_mean('low'):+.2f} dB, medium {each.group_mean('medium'):+.2f} dB",
            f"R: high {each.group_mean('high'):+.2f} dB",
        )
        for (claim, verdict), numbers in zip(CLAIMS, evidence, strict=True):
            agree = f"{found.count(place, verdict, 'yes')} of {mean.num_pictures} agree"
            sys.stdout.write(f"    {verdict(each):9}  {claim}  ({numbers}; {agree})\n")
