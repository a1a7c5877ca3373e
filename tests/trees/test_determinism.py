"""The same input yields the same bytes, whatever surrounds the run."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT


def rendered_digest(repository: Path, **environ: str) -> dict[str, str]:
    """Path to hash of all files after a render in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "generator", "--root", str(repository), "render"],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {
        path.relative_to(repository).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("base", "overlays", "rendered")
        for path in sorted((repository / folder).rglob("*"))
        if path.is_file()
    }


def copy_environments(target: Path) -> Path:
    shutil.copytree(ROOT / "environments", target / "environments")
    return target


def shuffled(value: Any, seed: random.Random) -> Any:
    """The same data with the keys of every mapping in another order; lists mean their order and keep it."""
    if isinstance(value, dict):
        items = list(value.items())
        seed.shuffle(items)
        return {key: shuffled(item, seed) for key, item in items}
    if isinstance(value, list):
        return [shuffled(item, seed) for item in value]
    return value


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return rendered_digest(copy_environments(tmp_path_factory.mktemp("reference")))


def test_other_hash_seed_locale_and_time_zone(reference: dict[str, str], tmp_path: Path) -> None:
    surroundings = {"PYTHONHASHSEED": "4242", "LC_ALL": "C", "LANG": "C", "TZ": "Asia/Seoul", "PYTHONUTF8": "0"}
    assert rendered_digest(copy_environments(tmp_path), **surroundings) == reference


def test_other_directory_with_spaces_and_hangul(reference: dict[str, str], tmp_path: Path) -> None:
    odd = tmp_path / "a folder 폴더"
    odd.mkdir()
    assert rendered_digest(copy_environments(odd)) == reference


def test_second_run_over_its_own_output(reference: dict[str, str], tmp_path: Path) -> None:
    copy_environments(tmp_path)
    rendered_digest(tmp_path)
    assert rendered_digest(tmp_path) == reference


def test_shuffled_keys_in_every_environment_file(reference: dict[str, str], tmp_path: Path) -> None:
    copy_environments(tmp_path)
    seed = random.Random(7)
    for path in (tmp_path / "environments").glob("*.yaml"):
        data = shuffled(yaml.safe_load(path.read_text("utf-8")), seed)
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), "utf-8")
    assert rendered_digest(tmp_path) == reference
