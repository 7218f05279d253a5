"""A command that a request is written as asks for that very request again."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nicviz.analysis.heatmap.setting import SIGNS, VALUES, HeatmapSetting
from nicviz.analysis.latents.surgery import Surgery
from nicviz.analysis.rd.bd_rate import METHODS
from nicviz.analysis.rd.points import Ladder
from nicviz.codecs import CODECS
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import NicvizError
from nicviz.requests.commands import Analyze, Claims, Codecs, Color, Corrupt, Heatmap, Latents, RateDistortion, Theory
from nicviz.requests.fields import Known
from nicviz.requests.parts import Sources, as_asked, own_ladder
from nicviz.requests.runs import Query, Sweep
from nicviz.requests.view import DEFAULT
from nicviz.requests.words import Parser, add_arguments, argv, command, from_options
from nicviz.spectra.basis import GRIDS
from nicviz.tasks.settings import SEEDS, CodecSetting, CorruptionSetting, ImageSetting, Match

KNOWN = Known(lambda: CODECS)
NAMES = ["jpeg", "jpeg2000", "jpegxl", "png", "compact-vbr"]
Random = random.Random


def parsed(cls: type[Any], words: list[str]) -> Any:
    parser = Parser()
    add_arguments(parser, cls)
    return from_options(cls, parser.parse_args(words), KNOWN)


def maybe(draw: Random, value: Any) -> Any:
    return value if draw.random() < 0.5 else None


def box(draw: Random) -> tuple[int, int, int, int]:
    return draw.randrange(100), draw.randrange(100), draw.randrange(1, 100), draw.randrange(1, 100)


def image(draw: Random) -> ImageSetting:
    source = draw.choice(["chelsea", "zone-plate", "my picture's.png", "a@2x.png", "$HOME/`x`.png", "ünï.png"])
    size = draw.randrange(16, 600) if source == "zone-plate" else None
    return ImageSetting(source, size, maybe(draw, box(draw)), maybe(draw, draw.randrange(1, 900)))


def images(draw: Random) -> Sources:
    words = draw.sample(["chelsea", "photographs", "zone-plate@64", "pictures of mine/", "b.png"], draw.randint(1, 3))
    return Sources(tuple(words), maybe(draw, box(draw)), maybe(draw, draw.randrange(1, 900)))


def corruption(draw: Random) -> CorruptionSetting:
    return CorruptionSetting(draw.choice(list(CORRUPTIONS)), draw.randint(1, 5), draw.choice([0, 7, SEEDS[1]]))


def quality(draw: Random, name: str) -> float | None:
    scale = CODECS[name].scale
    return None if scale is None else CODECS[name].quality(draw.uniform(scale.low, scale.high))


def codec(draw: Random) -> CodecSetting:
    name = draw.choice(NAMES)
    return CodecSetting(name, maybe(draw, quality(draw, name)))


def ladder(draw: Random, name: str) -> Ladder:
    qualities = {quality(draw, name) for _ in range(draw.randint(0, 3))} - {None}
    return Ladder(name, tuple(sorted(q for q in qualities if q is not None)))


def analyze(draw: Random) -> Analyze:
    match = maybe(draw, draw.choice([Match("bpp", 0.5), Match("psnr", 31.25)]))
    codecs = tuple(CodecSetting(codec(draw).codec) if match else codec(draw) for _ in range(draw.randint(1, 5)))
    return Analyze(image=image(draw), codecs=codecs, corruption=maybe(draw, corruption(draw)), match=match,
                   save=maybe(draw, Path("my results")), json=draw.random() < 0.5)  # fmt: skip


def corrupt(draw: Random) -> Corrupt:
    return Corrupt(image=image(draw), corruption=corruption(draw), save=Path("out/n.png"))


def heatmap(draw: Random) -> Heatmap:
    seed = draw.choice([0, 5, SEEDS[1]])
    norm = draw.choice([1.0, 4.0, 16.5])
    setting = HeatmapSetting(draw.choice(list(GRIDS)), draw.choice(list(SIGNS)), norm, seed)
    return Heatmap(images=images(draw), codec=codec(draw), setting=setting, metric=draw.choice(list(VALUES)),
                   save=Path("heatmap-jpeg-30"), json=draw.random() < 0.5)  # fmt: skip


def curves(draw: Random) -> RateDistortion:
    codecs = tuple(ladder(draw, name) for name in draw.sample(NAMES, draw.randint(1, 4)))
    return RateDistortion(images=images(draw), codecs=codecs, corruption=maybe(draw, corruption(draw)),
                          method=draw.choice(METHODS), json=draw.random() < 0.5)  # fmt: skip


def color(draw: Random) -> Color:
    names = tuple(draw.sample(NAMES, draw.randint(1, 4)))
    return Color(images=images(draw), codecs=names, corruption=maybe(draw, corruption(draw)), json=draw.random() < 0.5)


def claims(draw: Random) -> Claims:
    match = maybe(draw, Match("bpp", 0.5))
    if draw.random() < 0.5:
        named = maybe(draw, CodecSetting("compact-vbr"))
        return Claims(run=Path("my runs/kodak-c"), codecs=(named,) if named else (), match=match,
                      equal=draw.choice(["setting", "rate"]), json=draw.random() < 0.5)  # fmt: skip
    chosen = tuple(CodecSetting(codec(draw).codec) if match else codec(draw) for _ in range(draw.randint(1, 3)))
    return Claims(images=images(draw), codecs=chosen, match=match, severity=draw.randint(1, 5),
                  seed=draw.choice([0, 7]), json=draw.random() < 0.5)  # fmt: skip


def sweep(draw: Random) -> Sweep:
    match = maybe(draw, Match("psnr", 32))
    chosen = tuple(Ladder(name, ()) if match else ladder(draw, name) for name in draw.sample(NAMES, draw.randint(1, 4)))
    plan = maybe(draw, Path("my plan.toml"))
    what = {"plan": plan} if plan else {
        "images": images(draw), "codecs": chosen, "match": match,
        "corruptions": tuple(draw.sample(["all", "fog", "saturate"], draw.randint(0, 3))),
        "severities": tuple(draw.sample(range(1, 6), draw.randint(1, 5))), "seed": draw.choice([0, 7, SEEDS[1]]),
    }  # fmt: skip
    return Sweep(into=Path("runs/a b"), scheduler=maybe(draw, "tcp://10.0.0.1:8786"), workers=maybe(draw, 3),
                 dry_run=draw.random() < 0.5, retry_failed=draw.random() < 0.5,
                 save_corrupted=maybe(draw, Path("kodak c")), **what)  # fmt: skip


def query(draw: Random) -> Query:
    sql = draw.choice(["select count(*) from trials", "select \"codec\" from trials where image = 'a b.png'"])
    return Query(run=Path("runs/a b"), sql=sql, json=draw.random() < 0.5)


def codecs(draw: Random) -> Codecs:
    return Codecs(json=draw.random() < 0.5)


def latents(draw: Random) -> Latents:
    surgery = Surgery(maybe(draw, draw.randrange(96)), tuple(draw.sample(range(96), draw.randrange(3))),
                      tuple((k, draw.choice([0.5, -1.0])) for k in draw.sample(range(96), draw.randrange(2))),
                      draw.choice([1.0, 0.5, 2.83]))  # fmt: skip
    return Latents(image=image(draw), codec=CodecSetting("jpeg", draw.choice([10.0, 90.0])),
                   corruption=maybe(draw, corruption(draw)), surgery=surgery,
                   hyper_latent_of=maybe(draw, ImageSetting("coffee")), json=draw.random() < 0.5)  # fmt: skip


def theory(draw: Random) -> Theory:
    return Theory(images=images(draw), corruption=maybe(draw, corruption(draw)), patch=draw.choice([8, 16, 32]),
                  channel=draw.choice(["luminance", "rgb"]), trained_on=draw.choice(["photographs", "text", "picture"]),
                  mse=draw.choice([1.0, 100.0, 104.399]), json=draw.random() < 0.5)  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [codecs, analyze, corrupt, heatmap, curves, color, latents, claims, theory, sweep, query],
    ids=lambda make: make.__name__,
)
def test_the_words_of_a_request_ask_for_it_again(make: Callable[[Random], Any]) -> None:
    draw = Random(1)
    for _ in range(100):
        request = make(draw)
        words = argv(request)
        assert words[0] == request.NAME
        assert parsed(type(request), words[1:]) == request, command(request)


def test_a_name_that_begins_with_a_dash_is_no_option() -> None:
    request = Analyze(image=ImageSetting("-x.png"), codecs=(CodecSetting("jpeg"),))
    assert parsed(Analyze, argv(request)[1:]).image == ImageSetting("./-x.png")


def test_what_is_at_its_default_is_not_written() -> None:
    request = Analyze(image=ImageSetting("chelsea"), codecs=(CodecSetting("jpeg", 30),))
    assert command(request) == "python -m nicviz analyze chelsea --codec jpeg:30"
    assert command(Analyze.of(DEFAULT)) == (
        "python -m nicviz analyze astronaut --codec jpeg2000 --codec compact-hyperprior --match bpp=0.46 --json"
    )


def test_a_codec_s_own_ladder_is_not_written() -> None:
    assert as_asked(own_ladder(CODECS["jpeg"]), CODECS["jpeg"]) == Ladder("jpeg", ())
    assert as_asked(Ladder("jpeg", (10.0,)), CODECS["jpeg"]) == Ladder("jpeg", (10.0,))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["chelsea"], "--codec"),
        (["chelsea", "--codec", "jpeg", "--bogus"], "--bogus"),
        (["chelsea", "--codec", "jpeg:0"], "quality from 1 to 100"),
        (["chelsea", "--codec", "jpeg", "--corruption", "fog:1", "--seed", "-1"], r"0 to 2\^32 − 1; got '-1'"),
        (["chelsea", "--codec", "jpeg", "--corruption", "fog:1", "--seed", "4294967296"], "4294967296"),
        (["chelsea", "--codec", "jpeg", "--crop", "1,2"], "LEFT,TOP,WIDTH,HEIGHT"),
        (["chelsea", "--codec", "jpeg", "--longest-side", "x"], "longest side"),
        (["chelsea", "--codec", "jpeg:30", "--match", "bpp=1"], "leave out :QUALITY"),
    ],
)
def test_bad_words_are_one_sentence_that_says_what_is_accepted(words: list[str], named: str) -> None:
    with pytest.raises(NicvizError, match=named) as caught:
        parsed(Analyze, words)
    assert "\n" not in str(caught.value)
