"""What the papers' claims are tested on: per picture, one number of the codecs that a claim names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from nicviz.codecs.catalog import catalog
from nicviz.errors import NicvizError
from nicviz.robustness.cube import Cube, Float
from nicviz.robustness.curves import group_places
from nicviz.robustness.deltas import bd_rates, ms_ssim_db
from nicviz.robustness.operating import Equal, Target, at, beside, targets_of, versus


class Missing(Exception):
    """What a claim needs and the run does not have, as a sentence."""


@dataclass(frozen=True)
class Roles:
    """Which codec of the run stands for what in the claims; None where the run has none.

    Args:
        neural: the neural codec, optimized for the mean square error.
        reference: the classical codec it is set against, JPEG 2000 in the papers.
        pruned: the same with weights removed.
        msssim: the same optimized for MS-SSIM.
        jpeg, strong, plain: JPEG; the strongest classical codec there is; no compression.
    """

    neural: str
    reference: str | None
    pruned: str | None = None
    msssim: str | None = None
    jpeg: str | None = None
    strong: str | None = None
    plain: str | None = None

    def named(self, role: str) -> str:
        """Return the codec of a role; raise `Missing` where there is none."""
        found: str | None = getattr(self, role)
        if found is None:
            raise Missing(_LACKING[role].format(neural=self.neural))
        return found


STAND_INS = {  # what a sentence says where the run has no codec of a role
    "reference": "a classical codec", "pruned": "a pruned model", "msssim": "a model optimized for MS-SSIM",
    "jpeg": "JPEG", "strong": "HEVC, VVC or AVIF", "plain": "no compression",
}  # fmt: skip
_LACKING = {
    "reference": "The run has no classical codec to compare with: add --codec jpeg2000.",
    "pruned": "The run has no pruned model of {neural}: add one, such as --codec {neural}-pruned-95.",
    "msssim": "The run has no model of {neural} optimized for MS-SSIM: add --codec {neural}-msssim.",
    "jpeg": "The run has no JPEG: add --codec jpeg.",
    "strong": "The run has no HEVC, VVC or AVIF: add --codec hevc (what BPG is), avif or vvc.",
    "plain": "The run has no uncompressed pictures, which tell how large the corruption is: add --codec png.",
}
LEAST_COLORS = 64  # unique a*b* of a picture in color: nicviz's own choice
_NEURAL_MARKS = ("-pruned-", "-msssim")
_STRONG = ("hevc", "bpg", "vvc", "vvc-slow", "vvc-faster", "vtm", "avif")


def neural_names(cube: Cube, families: dict[str, str]) -> list[str]:
    """Return the neural codecs that claims can be about: those that are no variant of another one."""
    found = [name for name in cube.codecs if families.get(name) == "neural"]
    return [name for name in found if not any(mark in name for mark in _NEURAL_MARKS)] or found


def roles_of(cube: Cube, families: dict[str, str], neural: str, reference: str | None = None) -> Roles:
    """Return the roles around a neural codec, by the names of nicviz's codecs.

    Args:
        cube: of the run.
        families: codec to "lossless", "classical", "neural" or "external".
        neural: the codec that the claims are about.
        reference: JPEG 2000 by default, or the first classical codec.
    """
    names = cube.codecs
    classical = [name for name in names if families.get(name) in {"classical", "external"}]
    usual = "jpeg2000" if "jpeg2000" in classical else next(iter(classical), None)
    pruned = sorted(name for name in names if name.startswith(f"{neural}-pruned-"))
    return Roles(
        neural,
        reference or usual,
        pruned[-1] if pruned else None,
        f"{neural}-msssim" if f"{neural}-msssim" in names else None,
        "jpeg" if "jpeg" in names else None,
        next((name for name in _STRONG if name in names), None),
        next((name for name in names if families.get(name) == "lossless"), None),
    )


@dataclass(frozen=True)
class Evidence:
    """A run, the codecs' roles, and where they are set equal. Values are (pictures,), NaN for none."""

    cube: Cube
    roles: Roles
    target: Target
    severity: int
    _deltas: dict[tuple[str, str, str], Float] = field(default_factory=dict, repr=False)

    def clean(self, column: str | Float, codec: str, target: Target | None = None) -> Float:
        """Return a figure of the clean pictures."""
        if self.cube.clean is None:
            raise Missing("The run has no clean pictures.")
        values = self._column(column)
        return self._reached(at(self.cube, values, codec, target or self.target)[:, self.cube.clean], codec)

    def advantage(self, column: str, codec: str, other: str, group: str) -> Float:
        """Return 10·log10 (error of the other codec / error of this one), mean over all corruptions of a group."""
        places = self._places(group)
        found: Float = -versus(self.cube, decibels(self._column(column)), codec, other, self.target)[:, places].mean(
            axis=1
        )
        if not np.isfinite(found).any():
            raise Missing(
                f"On no picture both {codec} and {other} have a value at {self.target} under the whole group."
            )
        return found

    def beside(self, values: Float, codec: str) -> Float:
        """Return a figure of a variant minus that of the neural codec at the variant's rates, (pictures, conditions).

        A run whose neural codec has one step is taken as it is set.
        """
        neural = self.roles.neural
        if self.cube.is_single(neural):
            return at(self.cube, values, codec, self.target) - at(self.cube, values, neural, self.target)
        return beside(self.cube, values, codec, neural, self.target.equal)

    def clean_beside(self, column: str | Float, codec: str) -> Float:
        """Return the same on the clean pictures, (pictures,)."""
        if self.cube.clean is None:
            raise Missing("The run has no clean pictures.")
        return self._reached(self.beside(self._column(column), codec)[:, self.cube.clean], codec)

    def group_beside(self, column: str, codec: str, group: str) -> Float:
        """Return the same in dB over the corruptions of a group, (pictures,)."""
        places = self._places(group)
        found = self.beside(decibels(self._column(column)), codec)[:, places].mean(axis=1)
        return self._reached(found, codec)

    def tilts(self) -> Float:
        """Return by how many dB the density of D in high frequencies lies above that in medium ones, of every unit."""
        return decibels(self._column("d_high_density")) - decibels(self._column("d_medium_density"))

    def tilt(self, codec: str) -> Float:
        """Return `tilts` of a codec on the clean pictures."""
        return self.clean(self.tilts(), codec)

    def per_octave(self, column: str | Float, codec: str) -> Float:
        """Return how a figure of the clean pictures changes when the rate falls by half, around the target."""
        if self.target.value is None:
            raise Missing("It needs several qualities of each codec, set equal in rate.")
        above, below = (Target(self.target.value * factor) for factor in (2**0.5, 0.5**0.5))
        return self.clean(column, codec, below) - self.clean(column, codec, above)

    def unique_ab(self) -> Float:
        """Return the number of unique a*b* over that of the original, of every unit; NaN of a gray picture.

        A gray picture has one, and what a codec adds to it would outweigh all others.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Float = self._column("unique_ab") / self._column("unique_ab_original")
        return np.where(self._column("unique_ab_original") < LEAST_COLORS, np.nan, found)

    def bd_rate(self, codec: str, anchor: str, quality: str = "psnr_db") -> Float:
        """Return the BD-rates of the clean pictures, as logarithms of the ratio of rates."""
        if self.cube.clean is None:
            raise Missing("The run has no clean pictures.")
        key = codec, anchor, quality
        if key not in self._deltas:
            self._column("ms_ssim" if quality == "ms_ssim" else quality)
            found = bd_rates(self.cube, anchor, [codec], quality, [self.cube.clean])
            for name in (anchor, codec):
                if name in found.missing:
                    raise Missing(f"{name} has {found.missing[name]}.")
            self._deltas[key] = found.values[:, self.cube.clean, self.cube.codecs.index(codec)]
        return self._deltas[key]

    def rates_differ(self, codecs: Sequence[str]) -> float:
        """Return by how much the mean rates on the clean pictures differ, 0.05 for 5 %, over shared pictures."""
        if self.cube.clean is None or len(codecs) < 2:
            return 0.0
        with np.errstate(invalid="ignore", divide="ignore"):
            each = np.stack([at(self.cube, np.log(self.cube["bpp"]), name, self.target)[:, self.cube.clean]
                             for name in codecs])  # fmt: skip
        shared = each[:, np.isfinite(each).all(axis=0)]
        return float(np.expm1(np.ptp(shared.mean(axis=1)))) if shared.size else 0.0

    def ms_ssims(self) -> Float:
        """Return the MS-SSIM of every unit, in dB."""
        return ms_ssim_db(self._column("ms_ssim"))

    def _places(self, group: str) -> list[int]:
        places = group_places(self.cube, group, self.severity)
        if not places:
            raise Missing(f"The run has no corruption of the {group}-frequency group at severity {self.severity}.")
        return places

    def _column(self, column: str | Float) -> Float:
        if not isinstance(column, str):
            return column
        if column not in self.cube.columns:
            raise Missing(f"The run did not measure {column}.")
        return self.cube[column]

    def _reached(self, values: Float, codec: str) -> Float:
        if not np.isfinite(values).any():
            raise Missing(f"{codec} has no picture with a value at {self.target}.")
        return values


def evidence_of(
    cube: Cube, neural: str | None = None, rate: float | None = None, severity: int | None = None,
    reference: str | None = None, equal: Equal = "setting",
) -> Evidence:  # fmt: skip
    """Return a run as evidence: the codecs' roles, and the rate at which they are set equal.

    Args:
        cube: of the run.
        neural: the codec that the claims are about; by default the first that is no variant of another one.
        rate: bpp on the clean picture; by default the one that the codecs reach on most pictures.
        severity: of the corruptions; where the run lacks it, the one nearest to it.
        reference: JPEG 2000 by default.
        equal: what is equal on corrupted pictures, see `Target`.

    Raises:
        NicvizError: the run has no such codec, or no neural one, or no other rate than that it was set to.
    """
    families = families_of(cube)
    known = neural_names(cube, families)
    for name in (neural, reference):
        if name is not None and name not in cube.codecs:
            raise NicvizError(f"The run has {', '.join(cube.codecs)}; got {name!r}.")
    if neural is not None and families[neural] != "neural":
        raise NicvizError(f"The claims are of neural codecs, and {neural} is none; the run has {', '.join(known)}.")
    if neural is None and not known:
        raise NicvizError(f"The claims are of neural codecs; the run has {', '.join(cube.codecs)}.")
    roles = roles_of(cube, families, neural or known[0], reference)
    targets = targets_of(cube)
    usual = targets[0].value
    if usual is None and rate is not None:
        raise NicvizError("The run has one quality of each codec, which is taken as it was set; it has no other rate.")
    target = Target(None if usual is None else rate or usual, equal)
    wanted = 3 if severity is None else severity
    nearest = min(cube.severities, key=lambda each: (abs(each - wanted), each), default=wanted)
    return Evidence(cube, roles, target, nearest)


def families_of(cube: Cube) -> dict[str, str]:
    """Return the family of each codec of a run; one that is not known here counts as external."""
    known = catalog()
    return {name: known[name].family if name in known else "external" for name in cube.codecs}


def decibels(energies: Float) -> Float:
    """Return 10·log10 of energies; NaN where there is none to take the logarithm of."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found = 10 * np.log10(energies)
    return np.where(np.isfinite(found), found, np.nan)
