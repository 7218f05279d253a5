"""Rate–distortion: what each codec makes of its bits, over qualities, pictures and corruptions."""

from functools import partial

import streamlit as st

from nicviz.analysis.rd.points import Ladder, Plan
from nicviz.requests.pages import RateDistortion
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.picture_sets import Pictures, pictures_control
from nicviz.ui.rd import curves
from nicviz.ui.rd.bd import bd_section
from nicviz.ui.rd.bound import bound_control, bound_lines
from nicviz.ui.rd.controls import VIEWS, agreed_ladders, codecs_control
from nicviz.ui.rd.corruption import corruption_view
from nicviz.ui.rd.cross import cross_section
from nicviz.ui.rd.files import curve_downloads
from nicviz.ui.rd.measuring import LANE, MARKS, Growing, grow, show_growing
from nicviz.ui.rd.papers import published_control
from nicviz.ui.rd.picks import picks_changed, show_picks
from nicviz.ui.rd.speed import speed_section
from nicviz.ui.rd.teach import teach
from nicviz.ui.shell.frame import end_page, enter_page, notices, page_title
from nicviz.ui.shell.operating import operating_qualities
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
ladders = agreed_ladders(ladders, pictures, codecs)
names = [ladder.codec for ladder in ladders]
shown = st.segmented_control("Show", list(VIEWS), format_func=VIEWS.__getitem__, required=True,
                             key=choice("rd_show"), label_visibility="collapsed")  # fmt: skip
operating = operating_qualities(view, original, codecs)

if shown in {"corruption", "speed"}:
    if shown == "speed":
        speed_section(original, codecs, ladders)
    else:
        corruption_view(view, pictures, operating, ladders, codecs)
    teach()
    end_page()

growing = grow(LANE, pictures, Plan(ladders, (view.corruption,), exact=False), codecs)
if shown == "cross":
    show_growing([growing], lambda now: cross_section(now.trials, codecs, names))
else:
    operated = tuple(Ladder(setting.codec, (setting.quality,)) for setting in dict.fromkeys(operating))
    marks = grow(MARKS, pictures, Plan(operated, (view.corruption,), exact=False), codecs, patience=0.3)
    scales = curves.scales_control(view.corruption is not None, pictures.is_set)
    chart = st.container()
    published = published_control(pictures, growing.trials, view.corruption is not None)
    bound = bound_control(pictures, view.corruption, scales)

    def draw(now: Growing, marked: Growing) -> None:
        drawn = curves.on_shared_pictures(now.trials, codecs, names, len(pictures.settings), now.running)
        lines = curves.curve_lines(drawn, codecs, names, scales)
        lines += curves.mark_lines(curves.behind(marked.trials, drawn), operating, codecs, scales)
        papers = () if now.running else published  # means over all pictures do not lie beside means over some
        lines += bound_lines(bound, scales, lines) + curves.published_lines(papers, scales.axis)
        curves.draw_chart(lines, scales)
        curves.say_uneven(drawn, codecs, names, scales)

    with chart:
        show_growing([growing, marks], draw, again=picks_changed)
    show_picks(view, pictures, ladders, codecs, growing.trials, scales.axis, scales.against)
    deltas = partial(bd_section, codecs=codecs, ladders=ladders, scales=scales, published=published,
                     num_images=len(pictures.settings))  # fmt: skip
    show_growing([growing], lambda now: deltas(now.trials), quiet=True)
curve_downloads(view, pictures, ladders, growing.findings, codecs)
teach()
