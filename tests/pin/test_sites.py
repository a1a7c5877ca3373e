"""Where a digest belongs: beside the tag that it stands for, in the file that says it."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from generator.cli_pin import pin
from generator.environment.convert import camel
from generator.environment.image import Image
from generator.environment.load import names
from generator.environment.model import Environment
from generator.pin.sites import sites
from tests.conftest import ROOT

CACHE = ("cache", "image")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The environments, of which one has a tag of its own for the cache."""
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    file = tmp_path / "environments/dev.yaml"
    file.write_text(file.read_text() + "\ncache:\n  image:\n    tag: 8.4.3\n")
    return tmp_path / "environments"


def test_every_image_of_the_model_is_found(folder: Path, defaults: Environment) -> None:
    known = {camel(field.name): getattr(defaults, field.name) for field in fields(Environment)}
    assert {site.path for site in sites(folder, names(folder))} == set(_images(known, ()))


def _images(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Paths of every image in the model."""
    if isinstance(value, Image):
        yield path
    elif is_dataclass(value):
        for field in fields(value):
            yield from _images(getattr(value, field.name), (*path, camel(field.name)))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _images(item, (*path, name))


def test_a_tag_of_an_environment_is_a_place_of_its_own(folder: Path) -> None:
    found = [(site.file, site.image.tag) for site in sites(folder, names(folder)) if site.path == CACHE]
    assert found == [("defaults", "8.4.2"), ("dev", "8.4.3")]


def test_the_digest_of_the_defaults_is_shown_where_it_holds_for_another_tag(folder: Path) -> None:
    file = folder / "defaults.yaml"
    file.write_text(file.read_text().replace("tag: 8.4.2\n", f"tag: 8.4.2\n    digest: sha256:{'a' * 64}\n"))
    found = [site.digest for site in sites(folder, ["dev"]) if site.path == CACHE]
    assert found == [f"sha256:{'a' * 64}"]


def test_the_list_asks_nobody(folder: Path) -> None:
    done = CliRunner().invoke(pin, ["--list"], obj=folder.parent)
    assert done.exit_code == 0, done.output
    assert "environments/dev.yaml: cache.image: docker.io/library/redis:8.4.3\n  not pinned" in done.output


def test_an_environment_that_is_not_there_is_named(folder: Path) -> None:
    done = CliRunner().invoke(pin, ["nowhere"], obj=folder.parent)
    assert done.exit_code == 2
    assert "environments/nowhere.yaml: no such file; the environments are dev, prod, staging" in done.output
