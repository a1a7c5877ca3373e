"""Environment files: merged, typed, complete."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from generator.environment.load import DEFAULTS, build, load, merge, names, read
from generator.environment.model import Environment
from generator.environment.nodes import parse
from generator.environment.problem import EnvironmentInvalid
from tests.conftest import ROOT


def over_defaults(text: str) -> Environment:
    defaults = read(ROOT / "environments/defaults.yaml", "environments/defaults.yaml")
    return build(merge(defaults, parse(text, "environments/test.yaml")), "test")


def test_maps_merge_lists_replace_and_null_removes() -> None:
    env = over_defaults("cluster: {zones: [us-east-1a, us-east-1b]}\nmodels: {glm-4.7: {fallbacks: []}}\n")
    assert env.cluster.zones == ("us-east-1a", "us-east-1b")
    assert env.cluster.name == "openclaw"
    assert env.models["glm-4.7"].id == "zai.glm-4.7"
    text = "models: {solar-pro-3: null}\nrouting: {routes: []}\n"
    assert list(over_defaults(text).models) == ["claude-sonnet", "glm-4.7"]


def test_gateways_inherit_from_the_gateway_defaults_of_their_environment() -> None:
    env = over_defaults("openclaw: {gatewayDefaults: {storage: 7Gi}, gateways: {team: {capacity: on-demand}}}\n")
    assert {name: one.storage for name, one in env.openclaw.gateways.items()} == {"main": "7Gi", "team": "7Gi"}
    assert env.openclaw.gateways["team"].capacity == "on-demand"
    assert env.openclaw.gateways["main"].capacity == "spot-first"


def test_a_new_gateway_needs_an_empty_mapping_and_says_so() -> None:
    with pytest.raises(
        EnvironmentInvalid, match=r"environments/test.yaml:1:\d+: openclaw.gateways.team: expected a mapping"
    ):
        over_defaults("openclaw: {gateways: {team: }}\n")


def test_anchors_may_be_used_inside_a_file() -> None:
    env = over_defaults("cluster: {zones: &z [us-east-1a, us-east-1b]}\nrouting: {general: *z}\n")
    assert env.routing.general == ("us-east-1a", "us-east-1b")


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    assert over_defaults("cluster:\r\n  name: windows\r\n").cluster.name == "windows"


def test_environments_are_frozen(defaults: Environment) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        defaults.cluster.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        defaults.models["new"] = defaults.models["glm-4.7"]  # type: ignore[index]


def test_the_shipped_environments_differ_in_every_interesting_way(environments: dict[str, Environment]) -> None:
    def values(look: object) -> set[object]:
        assert callable(look)
        return {look(env) for env in environments.values()}

    assert values(lambda env: env.llm_gateway.engine) == {"bifrost", "litellm"}
    assert values(lambda env: env.network.cni) == {"cilium", "vpc-cni"}
    assert values(lambda env: env.compute.provisioner) == {"karpenter", "auto-mode"}
    assert values(lambda env: env.gitops.argocd.mode) == {"self-managed", "eks-managed"}
    assert values(lambda env: env.cache.mode) == {"in-cluster", "elasticache"}
    assert values(lambda env: env.langfuse.enabled) == {True, False}
    assert values(lambda env: env.ingress.enabled) == {True, False}
    assert values(lambda env: env.telemetry.xray) == {True, False}
    gateways = [one for env in environments.values() for one in env.openclaw.gateways.values()]
    assert {one.auth for one in gateways} == {"sso", "jwt", "token"}
    assert {one.capacity for one in gateways} == {"spot-first", "on-demand"}
    assert {name for env in environments.values() for name in env.providers} == {
        *("bedrock", "anthropic", "openai", "upstage", "ollama", "vllm")
    }


def test_an_empty_folder_and_a_bad_file_name_are_named(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentInvalid, match="no environment file here"):
        names(tmp_path)
    with pytest.raises(EnvironmentInvalid, match="«Prod» is no DNS label"):
        load(ROOT / "environments", "Prod")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("prd", "did you mean prod?"), ("qa", "the environments are dev, prod, staging")],
)
def test_a_mistyped_environment_is_answered_with_those_that_there_are(typed: str, answer: str) -> None:
    with pytest.raises(EnvironmentInvalid) as raised:
        load(ROOT / "environments", typed)
    assert str(raised.value) == f"environments/{typed}.yaml: no such file; {answer}"


def test_a_mistake_that_every_gateway_inherits_is_said_once(tmp_path: Path) -> None:
    for name in (DEFAULTS, "staging"):
        text = (ROOT / f"environments/{name}.yaml").read_text("utf-8")
        text = text.replace("  gatewayDefaults:\n", "  gatewayDefaults:\n    storge: 5Gi\n")
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    with pytest.raises(EnvironmentInvalid) as raised:
        load(tmp_path, "staging")
    assert [problem.path for problem in raised.value.problems if "storage?" in problem.fix] == [
        "openclaw.gatewayDefaults.storge"
    ]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentInvalid, match=r"defaults.yaml: cannot be read: No such file"):
        load(tmp_path, DEFAULTS)


SERVICE = """\
services:
  search:
    enabled: true
    image: {repository: registry.example.com/search, tag: TAG}
    replicas: 1
    resources: {cpu: 100m, memory: 64Mi, memoryLimit: 128Mi}
    variables: {}
"""


def with_service(folder: Path, tag: str = "1.2.3") -> None:
    """The defaults with this service in place of any other."""
    text = (ROOT / "environments/defaults.yaml").read_text("utf-8")
    made = re.sub(r"^services:.*\n( .*\n)*", SERVICE.replace("TAG", tag), text, flags=re.MULTILINE)
    (folder / "defaults.yaml").write_text(made, "utf-8")


def test_an_environment_cannot_have_a_service_that_the_defaults_lack(tmp_path: Path) -> None:
    with_service(tmp_path)
    (tmp_path / "dev.yaml").write_text("services:\n  serach: {enabled: false}\n", "utf-8")
    with pytest.raises(EnvironmentInvalid) as caught:
        load(tmp_path, "dev")
    [problem] = [str(one) for one in caught.value.problems]
    assert problem.endswith("dev.yaml:2:3: services.serach: no component reads it; did you mean search?")


def test_a_service_is_changed_by_an_environment_and_its_tag_must_stand_still(tmp_path: Path) -> None:
    with_service(tmp_path)
    (tmp_path / "dev.yaml").write_text("services: {search: {replicas: 2}}\n", "utf-8")
    assert load(tmp_path, "dev").service("search").replicas == 2
    with_service(tmp_path, tag="stable")
    with pytest.raises(EnvironmentInvalid, match=r"services\.search\.image\.tag: 'stable' is a floating tag"):
        load(tmp_path, "dev")


def test_what_a_component_reads_must_stand_in_the_defaults(defaults: Environment) -> None:
    with pytest.raises(EnvironmentInvalid, match=r"defaults\.yaml: services\.nobody: component nobody runs with what"):
        defaults.service("nobody")
