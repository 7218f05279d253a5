import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test run starts from an empty store and leaves the user's alone."""
    os.environ["NICVIZ_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    for name in ("NICVIZ_IMAGES", "NICVIZ_WEIGHTS", "NICVIZ_DEVICE", "NICVIZ_WEIGHTS_URL"):
        os.environ.pop(name, None)
