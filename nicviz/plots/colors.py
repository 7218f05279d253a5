"""The one place for colors: a codec has the same one in every plot, on light and on dark ground."""

from zlib import crc32

ORIGINAL = "#7f7f7f"
CORRUPTED = "#b3894d"

# Classical codecs in blues and greens, neural ones in reds, oranges and purples; each readable on white and on black.
_CODECS = {
    "png": "#8a8f98",
    "jpeg": "#3b82f6",
    "jpeg-444": "#7cb0f8",
    "jpeg2000": "#0d9488",
    "jpegxl": "#22a559",
    "webp": "#84a50b",
    "avif": "#0ea5c6",
    "pca-16": "#5b7cfa",
    "pca-16-white": "#64748b",
    "pca-16-pink": "#4f9d86",
    "pca-16-brown": "#8a7a3d",
    "pca-16-text": "#3f8f3f",
    "pca-16-rank": "#7c93c9",
    "compact-hyperprior": "#e4572e",
    "compact-hyperprior-search": "#d0021b",
    "compact-hyperprior-pruned-80": "#b3541e",
    "compact-hyperprior-pruned-95": "#96705b",
    "compact-vbr": "#db2777",
    "compact-film-vbr": "#c026d3",
    "compact-elic": "#b91c5c",
    "compact-lee2019": "#8b3fc7",
    "compact-factorized": "#c98a06",
    "compact-coarse2fine": "#7c5c00",
    "compact-mentzer2018": "#8b3fc7",
    "bmshj2018-factorized": "#d9a406",
    "bmshj2018-factorized-relu": "#b58b1b",
    "bmshj2018-hyperprior": "#e8702a",
    "mbt2018-mean": "#d6336c",
    "mbt2018": "#a8326e",
    "lee2019": "#8b3fc7",
    "cheng2020-anchor": "#9b5de5",
    "cheng2020-attn": "#6d4fd8",
}
_OTHERS = ("#c2410c", "#be185d", "#7e22ce", "#a16207", "#4d7c0f", "#0f766e", "#1d4ed8", "#9f1239")
_VARIANTS = {"-msssim": 0.35, "-vbr": -0.25}  # towards white, towards black


def codec_color(name: str) -> str:
    """Return the color of a codec as #rrggbb; one that is not listed gets a fixed one by its name."""
    if name in _CODECS:
        return _CODECS[name]
    for suffix, share in _VARIANTS.items():
        base = name.removesuffix(suffix)
        if base != name and base in _CODECS:
            return _mix(_CODECS[base], share)
    return _OTHERS[crc32(name.encode()) % len(_OTHERS)]


def distinct_colors(names: list[str]) -> list[str]:
    """Return one color an entry; where a codec stands several times, the later ones are shades of it."""
    seen: dict[str, int] = {}
    colors = []
    for name in names:
        times = seen.get(name, 0)
        seen[name] = times + 1
        colors.append(_mix(codec_color(name), (0.0, 0.45, -0.4, 0.7)[times % 4]))
    return colors


def _mix(color: str, share: float) -> str:
    """Return the color moved by `share` towards white (positive) or black (negative)."""
    goal = 255 if share > 0 else 0
    parts = (int(color[index : index + 2], 16) for index in (1, 3, 5))
    return "#" + "".join(f"{round(part + (goal - part) * abs(share)):02x}" for part in parts)
