"""All steps of all lessons, with small pictures in place of their own, and numbers for their rules."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace

from nicviz.lessons import LESSONS
from nicviz.lessons.base import Step
from nicviz.lessons.rules import Rule
from nicviz.tasks.settings import ImageSetting

STEPS = [(lesson.name, number) for lesson in LESSONS.values() for number in range(1, len(lesson.steps) + 1)]
SIDE = 176  # MS-SSIM needs 161
SMALL = {
    "chelsea": ImageSetting("chelsea", crop=(100, 60, SIDE, SIDE)),
    "retina": ImageSetting("retina", crop=(0, 500, 2 * SIDE, 2 * SIDE), longest_side=SIDE),
}
OTHERS = tuple(ImageSetting(name, crop=(200, 100, 128, 128)) for name in ("astronaut", "coffee", "motorcycle"))


def step_of(lesson: str, number: int) -> Step:
    """Return a step as it ships."""
    return LESSONS[lesson].steps[number - 1]


def small(step: Step) -> Step:
    """Return a step on a small part of its picture."""
    return replace(step, view=replace(step.view, image=SMALL[step.view.image.source]))


def many_numbers(rule: Rule, seed: int = 0, count: int = 2000) -> Iterator[dict[str, float]]:
    """Yield numbers that a rule may meet: near to each other, far apart, of both signs, and some of them missing."""
    draw = random.Random(seed)
    fields = {name.removesuffix("_size") for said in rule.sentences.values() for name in re.findall(r"{(\w+)", said)}
    names = sorted(fields | set(rule.needs))
    for _ in range(count):
        center, width = draw.choice([0, 0, 0.5, 1, 5, 40]), draw.choice([0, 0.02, 0.3, 3, 60])
        numbers = {name: center + width * draw.uniform(-1, 1) for name in names}
        for name in ("spread", "mismatch"):
            numbers[name] = 0.001 * draw.random()
        numbers["ends_overlap"], numbers["whole_overlap"] = 100 * draw.random(), 100 * draw.random()
        numbers["count"] = 3.0
        numbers["less"] = float(draw.randint(0, 3))
        numbers["red"] = float(draw.choice([0, 12]))
        if draw.random() < 0.2:
            numbers["ends"] = float("nan")
        yield numbers
