"""The lesson “Where did the red go?”: colors that codecs keep, lose and invent."""

from nicviz.lessons.base import Lesson, Measurement, Step
from nicviz.lessons.measure.color import colors_of_both, colors_of_picture, kept_by_group, red_to_the_eye
from nicviz.lessons.measure.frequency import NEURAL, REFERENCE
from nicviz.lessons.questions import Choices, Option, Slider
from nicviz.lessons.rules import Numbers, Rule, each_right, larger_of
from nicviz.requests.pages import Color, Compare
from nicviz.requests.view import View
from nicviz.tasks.settings import CodecSetting, ImageSetting

SAME_SHARE = 0.03  # shares of colors that are nearer to each other than this are called equal
SAME_COUNT = 0.05  # of the original's number of colors
EYE = View(
    image=ImageSetting("retina", longest_side=400),
    codecs=(CodecSetting(REFERENCE), CodecSetting(NEURAL, 2.0)),
    match=None,
)


def _count(numbers: Numbers) -> str:
    times = numbers["neural_times"]
    return "fewer" if times < 1 - SAME_COUNT else "more" if times > 1 + SAME_COUNT else "same"


def _who(first: str, second: str, first_text: str, second_text: str) -> tuple[Option, ...]:
    return Option(first, first_text), Option(second, second_text), Option("tie", "About the same")


STEPS = (
    Step(
        "A map of colors",
        "Take the brightness out of a color, and two numbers are left: **a\\*** goes from green to red, **b\\*** from "
        "blue to yellow. The middle is gray; further out colors are more vivid. Rounded to whole numbers, each pair is "
        "one color, and we count how many different ones a picture has.\n\nWe call a color *red* if it is vivid and "
        "nearer to the axis of red than to any other. This is the back of an eye, as a doctor sees it.",
        EYE,
        Color(color="plane"),
        Slider("Which share of this picture's different colors is red?", "share", 0, 100, 5, 7.5, " %", 100),
        Measurement("colors", "The number of different a*b* of the picture, and of red ones.", colors_of_picture),
        Rule(
            ("share", "unique", "red"),
            lambda numbers: "some" if numbers["red"] else "without",
            {
                "some": "Of {unique:,.0f} different colors {red:,.0f} are red: {share:.0%}.",
                "without": "None of the {unique:,.0f} different colors is red.",
            },
        ),
        "A color counts once, whether one pixel has it or ten thousand. So this number speaks of variety, not of area.",
    ),
    Step(
        "Squeeze it",
        "Now the neural codec compresses the picture to a small file.",
        EYE,
        Color(color="change"),
        Choices(
            "How many different colors will its picture have?",
            (
                Option("fewer", "Fewer than the original"),
                Option("same", "About as many"),
                Option("more", "More than the original"),
            ),
        ),
        Measurement("count", "Different a*b* before and after.", colors_of_both),
        Rule(
            ("unique", "neural_unique", "neural_times"),
            _count,
            {
                "fewer": "Fewer: {neural_unique:,.0f}, against {unique:,.0f} in the original.",
                "same": "About as many: {neural_unique:,.0f}, against {unique:,.0f} in the original.",
                "more": "More: {neural_unique:,.0f}, against {unique:,.0f} in the original. Compression has "
                "made new ones.",
            },
            each_right("fewer", "same", "more"),
        ),
        "The count can fall, because rare shades cost bits and dropping them costs little in mean square error. It can "
        "also rise, because artifacts make new shades. MacPherson and colleagues follow neural codecs from quality to "
        "quality by this count.",
    ),
    Step(
        "Who keeps more of the red?",
        "JPEG 2000 gets as many bits as the neural codec. In both pictures we look for the red colors that the "
        "original had.",
        EYE,
        Color(color="change"),
        Choices(
            "Which codec keeps more of the different reds?",
            _who("reference_red", "neural_red", "JPEG 2000", "The neural codec"),
        ),
        Measurement("red", "The share of the original's red a*b* that is still there.", kept_by_group),
        Rule(
            ("reference_red", "neural_red"),
            larger_of("reference_red", "neural_red", SAME_SHARE),
            {
                "reference_red": "JPEG 2000 keeps more of the reds: {reference_red:.0%}, against {neural_red:.0%} for "
                "the neural codec.",
                "neural_red": "The neural codec keeps more of the reds: {neural_red:.0%}, against {reference_red:.0%} "
                "for JPEG 2000.",
                "tie": "Both keep about the same share of the reds: {reference_red:.0%} (JPEG 2000) and "
                "{neural_red:.0%} (neural).",
            },
            each_right("reference_red", "neural_red", "tie"),
            SAME_SHARE,
            "{limit:.0%} of the colors",
        ),
        "This holds for this picture at this rate. Open it on the Color page and move the quality: the answer may "
        "change.",
    ),
    Step(
        "Vivid or pale?",
        "Most photographs have many pale, grayish colors and few vivid ones. A codec that learned from photographs has "
        "seen pale colors more often.",
        EYE,
        Color(color="change"),
        Choices(
            "Of which colors does the neural codec keep the larger share?",
            _who("neural_red", "neural_pale", "Of the reds", "Of the pale ones"),
        ),
        Measurement("red and pale", "The shares of red and of pale a*b* that are still there.", kept_by_group),
        Rule(
            ("neural_red", "neural_pale", "reference_red", "reference_pale"),
            larger_of("neural_red", "neural_pale", SAME_SHARE),
            {
                "neural_red": "It keeps more of the reds: {neural_red:.0%}, against {neural_pale:.0%} of the pale "
                "colors. (JPEG 2000: {reference_red:.0%} and {reference_pale:.0%}.)",
                "neural_pale": "It keeps more of the pale colors: {neural_pale:.0%}, against {neural_red:.0%} of the "
                "reds. (JPEG 2000: {reference_pale:.0%} and {reference_red:.0%}.)",
                "tie": "It keeps about the same share of both: {neural_red:.0%} of the reds, {neural_pale:.0%} of the "
                "pale colors. (JPEG 2000: {reference_red:.0%} and {reference_pale:.0%}.)",
            },
            each_right("neural_red", "neural_pale", "tie"),
            SAME_SHARE,
            "{limit:.0%} of the colors",
        ),
        "Compare with JPEG 2000 in brackets before you blame the training: if both codecs favor the same colors, the "
        "picture is a likelier reason than the network.",
    ),
    Step(
        "Colors from nowhere",
        "A codec can also *invent*: colors that the original did not have at all.",
        EYE,
        Color(color="change"),
        Choices(
            "In whose picture is the larger share of the colors invented?",
            _who("reference_invented", "neural_invented", "JPEG 2000's", "The neural codec's"),
        ),
        Measurement("invented", "The share of each picture's a*b* that the original does not have.", colors_of_both),
        Rule(
            ("reference_invented", "neural_invented"),
            larger_of("reference_invented", "neural_invented", SAME_SHARE),
            {
                "reference_invented": "JPEG 2000 invents more: {reference_invented:.0%} of its colors, against "
                "{neural_invented:.0%} for the neural codec.",
                "neural_invented": "The neural codec invents more: {neural_invented:.0%} of its colors, against "
                "{reference_invented:.0%} for JPEG 2000.",
                "tie": "Both invent about the same share: {reference_invented:.0%} (JPEG 2000) and "
                "{neural_invented:.0%} (neural).",
            },
            each_right("reference_invented", "neural_invented", "tie"),
            SAME_SHARE,
            "{limit:.0%} of the colors",
        ),
        "That is why a count alone misleads: a codec may lose many colors, invent as many, and look perfect in the "
        "count. Look at kept, lost and invented together.",
    ),
    Step(
        "Does the eye mind?",
        "**ΔE00** says how far apart two colors look. About one is just noticeable, side by side. Now we look at "
        "pixels, not at different colors: all those that are red in the original.",
        EYE,
        Compare(show="delta_e00"),
        Slider("In which share of the red pixels does the neural codec move the color noticeably?", "neural_moved", 0,
               100, 5, 7.5, " %", 100),
        Measurement("ΔE00", "ΔE00 of the red pixels, in both pictures.", red_to_the_eye),
        Rule(
            ("neural_moved", "reference_moved", "neural_mean", "reference_mean"),
            larger_of("neural_moved", "reference_moved", SAME_SHARE),
            {
                "neural_moved": "In {neural_moved:.0%} of the red pixels (mean ΔE00 {neural_mean:.1f}); JPEG 2000 "
                "moves fewer, {reference_moved:.0%} (mean {reference_mean:.1f}).",
                "reference_moved": "In {neural_moved:.0%} of the red pixels (mean ΔE00 {neural_mean:.1f}); JPEG 2000 "
                "moves more, {reference_moved:.0%} (mean {reference_mean:.1f}).",
                "tie": "In {neural_moved:.0%} of the red pixels (mean ΔE00 {neural_mean:.1f}); JPEG 2000 moves about "
                "as many, {reference_moved:.0%} (mean {reference_mean:.1f}).",
            },
            {},
            SAME_SHARE,
            "{limit:.0%} of the pixels",
        ),
        "Counting colors and measuring ΔE00 answer two questions: how much *variety* is left, and how much the eye "
        "will *mind*. Say which one you mean, and on which picture.",
    ),
)  # fmt: skip
LESSON = Lesson(
    "red",
    "Where did the red go?",
    "The back of an eye is nearly all red. Which of its reds are kept, which are lost, and who would notice?",
    15,
    STEPS,
    "I can read the a*b* plane, and say why a count of colors is not the same as a difference that is seen.",
)
