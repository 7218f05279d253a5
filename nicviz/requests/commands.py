"""What each command is asked for; `argv` and `from_options` in `words` make words of it and read them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from nicviz.analysis.heatmap.setting import SIGNS, VALUES, HeatmapSetting
from nicviz.analysis.latents.surgery import Surgery, parse_channels, parse_scaled, scaled_text
from nicviz.analysis.rd.bd_rate import METHODS, Method
from nicviz.analysis.rd.points import Ladder
from nicviz.analysis.theory.bias import MSES, TRAINING_SETS
from nicviz.analysis.theory.patches import SIDES
from nicviz.errors import NicvizError
from nicviz.requests.fields import Param, Part, Values, asked, one, plain
from nicviz.requests.parts import CODEC, CODECS, CORRUPTION, IMAGE, LADDERS, MATCH, NAMES, Sources, sources
from nicviz.requests.view import View
from nicviz.spectra.basis import GRIDS
from nicviz.tasks.settings import (
    CodecSetting,
    CorruptionSetting,
    ImageSetting,
    Match,
    number,
    seed_number,
    whole_number,
)


def _refuse_quality(match: Match | None, codecs: tuple[CodecSetting, ...]) -> None:
    """Raise `NicvizError` where a codec has a quality that a match is to find."""
    if match and any(setting.quality is not None for setting in codecs):
        raise NicvizError("With --match the quality is searched for: leave out :QUALITY.")


def _json() -> Any:
    return one(False, option="--json", flag=True, help="print JSON")


@dataclass(frozen=True, kw_only=True)
class Codecs:
    """What can be asked for, and what would make the rest available."""

    NAME: ClassVar[str] = "codecs"
    check: str | None = one(
        None, option="--check", read=plain(str), metavar="NAME", help="send a sample through a codec"
    )
    json: bool = _json()


@dataclass(frozen=True, kw_only=True)
class Analyze:
    """An image, perhaps corrupted, through codecs, measured; with a match the codecs have no quality of their own."""

    NAME: ClassVar[str] = "analyze"
    image: ImageSetting = asked(IMAGE)
    codecs: tuple[CodecSetting, ...] = asked(CODECS)
    corruption: CorruptionSetting | None = asked(CORRUPTION, None)
    match: Match | None = asked(MATCH, None)
    save: Path | None = one(None, option="--save", read=plain(Path), metavar="DIR", help="for pictures and bitstreams")
    json: bool = _json()

    def __post_init__(self) -> None:
        _refuse_quality(self.match, self.codecs)

    @classmethod
    def of(cls, view: View, image: ImageSetting | None = None) -> "Analyze":
        """Return what gives the numbers of a view as JSON; `image` where the picture has another name for it."""
        codecs = tuple(CodecSetting(each.codec) for each in view.codecs) if view.match else view.codecs
        return cls(image=image or view.image, codecs=codecs, corruption=view.corruption, match=view.match, json=True)


@dataclass(frozen=True, kw_only=True)
class Corrupt:
    """A corrupted image as a PNG file."""

    NAME: ClassVar[str] = "corrupt"
    image: ImageSetting = asked(IMAGE)
    corruption: CorruptionSetting = asked(CORRUPTION)
    save: Path = one(option="--save", read=plain(Path), required=True, metavar="FILE.png")

    def __post_init__(self) -> None:
        if self.save.suffix.lower() != ".png":
            raise NicvizError(
                f"The corrupted image is written as PNG: name a file that ends with .png, not {self.save}."
            )


def _join_setting(values: Values, default: HeatmapSetting) -> HeatmapSetting:
    return replace(default, **values)


def _split_setting(setting: HeatmapSetting) -> dict[str, Any]:
    values = dict(vars(setting))
    if setting.signs != "random" and not setting.seed:
        del values["seed"]
    return values


SETTING = Part(
    (
        Param("grid", option="--grid", choices=tuple(GRIDS), always=True),
        Param("norm", option="--norm", read=plain(lambda text: number(text, "norm")), write="{:g}".format, always=True,
              metavar="NORM", help="L2 norm per channel of an image in [0, 1]"),
        Param("signs", option="--signs", choices=tuple(SIGNS), always=True),
        Param("seed", option="--seed", read=plain(seed_number), always=True, metavar="N", help="of random signs"),
    ),
    _join_setting, _split_setting,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Heatmap:
    """What each single frequency, added to the images, does to a codec's PSNR and rate; the mean over the images."""

    NAME: ClassVar[str] = "heatmap"
    images: Sources = asked(sources("IMAGE", "files, folders, samples or sets; the mean is taken"))
    codec: CodecSetting = asked(CODEC)
    setting: HeatmapSetting = asked(SETTING, HeatmapSetting(grid="lowest"))
    metric: str = one("psnr", option="--metric", choices=tuple(VALUES), always=True)
    save: Path = one(option="--save", read=plain(Path), required=True, metavar="DIR")
    json: bool = _json()


@dataclass(frozen=True, kw_only=True)
class RateDistortion:
    """Rate-distortion curves over images, with BD-rates against the first codec."""

    NAME: ClassVar[str] = "rd"
    images: Sources = asked(sources("IMAGE_OR_FOLDER", "files, folders, samples or sets of samples"))
    codecs: tuple[Ladder, ...] = asked(LADDERS)
    corruption: CorruptionSetting | None = asked(CORRUPTION, None)
    method: Method = one(METHODS[0], option="--method", choices=METHODS, help="interpolation of the BD-rate")
    json: bool = _json()

    def __post_init__(self) -> None:
        names = [ladder.codec for ladder in self.codecs]
        for name in names:
            if names.count(name) > 1:
                raise NicvizError(f"{name} is named twice: write its qualities in one, as {name}:Q,Q,….")


@dataclass(frozen=True, kw_only=True)
class Color:
    """Unique a*b* from quality to quality, with ΔE00 and PSNR against rate."""

    NAME: ClassVar[str] = "color"
    images: Sources = asked(sources("IMAGE_OR_FOLDER", "files, folders, samples or sets of them"))
    codecs: tuple[str, ...] = asked(NAMES)
    corruption: CorruptionSetting | None = asked(CORRUPTION, None)
    json: bool = _json()


@dataclass(frozen=True, kw_only=True)
class Claims:
    """The paper's three claims on pictures, or all claims of the papers on a run; with a match there is no quality."""

    NAME: ClassVar[str] = "claims"
    images: Sources = asked(
        sources("IMAGE_OR_FOLDER", "files, folders, samples or sets of them; means are taken"), Sources(())
    )
    codecs: tuple[CodecSetting, ...] = asked(CODECS, ())
    run: Path | None = one(
        None, option="--run", read=plain(Path), metavar="RUN",
        help="a folder that `sweep` wrote (in place of pictures): --codec NAME is then the neural codec",
    )  # fmt: skip
    match: Match | None = asked(MATCH, None)
    equal: Literal["setting", "rate"] = one(
        "setting", option="--equal", choices=("setting", "rate"),
        help="with --run: the setting is kept from the clean picture, or the rate is equal on every picture",
    )  # fmt: skip
    severity: int = one(3, option="--severity", choices=(1, 2, 3, 4, 5), help="of the 15 corruptions")
    seed: int = one(0, option="--seed", read=plain(seed_number), metavar="N", help="of their randomness")
    json: bool = _json()

    def __post_init__(self) -> None:
        if self.run is None and not (self.images.words and self.codecs):
            raise NicvizError("The claims need pictures and --codec, or --run RUN.")
        if self.run is not None and self.images.words:
            raise NicvizError("With --run the pictures are those of the run.")
        if self.run is not None and (len(self.codecs) > 1 or any(each.quality is not None for each in self.codecs)):
            raise NicvizError("With --run, --codec names one neural codec of the run, without a quality.")
        if self.run is not None and self.match is not None and self.match.metric != "bpp":
            raise NicvizError("The codecs of a run are set equal in rate: --match bpp=0.5.")
        _refuse_quality(self.match, self.codecs)


SURGERY = Part(
    (
        Param("keep", option="--keep", read=plain(lambda text: whole_number(text, "number of channels")), metavar="N",
              help="only the N channels with the most bits"),
        Param("zeroed", option="--zero", read=plain(parse_channels), write=lambda found: ",".join(map(str, found)),
              metavar="CHANNEL,...", help="remove channels"),
        Param("scaled", option="--scale", read=plain(parse_scaled), write=scaled_text, metavar="CHANNEL=FACTOR,...",
              help="multiply channels"),
        Param("step", option="--step", read=plain(lambda text: number(text, "rounding step")), write="{:g}".format,
              metavar="STEP", help="rounding step of the latent, in units of its own"),
    ),
    lambda values, default: replace(default, **values), vars,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Latents:
    """What a neural codec codes of an image, where its bits go, and what becomes of a latent that is changed."""

    NAME: ClassVar[str] = "latents"
    image: ImageSetting = asked(IMAGE)
    codec: CodecSetting = asked(CODEC)
    corruption: CorruptionSetting | None = asked(CORRUPTION, None)
    surgery: Surgery = asked(SURGERY, Surgery())
    hyper_latent_of: ImageSetting | None = one(
        None, option="--hyper-latent-of", read=plain(ImageSetting.parse), write=lambda image: image.word,
        metavar="IMAGE", help="send the hyper-latent of this image, cut to the same size, in place of its own",
    )  # fmt: skip
    save: Path | None = one(None, option="--save", read=plain(Path), metavar="DIR", help="for latents.npz and pictures")
    json: bool = _json()


@dataclass(frozen=True, kw_only=True)
class Theory:
    """The power law and the principal components of images, and what a linear codec makes of each frequency."""

    NAME: ClassVar[str] = "theory"
    images: Sources = asked(sources("IMAGE_OR_FOLDER", "files, folders, samples or sets of them"))
    corruption: CorruptionSetting | None = asked(CORRUPTION, None)
    patch: int = one(16, option="--patch", choices=SIDES, help="side of the patches, pixels")
    channel: str = one("luminance", option="--channel", choices=("luminance", "rgb"), help="of the patches")
    trained_on: str = one(TRAINING_SETS[0], option="--trained-on", choices=TRAINING_SETS, help="of the linear codec")
    mse: float = one(100.0, option="--mse", read=plain(lambda text: number(text, "MSE")), write="{:.6g}".format,
                     metavar="D", help="target of the linear codec, levels²")  # fmt: skip
    json: bool = _json()

    def __post_init__(self) -> None:
        if not MSES[0] <= self.mse <= MSES[1]:
            raise NicvizError(f"The target MSE is {MSES[0]:g} to {MSES[1]:g} levels²; got {self.mse:g}.")
