"""The door: one load balancer, a host a gateway, and no rule that forwards what nobody has checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from generator.components import ingress, namespaces, openclaw, openclaw_config, registry
from generator.environment.callers import Claim, Cognito, MachineClients, Oidc, SignIn
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.kubernetes.secret import Remote, Secret
from tests.conftest import assert_same

POOL = Cognito("arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_EXAMPLE", "client", "openclaw")
PROVIDER = Oidc("https://id.example.com", "https://id.example.com/a", "https://id.example.com/t", "https://id/u")
CLIENTS = MachineClients(
    "https://id.example.com", "https://id.example.com/keys", (Claim("scope", "space-separated-values", ("run",)),)
)
PREFIX = "alb.ingress.kubernetes.io/"


def behind(env: Environment, **gateways: Any) -> Environment:
    """The environment with gateways by name and auth, behind a load balancer for all three kinds of callers."""
    made = {name: replace(env.openclaw.gateway_defaults, auth=auth) for name, auth in gateways.items()}
    door = replace(
        env.ingress,
        enabled=True,
        domain="agents.example.com",
        alb_subnets=("10.0.0.0/24", "10.0.1.0/24"),
        sign_in=SignIn(28_800, cognito=POOL),
        machine_clients=CLIENTS,
    )
    return replace(env, openclaw=replace(env.openclaw, gateways=made), ingress=door)


def door(env: Environment, **changes: Any) -> Environment:
    return replace(env, ingress=replace(env.ingress, **changes))


def auto_mode(env: Environment) -> Environment:
    return replace(env, compute=replace(env.compute, provisioner="auto-mode"))


def made(env: Environment) -> dict[str, Obj]:
    return {f"{obj['kind']} {obj['metadata']['name']}": obj for obj in ingress.objects(env)}


def noted(env: Environment, name: str) -> dict[str, str]:
    found: Mapping[str, str] = made(env)[f"Ingress {name}"]["metadata"]["annotations"]
    return {key.removeprefix(PREFIX): value for key, value in found.items()}


def parameters(env: Environment) -> Obj:
    spec: Obj = made(env)["IngressClassParams openclaw"]["spec"]
    return spec


def attributes(env: Environment) -> dict[str, str]:
    return {one["key"]: one["value"] for one in parameters(env)["loadBalancerAttributes"]}


def routes(env: Environment, name: str) -> list[tuple[str, str, str, str]]:
    """Host, type of path, path and Service of each rule."""
    return [
        (rule["host"], path["pathType"], path["path"], path["backend"]["service"]["name"])
        for rule in made(env)[f"Ingress {name}"]["spec"]["rules"]
        for path in rule["http"]["paths"]
    ]


def test_people_get_all_of_their_host_and_programs_the_api_of_theirs(defaults: Environment) -> None:
    env = behind(defaults, main="sso", batch="jwt")
    assert routes(env, "openclaw-main") == [("main.agents.example.com", "Prefix", "/", "openclaw-main")]
    assert routes(env, "openclaw-batch") == [("batch.agents.example.com", "Prefix", "/v1", "openclaw-batch")]


def test_the_host_is_the_one_that_the_gateway_trusts(defaults: Environment) -> None:
    env = behind(defaults, main="sso", batch="jwt")
    for name in ("main", "batch"):
        [(host, *_)] = routes(env, f"openclaw-{name}")
        assert openclaw_config.config(env, name)["gateway"]["publicOrigin"] == f"https://{host}"


def test_a_gateway_with_a_token_of_its_own_is_not_published(defaults: Environment) -> None:
    assert set(made(behind(defaults, main="sso", inner="token"))) == {
        "IngressClass openclaw",
        "IngressClassParams openclaw",
        "Ingress health",
        "Ingress openclaw-main",
    }


def test_no_load_balancer_is_paid_for_that_leads_nowhere(defaults: Environment) -> None:
    assert ingress.objects(defaults) == []
    assert ingress.objects(behind(defaults, inner="token")) == []
    assert ingress.namespace_labels(behind(defaults, inner="token")) == {}


def test_every_rule_that_reaches_a_gateway_checks_who_comes(defaults: Environment) -> None:
    """OpenClaw takes a WebSocket upgrade on any path, so an unchecked path were a way in with forged headers."""
    env = behind(defaults, main="sso", batch="jwt", inner="token")
    for obj in ingress.objects(env):
        if obj["kind"] != "Ingress":
            continue
        found = noted(env, obj["metadata"]["name"])
        services = {service for *_, service in routes(env, obj["metadata"]["name"])}
        checked = found.get("auth-on-unauthenticated-request") == "authenticate" or "jwt-validation" in found
        assert checked or services == {"health"}, obj["metadata"]["name"]
        assert "defaultBackend" not in obj["spec"]


def test_health_is_answered_by_the_load_balancer_before_any_sign_in(defaults: Environment) -> None:
    env = behind(defaults, main="sso", batch="jwt")
    assert routes(env, "health") == [
        ("main.agents.example.com", "Exact", "/health", "health"),
        ("batch.agents.example.com", "Exact", "/health", "health"),
    ]
    found = noted(env, "health")
    assert int(found["group.order"]) < 0
    answer = json.loads(found["actions.health"])
    assert (answer["type"], answer["fixedResponseConfig"]["statusCode"]) == ("fixed-response", "200")


def test_cognito_signs_people_in(defaults: Environment) -> None:
    found = noted(behind(defaults, main="sso"), "openclaw-main")
    assert found["auth-type"] == "cognito"
    assert found["auth-scope"] == "openid"
    assert found["auth-session-timeout"] == "28800"
    assert json.loads(found["auth-idp-cognito"]) == {
        "userPoolARN": POOL.user_pool_arn,
        "userPoolClientID": "client",
        "userPoolDomain": "openclaw",
    }
    assert ingress.secrets(behind(defaults, main="sso")) == []


def test_another_provider_signs_people_in_with_a_client_from_secrets_manager(defaults: Environment) -> None:
    env = door(behind(defaults, main="sso"), sign_in=SignIn(3600, oidc=PROVIDER))
    found = noted(env, "openclaw-main")
    assert found["auth-type"] == "oidc"
    idp = json.loads(found["auth-idp-oidc"])
    assert idp == {
        "issuer": PROVIDER.issuer,
        "authorizationEndpoint": PROVIDER.authorization_endpoint,
        "tokenEndpoint": PROVIDER.token_endpoint,
        "userInfoEndpoint": PROVIDER.user_info_endpoint,
        "secretName": "ingress-oidc",
    }
    data = {"clientID": Remote("ingress", "client-id"), "clientSecret": Remote("ingress", "client-secret")}
    assert ingress.secrets(env) == [Secret(idp["secretName"], "openclaw", data)]
    assert ingress.secrets(env)[0] in registry.all_secrets(env)
    role, binding = made(env)["Role ingress-oidc"], made(env)["RoleBinding ingress-oidc"]
    assert role["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": ["ingress-oidc"],
            "verbs": ["get", "list", "watch"],
        }
    ]
    assert binding["subjects"][0]["name"] == "aws-load-balancer-controller"


def test_programs_alone_need_no_client_of_the_provider(defaults: Environment) -> None:
    env = door(behind(defaults, batch="jwt"), sign_in=SignIn(3600, oidc=PROVIDER))
    assert ingress.secrets(env) == []
    assert "Role ingress-oidc" not in made(env)


def test_tokens_of_programs_are_checked_for_issuer_and_claims(defaults: Environment) -> None:
    found = noted(behind(defaults, batch="jwt"), "openclaw-batch")
    assert json.loads(found["jwt-validation"]) == {
        "issuer": CLIENTS.issuer,
        "jwksEndpoint": CLIENTS.jwks_url,
        "additionalClaims": [{"name": "scope", "format": "space-separated-values", "values": ["run"]}],
    }
    assert not [key for key in found if key.startswith("auth-")]


def test_a_gateway_is_never_rendered_open_for_want_of_a_provider(defaults: Environment) -> None:
    with pytest.raises(AssertionError):
        ingress.objects(door(behind(defaults, main="sso"), sign_in=SignIn(3600)))
    with pytest.raises(AssertionError):
        ingress.objects(door(behind(defaults, batch="jwt"), machine_clients=None))


def test_requests_to_a_pod_that_ends_go_on_for_a_turn_and_no_longer_than_the_pod(defaults: Environment) -> None:
    env = behind(defaults, main="sso")
    found = dict(pair.split("=") for pair in noted(env, "openclaw-main")["target-group-attributes"].split(","))
    delay, drain = int(found["deregistration_delay.timeout_seconds"]), env.openclaw.drain
    assert drain.pre_stop + drain.run_timeout <= delay < drain.grace_period
    assert found["stickiness.enabled"] == "true"


def test_the_load_balancer_asks_for_liveness_which_a_drain_does_not_change(defaults: Environment) -> None:
    env = behind(defaults, main="sso")
    [pod] = [obj for obj in openclaw.gateway(env, "main") if obj["kind"] == "StatefulSet"]
    probe = pod["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]["httpGet"]["path"]
    assert noted(env, "openclaw-main")["healthcheck-path"] == probe == "/healthz"


def test_a_silent_websocket_outlives_the_turn_in_it(defaults: Environment) -> None:
    env = door(behind(defaults, main="sso"), idle_timeout=240)
    assert attributes(env)["idle_timeout.timeout_seconds"] == "240"
    assert attributes(env)["routing.http.drop_invalid_header_fields.enabled"] == "true"


def test_access_logs_are_turned_off_in_words(defaults: Environment) -> None:
    """Elastic Load Balancing keeps an attribute that nobody mentions any more."""
    env = behind(defaults, main="sso")
    assert attributes(env)["access_logs.s3.enabled"] == "false"
    logged = attributes(door(env, access_logs_bucket="logs"))
    assert (logged["access_logs.s3.enabled"], logged["access_logs.s3.bucket"]) == ("true", "logs")
    assert logged["access_logs.s3.prefix"] == env.cluster.name


def test_tls_hsts_and_who_may_connect_are_pinned_in_the_class(defaults: Environment) -> None:
    env = door(
        behind(defaults, main="sso"),
        hsts=600,
        inbound_cidrs=("192.0.2.0/24",),
        subnet_ids=("subnet-0a1", "subnet-0a2"),
        certificates=("arn:aws:acm:us-east-1:111122223333:certificate/1",),
    )
    found = parameters(env)
    del found["loadBalancerAttributes"]
    assert {"key": "openclaw.io/environment", "value": env.name} in found.pop("tags")
    hsts = {"key": "routing.http.response.strict_transport_security.header_value", "value": "max-age=600"}
    assert_same(
        found,
        {
            "scheme": "internal",
            "group": {"name": "openclaw"},
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "openclaw"}},
            "inboundCIDRs": ["192.0.2.0/24"],
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
            "targetType": "ip",
            "listeners": [{"protocol": "HTTPS", "port": 443, "listenerAttributes": [hsts]}],
            "subnets": {"ids": ["subnet-0a1", "subnet-0a2"]},
            "certificateArn": ["arn:aws:acm:us-east-1:111122223333:certificate/1"],
        },
    )


def test_plain_http_only_redirects(defaults: Environment) -> None:
    env = behind(defaults, main="sso", batch="jwt")
    for name in ("health", "openclaw-main", "openclaw-batch"):
        found = noted(env, name)
        assert json.loads(found["listen-ports"]) == [{"HTTP": 80}, {"HTTPS": 443}]
        assert found["ssl-redirect"] == "443"


@pytest.mark.parametrize(
    ("acl", "key"),
    [("openclaw", "wafv2-acl-name"), ("arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/b", "wafv2-acl-arn")],
)
def test_the_web_acl_is_named_alike_on_every_ingress_of_the_group(defaults: Environment, acl: str, key: str) -> None:
    """The controller updates nothing at all while two of a group disagree."""
    env = door(behind(defaults, main="sso", batch="jwt"), web_acl=acl)
    assert {noted(env, name)[key] for name in ("health", "openclaw-main", "openclaw-batch")} == {acl}


def test_the_class_and_its_parameters_are_there_before_an_ingress(defaults: Environment) -> None:
    found = made(behind(defaults, main="sso"))
    wave = "argocd.argoproj.io/sync-wave"
    order = [
        found[name]["metadata"]["annotations"][wave]
        for name in ("IngressClassParams openclaw", "IngressClass openclaw")
    ]
    assert order == ["-2", "-1"]
    assert wave not in found["Ingress openclaw-main"]["metadata"]["annotations"]


def test_auto_mode_has_its_own_class_and_two_keys_by_other_names(defaults: Environment) -> None:
    certificate = ("arn:aws:acm:us-east-1:111122223333:certificate/1",)
    env = door(auto_mode(behind(defaults, main="sso")), certificates=certificate, sign_in=SignIn(3600, oidc=PROVIDER))
    found = made(env)
    assert found["IngressClass openclaw"]["spec"] == {
        "controller": "eks.amazonaws.com/alb",
        "parameters": {"apiGroup": "eks.amazonaws.com", "kind": "IngressClassParams", "name": "openclaw"},
    }
    assert found["IngressClassParams openclaw"]["apiVersion"] == "eks.amazonaws.com/v1"
    assert parameters(env)["certificateARNs"] == list(certificate)
    assert parameters(env)["listeners"][0]["attributes"][0]["value"] == "max-age=31536000"
    assert found["RoleBinding ingress-oidc"]["subjects"][0]["name"] == "eks:managed"
    assert found["Role ingress-oidc"]["rules"][0]["verbs"] == ["get"]


def test_pods_are_ready_once_the_load_balancer_finds_them_healthy(defaults: Environment) -> None:
    env = behind(defaults, main="sso")
    made_of = {obj["metadata"]["name"]: obj for obj in _namespaces(env)}
    assert made_of["openclaw"]["metadata"]["labels"]["elbv2.k8s.aws/pod-readiness-gate-inject"] == "enabled"
    assert "elbv2.k8s.aws/pod-readiness-gate-inject" not in made_of["llm-gateway"]["metadata"]["labels"]
    on_auto_mode = {obj["metadata"]["name"]: obj for obj in _namespaces(auto_mode(env))}["openclaw"]["metadata"][
        "labels"
    ]
    assert on_auto_mode["eks.amazonaws.com/pod-readiness-gate-inject"] == "enabled"


def _namespaces(env: Environment) -> list[Obj]:
    [part] = [part for part in registry.render(env) if part.name == namespaces.NAME]
    return [obj for obj in part.objects if obj["kind"] == "Namespace"]
