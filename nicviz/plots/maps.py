"""A field of values as a colored picture on a common scale."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLORSCALE = "Inferno"
DIVERGING = "RdBu"  # from red to blue


@cache
def color_table(name: str) -> NDArray[np.uint8]:
    """Return 256 colors of a plotly scale, (256, 3)."""
    from plotly.colors import get_colorscale, sample_colorscale

    colors = sample_colorscale(get_colorscale(name), [k / 255 for k in range(256)], colortype="tuple")
    table: NDArray[np.uint8] = np.round(np.array(colors) * 255).astype(np.uint8)
    return table


def color_map(values: NDArray[np.floating[Any]], top: float) -> NDArray[np.uint8]:
    """Return (H, W, 3) colors of (H, W) values from 0 to `top`; what is above gets the color of `top`."""
    scaled = np.clip(values * (255.0 / top if top > 0 else 0.0), 0, 255)
    colors: NDArray[np.uint8] = color_table(COLORSCALE)[np.round(scaled).astype(np.uint8)]
    return colors


def symmetric_map(values: NDArray[np.floating[Any]], reach: float) -> NDArray[np.uint8]:
    """Return (H, W, 3) colors of (H, W) values from −reach (blue) over 0 (white) to reach (red)."""
    scaled = np.clip(127.5 - values * (127.5 / reach if reach > 0 else 0.0), 0, 255)  # the scale begins with red
    colors: NDArray[np.uint8] = color_table(DIVERGING)[np.round(scaled).astype(np.uint8)]
    return colors


def css_gradient(name: str = COLORSCALE) -> str:
    """Return a scale, from its least value to its greatest, as a CSS gradient, for a legend."""
    stops = color_table(name)[:: -17 if name == DIVERGING else 17]
    return "linear-gradient(90deg," + ",".join(f"rgb({r},{g},{b})" for r, g, b in stops) + ")"
