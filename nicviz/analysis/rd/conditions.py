"""A sweep over corruptions or severities: what is measured, and the means at the operating points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nicviz.analysis.rd.comparison import compare
from nicviz.analysis.rd.curves import CurvePoint, mean_curve, of_codec, on_pictures, under
from nicviz.analysis.rd.points import Ladder, Plan
from nicviz.metrics import AXES, ON_AXES, Against, clean_name
from nicviz.tasks.settings import CodecSetting, CorruptionSetting
from nicviz.tasks.task import Trial


@dataclass(frozen=True)
class Sweep:
    """What is measured: each codec at its operating point, and on its ladder where BD-rates are wanted."""

    settings: tuple[CodecSetting, ...]
    ladders: tuple[Ladder, ...]
    bd_rates: bool

    def plan(self, conditions: Sequence[CorruptionSetting | None]) -> Plan:
        """Return the plan for some conditions."""
        qualities: dict[str, dict[float, None]] = {}
        for setting in self.settings:
            qualities.setdefault(setting.codec, {})[float(setting.quality or 0.0)] = None
        for ladder in self.ladders if self.bd_rates else ():
            qualities.setdefault(ladder.codec, {}).update(dict.fromkeys(ladder.qualities))
        ladders = tuple(Ladder(name, tuple(values)) for name, values in qualities.items())
        return Plan(ladders, tuple(conditions), exact=False)

    def operating(self, trials: Sequence[Trial], setting: CodecSetting) -> CurvePoint | None:
        """Return the mean at a codec's operating point, None while there is none."""
        mine = [p for p in of_codec(trials, setting.codec) if p.quality == float(setting.quality or 0.0)]
        return next(iter(mean_curve(mine)), None)

    def change(self, trials: Sequence[Trial], clean: Sequence[Trial], setting: CodecSetting) -> float | None:
        """Return the change of rate in percent from the clean pictures, over those that both have."""
        common = {trial.picture.sha256 for trial in clean} & {trial.picture.sha256 for trial in trials}
        mean, before = (self.operating(on_pictures(mine, common), setting) for mine in (trials, clean))
        return None if mean is None or before is None else 100 * (mean.bpp / before.bpp - 1)

    def bd_rate(self, trials: Sequence[Trial], codec: str, anchor: str, against: Against) -> float | None:
        """Return the BD-rate (PSNR, PCHIP) of the mean curves of the two ladders."""
        rungs = {(ladder.codec, quality) for ladder in self.ladders for quality in ladder.qualities}
        return compare(
            [p for p in trials if (p.codec, p.quality) in rungs], codec, anchor, AXES["psnr_db"], against
        ).rate.value  # fmt: skip

    def rows(self, trials: Sequence[Trial], conditions: Sequence[CorruptionSetting | None]) -> list[dict[str, Any]]:
        """Return the means at the operating points as rows of a table, one a condition and codec."""
        found = []
        anchor = self.ladders[0].codec
        for condition in conditions:
            mine = under(condition, trials)
            for setting in self.settings:
                mean = self.operating(mine, setting)
                if mean is None:
                    continue
                row: dict[str, Any] = {
                    "corruption": condition.name if condition else None,
                    "severity": condition.severity if condition else 0,
                    "codec": setting.codec,
                    "quality": setting.quality,
                    "num_images": mean.num_images,
                    "bpp": mean.bpp,
                }
                for name in ON_AXES:
                    row[name] = figure_of(mean, name)
                    row[clean_name(name)] = figure_of(mean, clean_name(name) if condition else name)
                if self.bd_rates:
                    row["bd_rate_percent"] = self.bd_rate(mine, setting.codec, anchor, "input")
                found.append(row)
        return found


def figure_of(mean: CurvePoint, name: str) -> float | None:
    """Return the mean of a metric; None where no picture has a finite value."""
    found = mean.figures.get(name)
    return found.value if found else None
