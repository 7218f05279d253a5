"""Bjøntegaard's deltas on the rate–distortion page."""

from collections.abc import Mapping, Sequence
from typing import cast

import streamlit as st

from nicviz.analysis.rd.bd_rate import METHODS, Method
from nicviz.analysis.rd.comparison import Comparison, compare, compare_published
from nicviz.analysis.rd.curves import of_codec
from nicviz.analysis.rd.points import Ladder
from nicviz.analysis.rd.published import PublishedCurve
from nicviz.codecs import Codec
from nicviz.plots.colors import codec_color
from nicviz.tasks.task import Trial
from nicviz.ui.kit.choices import choice, chosen
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.rd.curves import Scales, listed

PUBLISHED = "published/"  # before the key of a published curve, in the choice of the anchor
METHOD_TITLES: dict[Method, str] = {"pchip": "PCHIP", "akima": "Akima", "cubic": "Cubic"}


def bd_section(
    points: Sequence[Trial], codecs: Mapping[str, Codec], ladders: Sequence[Ladder], scales: Scales,
    published: Sequence[PublishedCurve] = (), num_images: int = 0,
) -> None:  # fmt: skip
    """Draw the table of BD-rates against an anchor: one of the codecs, or a published curve over the same pictures.

    Args:
        points: of all codecs.
        codecs: by name.
        ladders: in order.
        scales: the axes.
        published: curves that are drawn beside them.
        num_images: that these are means over.
    """
    st.subheader("Who needs fewer bits", anchor=False)
    names = [ladder.codec for ladder in ladders if of_codec(points, ladder.codec)]
    papers = {PUBLISHED + curve.key: curve for curve in published if curve.on(scales.axis)}
    if len(names) + len(papers) < 2 or not names:
        st.caption("BD-rates appear with the second codec's curve.")
        return
    titles = {**{name: codecs[name].title for name in names},
              **{key: f"{curve.title}, published" for key, curve in papers.items()}}  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        known = [*(ladder.codec for ladder in ladders), *papers]
        key = choice("rd_anchor", list(titles), names[0], known=known)
        anchor = st.selectbox("Anchor", list(titles), format_func=titles.__getitem__, key=key, width=320)
        key = choice("rd_method")
        st.segmented_control("Interpolation", list(METHODS), format_func=METHOD_TITLES.__getitem__, key=key,
                                      required=True)  # fmt: skip
    method = cast(Method, chosen("rd_method"))
    if anchor in papers and any(len({t.picture.sha256 for t in of_codec(points, name)}) < num_images for name in names):
        st.caption(f"BD-rates against {titles[anchor]} come when all {num_images} pictures are measured: its figures "
                   "are means over them.")  # fmt: skip
        return
    if anchor in papers:
        rows = [compare_published(points, name, papers[anchor], num_images, scales.axis, method) for name in names]
        st.caption(f":material/menu_book: {papers[anchor].source}")
    else:
        rows = [compare(points, name, anchor, scales.axis, scales.against, method) for name in names if name != anchor]
        if not rows:
            st.caption("Choose another anchor, or a second codec.")
            return
    _bd_table(rows, codecs, scales)
    for row in rows:
        for delta, what in ((row.rate, "BD-rate"), (row.metric, f"BD-{row.axis.title}")):
            if delta.note:
                missing = "no number" if delta.value is None else "beware"
                st.caption(f":material/warning: {codecs[row.codec].title}, {what}: {missing}, for {delta.note}.")
        if row.left_out:
            st.caption(
                f":material/filter_alt: {codecs[row.codec].title}: the mean curves are over {row.num_images} of "
                f"{row.num_images + len(row.left_out)} pictures. Without a finite {row.axis.title} somewhere: "
                f"{listed(row.left_out)}."
            )
    if len(rows[0].pictures) > 1:
        _picture_tables(rows, codecs)


def _bd_table(rows: Sequence[Comparison], codecs: Mapping[str, Codec], scales: Scales) -> None:
    axis = scales.axis
    unit = f" ({axis.unit})" if axis.unit else ""
    several = any(len(row.pictures) > 1 for row in rows)

    def line(label: str, values: list[float | None], texts: list[str], low_wins: bool, about: str) -> Row:
        return Row(label, texts, values, not low_wins, about, kind="result")

    rates = [row.rate.value for row in rows]
    gains = [row.metric.value for row in rows]
    table = [
        line("BD-rate of the mean curve (%)", rates, [_number(v, 1) for v in rates], True,
             "rate for equal quality, relative to the anchor; negative: fewer bits"),
    ]  # fmt: skip
    if several:
        means = [row.mean_rate for row in rows]
        texts = [f"{_number(row.mean_rate, 1)} of {row.num_rates}/{len(row.pictures)}" for row in rows]
        table.append(line("Mean of the pictures' BD-rates (%)", means, texts, True, "over pictures that have a number"))
    table.append(line(f"BD-{axis.title} of the mean curve{unit}", gains, [_number(v, axis.digits) for v in gains],
                      not axis.higher_is_better, "difference in quality at equal rate"))  # fmt: skip
    if several:
        means = [row.mean_metric for row in rows]
        table.append(line(f"Mean of the pictures' BD-{axis.title}{unit}", means,
                          [_number(v, axis.digits) for v in means], not axis.higher_is_better,
                          "over pictures that have a number"))  # fmt: skip
    overlaps = [f"{row.rate.overlap:.0f} / {row.metric.overlap:.0f}" for row in rows]
    table.append(Row("Overlap in quality / log rate (%)", overlaps, help="common interval / union of the two curves"))
    show_table([(codecs[row.codec].title, codec_color(row.codec)) for row in rows], table)


def _picture_tables(rows: Sequence[Comparison], codecs: Mapping[str, Codec]) -> None:
    axis = rows[0].axis
    with st.expander(f"BD-rate (%) and BD-{axis.title}{f' ({axis.unit})' if axis.unit else ''} of each picture"):
        found = [{entry.picture: entry for entry in row.pictures} for row in rows]
        table = []
        for name in dict.fromkeys(entry.picture for row in rows for entry in row.pictures):
            entries = [pictures.get(name) for pictures in found]
            texts = [
                f"{_number(entry.rate.value, 1)} / {_number(entry.metric.value, axis.digits)}" if entry else "–"
                for entry in entries
            ]
            table.append(Row(name, texts, [entry.rate.value if entry else None for entry in entries], False,
                             kind="result"))  # fmt: skip
        show_table([(codecs[row.codec].title, codec_color(row.codec)) for row in rows], table)


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:+.{digits}f}"
