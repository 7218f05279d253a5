"""The lesson “Who wins depends on what you count”: PSNR against MS-SSIM, and BD-rates with their overlap."""

from math import isfinite

from nicviz.analysis.rd.bd_rate import MIN_OVERLAP, WARN_OVERLAP
from nicviz.lessons.base import Lesson, Measurement, Step
from nicviz.lessons.measure.color import NOTICEABLE
from nicviz.lessons.measure.frequency import NEURAL, REFERENCE
from nicviz.lessons.measure.rate import bd_in_both, bd_in_psnr, how_different, two_ends, two_networks
from nicviz.lessons.questions import Choices, Option, Slider
from nicviz.lessons.rules import Numbers, Rule, each_right, sign_of
from nicviz.requests.pages import Compare, RateDistortion
from nicviz.requests.view import View
from nicviz.tasks.settings import CodecSetting, ImageSetting

FOR_MSE, FOR_MS_SSIM = "compact-vbr", "compact-hyperprior-msssim"
SAME_DB = 0.1  # decibels: about twice what a percent of rate is worth, to which rates are made equal
SAME_BD = 3.0  # percent: what is nearer to each other is called equal
CAT = ImageSetting("chelsea")
NETWORKS = View(image=CAT, codecs=(CodecSetting(FOR_MSE), CodecSetting(FOR_MS_SSIM, 3.0)), match=None)
LADDERS = View(image=CAT, codecs=(CodecSetting(REFERENCE), CodecSetting(NEURAL)), match=None)
TRAINED = (
    Option("below", "The one trained for mean square error"),
    Option("above", "The one trained for MS-SSIM"),
    Option("tie", "Neither: too close to call"),
)
RIGHT = each_right("below", "above", "tie")


def _saves(numbers: Numbers) -> str:
    return sign_of("psnr", SAME_BD)(numbers)


def _ends(numbers: Numbers) -> str:
    if not isfinite(numbers["ends"]):
        return "none" if numbers["ends_overlap"] < MIN_OVERLAP else "broken"
    moved = "moved" if abs(numbers["ends"] - numbers["whole"]) > SAME_BD else "kept"
    return f"{moved}, doubtful" if numbers["ends_overlap"] < WARN_OVERLAP else moved


STEPS = (
    Step(
        "Your own eye",
        "Two neural codecs of one family made equally large files of the cat. They were trained for two different "
        "goals. Here are their pictures without names, A and B. Zoom in, flicker between them, take your time.",
        NETWORKS,
        Compare(),
        Choices(
            "Which one do you like better?",
            (Option("first", "A"), Option("second", "B"), Option("tie", "I see no difference that matters")),
            opinion=True,
        ),
        Measurement("difference", "How far apart the colors of A and B are, pixel by pixel.", how_different),
        Rule(
            ("apart", "bpp"),
            lambda numbers: "seen" if numbers["apart"] > NOTICEABLE else "hardly",
            {
                "seen": "Both files take {bpp:.2f} bits per pixel, and the colors of A and B are ΔE00 {apart:.1f} "
                "apart on average, {moved:.0%} of the pixels by more than what is just noticeable.",
                "hardly": "Both files take {bpp:.2f} bits per pixel, and the colors of A and B are only ΔE00 "
                "{apart:.1f} apart on average, {moved:.0%} of the pixels by more than what is just noticeable.",
            },
        ),
        "Keep your choice in mind: in the next steps two rulers judge the same two pictures, and you learn which is "
        "which. One look by one person proves nothing about people. Ask your neighbors, and count.",
        before="blind",
    ),
    Step(
        "Two rulers",
        "**PSNR** counts every pixel's squared error alike. **MS-SSIM** compares structure (local contrast and "
        "pattern) at several sizes. A comes from a codec that was trained for the mean square error, which is what "
        "PSNR counts; B from one that was trained for MS-SSIM.",
        NETWORKS,
        Compare(),
        Choices("Whose picture has the higher PSNR?", TRAINED),
        Measurement("PSNR", "PSNR of both codecs, at an equal rate.", two_networks),
        Rule(
            ("psnr", "first_psnr", "second_psnr"),
            sign_of("psnr", SAME_DB),
            {
                "below": "The codec trained for mean square error: {first_psnr:.1f} dB, against {second_psnr:.1f} dB.",
                "above": "The codec trained for MS-SSIM: {second_psnr:.1f} dB, against {first_psnr:.1f} dB.",
                "tie": "They are {psnr_size:.2f} dB apart: too close to call.",
            },
            RIGHT,
            SAME_DB,
            "{limit:g} dB",
        ),
        "A network gets good at what it is trained for. So before you ask who wins, ask who made the ruler.",
    ),
    Step(
        "The other ruler",
        "Same two files, same two pictures. Only the metric changes.",
        NETWORKS,
        Compare(),
        Choices("Whose picture has the higher MS-SSIM?", TRAINED),
        Measurement("MS-SSIM", "MS-SSIM of both codecs, at an equal rate.", two_networks),
        Rule(
            ("ms_ssim", "psnr", "first_ms_ssim", "second_ms_ssim"),
            sign_of("ms_ssim", SAME_DB),
            {
                "below": "The codec trained for mean square error: {first_ms_ssim:.1f} dB of MS-SSIM, against "
                "{second_ms_ssim:.1f} dB.",
                "above": "The codec trained for MS-SSIM: {second_ms_ssim:.1f} dB of MS-SSIM, against "
                "{first_ms_ssim:.1f} dB.",
                "tie": "They are {ms_ssim_size:.2f} dB of MS-SSIM apart: too close to call.",
            },
            RIGHT,
            SAME_DB,
            "{limit:g} dB",
        ),
        "MS-SSIM close to one is hard to read, so it is told in decibels of its distance from one. Compare with the "
        "step before: did the order of the two codecs stay, or turn around? And which of them had you chosen?",
    ),
    Step(
        "A whole curve in one number",
        "One rate is one point. The **BD-rate** compares whole curves: how many more bits a codec needs, on average, "
        "for equal quality. Below zero it needs fewer. The neural codec is compared with JPEG 2000, in PSNR.",
        LADDERS,
        RateDistortion(also=()),
        Slider("What is its BD-rate, in percent?", "psnr", -60, 60, 5, 7.5, " %"),
        Measurement("BD-rate", "The BD-rate of the neural codec against JPEG 2000, in PSNR.", bd_in_psnr),
        Rule(
            ("psnr", "psnr_overlap"),
            _saves,
            {
                outcome: f"In PSNR {said} That is the mean over the {{psnr_overlap:.0f}} % of their range of quality "
                "that both curves have; the last step is about that."
                for outcome, said in (
                    ("below", "the neural codec needs {psnr_size:.0f} % fewer bits than JPEG 2000 on this picture."),
                    ("above", "the neural codec needs {psnr_size:.0f} % more bits than JPEG 2000 on this picture."),
                    ("tie", "both need about as many bits ({psnr:+.0f} %): too close to call."),
                )
            },
            {},
            SAME_BD,
            "{limit:g} percent",
        ),
        "The number hides where the curves cross. Look at the plot: is one codec ahead everywhere, or only in small "
        "files?",
    ),
    Step(
        "The same curves, the other ruler",
        "The same files again, but quality is now MS-SSIM.",
        LADDERS,
        RateDistortion(also=(), rd_quality="ms_ssim_db"),
        Choices(
            "Will the BD-rate of the neural codec against JPEG 2000 change?",
            (
                Option("below", "Yes, in favor of the neural codec"),
                Option("above", "Yes, in favor of JPEG 2000"),
                Option("tie", "No, it stays about the same"),
            ),
        ),
        Measurement("BD-rates", "The BD-rate of the neural codec, in PSNR and in MS-SSIM.", bd_in_both),
        Rule(
            ("psnr", "ms_ssim", "change"),
            sign_of("change", SAME_BD),
            {
                "below": "It changes in favor of the neural codec: from {psnr:+.0f} % in PSNR to {ms_ssim:+.0f} % in "
                "MS-SSIM.",
                "above": "It changes in favor of JPEG 2000: from {psnr:+.0f} % in PSNR to {ms_ssim:+.0f} % in MS-SSIM.",
                "tie": "It stays about the same: {psnr:+.0f} % in PSNR, {ms_ssim:+.0f} % in MS-SSIM.",
            },
            RIGHT,
            SAME_BD,
            "{limit:g} percent",
        ),
        "Whoever reports one BD-rate has chosen a ruler. A fair report names the metric, the pictures and the codec's "
        "training, and shows the curves.",
    ),
    Step(
        "Curves that hardly meet",
        "A BD-rate can only be taken where both curves have points of the same quality. Suppose somebody measures JPEG "
        "2000 on small files alone, and the neural codec on large files alone.",
        LADDERS,
        RateDistortion(also=()),
        Choices(
            "What becomes of the BD-rate in PSNR?",
            (
                Option("kept", "It stays about the same"),
                Option("moved", "It becomes another number"),
                Option("none", "There is no number any more"),
            ),
        ),
        Measurement("overlap", "The BD-rate over whole curves, and over two ends of them.", two_ends),
        Rule(
            ("whole", "whole_overlap", "ends_overlap"),
            _ends,
            {
                "none": "There is no number: the two ends share {ends_overlap:.0f} % of their range of quality, which "
                "is too little to compare. Whole curves share {whole_overlap:.0f} % and give {whole:+.0f} %.",
                "broken": "There is no number, but not for want of overlap (the ends share {ends_overlap:.0f} % of "
                "their range of quality): on one of them more bits do not always give more quality.",
                "moved": "It moves from {whole:+.0f} % to {ends:+.0f} %. The ends share {ends_overlap:.0f} % "
                "of their range of quality, whole curves {whole_overlap:.0f} %.",
                "kept": "It stays: {whole:+.0f} % and {ends:+.0f} %. The ends share {ends_overlap:.0f} % of their "
                "range of quality.",
                "moved, doubtful": "It moves from {whole:+.0f} % to {ends:+.0f} %, and the new number is doubtful: the "
                "ends share only {ends_overlap:.0f} % of their range of quality.",
                "kept, doubtful": "It stays, {whole:+.0f} % and {ends:+.0f} %, but the second is doubtful: the ends "
                "share only {ends_overlap:.0f} % of their range of quality.",
            },
            {"none": ("none",), "moved": ("moved",), "kept": ("kept",), "moved, doubtful": ("moved",),
             "kept, doubtful": ("kept",)},
        ),
        "So a BD-rate comes with its overlap, or it means nothing. And with the picture: this was one cat.",
    ),
)  # fmt: skip
LESSON = Lesson(
    "wins",
    "Who wins depends on what you count",
    "Two metrics, two networks and a curve in one number: when may one say that a codec wins?",
    20,
    STEPS,
    "I can say what PSNR, MS-SSIM and a BD-rate count, and why none of them names a winner by itself.",
)
