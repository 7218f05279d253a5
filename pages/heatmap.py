"""Fourier heatmaps: what each single frequency, added to the picture, does to a codec's PSNR and rate."""

import streamlit as st

from nicviz.analysis.cost import seconds_of_heatmap
from nicviz.analysis.heatmap.setting import square
from nicviz.requests.pages import Heatmap
from nicviz.spectra.basis import GRIDS
from nicviz.ui.heatmap.cell import show_cell, show_square
from nicviz.ui.heatmap.controls import heatmap_choices
from nicviz.ui.heatmap.files import heatmap_downloads
from nicviz.ui.heatmap.making import grow
from nicviz.ui.heatmap.maps import show_maps
from nicviz.ui.heatmap.teach import teach
from nicviz.ui.kit.ask import agreed
from nicviz.ui.kit.picture_sets import Pictures, pictures_control
from nicviz.ui.kit.screen import folded_when_narrow
from nicviz.ui.shell.frame import enter_page, notices, page_title
from nicviz.ui.shell.operating import operating_qualities
from nicviz.ui.shell.picture import load_picture
from nicviz.ui.shell.session import session_codecs

view = enter_page(Heatmap)
codecs = session_codecs()
page_title(
    "Fourier heatmap", "How sensitive each codec is to every single frequency: one faint wave at a time is added to "
    "the picture, and the cell shows what the codec makes of it.",
)  # fmt: skip

original = load_picture(view.image)
notices(view.image, original.notices)
with folded_when_narrow("Pictures, value and frequencies"):
    settings = pictures_control(view, "over")
    choices = heatmap_choices()
    part = square(original, GRIDS[choices.setting.grid])
    show_square(part)
pictures = Pictures(settings, original, is_set=settings != (view.image,))
if view.corruption is not None:
    st.caption(":material/info: The wave is the corruption here: the one chosen at the left is not applied.")

operating = agreed(
    operating_qualities(view, original, codecs), "map", key=(pictures.key, choices.setting),
    of=lambda each: (codecs[each.codec], seconds_of_heatmap(codecs[each.codec], choices.setting, len(settings))),
)  # fmt: skip

maps = grow(pictures, operating, choices.setting, codecs)
show_maps(maps, choices)
show_cell(part, maps, choices.setting)
heatmap_downloads(view, pictures, maps, choices)
teach()
