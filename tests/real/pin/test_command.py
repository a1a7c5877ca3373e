"""`pin` from end to end: environment files, the registry, the table of platforms, and what is rendered afterwards."""

import difflib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.cli_pin import pin
from generator.environment.load import load, names
from generator.pin.sites import Site, sites
from tests.real.pin import images
from tests.real.pin.registry import Registry
from tests.real.process import free_port

BOTH = ("linux/amd64", "linux/arm64")


def run(repository: Path, *arguments: str) -> Result:
    return CliRunner().invoke(pin, list(arguments), obj=repository)


def texts(repository: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted((repository / "environments").glob("*.yaml"))}


def added(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines that came, and lines that went."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [line[2:] for line in lines if line[0] == "+"], [line[2:] for line in lines if line[0] == "-"]


@pytest.fixture
def pushed(registry: Registry, repository: Path) -> dict[Site, str]:
    """Every image of the environments, with its digest."""
    found = sites(repository / "environments", names(repository / "environments"))
    return {site: images.push(registry, site.image.name, site.image.tag, BOTH) for site in found}


def test_without_write_nothing_is_written(repository: Path, pushed: dict[Site, str]) -> None:
    before = texts(repository)
    done = run(repository)
    assert done.exit_code == 0, done.output
    for digest in pushed.values():
        assert f"{digest} for linux/amd64, linux/arm64" in done.output
    assert texts(repository) == before


def test_write_adds_a_digest_beside_each_tag_and_changes_no_other_line(
    repository: Path, pushed: dict[Site, str]
) -> None:
    before = texts(repository)
    done = run(repository, "--write")
    assert done.exit_code == 0, done.output
    came, went = added(before["defaults.yaml"], texts(repository)["defaults.yaml"])
    assert went == []
    assert sorted(line.strip() for line in came) == sorted(f"digest: {digest}" for digest in pushed.values())


def test_what_is_written_is_what_the_environments_run(repository: Path, pushed: dict[Site, str]) -> None:
    run(repository, "--write")
    env = load(repository / "environments", "dev")
    digests = {str(site.image): digest for site, digest in pushed.items()}
    for image in (env.openclaw.image, env.llm_gateway.images.litellm, env.cache.image, env.telemetry.image):
        name = f"{image.repository}:{image.tag}"
        assert image.reference == f"{name}@{digests[name]}"


def test_writing_again_changes_nothing(repository: Path, pushed: dict[Site, str]) -> None:
    run(repository, "--write")
    before = texts(repository), (repository / "generator/check/images.json").read_text()
    done = run(repository, "--write")
    assert "every digest is as it was" in done.output
    assert (texts(repository), (repository / "generator/check/images.json").read_text()) == before


def test_the_table_of_platforms_learns_what_the_registry_says(repository: Path, pushed: dict[Site, str]) -> None:
    run(repository, "--write")
    table = json.loads((repository / "generator/check/images.json").read_text())
    for site, digest in pushed.items():
        record = table[site.image.repository]
        assert (record["platforms"], record["tags"]) == (list(BOTH), [site.image.tag])
        assert digest in record["source"]


def test_a_moved_tag_is_drift_until_it_is_pinned_anew(
    repository: Path, registry: Registry, pushed: dict[Site, str]
) -> None:
    run(repository, "--write")
    assert run(repository, "--check").exit_code == 0
    site = next(site for site in pushed if site.path == ("cache", "image"))
    moved = images.push(registry, site.image.name, site.image.tag, BOTH, note="another build under the same tag")
    before = texts(repository)
    done = run(repository, "--check")
    assert done.exit_code == 1, done.output
    assert f"moved: pinned is {pushed[site]}" in done.output
    assert texts(repository) == before
    assert run(repository, "--write").exit_code == 0
    came, went = added(before["defaults.yaml"], texts(repository)["defaults.yaml"])
    assert [line.strip() for line in (*went, *came) if "digest" in line] == [
        f"digest: {pushed[site]}",
        f"digest: {moved}",
    ]
    assert run(repository, "--check").exit_code == 0


def test_an_image_without_arm64_is_refused_and_nothing_is_written(
    repository: Path, registry: Registry, pushed: dict[Site, str]
) -> None:
    site = next(site for site in pushed if site.path == ("telemetry", "image"))
    images.push(registry, site.image.name, site.image.tag, ["linux/amd64"])
    before = texts(repository)
    done = run(repository, "--write")
    assert done.exit_code == 1, done.output
    assert f"{site.image} has no linux/arm64, it is built for linux/amd64" in done.output
    assert texts(repository) == before


def test_a_tag_of_one_environment_gets_its_digest_in_that_file(
    repository: Path, registry: Registry, pushed: dict[Site, str]
) -> None:
    """Else the digest of the defaults, of another tag, would decide what it runs."""
    run(repository, "--write")
    file = repository / "environments/dev.yaml"
    file.write_text(file.read_text() + "\ncache:\n  image:\n    tag: 8.4.3 # tried here first\n")
    site = next(site for site in pushed if site.path == ("cache", "image"))
    newer = images.push(registry, site.image.name, "8.4.3", BOTH, note="newer")
    assert run(repository, "dev", "--check").exit_code == 1
    assert run(repository, "dev", "--write").exit_code == 0
    assert load(repository / "environments", "dev").cache.image.reference.endswith(f":8.4.3@{newer}")
    assert load(repository / "environments", "prod").cache.image.digest == pushed[site]
    assert "tag: 8.4.3 # tried here first\n" in file.read_text()


def test_a_registry_that_does_not_answer_is_neither_well_nor_wrong(
    repository: Path, registry: Registry, pushed: dict[Site, str]
) -> None:
    """One of several: what the others say is not written either."""
    file = repository / "environments/defaults.yaml"
    nobody = f"127.0.0.1:{free_port()}"
    file.write_text(file.read_text().replace(registry.host, nobody, 1))
    before = texts(repository)
    done = run(repository, "--write")
    assert done.exit_code == 3, done.output
    assert f"{nobody} cannot be reached" in done.output
    assert texts(repository) == before
