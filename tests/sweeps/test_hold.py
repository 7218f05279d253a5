"""One run writes into a folder; who has it is said, and what is left of the dead does not matter."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nicviz.sweeps.hold import LOCK, RunHeld, held

HOLD = """import sys, time
from pathlib import Path
from nicviz.sweeps.hold import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_refused_with_who_holds_the_folder(tmp_path: Path) -> None:
    with held(tmp_path / "run"), pytest.raises(RunHeld) as caught, held(tmp_path / "run"):
        pass
    assert f"process {os.getpid()} on {socket.gethostname()}, since 20" in str(caught.value)
    assert str(tmp_path / "run") in str(caught.value)


def test_a_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    with held(tmp_path):
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()
        with pytest.raises(RunHeld), held(tmp_path):
            pass
    with held(tmp_path):
        pass


@pytest.mark.slow
def test_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(RunHeld, match=f"process {process.pid} on"), held(tmp_path):
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert json.loads((tmp_path / LOCK).read_text())["pid"] == process.pid
    with held(tmp_path):
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()


def test_a_sign_of_life_from_another_machine_counts_while_it_is_fresh(tmp_path: Path) -> None:
    lock = tmp_path / LOCK
    lock.write_text(json.dumps({"host": "elsewhere", "pid": 1, "since": "2026-01-01T00:00:00+00:00"}))
    with pytest.raises(RunHeld, match="process 1 on elsewhere, since 2026-01-01"), held(tmp_path):
        pass
    os.utime(lock, (time.time() - 3600,) * 2)
    with held(tmp_path):
        pass


def test_a_damaged_lock_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_bytes(b"\xff{")
    with held(tmp_path):
        pass
