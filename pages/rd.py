"""Rate–distortion: what each codec makes of its bits, over qualities, pictures and corruptions."""

import streamlit as st

from nicviz.analysis.rd_points import Ladder, Plan
from nicviz.ui.choices import choice
from nicviz.ui.controls import keep_matched
from nicviz.ui.frame import enter_page, notices, page_title
from nicviz.ui.picture import load_picture
from nicviz.ui.pictures import pictures_control
from nicviz.ui.rd_corruption import corruption_view
from nicviz.ui.rd_cross import cross_section, speed_section
from nicviz.ui.rd_curves import bd_section, curve_lines, draw_chart, mark_lines, published_lines, scales_control
from nicviz.ui.rd_page import VIEWS, codecs_control, downloads, teach
from nicviz.ui.rd_picks import picks_changed, show_picks
from nicviz.ui.rd_published import published_control
from nicviz.ui.rd_work import Pictures, grow, live, operating_qualities
from nicviz.ui.session import session_codecs

view = enter_page()
codecs = session_codecs()
page_title("Rate–distortion", "What each codec makes of its bits: quality over rate, from coarse to fine.")

original = load_picture(view.image)
notices(view.image, original.notices)
settings = pictures_control(view, "over")
pictures = Pictures(settings, original, is_set=settings != (view.image,))
ladders = codecs_control(view, codecs)
names = [ladder.codec for ladder in ladders]
shown = st.segmented_control("Show", list(VIEWS), format_func=VIEWS.__getitem__, required=True,
                             key=choice("show", list(VIEWS), "curves"), label_visibility="collapsed")  # fmt: skip

operating = operating_qualities(view, original, codecs)
if view.match and len(operating) == len(view.codecs):
    for position, setting in enumerate(operating):
        keep_matched(position, setting.quality)

if shown == "corruption":
    corruption_view(view, pictures, operating, ladders, codecs)
else:
    growth = grow("rd", pictures, Plan(ladders, (view.corruption,), exact=False), codecs)
    marked = Plan(tuple(Ladder(s.codec, (s.quality,)) for s in dict.fromkeys(operating)), (view.corruption,), False)
    marks = grow("rd-marks", pictures, marked, codecs, patience=0.3)

    def draw():
        points = growth.points
        if picks_changed():
            st.rerun()
        if shown == "cross":
            cross_section(points, codecs, names)
        elif shown == "speed":
            speed_section(points, codecs, names)
        else:
            scales = scales_control(view.corruption is not None)
            published = published_control(pictures, points, view.corruption is not None)
            singles = pictures.is_set and st.toggle(
                "A thin line for each picture", key=choice("singles", [False, True], False)
            )
            lines = curve_lines(points, codecs, names, scales, singles)
            lines += published_lines(published, scales.axis)
            draw_chart([*lines, *mark_lines(marks.points, operating, codecs, scales)], scales)
            bd_section(points, codecs, ladders, scales)

    live([growth, marks], draw)
    if shown == "curves":
        show_picks(view, pictures, codecs)
    downloads(view, pictures, ladders, growth.points, codecs)
teach()
