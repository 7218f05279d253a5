"""The commands that the rate–distortion page offers."""

from nicviz.analysis.pictures import expand
from nicviz.analysis.rd.points import Ladder
from nicviz.codecs import CODECS
from nicviz.requests.parts import own_ladder
from nicviz.tasks.settings import CorruptionSetting, ImageSetting
from nicviz.ui.rd.files import rd_command


def test_the_command_names_qualities_only_where_they_are_not_the_ladder() -> None:
    ladders = [
        Ladder("jpeg", tuple(map(float, CODECS["jpeg"].ladder))),
        Ladder("webp", (10.0, 20.0)),
        Ladder("png", (0.0,)),
    ]
    assert rd_command([ImageSetting("chelsea")], ladders, CODECS, CorruptionSetting("gaussian_noise", 2, 3)) == (
        "python -m nicviz rd chelsea --codec jpeg --codec webp:10,20 --codec png --corruption gaussian_noise:2 "
        "--seed 3 --json"
    )


def test_the_command_calls_a_whole_set_by_its_name() -> None:
    pictures = expand(["photographs"])
    assert rd_command(pictures, [own_ladder(CODECS["jpeg"])], CODECS, None).startswith(
        "python -m nicviz rd photographs --codec jpeg "
    )
    assert rd_command(pictures[1:], [own_ladder(CODECS["jpeg"])], CODECS, None).startswith(
        "python -m nicviz rd coffee chelsea "
    )
