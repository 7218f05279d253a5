"""The spectrum of a set: mean power over rings, the power law in it, what that leaves, and its directions."""

import statistics
from functools import partial

import numpy as np
import streamlit as st

from nicviz.analysis.manifest import rows_csv, to_json
from nicviz.analysis.theory.record import ring_rows, spectrum_record
from nicviz.analysis.theory.sets import set_spectrum
from nicviz.analysis.theory.spectrum import DIRECTIONS, PowerFit, SetSpectrum
from nicviz.plots.colors import ORIGINAL
from nicviz.plots.spectra import Curve
from nicviz.plots.theory import ring_plot
from nicviz.run.work import Signal, Work
from nicviz.spectra.radial import FIT_RANGE, NOTHING
from nicviz.ui.kit.downloads import File, made_by
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.given import Given
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.kit.waiting import compute, progress_line

LANE = "theory"
LINE = "#e4572e"
DIRECTION_COLORS = {"horizontal": "#3b82f6", "vertical": "#22a559", "diagonal": "#db2777"}
STRIPES = {"horizontal": "vertical stripes", "vertical": "horizontal stripes", "diagonal": "both diagonals"}


def show_spectrum(given: Given, command: str) -> list[File]:
    """Draw the mean spectrum of pictures, and return its downloads; none while it is computed."""
    run = partial(_spectrum, given)
    (found,) = compute(LANE, [Work(("spectrum", given.key), "the spectrum", run)])
    progress_line(LANE)
    if found.state == "failed":
        st.error(found.message, icon=":material/error:")
    if not found.done:
        return []
    spectrum, problems = found.value
    for problem in problems:
        st.warning(problem)
    fit = spectrum.fit()
    _say(spectrum, fit)
    if fit is None and not (spectrum.power > NOTHING).any():
        return []
    _draw(spectrum, fit)
    return [
        File("Rings (CSV)", "spectrum.csv", lambda: rows_csv(ring_rows(spectrum))),
        File("Fit and rings (JSON)", "spectrum.json",
             lambda: to_json({**made_by(command), **spectrum_record(spectrum)})),
    ]  # fmt: skip


def _spectrum(given: Given, signal: Signal) -> tuple[SetSpectrum, tuple[str, ...]]:
    return set_spectrum(given.loads(), signal)


def _say(spectrum: SetSpectrum, fit: PowerFit | None) -> None:
    if fit is None:
        st.info("No power law: fewer than four rings between 0.02 and 0.35 cycles/pixel hold power.")
        return
    alpha = exponent_text(fit.exponent)
    st.markdown(
        f"#### $P \\propto 1/f^{{\\,\\alpha}}$, $\\alpha$ = {alpha} ± {fit.half_width:.2f}\n"
        f"95 % interval, fitted from {fit.low:.2g} to {fit.high:.2g} cycles/pixel through {fit.num_rings} rings, which "
        f"scatter {10 / np.log(10) * fit.scatter:.1f} dB about the line beyond what chance does. α is of power: the "
        f"amplitude falls as 1/f^{exponent_text(fit.exponent / 2)}."
    )
    alone = [exponent for _, exponent in spectrum.exponents if exponent is not None]
    if len(alone) > 1:
        mean, low, high = map(exponent_text, (statistics.fmean(alone), min(alone), max(alone)))
        st.caption(
            f"Picture by picture α is {mean} on average, with a standard deviation of {statistics.stdev(alone):.2f}: "
            f"from {low} ({_named(spectrum, min(alone))}) to {high} ({_named(spectrum, max(alone))}). The set's own α "
            "weighs pictures by their contrast."
        )


def exponent_text(value: float) -> str:
    """Return an exponent with two digits, with a minus sign where it is one, and never a negative zero."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _named(spectrum: SetSpectrum, exponent: float) -> str:
    return plain_text(next(name for name, each in spectrum.exponents if each == exponent))


def _draw(spectrum: SetSpectrum, fit: PowerFit | None) -> None:
    frequency = spectrum.frequency
    over = f"mean of {len(spectrum.exponents)} pictures" if len(spectrum.exponents) > 1 else spectrum.exponents[0][0]
    curves = [Curve(f"P: {over}", ORIGINAL, frequency, spectrum.power)]
    shaded = None
    if fit is not None:
        inside = (frequency >= fit.low) & (frequency <= fit.high)
        line = np.where(inside, fit.at(np.where(inside, frequency, 1.0)), np.nan)
        curves.append(Curve(f"1/f^{exponent_text(fit.exponent)}", LINE, frequency, line, "dash"))
        shaded = (fit.low, fit.high)
    show_figure(ring_plot(curves, "power (levels²)", shaded, y_log=True, height=380), "set-spectrum")
    left, right = st.columns(2)
    with left:
        st.subheader("What the law leaves", anchor=False)
        if fit is None:
            st.caption("There is no law.")
        else:
            residuals = [Curve("P / line", LINE, frequency, spectrum.residuals(fit))]
            show_figure(ring_plot(residuals, "residual (dB)", shaded, level=0.0), "set-residuals")
    anisotropy = spectrum.anisotropy()
    positive = np.where(anisotropy > 0, anisotropy, np.nan)
    with right:
        st.subheader("By direction", anchor=False)
        lines = [Curve(f"{name}: {STRIPES[name]}", DIRECTION_COLORS[name], frequency, 10 * np.log10(values))
                 for name, values in zip(DIRECTIONS, positive, strict=True)]  # fmt: skip
        show_figure(ring_plot(lines, "against the ring's mean (dB)", shaded, level=0.0), "set-directions")
    low, high = (fit.low, fit.high) if fit else FIT_RANGE
    usual = (frequency >= low) & (frequency <= high)
    texts = [_mean_text(values[usual]) for values in anisotropy]
    titles = [f"{name}: {STRIPES[name]}" for name in DIRECTIONS]
    rows = [Row(f"Power as a share of the ring's mean, {low:.2g} to {high:.2g} cycles/pixel", texts)]
    show_table([(title, DIRECTION_COLORS[name]) for title, name in zip(titles, DIRECTIONS, strict=True)], rows)


def _mean_text(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> str:
    finite = values[np.isfinite(values)]
    return f"{finite.mean():.2f}" if len(finite) else "–"
