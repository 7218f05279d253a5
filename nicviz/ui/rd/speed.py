"""What a rate costs in time: runs of their own, in which nothing else of this server runs."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from nicviz.analysis.cost import ASK_BEYOND, told
from nicviz.analysis.rd.points import Ladder
from nicviz.codecs import Codec
from nicviz.codecs.neural.device import device_label
from nicviz.images import LoadedImage
from nicviz.plots.colors import codec_color
from nicviz.plots.rd import Line, line_figure
from nicviz.run.work import Signal, Work
from nicviz.tasks.measure import task_of
from nicviz.tasks.task import Task
from nicviz.tasks.timing import ROUNDS, Times, is_slow, seconds_to_time, time_tasks
from nicviz.ui.kit.figures import show_figure_with_data
from nicviz.ui.kit.waiting import compute, progress_line
from nicviz.ui.rd.curves import RATE_TITLE, listed
from nicviz.ui.rd.measuring import LANE
from nicviz.ui.shell.panes import setting_title

TIMES = {"encode": "Encode", "decode": "Decode"}
_ASKED = "rd-speed-asked"


def speed_section(original: LoadedImage, codecs: Mapping[str, Codec], ladders: Sequence[Ladder]) -> None:
    """Time the ladders on the picture of the shared controls, and draw seconds per megapixel against rate."""
    st.subheader("What it costs in time", anchor=False)
    slow = [ladder.codec for ladder in ladders if is_slow(codecs[ladder.codec])]
    tasks = tuple(
        task_of(original, None, codecs[ladder.codec], quality, metrics=())
        for ladder in ladders if ladder.codec not in slow for quality in ladder.qualities
    )  # fmt: skip
    if slow:
        st.caption(
            f":material/hourglass: Left out: {listed([codecs[name].title for name in slow])}, slow codecs and those "
            "that code symbol after symbol (Compare shows the time of one bitstream)."
        )
    seconds = seconds_to_time(tasks, codecs)
    if seconds > ASK_BEYOND and st.session_state.get(_ASKED) != tasks:
        st.write(f"{len(tasks)} points take about {told(seconds)}, in which other work here waits.")
        st.button("Measure the times", icon=":material/timer:", on_click=_ask, args=(tasks,))
        return
    (live,) = compute(LANE, [Work(tasks, "times", partial(_time, tasks, original, codecs), ends_with_page=True)])
    progress_line(LANE)
    if live.state == "failed":
        st.error(live.message, icon=":material/error:")
    if live.done:
        _plots(live.value, codecs)
        timed = {task.codec.name for task in live.value}
        refused = [codecs[name].title for name in dict.fromkeys(task.codec.name for task in tasks) if name not in timed]
        if refused:
            st.caption(f":material/error: {listed(refused)} cannot code this picture; Compare says why.")
        neural = any(codecs[ladder.codec].family == "neural" for ladder in ladders)
        device = f"Neural codecs ran on {device_label()}, the others on the CPU. " if neural else "On the CPU. "
        st.caption(
            f"{device}The picture of the sidebar, clean. Medians of up to {ROUNDS} runs in shuffled order after a "
            "warm-up; nothing else of this server ran meanwhile, other programs of this machine may have."
        )


def _ask(tasks: tuple[Task, ...]) -> None:
    st.session_state[_ASKED] = tasks


def _time(
    tasks: Sequence[Task], original: LoadedImage, codecs: Mapping[str, Codec], signal: Signal
) -> dict[Task, Times]:
    def progress(share: float) -> None:
        signal.progress = share

    return time_tasks(tasks, original, codecs, progress=progress, cancel=signal)


def _plots(found: Mapping[Task, Times], codecs: Mapping[str, Codec]) -> None:
    for column, (kind, title) in zip(st.columns(2), TIMES.items(), strict=True):
        lines = []
        for name in dict.fromkeys(task.codec.name for task in found):
            mine = sorted(
                ((times.bpp, task, times) for task, times in found.items() if task.codec.name == name),
                key=lambda entry: entry[0],
            )
            seconds = [getattr(times, f"{kind}_seconds") / task.picture.megapixels for _, task, times in mine]
            labels = [
                f"<b>{setting_title(codecs[name], task.quality)}</b><br>{times.bpp:.4f} bpp<br>{value:.3f} s/MP"
                f"<br>median of {times.runs}"
                for (_, task, times), value in zip(mine, seconds, strict=True)
            ]
            lines.append(Line(codecs[name].title, codec_color(name), [bpp for bpp, _, _ in mine], seconds, labels))
        with column:
            figure = line_figure(lines, RATE_TITLE, f"{title.lower()} (seconds per megapixel)", log_y=True, height=400)
            show_figure_with_data(figure, f"speed-{kind}")
