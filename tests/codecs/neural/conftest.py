"""Folders and a server that stand in for the user's own and for CompressAI's."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


@pytest.fixture
def own_folder(monkeypatch, tmp_path) -> Path:
    """The folder that NICVIZ_WEIGHTS names."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("NICVIZ_WEIGHTS", str(folder))
    return folder


@pytest.fixture
def hub_folder(monkeypatch, tmp_path) -> Path:
    """torch.hub's folder of checkpoints, empty and not made yet; no folder of the user's own."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.delenv("NICVIZ_WEIGHTS", raising=False)
    return tmp_path / "torch" / "hub" / "checkpoints"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(monkeypatch, tmp_path) -> Iterator[tuple[Path, str]]:
    """A folder and the address on this machine that serves it."""
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()
