"""Downloads of the heatmap page, and the commands that make the same files."""

import io
import zipfile
from collections.abc import Sequence
from functools import partial

from nicviz.analysis.heatmap.record import heatmap_command, heatmap_files, heatmap_record
from nicviz.images import encode_png
from nicviz.plots.heatmap import picture_of
from nicviz.ui.heatmap.controls import HeatmapChoices
from nicviz.ui.heatmap.making import Map
from nicviz.ui.kit.choices import chosen
from nicviz.ui.kit.downloads import File, made_by, named, take_with_you
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.shell.view import UPLOAD, View


def heatmap_downloads(view: View, pictures: Pictures, maps: Sequence[Map], choices: HeatmapChoices) -> None:
    """Draw the download of each map and its command line."""
    sources = _sources(view, pictures)
    about = "The arrays (.npy), the picture, and the settings with axes (JSON)."
    files = [
        File(f"{each.title} (ZIP)", f"heatmap-{_stem(each)}.zip", partial(_zip, each, sources, choices), about)
        for each in {each.key: each for each in maps if not each.problem}.values()
    ]
    commands = [heatmap_command(sources, each.codec, each.quality, choices.setting, choices.value) for each in maps]
    own = ", with your own file's path" if view.image.source == UPLOAD else ""
    ready = any(each.heatmap.shown for each in maps)
    take_with_you(files, "\n".join(dict.fromkeys(commands)), f"The same files without a browser{own}", ready)


def _sources(view: View, pictures: Pictures) -> list[str]:
    if pictures.is_set:
        return [str(chosen("over"))]
    return named(view.image).arguments()


def _stem(each: Map) -> str:
    return each.codec.setting(each.quality).replace(":", "-")


def _zip(each: Map, sources: Sequence[str], choices: HeatmapChoices) -> bytes:
    heatmap, metric = each.heatmap, choices.value
    picture, drawn = picture_of(heatmap.values(metric, False), heatmap.values(metric, True))
    record = heatmap_record(heatmap, sources, each.codec, each.quality, metric)
    command = heatmap_command(sources, each.codec, each.quality, choices.setting, metric)
    record |= {"picture": drawn, **made_by(command)}
    files = {**heatmap_files(heatmap, record), "heatmap.png": encode_png(picture)}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return data.getvalue()
