"""Which files of the kernel say what a pod's limits say, in both versions of control groups."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.load.limits import PERIOD, ahead, limited


def files(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("")


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, tuple[str, ...]]], None]:
    """Fills a new folder, by the name of its parent, with these files, and lets it go with them."""

    def play(contents: dict[str, tuple[str, ...]]) -> None:
        mkdir, rmdir = Path.mkdir, Path.rmdir

        def made(self: Path) -> None:
            mkdir(self)
            files(self, *contents[self.parent.name])

        def gone(self: Path) -> None:
            for file in self.iterdir():
                file.unlink()
            rmdir(self)

        monkeypatch.setattr(Path, "mkdir", made)
        monkeypatch.setattr(Path, "rmdir", gone)

    return play


def test_version_1(tmp_path: Path, kernel: Callable[[dict[str, tuple[str, ...]]], None]) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "cpu").mkdir()
    cpu = ("cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.shares")
    kernel({"memory": ("memory.limit_in_bytes",), "cpu": cpu})
    with limited("one", 3072, root=tmp_path) as group:
        assert group.memory is not None
        assert group.cpu is not None
        assert (group.memory / "memory.limit_in_bytes").read_text() == str(3072 * 1024 * 1024)
        assert (group.cpu / "cpu.cfs_quota_us").read_text() == "-1"
        assert group.hold(0.5)
        assert (group.cpu / "cpu.cfs_quota_us").read_text() == str(PERIOD // 2)
        assert str(group.memory) in group.prefix[4]
        assert str(group.cpu) in group.prefix[4]
    assert list((tmp_path / "memory").iterdir()) == list((tmp_path / "cpu").iterdir()) == []


def test_version_2(tmp_path: Path, kernel: Callable[[dict[str, tuple[str, ...]]], None]) -> None:
    files(tmp_path, "cgroup.controllers")
    kernel({tmp_path.name: ("memory.max", "cpu.max", "cpu.weight")})
    with limited("one", 2048, cpu=1.5, root=tmp_path) as group:
        assert group.memory is not None
        assert group.memory == group.cpu
        assert (group.memory / "memory.max").read_text() == str(2048 * 1024 * 1024)
        assert (group.memory / "cpu.max").read_text() == f"150000 {PERIOD}"
        group.hold(None)
        assert (group.memory / "cpu.max").read_text() == f"max {PERIOD}"


def test_load_generator_and_provider_come_first(
    tmp_path: Path, kernel: Callable[[dict[str, tuple[str, ...]]], None]
) -> None:
    files(tmp_path, "cgroup.controllers", "cgroup.procs")
    kernel({tmp_path.name: ("memory.max", "cpu.max", "cpu.weight", "cgroup.procs")})
    with ahead(root=tmp_path):
        [group] = [path for path in tmp_path.iterdir() if path.is_dir()]
        assert (group / "cgroup.procs").read_text() == str(os.getpid())
        assert (group / "cpu.weight").read_text() == "10000"
    assert (tmp_path / "cgroup.procs").read_text() == str(os.getpid()), "it is back where it was"


def test_without_control_groups_nothing_is_limited_and_that_is_said(tmp_path: Path) -> None:
    with limited("one", 2048, root=tmp_path / "none") as group:
        assert not group.hold(0.5)
        assert group.applied.startswith("no memory limit: control groups cannot be written here")
