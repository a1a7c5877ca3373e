"""What the client reads from a real registry, with the tokens that this asks for."""

import json
import urllib.request

import pytest

from generator.pin.reference import Reference, reference
from generator.pin.registry import NotAsked, NotThere, Registries
from tests.real.pin import images
from tests.real.pin.registry import PASSWORD, PRIVATE, Registry

BOTH = ("linux/amd64", "linux/arm64")


def at(registry: Registry, name: str, tag: str) -> Reference:
    return reference(f"{registry.host}/{name}", tag)


def test_an_index_is_resolved_to_its_digest_and_platforms(registry: Registry) -> None:
    pushed = images.push(registry, "team/many", "1.2.3", ["linux/arm64/v8", "linux/amd64", "linux/arm/v7"])
    found = Registries().resolve(at(registry, "team/many", "1.2.3"))
    assert found.digest == pushed
    assert found.platforms == ("linux/amd64", "linux/arm/v7", "linux/arm64")


def test_the_digest_is_that_of_the_bytes_which_the_registry_serves(registry: Registry) -> None:
    images.push(registry, "team/bytes", "1.0.0", BOTH)
    found = Registries().resolve(at(registry, "team/bytes", "1.0.0"))
    token = registry.tokens.signed("team/bytes", ["pull"])
    headers = {"Authorization": f"Bearer {token}", "Accept": images.INDEX}
    url = f"http://{registry.host}/v2/team/bytes/manifests/1.0.0"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        content = answer.read()
    assert found.digest == images.digest(content)
    assert json.loads(content)["mediaType"] == images.INDEX


def test_the_platform_of_an_image_without_an_index_is_in_its_configuration(registry: Registry) -> None:
    pushed = images.push_alone(registry, "team/single", "1.0.0", "linux/arm64")
    found = Registries().resolve(at(registry, "team/single", "1.0.0"))
    assert (found.digest, found.platforms) == (pushed, ("linux/arm64",))


def test_a_tag_that_was_never_pushed_is_not_there(registry: Registry) -> None:
    images.push(registry, "team/known", "1.0.0", BOTH)
    with pytest.raises(NotThere, match=r"has no team/known:9\.9\.9"):
        Registries().resolve(at(registry, "team/known", "9.9.9"))


def test_one_anonymous_token_is_got_for_a_repository(registry: Registry) -> None:
    images.push(registry, "team/counted", "1.0.0", BOTH)
    registry.tokens.asked.clear()
    registries = Registries()
    registries.resolve(at(registry, "team/counted", "1.0.0"))
    registries.digest(at(registry, "team/counted", "1.0.0"))
    assert registry.tokens.asked == ["repository:team/counted:pull"]


def test_a_private_repository_is_refused_to_whoever_has_no_password(registry: Registry) -> None:
    images.push(registry, f"{PRIVATE}tool", "1.0.0", BOTH)
    with pytest.raises(NotAsked, match="refuses private/tool with 401: docker login"):
        Registries().resolve(at(registry, f"{PRIVATE}tool", "1.0.0"))


def test_a_private_repository_opens_to_what_docker_login_has_kept(registry: Registry) -> None:
    pushed = images.push(registry, f"{PRIVATE}tool", "1.0.0", BOTH)
    config = {"auths": {registry.host: {"auth": PASSWORD}}}
    assert Registries(config).resolve(at(registry, f"{PRIVATE}tool", "1.0.0")).digest == pushed
