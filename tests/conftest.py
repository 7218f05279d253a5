import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nicviz.environment import CACHE, VARIABLES

TESTS = Path(__file__).parent
if "PYTEST_XDIST_WORKER" in os.environ:  # several at once: a core each
    os.environ.setdefault("OMP_NUM_THREADS", "1")
LONGEST = (  # files, the longest first: with several processes, one that is begun last keeps the others waiting
    "codecs/neural/family/test_kodak_figures.py",
    "pages/test_walk.py",
    "codecs/test_contract.py",
    "codecs/test_kodak_rd.py",
    "test_recipes.py",
    "training/test_run.py",
    "pages/test_compare.py",
    "pages/test_heatmap.py",
)
SLOW_FOLDERS = {"pages", "browser"}
_started: list[str] = []  # processes of Python since the test at hand began


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as quick what is neither in a slow folder nor marked as slow: `make quick` runs that. Long files first."""
    places = {str(TESTS / name): place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(str(item.path), len(places)))
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder not in SLOW_FOLDERS and item.get_closest_marker("slow") is None:
            item.add_marker(pytest.mark.quick)


def _note_process(event: str, args: tuple[object, ...]) -> None:
    if event == "subprocess.Popen" and args[0] == sys.executable:
        _started.append(str(args[1]))


sys.addaudithook(_note_process)


@pytest.fixture(autouse=True)
def quick_means_quick(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a quick test that starts Python in a process of its own."""
    _started.clear()
    yield
    if request.node.get_closest_marker("quick"):
        assert not _started, f"mark the test as slow: it starts {_started[0]}"


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test run starts from an empty store and leaves the user's alone."""
    for variable in VARIABLES:
        os.environ.pop(variable.name, None)
    os.environ[CACHE.name] = str(tmp_path_factory.mktemp("cache"))
