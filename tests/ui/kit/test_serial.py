"""How long a bitstream will take, as it is told before it is made."""

import pytest

from nicviz.ui.kit.serial import how_long


@pytest.mark.parametrize(("seconds", "words"), [(0.14, "less than a second"), (1.4, "about 1 s"), (29.6, "about 30 s")])
def test_how_long_a_bitstream_takes_is_told_in_whole_seconds(seconds, words):
    assert how_long(seconds) == words
