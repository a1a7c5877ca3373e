"""Starting and ending programs."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.real.process import Process, ProgramEnded, StillWaiting, free_port, http_status, start


def python(code: str, tmp_path: Path, **env: str) -> Process:
    return start("tool", [sys.executable, "-c", code], env=env, cwd=tmp_path, log=tmp_path / "log")


def test_nothing_is_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_CALLER", "1")
    with python("import os; print(sorted(os.environ))", tmp_path, GIVEN="1") as process:
        assert process.wait(30).code == 0
    assert "GIVEN" in (tmp_path / "log").read_text()
    assert "OF_THE_CALLER" not in (tmp_path / "log").read_text()


def test_a_program_that_ends_is_noticed_at_once_with_its_last_words(tmp_path: Path) -> None:
    reason = r"(?s)ended while waiting for readiness.*code=3.*the reason"
    with (
        python("print('the reason'); raise SystemExit(3)", tmp_path) as process,
        pytest.raises(ProgramEnded, match=reason),
    ):
        process.wait_until(lambda: False, 30, "readiness")


def test_a_program_that_hangs_is_told_with_its_last_words(tmp_path: Path) -> None:
    with python("import time; print('busy', flush=True); time.sleep(60)", tmp_path) as process:
        process.wait_until(lambda: "busy" in process.tail(), 30, "its first word")
        with pytest.raises(StillWaiting, match=r"(?s)no readiness within 0\.1 s.*busy"):
            process.wait_until(lambda: False, 0.1, "readiness")


def test_terminate_gives_code_time_and_memory(tmp_path: Path) -> None:
    code = """if True:
        import signal
        signal.signal(signal.SIGTERM, lambda *_: exit(7))
        data = bytearray(b"x" * 50_000_000)
        print("up", flush=True)
        signal.pause()
    """
    with python(code, tmp_path) as process:
        process.wait_until(lambda: "up" in process.tail(), 30, "its first word")
        assert process.memory() > 50_000_000
        end = process.terminate(30)
    assert end.code == 7
    assert end.peak_rss_bytes > 50_000_000
    assert 0 < end.cpu_seconds < 30


def test_the_whole_group_is_killed(tmp_path: Path) -> None:
    code = """if True:
        import subprocess
        child = subprocess.Popen(["sleep", "60"])
        print(child.pid, flush=True)
        child.wait()
    """
    with python(code, tmp_path) as process:
        process.wait_until(lambda: process.tail().isdigit(), 30, "its child's number")
        child = int(process.tail())
        assert process.kill().code == -signal.SIGKILL
    deadline = time.monotonic() + 30  # the kernel ends it in its own time
    while _lives(child):
        assert time.monotonic() < deadline, "the child outlived its group"
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_nobody_answers_at_a_free_port() -> None:
    assert http_status(f"http://127.0.0.1:{free_port()}/") is None


def test_a_killed_program_counts_as_ended(tmp_path: Path) -> None:
    with python("import time; time.sleep(60)", tmp_path) as process:
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(30).code == -signal.SIGKILL
        assert process.terminate(1).code == -signal.SIGKILL
