"""The lesson “The noise test”: what codecs make of noise: G, R, and what denoises."""

from nicviz.analysis.claims import THRESHOLD_DB
from nicviz.lessons.base import Lesson, Measurement, Step
from nicviz.lessons.measure.frequency import NEURAL, QUALITY, REFERENCE, SAME_GAIN
from nicviz.lessons.measure.noise import copies, denoises, noise_over_frequency, passes, price_of_noise
from nicviz.lessons.questions import Choices, Option, Slider
from nicviz.lessons.rules import Numbers, Rule, each_right, larger_of, sign_of
from nicviz.requests.pages import Compare, Spectra
from nicviz.requests.view import View
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, ImageSetting

SAME_RATE = 0.05  # times: what is nearer to one says that the rate stays
NOISY = View(
    image=ImageSetting("chelsea"),
    corruption=CorruptionSetting("gaussian_noise", 3, 1),
    codecs=(CodecSetting(REFERENCE), CodecSetting(NEURAL, QUALITY)),
    match=None,
)
WHO = (
    Option("above", "The neural codec"),
    Option("below", "JPEG 2000"),
    Option("tie", "Neither: the difference is too small to count"),
)
RIGHT = each_right("above", "below", "tie")


def _even(numbers: Numbers) -> str:
    off = numbers["share"] - numbers["cells"]
    return "even" if abs(off) <= 0.03 else "fast" if off > 0 else "slow"


def _price(numbers: Numbers) -> str:
    times = numbers["times"]
    return "more" if times > 1 + SAME_RATE else "fewer" if times < 1 - SAME_RATE else "same"


def _who_cleans(numbers: Numbers) -> str:
    cleans = [numbers[f"{name}_cleans"] for name in ("reference", "neural")]
    if any(abs(value) <= THRESHOLD_DB for value in cleans):
        return "close"
    reference, neural = (value > 0 for value in cleans)
    return "both" if reference and neural else "neural" if neural else "reference" if reference else "neither"


STEPS = (
    Step(
        "What noise is made of",
        "A camera in the dark adds to every pixel a small random number: *Gaussian noise*. Each pixel draws its own, "
        "whatever its neighbors draw. We call a wave one of the *fastest* if it is faster than half of what pixels can "
        "show; on a square grid of pixels, most waves are.\n\nLook at the noisy picture: where in frequency does the "
        "noise lie?",
        NOISY,
        Spectra(spectra="profiles"),
        Slider("Which share of the noise's power is in the fastest waves?", "share", 0, 100, 5, 7.5, " %", 100),
        Measurement("noise", "The power of the noise over frequency.", noise_over_frequency),
        Rule(
            ("share", "cells"),
            _even,
            {
                "even": "The fastest waves hold {share:.0%} of the noise's power, and they are {cells:.0%} of all "
                "waves: between fast and slower waves the noise is spread evenly. Is its line in the plot a level one?",
                "fast": "The fastest waves hold {share:.0%} of the noise's power, more than their share of all waves "
                "({cells:.0%}): this noise leans to the fastest waves.",
                "slow": "The fastest waves hold {share:.0%} of the noise's power, less than their share of all waves "
                "({cells:.0%}): clipping at black and white can do that.",
            },
        ),
        "Where the noise lies above the picture, most of what a codec could keep there would be noise. Where it lies "
        "below, most is picture.",
    ),
    Step(
        "What noise costs",
        "The neural codec keeps its quality setting: its network stays the same. It gets the clean picture first, and "
        "then the noisy one.",
        NOISY,
        Compare(),
        Choices(
            "How many bits does it need for the noisy picture?",
            (
                Option("more", "More than for the clean one"),
                Option("same", "About as many"),
                Option("fewer", "Fewer than for the clean one"),
            ),
        ),
        Measurement("price", "Bits per pixel, clean and noisy, at one quality.", price_of_noise),
        Rule(
            ("clean", "noisy", "times"),
            _price,
            {
                "more": "The noisy picture costs {times:.2f} times as many bits: {noisy:.2f} bits per pixel, against "
                "{clean:.2f} for the clean one.",
                "same": "The noisy picture costs about the same: {noisy:.2f} bits per pixel, against {clean:.2f} for "
                "the clean one.",
                "fewer": "The noisy picture costs only {times:.2f} times as many bits: {noisy:.2f} bits per pixel, "
                "against {clean:.2f} for the clean one.",
            },
            each_right("more", "same", "fewer"),
        ),
        "Noise cannot be predicted, so whatever is kept of it has to be paid for. That is why two codecs must be "
        "compared at an equal rate *on the noisy picture*: from here on JPEG 2000 gets as many bits as the neural "
        "codec spends there.",
    ),
    Step(
        "Who makes the better copy?",
        "**G** compares what comes out with what the codec was *given*: the noisy picture, noise and all. Small G "
        "means a faithful copy. The noise is drawn several times, because one drawing might be lucky.",
        NOISY,
        Spectra(spectra="profiles", error="G"),
        Choices("Who copies the noisy picture more faithfully, at an equal rate?", WHO),
        Measurement("G", "G of both codecs, at an equal rate, over several drawings of the noise.", copies),
        Rule(
            ("ahead", "spread"),
            sign_of("ahead", THRESHOLD_DB, "spread"),
            {
                "above": "The neural codec copies the noisy picture better: its G is {ahead_size:.1f} dB lower, the "
                "mean of {drawings:.0f} drawings that differ by {spread:.2f} dB.",
                "below": "JPEG 2000 copies the noisy picture better: its G is {ahead_size:.1f} dB lower, the mean of "
                "{drawings:.0f} drawings that differ by {spread:.2f} dB.",
                "tie": "Their G differs by {ahead_size:.2f} dB over {drawings:.0f} drawings, which differ by "
                "{spread:.2f} dB among themselves: too close to call.",
            },
            RIGHT,
            THRESHOLD_DB,
            "{limit:g} dB, or what the drawings differ by,",
        ),
        "The paper calls this *generalization*: how well a codec treats pictures unlike those it was made for. A good "
        "copy of noise need not be a good picture: that is the next question.",
    ),
    Step(
        "Who finds the clean picture?",
        "**R** compares what comes out with the *clean* picture, which neither codec has seen. Small R means that the "
        "codec has removed noise and kept the picture.",
        NOISY,
        Spectra(spectra="profiles", error="R"),
        Choices("Who comes nearer to the clean picture, at an equal rate?", WHO),
        Measurement("R", "R of both codecs, at an equal rate, over several drawings of the noise.", denoises),
        Rule(
            ("ahead", "spread"),
            sign_of("ahead", THRESHOLD_DB, "spread"),
            {
                "above": "The neural codec comes nearer to the clean picture: its R is {ahead_size:.1f} dB lower, the "
                "mean of {drawings:.0f} drawings that differ by {spread:.2f} dB.",
                "below": "JPEG 2000 comes nearer to the clean picture: its R is {ahead_size:.1f} dB lower, the mean of "
                "{drawings:.0f} drawings that differ by {spread:.2f} dB.",
                "tie": "Their R differs by {ahead_size:.2f} dB over {drawings:.0f} drawings, which differ by "
                "{spread:.2f} dB among themselves: too close to call.",
            },
            RIGHT,
            THRESHOLD_DB,
            "{limit:g} dB, or what the drawings differ by,",
        ),
        "The paper reports that neural codecs denoise such noise more than JPEG 2000 does. It sets both to one PSNR on "
        "the clean picture; here they are set to one rate on the noisy one, so the comparison is not the paper's.",
    ),
    Step(
        "Is a codec a denoiser?",
        "With no compression at all, R would be the power of the noise itself. A codec whose R is lower has brought "
        "the picture nearer to the clean one by *throwing something away*.",
        NOISY,
        Spectra(spectra="profiles", error="R"),
        Choices(
            "Whose picture is nearer to the clean one than the noisy picture is?",
            (
                Option("both", "That of both codecs"),
                Option("neural", "That of the neural codec alone"),
                Option("reference", "That of JPEG 2000 alone"),
                Option("neither", "That of neither"),
            ),
        ),
        Measurement("R and noise", "R of both codecs beside the power of the noise.", denoises),
        Rule(
            ("reference_cleans", "neural_cleans"),
            _who_cleans,
            {
                "both": "Both have denoised: the neural codec is {neural_cleans:.1f} dB nearer to the clean picture "
                "than the noisy one is, JPEG 2000 {reference_cleans:.1f} dB.",
                "neural": "Only the neural codec has denoised, by {neural_cleans:.1f} dB; JPEG 2000 is "
                "{reference_cleans_size:.1f} dB further from the clean picture than the noisy one.",
                "reference": "Only JPEG 2000 has denoised, by {reference_cleans:.1f} dB; the neural codec is "
                "{neural_cleans_size:.1f} dB further from the clean picture than the noisy one.",
                "neither": "Neither has denoised: the neural codec is {neural_cleans_size:.1f} dB further from the "
                "clean picture than the noisy one, JPEG 2000 {reference_cleans_size:.1f} dB.",
                "close": "It is too close to call for at least one of them: {neural_cleans:+.1f} dB (neural) and "
                "{reference_cleans:+.1f} dB (JPEG 2000) against the noise.",
            },
            each_right("both", "neural", "reference", "neither"),
        ),
        "A codec does not know what is noise. It drops what is weak or costly, and fast waves are mostly both. On a "
        "noisy picture that happens to be the noise; on a clean one it is your fine detail.",
    ),
    Step(
        "What makes it denoise?",
        "Gain once more, now on the noisy picture: how much of each wave that went in comes out.",
        NOISY,
        Spectra(spectra="profiles", profile="gain"),
        Choices(
            "Which codec lets less of the fastest waves pass, at an equal rate?",
            (
                Option("neural_fastest", "The neural codec"),
                Option("reference_fastest", "JPEG 2000"),
                Option("tie", "Both about the same"),
            ),
        ),
        Measurement("gain on noise", "The gain of both codecs on the noisy picture.", passes),
        Rule(
            ("reference_fastest", "neural_fastest"),
            larger_of("reference_fastest", "neural_fastest", SAME_GAIN),
            {
                "reference_fastest": "The neural codec lets less of the fastest waves pass: {neural_fastest:.0%}, "
                "against {reference_fastest:.0%} for JPEG 2000.",
                "neural_fastest": "JPEG 2000 lets less of the fastest waves pass: {reference_fastest:.0%}, against "
                "{neural_fastest:.0%} for the neural codec.",
                "tie": "Both let about the same of the fastest waves pass: {neural_fastest:.0%} (neural) and "
                "{reference_fastest:.0%} (JPEG 2000).",
            },
            {
                "reference_fastest": ("neural_fastest",),
                "neural_fastest": ("reference_fastest",),
                "tie": ("tie",),
            },
            SAME_GAIN,
            "{limit:.0%} of gain",
        ),
        "A codec that lets few fast waves pass is a low-pass filter, and a low-pass filter removes such noise. So one "
        "property, *spectral bias*, shows twice: as lost detail on clean pictures and as removed noise on noisy ones. "
        "You have measured it on one picture and one kind of noise, which is a hint and not a proof.",
    ),
)
LESSON = Lesson(
    "noise",
    "The noise test",
    "Give a codec a noisy picture: does it keep the noise, pay for it, or remove it?",
    20,
    STEPS,
    "I can tell G from R, and say why a codec that loses fine detail may well be a denoiser.",
)
