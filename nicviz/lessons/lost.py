"""The lesson “What is lost first?”: gain and error over frequency, of JPEG 2000 and a neural codec at one rate."""

from itertools import pairwise

from nicviz.analysis.claims import THRESHOLD_DB
from nicviz.lessons.base import Lesson, Measurement, Step
from nicviz.lessons.measure.frequency import (
    NEURAL,
    QUALITY,
    REFERENCE,
    SAME_GAIN,
    errors_of_both,
    gain_down_the_ladder,
    gain_of_both,
    gain_of_one,
    other_pictures,
    power_of_picture,
    tilts,
)
from nicviz.lessons.questions import Choices, Option, Slider
from nicviz.lessons.rules import Numbers, Rule, each_right, larger_of
from nicviz.lessons.scene import RINGS
from nicviz.requests.pages import Compare, Spectra
from nicviz.requests.view import View
from nicviz.tasks.settings import CodecSetting, ImageSetting

SAME_ERROR = 0.05  # shares of what was there that are nearer to each other than this are called equal
CAT = View(image=ImageSetting("chelsea"), codecs=(CodecSetting(REFERENCE), CodecSetting(NEURAL, QUALITY)), match=None)


def _course(numbers: Numbers) -> str:
    values = [numbers[f"reference_{ring}"] for ring in RINGS]
    steps = [after - before for before, after in pairwise(values)]
    if all(abs(step) <= SAME_GAIN for step in (*steps, values[-1] - values[0])):
        return "level"
    if values[-1] < values[0] - SAME_GAIN and all(step <= SAME_GAIN for step in steps):
        return "falls"
    rising = values[-1] > values[0] + SAME_GAIN and all(step >= -SAME_GAIN for step in steps)
    return "rises" if rising else "neither"


def _first_lost(numbers: Numbers) -> str:
    drops = sorted(((numbers[f"drop_{ring}"], ring) for ring in RINGS), reverse=True)
    if drops[0][0] <= SAME_GAIN:
        return "nothing"
    return "tie" if drops[0][0] - drops[1][0] <= SAME_GAIN else drops[0][1]


def _most(numbers: Numbers) -> str:
    return "most" if numbers["share"] > 0.55 else "few" if numbers["share"] < 0.45 else "half"


def _how_many(numbers: Numbers) -> str:
    return "all" if numbers["less"] == numbers["count"] else "none" if numbers["less"] == 0 else "some"


RING_NAMES = {
    "slow": "the slow waves (broad shapes)",
    "medium": "the medium waves (coarse detail)",
    "fast": "the fast waves (fine detail)",
    "fastest": "the fastest waves (the finest hairs and grain)",
}
STEPS = (
    Step(
        "What is there to lose?",
        "Every picture is a sum of waves. **Slow waves** draw broad shapes: the outline of the cat, light and shade. "
        "**Fast waves** draw fine detail: hair, whiskers, grain. The *power* at a frequency says how strong the waves "
        "of that frequency are. We call a wave slow if it is slower than an eighth of the fastest that pixels can "
        "show.\n\nLook at the cat: where is most of the power, if we leave out the mean brightness?",
        CAT,
        Spectra(spectra="profiles"),
        Slider("Which share of the power is in the slow waves?", "share", 0, 100, 5, 7.5, " %", 100),
        Measurement("power", "The power of the picture over frequency, its mean left out.", power_of_picture),
        Rule(
            ("share", "cells"),
            _most,
            {
                "most": "On this picture the slow waves hold {share:.0%} of the power, and they are only {cells:.1%} "
                "of all waves. All others share the remaining {rest:.0%}.",
                "half": "On this picture the slow waves hold {share:.0%} of the power, about half, although they are "
                "only {cells:.1%} of all waves.",
                "few": "On this picture the slow waves hold only {share:.0%} of the power: it is full of fine detail.",
            },
        ),
        "A codec has few bits to spend. Losing a strong wave costs much in mean square error, losing a weak one costs "
        "little. So which waves are cheap to give up?",
    ),
    Step(
        "What does JPEG 2000 keep?",
        "JPEG 2000 is a classical codec: people designed it. The **gain** at a frequency compares what comes out of a "
        "codec with what went in. One means kept whole, zero means gone.",
        CAT,
        Spectra(spectra="profiles", profile="gain"),
        Choices(
            "Going from slow waves to fast ones, what will the gain of JPEG 2000 do?",
            (
                Option("falls", "It falls: fast waves are lost first"),
                Option("level", "It stays level: all waves suffer alike"),
                Option("rises", "It rises: slow waves are lost first"),
            ),
        ),
        Measurement("gain", "The gain of JPEG 2000 in four rings of frequency.", gain_of_one),
        Rule(
            tuple(f"reference_{ring}" for ring in RINGS),
            _course,
            {
                "falls": "The gain falls from {reference_slow:.0%} for the slow waves to {reference_fastest:.0%} for "
                "the fastest.",
                "level": "The gain stays level: {reference_slow:.0%} for the slow waves, {reference_fastest:.0%} for "
                "the fastest.",
                "rises": "The gain rises from {reference_slow:.0%} for the slow waves to {reference_fastest:.0%} for "
                "the fastest.",
                "neither": "The gain goes up and down: {reference_slow:.0%}, {reference_medium:.0%}, "
                "{reference_fast:.0%} and {reference_fastest:.0%} from slow to fastest.",
            },
            {"falls": ("falls",), "level": ("level",), "rises": ("rises",)},
        ),
        "This is the frequency behavior of one codec at one rate on one picture. To learn something about *neural* "
        "codecs we need a second codec, and a fair comparison: files of the same size.",
    ),
    Step(
        "And the neural codec?",
        "Nobody told the neural codec what to keep. It *learned* from photographs to lose as little as possible in "
        "mean square error. JPEG 2000 is now set so that both files of the cat are equally large.",
        CAT,
        Spectra(spectra="profiles", profile="gain"),
        Choices(
            "Which codec keeps more of the fastest waves (faster than half of the fastest possible)?",
            (
                Option("reference_fastest", "JPEG 2000"),
                Option("neural_fastest", "The neural codec"),
                Option("tie", "Both about the same"),
            ),
        ),
        Measurement("gain of both", "The gain of both codecs in four rings, at an equal rate.", gain_of_both),
        Rule(
            ("reference_fastest", "neural_fastest"),
            larger_of("reference_fastest", "neural_fastest", SAME_GAIN),
            {
                "reference_fastest": "JPEG 2000 keeps more of the fastest waves: {reference_fastest:.0%}, against "
                "{neural_fastest:.0%} for the neural codec, in the same number of bits.",
                "neural_fastest": "The neural codec keeps more of the fastest waves: {neural_fastest:.0%}, against "
                "{reference_fastest:.0%} for JPEG 2000, in the same number of bits.",
                "tie": "Both keep about the same of the fastest waves: {reference_fastest:.0%} and "
                "{neural_fastest:.0%} are too close to call.",
            },
            each_right("reference_fastest", "neural_fastest", "tie"),
            SAME_GAIN,
            "{limit:.0%} of gain",
        ),
        "If a codec keeps less of the fast waves, did its bits go elsewhere? Look in the plot for a place where its "
        "line is the higher one. Then flicker between the two pictures and look at the fur.",
    ),
    Step(
        "Where is the error?",
        "The paper looks at the error picture: what came out, minus what went in. Its power over frequency is called "
        "**D**. Here D is divided by the power of the picture: at one, a codec errs as much as if it had thrown the "
        "wave away.",
        CAT,
        Spectra(spectra="profiles", profile="relative", error="D"),
        Choices(
            "As a share of what was there, where does the neural codec err more?",
            (
                Option("neural_fastest", "In the fastest waves"),
                Option("neural_slow", "In the slow waves"),
                Option("tie", "About equally in both"),
            ),
        ),
        Measurement("error", "D, and its share of the picture's power, of both codecs.", errors_of_both),
        Rule(
            ("neural_slow", "neural_fastest", "neural_tilt", "reference_tilt"),
            larger_of("neural_fastest", "neural_slow", SAME_ERROR),
            {
                "neural_fastest": "In the fastest waves the neural codec's error is {neural_fastest:.0%} of what was "
                "there, in the slow ones {neural_slow:.1%}.",
                "neural_slow": "In the slow waves the neural codec's error is {neural_slow:.0%} of what was there, in "
                "the fastest ones {neural_fastest:.1%}.",
                "tie": "Slow or fast, the neural codec's error is about the same share of what was there: "
                "{neural_slow:.1%} and {neural_fastest:.1%}.",
            },
            each_right("neural_fastest", "neural_slow", "tie"),
            SAME_ERROR,
            "{limit:.0%}",
        ),
        "A share is one way to count, plain levels another, and they can disagree: the picture's slow waves are so "
        "strong that a small share of them may still be the larger error. Always say which you mean.",
    ),
    Step(
        "Does its error lean to fast waves?",
        "Now in plain levels, as in the paper: is D, averaged over waves, larger among high frequencies or among low "
        "ones? The ratio of the two, in decibels, is the codec's *tilt*. The paper reports that neural codecs err more "
        "in high frequencies than in low ones, and JPEG 2000 the other way round.",
        CAT,
        Spectra(spectra="profiles", error="D"),
        Choices(
            "Compared at an equal rate, whose error leans more to high frequencies?",
            (
                Option("neural_tilt", "The neural codec's"),
                Option("reference_tilt", "JPEG 2000's"),
                Option("tie", "Neither: the difference is too small to count"),
            ),
        ),
        Measurement("tilt", "D in high over D in low frequencies, of both codecs.", tilts),
        Rule(
            ("neural_tilt", "reference_tilt"),
            larger_of("neural_tilt", "reference_tilt", THRESHOLD_DB),
            {
                "neural_tilt": "The neural codec's error leans more to high frequencies: its tilt is "
                "{neural_tilt:+.1f} dB, that of JPEG 2000 {reference_tilt:+.1f} dB.",
                "reference_tilt": "The error of JPEG 2000 leans more to high frequencies: its tilt is "
                "{reference_tilt:+.1f} dB, that of the neural codec {neural_tilt:+.1f} dB.",
                "tie": "The tilts are {neural_tilt:+.1f} dB (neural) and {reference_tilt:+.1f} dB (JPEG 2000): too "
                "close to call.",
            },
            each_right("neural_tilt", "reference_tilt", "tie"),
            THRESHOLD_DB,
            "{limit:g} dB",
        ),
        "A negative tilt means that a slow wave carries on average more error than a fast one. Part of a tilt is the "
        "picture's doing, whatever the codec; so compare the two codecs, and do not expect one picture to show what a "
        "paper says of a mean over many.",
    ),
    Step(
        "Turn the bits down",
        "Leave JPEG 2000 aside and take bits away from the neural codec, from its best quality to a low one.",
        CAT,
        Compare(),
        Choices(
            "Whose gain drops furthest on the way down, as a difference: gain before minus gain after?",
            (*(Option(ring, RING_NAMES[ring].capitalize()) for ring in RINGS), Option("nothing", "None of them")),
        ),
        Measurement("ladder", "The gain in four rings at three qualities.", gain_down_the_ladder),
        Rule(
            tuple(f"drop_{ring}" for ring in RINGS),
            _first_lost,
            {
                **{
                    ring: f"The gain drops furthest for {RING_NAMES[ring]}: from {{best_{ring}:.0%}} to "
                    f"{{lowest_{ring}:.0%}}."
                    for ring in RINGS
                },
                "nothing": "The gain of no ring drops by more than {limit:.0%} on the way down.",
                "tie": "Two rings lose about equally much, so there is no single one whose gain drops furthest.",
            },
            each_right(*RINGS, "nothing"),
            SAME_GAIN,
            "{limit:.0%} of gain",
        ),
        "That is said of differences, of this codec and this picture. Look at the bars too: waves that had lost most "
        "at the best quality already cannot drop far any more. And do the slow waves notice at all?",
    ),
    Step(
        "Is it the cat?",
        "One picture is one sample. The same comparison, JPEG 2000 and the neural codec at an equal rate, can be made "
        "on other pictures: a portrait, a coffee cup and a motorcycle.",
        CAT,
        Spectra(spectra="profiles", profile="gain", over="photographs"),
        Slider("On how many of the three will the neural codec keep less of the fastest waves?", "less", 0, 3, 1, 0.5),
        Measurement(
            "other pictures",
            "The gain of the fastest waves on three other pictures, of which the last is shown.",
            other_pictures,
        ),
        Rule(
            ("less", "count"),
            _how_many,
            {
                "all": "The neural codec keeps less of the fastest waves on every one of the {count:.0f} pictures.",
                "some": "The neural codec keeps less of the fastest waves on {less:.0f} of {count:.0f} pictures and "
                "more on {more:.0f}; too close to call: {tied:.0f}.",
                "none": "The neural codec keeps less of the fastest waves on none of the {count:.0f} pictures and more "
                "on {more:.0f}; too close to call: {tied:.0f}.",
            },
        ),
        "**Spectral bias** means that a codec treats some frequencies worse than others, in a way of its own, on "
        "picture after picture. You know how to find it: make the files equally large, then compare gain or error ring "
        "by ring. A few pictures hint at it; they do not prove it. The paper averages over whole data sets, and the "
        "Spectra page can do the same.",
    ),
)
LESSON = Lesson(
    "lost",
    "What is lost first?",
    "Squeeze a photograph: which of its waves go first, and does a neural codec choose others than JPEG 2000?",
    20,
    STEPS,
    "I can say what spectral bias is, and that I found it by comparing gain and error ring by ring at an equal rate.",
)
