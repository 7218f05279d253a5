"""Rate–distortion: what each codec makes of its bits, over qualities, pictures and corruptions."""

import streamlit as st

from nicviz.analysis.rd.points import Ladder, Plan
from nicviz.requests.pages import RateDistortion
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.operating import operating_qualities
from nicviz.ui.kit.picture_sets import Pictures, pictures_control
from nicviz.ui.rd.bd import bd_section
from nicviz.ui.rd.corruption import corruption_view
from nicviz.ui.rd.cross import cross_section, speed_section
from nicviz.ui.rd.curve_files import curve_downloads
from nicviz.ui.rd.curves import curve_lines, draw_chart, mark_lines, published_lines, scales_control
from nicviz.ui.rd.measuring import grow, live, withdraw_all_but
from nicviz.ui.rd.page import VIEWS, codecs_control, teach
from nicviz.ui.rd.picks import picks_changed, show_picks
from nicviz.ui.rd.published import published_control
from nicviz.ui.shell.frame import end_page, enter_page, notices, page_title
from nicviz.ui.shell.picture import load_picture
from nicviz.ui.shell.session import session_codecs

view = enter_page(RateDistortion)
codecs = session_codecs()
page_title("Rate–distortion", "What each codec makes of its bits: quality over rate, from coarse to fine.")

original = load_picture(view.image)
notices(view.image, original.notices)
left, right = st.columns(2)
with left:
    settings = pictures_control(view, "over")
with right:
    ladders = codecs_control(view, codecs)
pictures = Pictures(settings, original, is_set=settings != (view.image,))
names = [ladder.codec for ladder in ladders]
view_names = {setting.codec for setting in view.codecs}
shown = st.segmented_control("Show", list(VIEWS), format_func=VIEWS.__getitem__, required=True,
                             key=choice("rd_show"), label_visibility="collapsed")  # fmt: skip

withdraw_all_but(shown)
operating = operating_qualities(view, original, codecs)

if shown == "corruption":
    others = [CodecSetting(name, codecs[name].quality(None)) for name in names if name not in view_names]
    corruption_view(view, pictures, [*operating, *others], ladders, codecs)
    teach()
    end_page()

growth = grow("rd", pictures, Plan(ladders, (view.corruption,), exact=False), codecs)
if shown == "cross":
    live([growth], lambda: cross_section(growth.points, codecs, names))
elif shown == "speed":
    live([growth], lambda: speed_section(growth.points, codecs, names))
else:
    marked = tuple(Ladder(setting.codec, (setting.quality,)) for setting in dict.fromkeys(operating))
    marks = grow("rd-marks", pictures, Plan(marked, (view.corruption,), exact=False), codecs, patience=0.3)
    scales = scales_control(view.corruption is not None, pictures.is_set)
    chart = st.container()
    published = published_control(pictures, growth.points, view.corruption is not None)

    def curves() -> None:
        if picks_changed():
            st.rerun()
        lines = curve_lines(growth.points, codecs, names, scales)
        if not marks.running:  # a mean over some of the pictures would lie beside the curve
            lines += mark_lines(marks.points, operating, codecs, scales)
        draw_chart([*lines, *published_lines(published, scales.axis)], scales)

    with chart:
        live([growth, marks], curves)
    show_picks(view, pictures, ladders, codecs)
    live([growth], lambda: bd_section(growth.points, codecs, ladders, scales), quiet=True)
curve_downloads(view, pictures, ladders, growth.findings, codecs)
teach()
