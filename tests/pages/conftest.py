"""Pages in this folder share one process, and with it the work in the background."""

from collections.abc import Iterator

import pytest

from nicviz.run.jobs import stop_all


@pytest.fixture(autouse=True)
def no_work_left_running() -> Iterator[None]:
    """What a page has left running when its test ends would slow the next one."""
    yield
    stop_all()
