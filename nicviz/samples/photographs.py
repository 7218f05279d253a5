"""Photographs that scikit-image's wheel carries; credits as its documentation states them."""

from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from nicviz.errors import ImageError
from nicviz.images import LoadedImage, load_file
from nicviz.samples.base import Sample

GROUP = "photographs"
_JPEG_BEFORE = "This photograph was JPEG-compressed before: the artifacts of that are part of the original here."


@dataclass(frozen=True)
class _Photograph:
    key: str
    title: str
    file: str
    description: str
    credit: str


_PHOTOGRAPHS = (
    _Photograph(
        "astronaut",
        "Portrait",
        "astronaut.png",
        "Skin, hair and a flag: look at the eyes, the hair against the dark ground and the edges of the patches.",
        "Eileen Collins, NASA Great Images database; no known copyright restrictions, public domain.",
    ),
    _Photograph(
        "coffee",
        "Coffee cup",
        "coffee.png",
        "Saturated red beside smooth porcelain and coarse wood: look for color bleeding at the rim and lost grain.",
        "Rachel Michetti, courtesy of Pikolo Espresso Bar; CC0 by the photographer.",
    ),
    _Photograph(
        "chelsea",
        "Cat",
        "chelsea.png",
        "Fur and whiskers at many scales: look where fine hair turns into a smooth patch.",
        "Stefan van der Walt; CC0 by the photographer.",
    ),
    _Photograph(
        "motorcycle",
        "Motorcycle",
        "motorcycle_left.png",
        "Spokes, chrome and cables in a cluttered workshop: look at thin bright lines on dark ground.",
        "Middlebury stereo benchmark 2014: N. Nesic, P. Westling, X. Wang, Y. Kitajima, G. Krathwohl, D. Scharstein "
        "(Middlebury College), averaged over 4×4 pixels by scikit-image; no license is stated.",
    ),
    _Photograph(
        "rocket",
        "Rocket launch",
        "rocket.jpg",
        "A bright flame in a dark sky: look for banding in the glow and blocks in the dark.",
        "SpaceX (launch of DSCOVR on Falcon 9); released into the public domain.",
    ),
    _Photograph(
        "hubble",
        "Deep field",
        "hubble_deep_field.jpg",
        "Small points of light on noise: look which faint galaxies a codec takes for noise.",
        "NASA, Hubble eXtreme Deep Field (HubbleSite); may be freely used, public domain.",
    ),
    _Photograph(
        "retina",
        "Retina",
        "retina.jpg",
        "One strong hue with fine vessels: look how thin a vessel may be before it is gone.",
        "Mikael Häggström, Medical gallery 2014 (Wikimedia Commons); CC0 1.0.",
    ),
    _Photograph(
        "tissue",
        "Stained tissue",
        "ihc.png",
        "Brown and blue stains of like lightness: look for colors that merge while the brightness stays.",
        "Center for Microscopy and Molecular Imaging (immunohistochemical staining of colonic glands); "
        "no known copyright restrictions.",
    ),
    _Photograph(
        "page",
        "Printed page",
        "page.png",
        "Gray text on uneven paper: look for halos around letters, and for letters that turn into other letters.",
        "scikit-image, scanned page; no source or license is stated.",
    ),
    _Photograph(
        "grass",
        "Grass",
        "grass.png",
        "Gray texture without a smooth spot: look how a codec spends bits where nothing is predictable.",
        "linolafett (DeviantArt), cropped and made gray by scikit-image; CC0.",
    ),
    _Photograph(
        "brick",
        "Brick wall",
        "brick.png",
        "A regular gray pattern: look for peaks of its spectrum that are weakened or doubled.",
        "CC0Textures (Bricks25), warped and made gray by scikit-image; CC0.",
    ),
)


def photograph_samples() -> list[Sample]:
    """Return the photographs in the order in which they are offered."""
    return [
        Sample(photo.key, photo.title, "photograph", GROUP, photo.description, photo.credit, partial(_load, photo))
        for photo in _PHOTOGRAPHS
    ]


def _load(photo: _Photograph, _: int | None) -> LoadedImage:
    loaded = load_file(_folder() / photo.file)
    notices = loaded.notices + ((_JPEG_BEFORE,) if photo.file.endswith(".jpg") else ())
    return LoadedImage(photo.key, loaded.pixels, notices)


def _folder() -> Path:
    """Return scikit-image's data folder without importing the package, which would take a second."""
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise ImageError("The sample photographs come with scikit-image, which is not installed (pip install -r).")
    return Path(spec.origin).parent / "data"
