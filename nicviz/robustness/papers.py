"""The list of claims: what Lieberman et al., MacPherson et al. and Hu et al. say, each with what tests it.

Where a paper's sentence compares averages over its own data sets and codecs, a run answers for its own pictures, codecs
and rate. The words are ours; the statistics are nicviz's reading of the claims.
"""

from collections.abc import Callable

import numpy as np

from nicviz.robustness.claims import HU, LIEBERMAN, MACPHERSON, Claim
from nicviz.robustness.cube import Float
from nicviz.robustness.evidence import Evidence

Measure = Callable[[Evidence], Float]

APART_DB = 0.5  # nicviz's own choice: spectra that differ by less are alike


def _advantage(column: str, group: str, ours: str = "neural", theirs: str = "reference") -> Measure:
    """Return the measure: 10·log10 (their error / our error), mean over a group's corruptions."""

    return lambda e: e.advantage(column, e.roles.named(ours), e.roles.named(theirs), group)


def _tilt_difference(ours: str, theirs: str) -> Measure:
    return lambda evidence: evidence.tilt(evidence.roles.named(ours)) - evidence.tilt(evidence.roles.named(theirs))


def _beside(column: str, role: str) -> Measure:
    """Return the measure: a variant minus the neural codec at the variant's rates, on clean pictures."""
    return lambda evidence: evidence.clean_beside(column, evidence.roles.named(role))


def _ms_ssim_beside(evidence: Evidence) -> Float:
    return evidence.clean_beside(evidence.ms_ssims(), evidence.roles.named("msssim"))


def _ranks_differ(evidence: Evidence) -> Float:
    """Return 100 where PSNR and MS-SSIM prefer different models of the two, else 0."""
    both = _beside("psnr_db", "msssim")(evidence) * _ms_ssim_beside(evidence)
    return np.where(np.isfinite(both), 100.0 * (both < 0), np.nan)


def _bd(codec: str, anchor: str, quality: str = "psnr_db") -> Measure:
    return lambda evidence: evidence.bd_rate(evidence.roles.named(codec), evidence.roles.named(anchor), quality)


def _bd_gain(evidence: Evidence) -> Float:
    """Return by how much the BD-rate in MS-SSIM lies below that in PSNR, as a logarithm."""
    names = evidence.roles.neural, evidence.roles.named("reference")
    found: Float = evidence.bd_rate(*names, "ms_ssim") - evidence.bd_rate(*names)
    return found


def _color(measure: Callable[[Evidence, str], Float]) -> Measure:
    """Return the measure: the reference's loss minus the neural codec's."""
    return lambda evidence: (
        measure(evidence, evidence.roles.named("reference")) - measure(evidence, evidence.roles.neural)
    )


def _unique_off(evidence: Evidence, codec: str) -> Float:
    found: Float = np.abs(evidence.clean(evidence.unique_ab(), codec) - 1) * 100.0
    return found


def _unique_change(evidence: Evidence, codec: str) -> Float:
    found: Float = np.abs(evidence.per_octave(evidence.unique_ab(), codec)) * 100.0
    return found


CLAIMS: tuple[Claim, ...] = (
    Claim("neural_high", "{neural} errs more in high than in medium frequencies", LIEBERMAN,
          "density of D of {neural}, high over medium", lambda e: e.tilt(e.roles.neural), ("neural",)),
    Claim("reference_medium", "{reference} errs more in medium than in high frequencies", LIEBERMAN,
          "density of D of {reference}, high over medium", lambda e: e.tilt(e.roles.named("reference")),
          ("reference",), "below"),
    Claim("tilt", "The error of {neural} leans more towards high frequencies than that of {reference}", LIEBERMAN,
          "density of D, high over medium, {neural} minus {reference}", _tilt_difference("neural", "reference")),
    Claim("generalize_low", "{neural} generalizes better than {reference} to low-frequency shifts", LIEBERMAN,
          "G of {reference} over G of {neural}, low-frequency corruptions", _advantage("g_total", "low"),
          group="low"),
    Claim("generalize_medium", "{neural} generalizes better than {reference} to medium-frequency shifts", LIEBERMAN,
          "G of {reference} over G of {neural}, medium-frequency corruptions", _advantage("g_total", "medium"),
          group="medium"),
    Claim("denoise_high", "{neural} denoises high-frequency corruptions better than {reference}", LIEBERMAN,
          "R of {reference} over R of {neural}, high-frequency corruptions", _advantage("r_total", "high"),
          group="high"),
    Claim("denoise_at_all", "{neural} removes some of a high-frequency corruption", LIEBERMAN,
          "the corruption itself (R of {plain}) over R of {neural}, high-frequency corruptions",
          _advantage("r_total", "high", "neural", "plain"), ("neural", "plain"), group="high"),
    Claim("pruned_denoises", "{pruned} denoises high-frequency corruptions more than {neural}", LIEBERMAN,
          "R of {neural} over R of {pruned}, high-frequency corruptions, at the rates of the latter",
          lambda e: -e.group_beside("r_total", e.roles.named("pruned"), "high"), ("neural", "pruned"),
          at_own_rates=True, group="high"),
    Claim("msssim_spectrum", "{msssim} errs in other frequencies than {neural}", LIEBERMAN,
          "density of D, high over medium, {msssim} minus {neural}, at the rates of the former",
          lambda e: e.clean_beside(e.tilts(), e.roles.named("msssim")), ("neural", "msssim"), "apart", APART_DB,
          at_own_rates=True),
    Claim("color_less", "{neural} loses less color than {reference} at one rate", MACPHERSON,
          "ΔE00 of {reference} minus ΔE00 of {neural}, clean pictures",
          _color(lambda e, codec: e.clean("delta_e00", codec)), unit="ΔE00", digits=3),
    Claim("color_graceful", "The color of {neural} degrades more gracefully than that of {reference}", MACPHERSON,
          "rise of ΔE00 when the rate falls by half, {reference} minus {neural}",
          _color(lambda e, codec: e.per_octave("delta_e00", codec)), unit="ΔE00", digits=3),
    Claim("unique_less", "Unique a*b* of {neural} deviate less from the original's than those of {reference}",
          MACPHERSON, "|unique a*b* / original's − 1|, {reference} minus {neural}, pictures of 64 and more",
          _color(_unique_off),
          unit="percentage points", digits=1),
    Claim("unique_steady", "Unique a*b* of {neural} change less from quality to quality than those of {reference}",
          MACPHERSON, "|change of unique a*b* / original's when the rate falls by half|, {reference} minus {neural}, "
          "pictures of 64 and more",
          _color(_unique_change), unit="percentage points", digits=1),
    Claim("fewer_than_jpeg", "{neural} needs fewer bits than {jpeg} for equal PSNR", HU,
          "BD-rate of {neural} against {jpeg}, mean over pictures", _bd("neural", "jpeg"), ("neural", "jpeg"),
          "below", unit="%", is_ratio=True, digits=1),
    Claim("fewer_than_reference", "{neural} needs fewer bits than {reference} for equal PSNR", HU,
          "BD-rate of {neural} against {reference}, mean over pictures", _bd("neural", "reference"),
          side="below", unit="%", is_ratio=True, digits=1),
    Claim("fewer_than_strong", "{neural} needs fewer bits than {strong} for equal PSNR", HU,
          "BD-rate of {neural} against {strong}, mean over pictures", _bd("neural", "strong"), ("neural", "strong"),
          "below", unit="%", is_ratio=True, digits=1),
    Claim("better_in_ms_ssim", "Against {reference}, {neural} saves more bits at equal MS-SSIM than at equal PSNR", HU,
          "rate at equal MS-SSIM over rate at equal PSNR, both relative to {reference}", _bd_gain,
          side="below", unit="%", is_ratio=True, digits=1),
    Claim("mse_in_psnr", "{neural}, optimized for the MSE, is better in PSNR than {msssim}", HU,
          "PSNR of {neural} minus PSNR of {msssim}, clean pictures, at the rates of the latter",
          lambda e: -_beside("psnr_db", "msssim")(e), ("neural", "msssim"), at_own_rates=True),
    Claim("msssim_in_ms_ssim", "{msssim} is better in MS-SSIM than {neural}", HU,
          "MS-SSIM of {msssim} minus MS-SSIM of {neural}, clean pictures, at the rates of the former", _ms_ssim_beside,
          ("neural", "msssim"), at_own_rates=True),
    Claim("ranks_differ", "PSNR and MS-SSIM rank {neural} and {msssim} differently", HU,
          "share of the clean pictures on which they prefer different models, at the rates of {msssim}", _ranks_differ,
          ("neural", "msssim"), threshold=50.0, unit="% of the pictures", digits=0, at_own_rates=True),
)  # fmt: skip
