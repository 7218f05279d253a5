"""What a sweep measures: every picture under every condition at every step, numbered in one fixed order.

A plan is small (pictures + conditions + steps) however many units their product has; units are numbers until one is
looked at. Picture by picture, each clean first: so the clean rate is known when a corrupted one arrives, and a worker
that has read a picture goes on with it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nicviz.codecs import CodecReference
from nicviz.errors import NicvizError
from nicviz.metrics import METRICS
from nicviz.sweeps.folder import PLAN, read_json
from nicviz.tasks.settings import CorruptionSetting, ImageSetting, Match
from nicviz.tasks.task import Picture

SCHEMA = 1  # counted up when the meaning of a run's files changes
MOST_UNITS = 50_000_000  # a byte each is held


@dataclass(frozen=True)
class PlannedPicture:
    """A picture by its content, and where it was found.

    Args:
        picture: content hash, name and size.
        source: from which a worker that sees the same files reads it.
        stamp: what changes when its file does; empty for what never changes.
    """

    picture: Picture
    source: ImageSetting
    stamp: str = ""

    def to_record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"picture": asdict(self.picture), "source": asdict(self.source), "stamp": self.stamp}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "PlannedPicture":
        """Return the picture that `to_record` wrote down."""
        source = dict(record["source"])
        source["crop"] = tuple(source["crop"]) if source["crop"] else None
        return cls(Picture(**record["picture"]), ImageSetting(**source), record["stamp"])


@dataclass(frozen=True)
class Step:
    """A codec at a native quality, or at the one that a match finds on the clean picture.

    Args:
        codec: from which any process gets it.
        quality: None where `match` finds it, and of a codec with one operating point.
        match: None where the quality is given.
        seconds: about what a megapixel takes (`Codec.cost`); no part of what the step is.
    """

    codec: CodecReference
    quality: float | None
    match: Match | None = None
    seconds: float = 1.0

    @property
    def setting(self) -> str:
        """The step as rows name it: "jpeg:30" or "jpeg@bpp=0.5"; it tells it from the plan's other steps."""
        if self.match is not None:
            return f"{self.codec.name}@{self.match}"
        return self.codec.name if self.quality is None else f"{self.codec.name}:{self.quality:.6g}"

    def to_record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        match = None if self.match is None else str(self.match)
        return {"codec": self.codec.to_record(), "quality": self.quality, "match": match, "seconds": self.seconds}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Step":
        """Return the step that `to_record` wrote down."""
        match = None if record["match"] is None else Match.parse(record["match"])
        return cls(CodecReference.from_record(record["codec"]), record["quality"], match, record["seconds"])


Condition = CorruptionSetting | None
Identity = tuple[str, str | None, int | None, int | None, str]  # picture's hash, corruption, severity, seed, setting


@dataclass(frozen=True)
class Unit:
    """One unit of a plan: a picture under a condition at a step."""

    picture: PlannedPicture
    condition: Condition
    step: Step

    @property
    def key(self) -> str:
        """What names it in logs: "kodim01.png fog:3 jpeg:30"."""
        return f"{self.picture.picture.name} {self.condition or 'clean'} {self.step.setting}"


@dataclass(frozen=True)
class Plan:
    """All that a run measures.

    Args:
        pictures, conditions, steps: each without two that are equal; None among the conditions is the clean picture.
        metrics: by name.
        command: the words that asked for it, for people.
    """

    pictures: tuple[PlannedPicture, ...]
    conditions: tuple[Condition, ...]
    steps: tuple[Step, ...]
    metrics: tuple[str, ...] = tuple(METRICS)
    command: str = ""

    def __post_init__(self) -> None:
        if not self.num_units:
            raise NicvizError("A sweep needs at least one picture, one condition and one codec.")
        if self.num_units > MOST_UNITS:
            raise NicvizError(f"A run takes up to {MOST_UNITS:,} units; this plan has {self.num_units:,}.")
        for names in (self.hashes, self.conditions, [step.setting for step in self.steps]):
            if len(set(names)) != len(names):
                raise NicvizError("A plan names no picture, condition or step twice.")

    @property
    def per_picture(self) -> int:
        """How many units a picture has."""
        return len(self.conditions) * len(self.steps)

    @property
    def num_units(self) -> int:
        """How many there are in all."""
        return len(self.pictures) * self.per_picture

    @cached_property
    def hashes(self) -> tuple[str, ...]:
        """Content hashes of the pictures, in order."""
        return tuple(each.picture.sha256 for each in self.pictures)

    def places(self, number: int) -> tuple[int, int, int]:
        """Return which picture, condition and step are those of the unit of a number, 0 … num_units − 1."""
        picture, rest = divmod(number, self.per_picture)
        return picture, *divmod(rest, len(self.steps))

    def unit(self, number: int) -> Unit:
        """Return the unit of a number, 0 … num_units − 1."""
        picture, condition, step = self.places(number)
        return Unit(self.pictures[picture], self.conditions[condition], self.steps[step])

    def seconds(self, number: int) -> float:
        """Return about how many seconds of one core a unit takes, coding and measuring."""
        unit = self.unit(number)
        return (unit.step.seconds + SECONDS_TO_MEASURE) * unit.picture.picture.megapixels

    @cached_property
    def mean_seconds(self) -> float:
        """The mean of `seconds` over all units."""
        megapixels = sum(each.picture.megapixels for each in self.pictures) / len(self.pictures)
        return megapixels * sum(step.seconds + SECONDS_TO_MEASURE for step in self.steps) / len(self.steps)

    def to_record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "schema": SCHEMA,
            "command": self.command,
            "metrics": list(self.metrics),
            "conditions": [None if each is None else asdict(each) for each in self.conditions],
            "steps": [step.to_record() for step in self.steps],
            "pictures": [each.to_record() for each in self.pictures],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Plan":
        """Return the plan that `to_record` wrote down.

        Raises:
            NicvizError: it was written by another version whose files mean something else, or is damaged.
        """
        if record.get("schema") != SCHEMA:
            raise NicvizError(f"The plan has the schema {record.get('schema')!r}; this version reads {SCHEMA}.")
        try:
            return cls(
                tuple(map(PlannedPicture.from_record, record["pictures"])),
                tuple(None if each is None else CorruptionSetting(**each) for each in record["conditions"]),
                tuple(map(Step.from_record, record["steps"])),
                tuple(record["metrics"]),
                record["command"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise NicvizError(f"The plan is damaged: {type(error).__name__}, {error}.") from error

    @cached_property
    def digest(self) -> str:
        """Names what is measured, whatever the order and wherever the pictures are."""
        what = [sorted(self.hashes), sorted(map(repr, self.conditions)), sorted(map(_what, self.steps)), self.metrics]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]

    def lacks(self, older: "Plan") -> list[str]:
        """Return what an older plan has and this one does not, a sentence each; nothing where units are only added."""
        gone = [f"the picture {each.picture.name}" for each in older.pictures
                if each.picture.sha256 not in set(self.hashes)]  # fmt: skip
        gone += [f"the condition {_words(each)}" for each in older.conditions if each not in self.conditions]
        steps = set(map(_what, self.steps))
        gone += [f"the step {step.setting}" for step in older.steps if _what(step) not in steps]
        found = [f"it leaves out {each}" for each in gone]
        if set(older.metrics) != set(self.metrics):
            found.append(f"it measures {', '.join(self.metrics)}, not {', '.join(older.metrics)}")
        return found


def read_plan(folder: Path) -> Plan:
    """Return the plan of a run's folder.

    Raises:
        NicvizError: there is none, or it is damaged, or of another schema.
    """
    record = read_json(folder / PLAN)
    try:
        return Plan.from_record(record)
    except NicvizError as error:
        raise NicvizError(f"{folder}: {error}") from error


SECONDS_TO_MEASURE = 0.22  # a megapixel, all metrics against two references, spectra and a share of the corruption


def _what(step: Step) -> str:
    """Return a step as text, without its cost and without where its file lies: its hash says what is in it."""
    codec = step.codec
    return json.dumps([step.setting, codec.sha256, codec.architecture])


def _words(condition: Condition) -> str:
    return "clean" if condition is None else f"{condition} with the seed {condition.seed}"


def condition_identity(condition: Condition) -> tuple[str | None, int | None, int | None]:
    """Return a condition as rows have it: corruption, severity and seed, all None for the clean picture."""
    return (None, None, None) if condition is None else (condition.name, condition.severity, condition.seed)
