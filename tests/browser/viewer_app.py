"""A small app around the viewer; the scene is chosen by the query parameter `scene`."""

import io
from dataclasses import replace

import numpy as np
import streamlit as st
from PIL import Image

from nicviz.ui.viewer import Pane, viewer

COLORS = ("#d9822b", "#2b7bd9", "#3d9970", "#b04a9c")


def noise(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "png", compress_level=1)
    return buffer.getvalue()


def pane(index: int, array: np.ndarray) -> Pane:
    title = ("Original", "Corrupted", "JPEG 2000", "compact-hyperprior", "WebP", "AVIF")[index]
    name = "original" if index == 0 else f"pane-{index}"
    color = "" if index < 2 else COLORS[index - 2]
    return Pane(name, title, png(array), f"0.{index}0 bpp · 3{index}.1 dB" if index else "", color=color)


def noise_panes(count: int, height: int = 60, width: int = 80) -> list[Pane]:
    return [pane(index, noise(height, width, index)) for index in range(count)]


def scene(name: str) -> list[Pane]:
    if name == "empty":
        return []
    if name == "shapes":
        gray = noise(33, 47, 1)[..., 0]
        return [pane(0, noise(31, 47, 0)), pane(1, gray), pane(2, noise(1, 1, 2)), pane(3, noise(1, 29, 3))]
    if name == "changing":
        quality = st.slider("Quality", 1, 5, 3)
        wide = st.toggle("Other size")
        size = (40, 90) if wide else (60, 80)
        return [pane(0, noise(*size, 0)), pane(1, noise(*size, 100 + quality))]
    if name == "long":
        names = (
            "Original",
            "Corrupted",
            "JPEG 2000 ratio 52.17",
            "compact-hyperprior q 4 (mine)",
            "WebP 62",
            "AVIF 31",
        )
        caption = "0.123 bpp · 32.10 dB to its input"
        return [replace(each, title=title, caption=caption) for each, title in zip(noise_panes(6), names, strict=True)]
    if name == "pending":
        original, result, other = noise_panes(3)
        arrived = st.toggle("Arrived")
        failed = replace(other, png=None, status="Out of memory: choose a smaller crop.", failed=True)
        return [original, result if arrived else replace(result, png=None, status="compressing…"), failed]
    return noise_panes(int(name))


st.set_page_config(layout="wide")
st.text_input("Name")
st.selectbox("Codec", ["JPEG", "PNG", "WebP"])
selected = st.query_params.get("scene", "4")
events = tuple(st.query_params.get_all("event"))
reported = None
if st.toggle("Viewer", value=True):
    reported = viewer(scene(selected), key="viewer", references=("original", "pane-1"), events=events)
if reported is not None:
    st.code(repr(reported))
st.session_state["runs"] = st.session_state.get("runs", 0) + 1
st.caption(f"run {st.session_state['runs']}")
