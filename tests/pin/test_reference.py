"""References, platforms and challenges: what is parsed before any registry is asked."""

import pytest

from generator.pin.credentials import kept
from generator.pin.reference import reference
from generator.pin.registry import platform


@pytest.mark.parametrize(
    ("repository", "url"),
    [
        ("redis", "https://registry-1.docker.io/v2/library/redis"),
        ("docker.io/library/redis", "https://registry-1.docker.io/v2/library/redis"),
        ("docker.io/redis", "https://registry-1.docker.io/v2/library/redis"),
        ("otel/collector", "https://registry-1.docker.io/v2/otel/collector"),
        ("ghcr.io/openclaw/openclaw", "https://ghcr.io/v2/openclaw/openclaw"),
        ("public.ecr.aws/docker/library/redis", "https://public.ecr.aws/v2/docker/library/redis"),
        ("mirror.example.com:5000/redis", "https://mirror.example.com:5000/v2/redis"),
        ("localhost:5000/redis", "http://localhost:5000/v2/redis"),
        ("127.0.0.1:5000/a/b/c", "http://127.0.0.1:5000/v2/a/b/c"),
    ],
)
def test_a_repository_is_found_at_its_registry(repository: str, url: str) -> None:
    assert reference(repository, "1.2.3").api == url


def test_a_reference_reads_as_people_write_it() -> None:
    assert str(reference("redis", "8.4.2")) == "docker.io/library/redis:8.4.2"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"os": "linux", "architecture": "arm64"}, "linux/arm64"),
        ({"os": "linux", "architecture": "arm64", "variant": "v8"}, "linux/arm64"),
        ({"os": "linux", "architecture": "arm64", "variant": "v9"}, "linux/arm64/v9"),
        ({"os": "linux", "architecture": "arm", "variant": "v7"}, "linux/arm/v7"),
        ({"os": "linux", "architecture": "amd64", "variant": ""}, "linux/amd64"),
        ({"os": "unknown", "architecture": "unknown"}, ""),
        ({"architecture": "amd64"}, ""),
        ({}, ""),
    ],
)
def test_a_platform_is_named_as_the_table_names_it(told: dict[str, str], name: str) -> None:
    assert platform(told) == name


@pytest.mark.parametrize(
    ("key", "registry", "found"),
    [
        ("ghcr.io", "ghcr.io", "c2VjcmV0"),
        ("https://ghcr.io", "ghcr.io", "c2VjcmV0"),
        ("https://index.docker.io/v1/", "docker.io", "c2VjcmV0"),
        ("https://index.docker.io/v1/", "ghcr.io", ""),
        ("ghcr.io", "ghcr.io.example.com", ""),
    ],
)
def test_a_password_is_for_the_registry_that_it_was_kept_for(key: str, registry: str, found: str) -> None:
    assert kept({"auths": {key: {"auth": "c2VjcmV0"}}}, registry) == found


@pytest.mark.parametrize("config", [{}, {"auths": None}, {"auths": {"ghcr.io": {}}}, {"credsStore": "desktop"}])
def test_without_a_kept_password_there_is_none(config: dict[str, object]) -> None:
    assert kept(config, "ghcr.io") == ""
