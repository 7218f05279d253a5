"""A sweep over corruptions or severities: what is measured, and the means at the operating points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nicviz.analysis.compare import clean_name
from nicviz.analysis.rd.curves import AXES, Against, CurvePoint, compare, mean_curve, of_codec
from nicviz.analysis.rd.points import RD_METRICS, Ladder, Plan, RDPoint
from nicviz.tasks.settings import CodecSetting, CorruptionSetting


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

    def operating(self, points: Sequence[RDPoint], setting: CodecSetting) -> CurvePoint | None:
        """Return the mean at a codec's operating point, None while there is none."""
        mine = [p for p in of_codec(points, setting.codec) if p.quality == float(setting.quality or 0.0)]
        return next(iter(mean_curve(mine)), None)

    def bd_rate(self, points: Sequence[RDPoint], codec: str, anchor: str, against: Against) -> float | None:
        """Return the BD-rate (PSNR, PCHIP) of the mean curves of the two ladders."""
        rungs = {(ladder.codec, quality) for ladder in self.ladders for quality in ladder.qualities}
        return compare(
            [p for p in points if (p.codec, p.quality) in rungs], codec, anchor, AXES["psnr_db"], against
        ).rate.value  # fmt: skip

    def rows(self, points: Sequence[RDPoint], conditions: Sequence[CorruptionSetting | None]) -> list[dict[str, Any]]:
        """Return the means at the operating points as rows of a table, one a condition and codec."""
        found = []
        anchor = self.ladders[0].codec
        for condition in conditions:
            mine = condition_of(points, condition)
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
                for name in RD_METRICS:
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


def condition_of(points: Sequence[RDPoint], condition: object) -> list[RDPoint]:
    """Return the points under one condition."""
    return [point for point in points if point.condition == condition]
