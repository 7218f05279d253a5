"""Downloads of the heatmap page, and the commands that make the same files."""

import io
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from nicviz.analysis.heatmap.record import heatmap_files, heatmap_record
from nicviz.images import encode_png
from nicviz.plots.heatmap import picture_of
from nicviz.requests.commands import Heatmap
from nicviz.requests.parts import Sources, upload_digest
from nicviz.requests.view import View
from nicviz.requests.words import command
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.heatmap.controls import HeatmapChoices
from nicviz.ui.heatmap.making import Map
from nicviz.ui.kit.choices import chosen
from nicviz.ui.kit.downloads import File, made_by, take_with_you
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.shell.picture import named_picture


def heatmap_downloads(view: View, pictures: Pictures, maps: Sequence[Map], choices: HeatmapChoices) -> None:
    """Draw the download of each map and its command line."""
    sources = _sources(view, pictures)
    about = "The arrays (.npy), the picture, and the settings with axes (JSON)."
    files = [
        File(f"{each.title} (ZIP)", f"heatmap-{_stem(each)}.zip", partial(_zip, each, sources, choices), about)
        for each in {each.key: each for each in maps if not each.problem}.values()
    ]
    commands = [_command(each, sources, choices) for each in maps]
    own = ", with your own file's path" if upload_digest(view.image.source) else ""
    ready = any(each.heatmap.shown for each in maps)
    take_with_you(files, "\n".join(dict.fromkeys(commands)), f"The same files without a browser{own}", ready)


def _sources(view: View, pictures: Pictures) -> Sources:
    return Sources((str(chosen("over")),)) if pictures.is_set else Sources.of(named_picture(view.image))


def _command(each: Map, sources: Sources, choices: HeatmapChoices) -> str:
    quality = each.codec.quality(each.quality) if each.codec.scale else None
    return command(Heatmap(images=sources, codec=CodecSetting(each.codec.name, quality), setting=choices.setting,
                           metric=choices.value, save=Path(f"heatmap-{_stem(each)}")))  # fmt: skip


def _stem(each: Map) -> str:
    return each.codec.setting(each.quality).replace(":", "-")


def _zip(each: Map, sources: Sources, choices: HeatmapChoices) -> bytes:
    heatmap, metric = each.heatmap, choices.value
    picture, drawn = picture_of(heatmap.values(metric, False), heatmap.values(metric, True))
    record = heatmap_record(heatmap, sources.words, each.codec, each.quality, metric)
    record |= {"picture": drawn, **made_by(_command(each, sources, choices))}
    files = {**heatmap_files(heatmap, record), "heatmap.png": encode_png(picture)}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return data.getvalue()
