"""tools/programs: what the catalogue says, and that it fits what is rendered."""

from pathlib import Path

import pytest

from generator.environment.model import Environment
from tests.real import manifests
from tools.programs import Program, Unavailable, program
from tools.programs.catalogue import HERE, CatalogueError, catalogue, unavailable
from tools.programs.given import asset
from tools.programs.installers import INSTALLERS, LOCKS

WITHOUT_INSTALLER = {"given", "part", "nowhere"}


def test_a_program_without_a_version_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.toml"
    file.write_text('[tool]\nfrom = "pip"\nargv = []\n')
    with pytest.raises(CatalogueError, match=r"catalogue\.toml: tool has no 'version'"):
        catalogue(file)


def test_a_program_stands_below_what_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.toml"
    file.write_text('[tool]\nfrom = "part"\nversion = "1"\nneeds = ["whole"]\nargv = []\n')
    with pytest.raises(CatalogueError, match="tool needs whole, which must stand above it"):
        catalogue(file)


def test_every_program_is_pinned_by_checksums() -> None:
    unpinned = []
    for entry in catalogue().values():
        assert entry.origin in INSTALLERS.keys() | WITHOUT_INSTALLER, entry.name
        for name in LOCKS.get(entry.origin, ()):
            text = (HERE / entry.name / name).read_text()
            imports = name != "go.sum" or "require" in (HERE / entry.name / "go.mod").read_text()
            if imports and CHECKSUMS.get(name, "") not in text:
                unpinned.append(f"{entry.name}/{name}")
        unpinned += [archive[0] for archive in entry.options.get("archives", ()) if len(archive[2]) != 64]
    assert unpinned == []


CHECKSUMS = {
    "requirements.txt": "--hash=sha256:",
    "package-lock.json": '"integrity": "sha512-',
    "go.sum": " h1:",
    "builder/go.sum": " h1:",
}
"""Lock files that hold checksums -> how one begins."""


@pytest.mark.parametrize("environment", manifests.environments())
def test_a_program_is_of_the_rendered_version_or_says_why_not(environment: str) -> None:
    silent = {}
    for entry in catalogue().values():
        tags = manifests.tags(environment, entry.image)
        if not entry.differs and [tag.removeprefix("v") for tag in tags] not in ([], [entry.version]):
            silent[entry.name] = f"{entry.version}, rendered is {', '.join(tags)}"
    assert silent == {}, "update tools/programs/catalogue.toml and its lock files, or give the reason in `differs`"


@pytest.mark.parametrize("environment", manifests.environments())
def test_every_rendered_image_has_its_program_but_for_services(environment: str, defaults: Environment) -> None:
    """A service beside the gateways has no part in the suites unless somebody gives it one."""
    images = {
        container["image"].rpartition(":")[0]
        for component in manifests.components(environment)
        for obj in manifests.objects(environment, component)
        if obj["kind"] in manifests.WORKLOADS
        for container in obj["spec"]["template"]["spec"]["containers"]
    }
    services = {service.image.repository for service in defaults.services.values()}
    assert images - {entry.image for entry in catalogue().values()} - services == set()


def test_what_may_be_missing_is_in_the_catalogue() -> None:
    assert unavailable().keys() - catalogue().keys() == set()


def test_a_program_that_may_be_missing_is_missed_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIFROST_BINARY", raising=False)
    program.cache_clear()
    assert program("bifrost") == Unavailable("bifrost", unavailable()["bifrost"], allowed=True)
    program.cache_clear()


def test_a_binary_that_is_none_is_missed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BIFROST_BINARY", str(tmp_path / "none"))
    program.cache_clear()
    assert isinstance(program("bifrost"), Unavailable)
    program.cache_clear()


def test_a_folder_of_the_user_has_the_program_already(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "etcd"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    program.cache_clear()
    assert program("etcd") == Program("etcd", own, "of KUBEBUILDER_ASSETS", [str(own)])
    assert asset(catalogue()["kube-apiserver"]) is None, "the folder lacks it, so it is compiled"
    assert asset(catalogue()["redis-server"]) is None, "no such folder is asked for it"
    program.cache_clear()
