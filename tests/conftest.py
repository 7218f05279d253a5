import os

import pytest

from nicviz.environment import CACHE, VARIABLES


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test run starts from an empty store and leaves the user's alone."""
    for variable in VARIABLES:
        os.environ.pop(variable.name, None)
    os.environ[CACHE.name] = str(tmp_path_factory.mktemp("cache"))
