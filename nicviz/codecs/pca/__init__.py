"""The linear autoencoder as a codec: block PCA trained on one kind of pictures, and reverse water-filling.

A neural codec in miniature whose every step can be written down, so that what it does to each frequency follows from
the power spectrum it was trained on (Lieberman et al., NeurIPS 2023, explain the low-pass bias so).
"""

from collections.abc import Callable, Mapping
from functools import partial

from nicviz.codecs import guard
from nicviz.codecs.base import Codec, Image, QualityScale
from nicviz.codecs.pca.coding import LARGEST, claimed_size, decode_with_model, encode_with_model
from nicviz.codecs.pca.model import TRAINED_ON, Allocation, LinearModel, trained_model
from nicviz.versions import installed

METHOD = 1  # raise it when the same picture gives other bytes
_ANY_SIDE = 65535  # of a thin picture the blocks are mostly padding
_MSE = QualityScale("mean square error", low=1, high=3000, default=100, step=0, higher_is_better=False)
_RANK = QualityScale("rank", low=1, high=768, default=48, step=1)
_LADDER = (400.0, 280.0, 190.0, 130.0, 85.0, 50.0, 28.0, 14.0)
_FLAT_LADDER = (2200.0, 1500.0, 1000.0, 650.0, 400.0, 200.0, 60.0, 12.0)  # white noise: nothing to leave out
_RANK_LADDER = (6.0, 12.0, 24.0, 48.0, 96.0, 160.0, 256.0, 400.0)
_TRAINED = {  # by what: ending of the name, title, and what that makes of it
    "photographs": ("", "PCA 16×16", "photographs: a low-pass, as the power spectrum of photographs falls"),
    "white": (
        "-white",
        "PCA 16×16, white",
        "white noise (1/f⁰): no frequency is worth more than another, and each costs bits",
    ),
    "pink": ("-pink", "PCA 16×16, 1/f", "noise with the power spectrum 1/f: a gentle low-pass"),
    "brown": ("-brown", "PCA 16×16, 1/f²", "noise with the power spectrum 1/f²: a low-pass, equal in all directions"),
    "text": ("-text", "PCA 16×16, text", "a printed page: keeps the fine strokes that one of photographs drops"),
}


def by_mse(model: LinearModel, quality: float) -> Allocation:
    """Return what each component gets at a target MSE over R, G and B, by reverse water-filling."""
    return model.water_filled(quality)


def by_rank(model: LinearModel, quality: float) -> Allocation:
    """Return what each component gets where only as many as `quality` are kept."""
    return model.of_rank(round(quality))


def _pca(
    name: str, trained_on: str, title: str, description: str, scale: QualityScale, ladder: tuple[float, ...],
    allocate: Callable[[LinearModel, float], Allocation],
) -> Codec:  # fmt: skip
    model = partial(trained_model, trained_on)

    def encode(image: Image, quality: float) -> bytes:
        return encode_with_model(image, model(), quality, allocate(model(), quality))

    def decode(data: bytes) -> Image:
        return decode_with_model(data, model(), partial(allocate, model()))

    def versions(quality: float) -> Mapping[str, str]:
        packages = {package: str(installed(package)) for package in ("numpy", "constriction")}
        return {**packages, "model": model().digest.hex(), "method": f"{allocate.__name__} {METHOD}"}

    return Codec(
        name=name,
        title=title,
        family="classical",
        description=description,
        encoder=guard.encoder(name, encode, _ANY_SIDE),
        decoder=guard.decoder(name, claimed_size, decode),
        scale=scale,
        ladder=ladder,
        versions=versions,
        pixel_limit=lambda: LARGEST,
        suffix=".pca",
        cost=0.25,
        prepare=lambda quality: _load(model),
    )


def _load(model: Callable[[], LinearModel]) -> None:
    import constriction  # noqa: F401

    model()


def _water_filled(trained_on: str) -> Codec:
    ending, title, about = _TRAINED[trained_on]
    return _pca(
        f"pca-16{ending}", trained_on, title,
        f"Linear autoencoder: PCA of 16×16 blocks and reverse water-filling, trained on {about}.",
        _MSE, _FLAT_LADDER if trained_on == "white" else _LADDER, by_mse,
    )  # fmt: skip


RANK = _pca(
    "pca-16-rank", "photographs", "PCA 16×16, rank",
    "Linear autoencoder with a bottleneck: only so many principal components of photographs are kept, whole.",
    _RANK, _RANK_LADDER, by_rank,
)  # fmt: skip

CODECS = (*map(_water_filled, TRAINED_ON), RANK)
