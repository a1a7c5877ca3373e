"""The cache: a program is installed once, again when its recipe changes, and never left half done."""

from pathlib import Path

import pytest

from tools.programs.run import NotInstalled, run
from tools.programs.store import folder, installed


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENCLAW_EKS_CACHE", str(tmp_path / "cache"))


class Installer:
    """Counts how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, here: Path) -> None:
        self.calls += 1
        (here / "program").write_text(str(self.calls))


def test_the_same_recipe_installs_once() -> None:
    install = Installer()
    first = installed("tool", "1", ["a", "b"], install)
    assert installed("tool", "1", ["a", "b"], install) == first == folder() / "tool-1"
    assert install.calls == 1


def test_another_recipe_installs_anew_and_leaves_nothing_of_the_old_one() -> None:
    install = Installer()
    path = installed("tool", "1", ["a", "b"], install)
    (path / "old").touch()
    installed("tool", "1", ["ab"], install)
    assert install.calls == 2
    assert not (path / "old").exists()


def test_what_was_broken_off_is_installed_again() -> None:
    def fail(here: Path) -> None:
        (here / "half").touch()
        raise NotInstalled("no network")

    with pytest.raises(NotInstalled):
        installed("tool", "1", [], fail)
    path = installed("tool", "1", [], Installer())
    assert (path / "program").exists()
    assert not (path / "half").exists()


def test_a_failed_command_is_told_with_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match=r"^sh exited with 3: one \| two$"):
        run(["sh", "-c", "echo one; echo two >&2; exit 3"], cwd=tmp_path, log=tmp_path / "log")


def test_a_missing_command_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match="no-such-command is not on this machine"):
        run(["no-such-command"], cwd=tmp_path, log=tmp_path / "log")
