"""The work behind the Spectra page: jobs in the background, one for the inputs and one a codec."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from nicviz.analysis.agreeing import Test, agreements
from nicviz.analysis.claims import REFERENCE, Agreements
from nicviz.analysis.compare import Compared
from nicviz.analysis.cost import seconds_to_compare
from nicviz.analysis.spectra.errors import Group, Loader, Means, Shape, codec_spectra, input_spectra
from nicviz.analysis.spectra.part import ErrorPart, error_part
from nicviz.analysis.spectra.severities import SEVERITIES, severity_strip
from nicviz.codecs import Codec, NeuralCodec
from nicviz.images import LoadedImage
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.spectra.part import Part
from nicviz.spectra.power import Channel
from nicviz.tasks.settings import CodecSetting
from nicviz.tasks.task import Trial
from nicviz.ui.kit.ask import compute_agreed
from nicviz.ui.kit.marks import Conditions, missed
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.kit.waiting import compute
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.shell.panes import column_title
from nicviz.ui.spectra.controls import Choices

PLANE_BYTES = 8  # float64


@dataclass(frozen=True)
class Spectra:
    """How the spectra of a view stand: those of the inputs, and those of each codec."""

    inputs: Live[Means]
    codecs: list[Live[Means]]

    def shapes(self, original: LoadedImage) -> list[tuple[Shape, int]]:
        """Return the sizes there are, with their number of pictures; until they are known that of `original`."""
        if not self.inputs.done:
            height, width = original.pixels.shape[:2]
            return [((height, width), 1)]
        return [(group.shape, group.num_pictures) for group in self.inputs.value.groups]

    def input_group(self, shape: Shape) -> Group | None:
        """Return the means over the inputs of a size, if they are there."""
        return self.inputs.value.of(shape) if self.inputs.done else None

    def codec_groups(self, shape: Shape) -> list[Group | None]:
        """Return per codec the means over pictures of a size, None where there are none yet."""
        return [outcome.value.of(shape) if outcome.done else None for outcome in self.codecs]

    def problems(self) -> list[str]:
        """Return what was left out, in sentences, each once."""
        found = [outcome.value for outcome in (self.inputs, *self.codecs) if outcome.done]
        return list(dict.fromkeys(problem for means in found for problem in means.problems))


def all_spectra(view: View, original: LoadedImage, choices: Choices, codecs: Mapping[str, Codec]) -> Spectra:
    """Return the spectra of a view as far as they are computed."""
    over = Pictures(choices.pictures, original, choices.is_set)
    loaders = over.loads()
    key = (over.key, view.corruption, choices.convention)
    num_bytes = 3 * PLANE_BYTES * original.pixels[..., 0].size
    pictures = Work(("inputs", *key), "the pictures", partial(_inputs, loaders, view, choices), num_bytes)
    works: list[tuple[Work[Means], Codec | None, float]] = [(pictures, None, 0.0)]
    for setting in view.codecs:
        codec = codecs[setting.codec]
        run = partial(_codec, loaders, view, codec, setting, choices)
        work = Work((codec.reference, setting, view.match, *key), codec.title, run, num_bytes)
        seconds = seconds_to_compare(codec, view.match, 2 if view.corruption else 1, original)
        works.append((work, codec, len(loaders) * seconds))
    inputs, *rest = compute_agreed("spectra", works, "error spectrum", (over.key, view.corruption, view.match))
    return Spectra(inputs, rest)


def _inputs(loaders: Sequence[Loader], view: View, choices: Choices, signal: Signal) -> Means:
    return input_spectra(loaders, view.corruption, choices.convention, signal)


def _codec(
    loaders: Sequence[Loader], view: View, codec: Codec, setting: CodecSetting, choices: Choices, signal: Signal
) -> Means:
    return codec_spectra(loaders, view.corruption, codec, setting, view.match, choices.convention, signal)


def codec_titles(
    view: View, spectra: Spectra, shape: Shape | None, codecs: Mapping[str, Codec], is_set: bool
) -> list[str]:
    """Return what each codec is called: with its quality, where all pictures have the same."""
    groups = spectra.codec_groups(shape) if shape else [None] * len(view.codecs)
    titles = []
    for setting, group in zip(view.codecs, groups, strict=True):
        done = group.compared if group else None
        one_quality = done is not None and (not is_set or view.match is None)
        titles.append(column_title(done, codecs) if done and one_quality else codecs[setting.codec].title)
    return titles


def conditions_of(view: View, spectra: Spectra, shape: Shape) -> Conditions:
    """Return what the codecs that are there were compared under, on pictures of one size."""
    groups = [group for group in spectra.codec_groups(shape) if group is not None]
    return Conditions(view.match, tuple(missed(view.match, group.matched) for group in groups))


def error_parts(inputs: Inputs, groups: Sequence[Group | None], choices: Choices, part: Part) -> list[Live[ErrorPart]]:
    """Return how the part of each codec's error stands; wanted where its spectrum is."""
    channel: Channel = "luminance" if choices.convention == "ood_nic" else choices.convention

    def work(done: Compared) -> Work[ErrorPart]:
        key = (inputs.original.sha256, inputs.source.sha256, done.compression.key, choices.kind, channel, part)
        run = partial(_part, inputs, done, choices, channel, part)
        return Work(key, done.compression.setting, run, 4 * inputs.num_bytes)

    found = [group.compared if group else None for group in groups]
    lives = iter(compute("part", [work(done) for done in found if done], patience=1.5))
    return [next(lives) if done else Live("wanted") for done in found]


def _part(
    inputs: Inputs, compared: Compared, choices: Choices, channel: Channel, part: Part, signal: Signal
) -> ErrorPart:
    return error_part(inputs.original, inputs.source, compared, choices.kind, channel, part)


def severities(
    view: View, original: LoadedImage, channel: Channel, codecs: Mapping[str, Codec]
) -> list[Live[tuple[Trial, ...]]]:
    """Return how the severities of each codec stand."""
    corruption = view.corruption
    if corruption is None:
        return []
    works: list[tuple[Work[tuple[Trial, ...]], Codec | None, float]] = []
    for setting in view.codecs:
        codec = codecs[setting.codec]
        key = (original.sha256, corruption.name, corruption.seed, codec.reference, setting, view.match, channel)
        run = partial(severity_strip, original, corruption, codec, setting, view.match, channel)
        seconds = seconds_to_compare(codec, view.match, 1 + len(SEVERITIES), original)
        works.append((Work(key, codec.title, run), codec, seconds))
    asked = (original.sha256, corruption.name, corruption.seed, view.match)
    return compute_agreed("severity", works, "severity strip", asked)


def agreements_of(
    view: View, pictures: Pictures, severity: int, codecs: Mapping[str, Codec]
) -> list[tuple[int, Live[Agreements]]]:
    """Return the place among the codecs, and how the agreement stands, of each neural codec.

    Args:
        view: codecs, match and seed.
        pictures: clean.
        severity: of the corruptions.
        codecs: by name.
    """
    seed = view.corruption.seed if view.corruption else 0
    test = Test(codecs[REFERENCE], severity, seed)
    places, works = [], []
    for place, setting in enumerate(view.codecs):
        codec = codecs[setting.codec]
        if isinstance(codec, NeuralCodec):
            run = partial(agreements, pictures.loads(), codec, setting.quality, view.match, test)  # fmt: skip
            key = (pictures.key, codec.reference, setting.quality, view.match, severity, seed)
            works.append(Work(key, codec.title, run))
            places.append(place)
    return list(zip(places, compute("agreement", works), strict=True))
