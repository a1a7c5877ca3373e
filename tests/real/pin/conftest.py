"""One registry for all tests, and a copy of the environments whose images are in it."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.real.pin.registry import Registry, running
from tools.programs import Program


@pytest.fixture(scope="session")
def registry(programs: Callable[[str], Program], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running(programs("docker-registry"), tmp_path_factory.mktemp("registry")) as found:
        yield found


@pytest.fixture
def repository(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The committed environments, with every image at this registry in a place of this test's own."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "no-docker"))
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    table = "generator/check/images.json"
    (tmp_path / table).parent.mkdir(parents=True)
    shutil.copy(ROOT / table, tmp_path / table)
    below = f"{registry.host}/{tmp_path.name}".lower()
    for file in (tmp_path / "environments").glob("*.yaml"):
        text = re.sub(r"(repository: )(?:docker\.io|ghcr\.io)/", rf"\g<1>{below}/", file.read_text())
        text = re.sub(r"( +digest: sha256:.*\n)", "", text)
        file.write_text(text)
    return tmp_path
