"""CIELAB of sRGB and CIEDE2000, color by color.

A product is not fused with a sum, so that equal colors are exactly 0 apart. Nothing branches, and cube root, arc
tangent, exponential and sine are polynomials and steps of Halley, so that LLVM works on 8 colors at once. The equation
numbers are those of Sharma, Wu, Dalal, "The CIEDE2000 color-difference formula", 2005.
"""

import functools
import math
from typing import Any

import numpy as np
from numba import float32, float64, int64, njit, types, uint8, void

from nicviz.compiled.kept import kept

_AT_ONCE = 2048  # colors whose planes stay in a core's first cache
_DARK_BELOW = (6 / 29) ** 3
_DARK_SLOPE, _DARK_OFFSET = 841 / 108, 4 / 29
_OFFSET, _SPAN = 128, 256  # of the cells of (a*, b*)

_0 = np.float32(0)
_1 = np.float32(1)
_2 = np.float32(2)
_HALF = np.float32(0.5)
_TINY = np.float32(1e-30)  # of squares of chroma: divides where both colors are gray
_PI, _HALF_PI = np.float32(math.pi), np.float32(math.pi / 2)
_TURN = np.float32(math.radians(275 - 180))
_WIDTH = np.float32(math.degrees(1 / 25) ** 2)
_MOST = np.float32(60)  # of what the exponential takes: beyond, it is zero in 16 digits
_DOUBLED = np.float32(math.radians(60))  # ΔΘ of equation 16 has 30° at most, and counts twice
_RATE = np.float32(1 / 25)
_T1 = np.float32(1 + 0.20 * math.cos(math.radians(63)))
_T2 = np.float32(0.17 * math.cos(math.radians(30)))
_T3 = np.float32(0.17 * math.sin(math.radians(30)))
_T4 = np.float32(0.24)
_T5 = np.float32(0.32 * math.cos(math.radians(6)))
_T6 = np.float32(0.32 * math.sin(math.radians(6)))
_T7 = np.float32(0.20 * math.cos(math.radians(63)))
_T8 = np.float32(0.20 * math.sin(math.radians(63)))
_S1, _S2, _S3 = np.float32(0.015), np.float32(0.045), np.float32(1.5)
_FIFTY, _TWENTY = np.float32(50), np.float32(20)

_options: Any = {"nogil": True, "error_model": "numpy"}
_compile: Any = njit(**_options)
_inline: Any = njit(forceinline=True, **_options)
_given = functools.partial(types.Array, layout="C", readonly=True)


@_inline
def _cube_root(x):
    """Of 0.008…1.1, within 2e-12 of it: three steps of Halley from a parabola's guess."""
    y = 0.3095 + x * (1.2 - x * 0.53)
    for _ in range(3):
        cube = y * y * y
        y = y * (cube + 2 * x) / (2 * cube + x)
    return y


@_inline
def _f(x):
    """The function of CIE 15:2004, equations 8.6–8.11, of tristimulus values relative to white."""
    root = _cube_root(max(x, _DARK_BELOW))
    return root if x > _DARK_BELOW else x * _DARK_SLOPE + _DARK_OFFSET


@_compile
def _functions_of(light, row, out):
    """Write f of a row of the matrix times linear light (3, n) into `out`, (n,)."""
    r, g, b = light[0], light[1], light[2]
    of_r, of_g, of_b = row[0], row[1], row[2]
    for i in range(len(out)):
        out[i] = _f(of_r * r[i] + of_g * g[i] + of_b * b[i])


@kept(void(_given(uint8, 2), _given(float64, 1), _given(float64, 2), float64[:, ::1]), **_options)
def lab(pixels, linear, matrix, out):
    """Write CIELAB of pixels (N, 3) uint8 into `out`, (3, N) float64: CIE 15:2004, equations 8.3–8.11.

    Args:
        linear: (256,) linear light of the levels.
        matrix: (3, 3) from it to X/Xn, Y/Yn, Z/Zn.
    """
    light, f = np.empty((3, _AT_ONCE)), np.empty((3, _AT_ONCE))
    for start in range(0, len(pixels), _AT_ONCE):
        block = pixels[start : start + _AT_ONCE]
        count = len(block)
        for i in range(count):
            for channel in range(3):
                light[channel, i] = linear[block[i, channel]]
        for row in range(3):
            _functions_of(light, matrix[row], f[row, :count])
        x, y, z = f[0], f[1], f[2]
        L, a, b = out[0, start:], out[1, start:], out[2, start:]
        for i in range(count):
            L[i] = 116 * y[i] - 16
        for i in range(count):
            a[i] = 500 * (x[i] - y[i])
        for i in range(count):
            b[i] = 200 * (y[i] - z[i])


@kept(void(_given(float64, 2), int64[::1]), **_options)
def cells(planes, out):
    """Write the numbers of the cells (a*, b*) of (3, N) CIELAB into `out`, (N,) int64; a tie goes to the even one."""
    for i in range(planes.shape[1]):
        a, b = np.rint(planes[1, i]), np.rint(planes[2, i])
        out[i] = np.int64(a * _SPAN + b + (_OFFSET * _SPAN + _OFFSET))


@_inline
def _chroma_weight(C):
    """The root of C⁷ / (C⁷ + 25⁷)."""
    C = C * _RATE
    C2 = C * C
    C7 = C2 * C2 * C2 * C
    return math.sqrt(C7 / (C7 + _1))


@_inline
def _arc_tangent(y, x):
    """The angle of (x, y) in −π…π, within 1e-6; 0 of (0, 0)."""
    ax, ay = abs(x), abs(y)
    t = min(ax, ay) / max(ax, ay, _TINY)
    s = t * t
    angle = t * (
        np.float32(0.99999934)
        + s * (np.float32(-0.33329856) + s * (np.float32(0.19946536) + s * (np.float32(-0.13908534)
        + s * (np.float32(0.09642004) + s * (np.float32(-0.05590986) + s * (np.float32(0.02186123)
        + s * np.float32(-0.00405406)))))))
    )  # fmt: skip
    angle = _HALF_PI - angle if ay > ax else angle
    angle = _PI - angle if x < _0 else angle
    return -angle if y < _0 else angle


@_inline
def _falling(t):
    """exp(−t) of t ≥ 0, within 4e-6."""
    u = min(t, _MOST) / np.float32(-64)
    e = _1 + u * (_1 + u * (_HALF + u * (np.float32(1 / 6) + u * (np.float32(1 / 24) + u * (np.float32(1 / 120)
        + u * (np.float32(1 / 720) + u * np.float32(1 / 5040)))))))  # fmt: skip
    for _ in range(6):
        e = e * e
    return e


@_inline
def _sine(x):
    """Of 0…60°, within 1e-7."""
    s = x * x
    return x * (_1 + s * (np.float32(-1 / 6) + s * (np.float32(1 / 120) + s * (np.float32(-1 / 5040)
        + s * np.float32(1 / 362880)))))  # fmt: skip


@_inline
def _difference(dL, L, a1, a2, b1, b2):
    """Return ΔE00, ΔC' and ΔH' of two colors, given ΔL', the mean L* and both a* and b*, all in float32.

    No hue angle is needed for ΔH': dot and cross product are the chromas' product times cosine and sine of the angle d
    between the hues, and the sum of two vectors of one length points along the bisector, the mean hue. Where d is over
    90° the second one is turned round first. Where a color is gray, the mean hue has cosine and sine 0, and does not
    count, because ΔH' is 0.
    """
    stretch = _S3 - _HALF * _chroma_weight((math.sqrt(a1 * a1 + b1 * b1) + math.sqrt(a2 * a2 + b2 * b2)) * _HALF)
    a1, a2 = a1 * stretch, a2 * stretch  # 2–5
    C1, C2 = math.sqrt(a1 * a1 + b1 * b1), math.sqrt(a2 * a2 + b2 * b2)  # 6
    dot, cross, product = a1 * a2 + b1 * b2, a1 * b2 - a2 * b1, C1 * C2
    reach = max(product + abs(dot), _TINY)  # 2 C1 C2 cos² (d / 2); with sin² where d is over 90°
    twice_reach = _2 * reach
    root = math.sqrt(twice_reach)
    opposed = dot < _0
    toward = -C1 if opposed else C1
    to_unit = _1 / max(math.sqrt(product * twice_reach), _TINY)
    cos, sin = (a1 * C2 + a2 * toward) * to_unit, (b1 * C2 + b2 * toward) * to_unit
    # Of exactly opposite hues the one in 180°…360° comes after the other, as in equations 10 and 14.
    is_first = (b1 > _0) | ((b1 == _0) & (a1 > _0))
    tie = _1 if is_first else -_1
    side = _1 if cross > _0 else -_1 if cross < _0 else tie
    near = cross / reach
    dH = (side if opposed else near) * root  # 11
    cos, sin = (-side * sin if opposed else cos), (side * cos if opposed else sin)  # 12, 14
    dC, C = C2 - C1, (C1 + C2) * _HALF  # 9, 13
    cos2, sin2 = _2 * cos * cos - _1, _2 * cos * sin
    twice = _2 * cos2
    T = (
        _T1 - cos * _T2 - sin * _T3 + cos2 * _T4 + cos * (twice - _1) * _T5 - sin * (twice + _1) * _T6
        - twice * (cos2 * _T7 + sin2 * _T8)
    )  # fmt: skip  # 15, with the cosines of multiples of h' as polynomials
    turn = _arc_tangent(-sin, -cos) - _TURN  # h' − 275° of h' in 0…360°
    RT = -_2 * _sine(_DOUBLED * _falling(turn * turn * _WIDTH)) * _chroma_weight(C)  # 16, 17, 21
    from_middle = (L - _FIFTY) * (L - _FIFTY)
    first = dL / (_1 + _S1 * from_middle / math.sqrt(_TWENTY + from_middle))  # 18
    second, third = dC / (_1 + _S2 * C), dH / (_1 + _S1 * C * T)  # 19, 20
    square = first * first + second * second + third * third + RT * second * third
    return math.sqrt(max(square, _0)), dC, dH  # 22


@_compile
def _block_of(first, second, out):
    """Write ΔL' (equation 8), the mean L* (12), a*, a*, b* and b* of (3, n) CIELAB into `out`, (6, n) float32."""
    for i in range(first.shape[1]):
        out[0, i] = second[0, i] - first[0, i]
        out[1, i] = (first[0, i] + second[0, i]) * 0.5
    for axis in range(1, 3):
        for i in range(first.shape[1]):
            out[2 * axis, i] = first[axis, i]
            out[2 * axis + 1, i] = second[axis, i]


@_compile
def _differences_of(values, out):
    dL, L, a1, a2, b1, b2 = values[0], values[1], values[2], values[3], values[4], values[5]
    for i in range(len(out)):
        out[i] = _difference(dL[i], L[i], a1[i], a2[i], b1[i], b2[i])[0]


@_compile
def _chromas_of(values, out):
    dL, L, a1, a2, b1, b2 = values[0], values[1], values[2], values[3], values[4], values[5]
    for i in range(len(out)):
        out[i] = _difference(dL[i], L[i], a1[i], a2[i], b1[i], b2[i])[1]


@_compile
def _hues_of(values, out):
    dL, L, a1, a2, b1, b2 = values[0], values[1], values[2], values[3], values[4], values[5]
    for i in range(len(out)):
        out[i] = _difference(dL[i], L[i], a1[i], a2[i], b1[i], b2[i])[2]


@kept(void(_given(float64, 2), _given(float64, 2), float32[::1]), **_options)
def differences(first, second, out):
    """Write ΔE00 of two (3, N) CIELAB into `out`, (N,) float32."""
    values = np.empty((6, _AT_ONCE), np.float32)
    for start in range(0, len(out), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        _block_of(first[:, some], second[:, some], values)
        _differences_of(values, out[some])


@kept(void(_given(float64, 2), _given(float64, 2), float32[:, ::1]), **_options)
def parts(first, second, out):
    """Write ΔE00, ΔL', ΔC' and ΔH' of two (3, N) CIELAB, from the first to the second, into `out`, (4, N) float32."""
    values = np.empty((6, _AT_ONCE), np.float32)
    for start in range(0, first.shape[1], _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        _block_of(first[:, some], second[:, some], values)
        _differences_of(values, out[0, some])  # loops of one output are what LLVM makes vectors of
        out[1, some] = values[0, : len(out[1, some])]
        _chromas_of(values, out[2, some])
        _hues_of(values, out[3, some])
