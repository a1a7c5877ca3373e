"""A gateway: one writer with its own volume, a config that nothing changes at run time, a door that is shut."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from generator.components import openclaw, openclaw_config
from generator.environment.llm import VirtualKey
from generator.environment.model import Environment
from generator.environment.openclaw import Drain
from generator.kubernetes.network import Addresses, Edge, Pods, Public, policies
from generator.kubernetes.objects import Obj, host
from generator.kubernetes.secret import Remote, Secret
from tests.conftest import assert_same

GATEWAYS = Pods("openclaw", "openclaw")
TO_LLM_GATEWAY = Edge(GATEWAYS, Pods("llm-gateway", "llm-gateway"), 4000, "http")
TO_COLLECTOR = Edge(GATEWAYS, Pods("otel-collector", "telemetry"), 4318, "http")
NOT_PUBLIC = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]


def main(env: Environment, **changes: Any) -> Environment:
    """The environment with one gateway, `main`, that differs from the defaults as given."""
    gateway = replace(env.openclaw.gateway_defaults, **changes)
    return replace(env, openclaw=replace(env.openclaw, gateways={"main": gateway}))


def outside(env: Environment) -> Environment:
    ingress = replace(
        env.ingress, enabled=True, domain="agents.example.com", alb_subnets=("10.0.0.0/24", "10.0.1.0/24")
    )
    return replace(env, ingress=ingress)


def allowed(env: Environment, *models: str) -> Environment:
    keys = {"openclaw": VirtualKey(models=models)}
    return replace(env, llm_gateway=replace(env.llm_gateway, virtual_keys=keys))


def kind(env: Environment, name: str, gateway: str = "main") -> Obj:
    return next(obj for obj in openclaw.gateway(env, gateway) if obj["kind"] == name)


def pod(env: Environment, gateway: str = "main") -> Obj:
    found: Obj = kind(env, "StatefulSet", gateway)["spec"]["template"]["spec"]
    return found


def container(env: Environment) -> Obj:
    found: Obj = pod(env)["containers"][0]
    return found


def files(env: Environment) -> dict[str, str]:
    maps = [obj for obj in openclaw.gateway(env, "main") if obj["kind"] == "ConfigMap"]
    return {f"{obj['metadata']['name']}/{file}": text for obj in maps for file, text in obj["data"].items()}


def config(env: Environment) -> Any:
    return json.loads(files(env)["openclaw-config-main/openclaw.json"])


def environ(env: Environment) -> dict[str, str]:
    """Variables of the container; those from a Secret as `secret/key`."""
    return {
        one["name"]: one["value"] if "value" in one else "{name}/{key}".format_map(one["valueFrom"]["secretKeyRef"])
        for one in container(env)["env"]
    }


def test_gateway_is_one_writer_with_its_own_volume(defaults: Environment) -> None:
    spec = kind(defaults, "StatefulSet")["spec"]
    assert spec["replicas"] == 1
    assert spec["volumeClaimTemplates"][0]["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "openclaw-gp3",
        "resources": {"requests": {"storage": "10Gi"}},
    }
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_every_name_ends_in_the_name_of_the_gateway(defaults: Environment) -> None:
    made = {obj["kind"] + " " + obj["metadata"]["name"] for obj in openclaw.gateway(outside(defaults), "main")}
    assert made == {
        "ServiceAccount openclaw-main",
        "ConfigMap openclaw-attempts-main",
        "ConfigMap openclaw-config-main",
        "ConfigMap openclaw-router-main",
        "StatefulSet openclaw-main",
        "PodDisruptionBudget openclaw-main",
        "Service openclaw-main",
    }
    nameless = {obj["metadata"]["name"] for obj in openclaw.gateway(defaults, "")}
    assert nameless == {"openclaw", "openclaw-attempts", "openclaw-config", "openclaw-router"}


def test_a_service_leads_to_one_gateway_alone(defaults: Environment) -> None:
    assert kind(defaults, "Service")["spec"]["selector"] == {
        "app.kubernetes.io/name": "openclaw",
        "app.kubernetes.io/instance": "openclaw-main",
    }


def test_instances_are_the_gateways_of_the_environment(defaults: Environment) -> None:
    gateway = defaults.openclaw.gateway_defaults
    env = replace(defaults, openclaw=replace(defaults.openclaw, gateways={"blue": gateway, "red": gateway}))
    assert list(openclaw.instances(env)) == ["openclaw-blue", "openclaw-red"]
    assert openclaw.instances(env)["openclaw-red"] == openclaw.gateway(env, "red")


def test_environment_of_a_token_gateway(defaults: Environment) -> None:
    assert_same(
        environ(defaults),
        {
            "HOME": "/home/node",
            "LLM_GATEWAY_API_KEY": "openclaw-main/llm-gateway-key",
            "NODE_OPTIONS": "--max-old-space-size=1536",
            "OPENCLAW_CONFIG_PATH": "/etc/openclaw/openclaw.json",
            "OPENCLAW_CONFIG_READONLY": "1",
            "OPENCLAW_DISABLE_BONJOUR": "1",
            "OPENCLAW_GATEWAY_TOKEN": "openclaw-main/token",
            "OPENCLAW_NO_AUTO_UPDATE": "1",
            "OPENCLAW_OFFLINE": "1",
            "OPENCLAW_SERVICE_REPAIR_POLICY": "external",
            "OPENCLAW_STATE_DIR": "/home/node/.openclaw",
            "OPENCLAW_SUPERVISOR_MODE": "external",
            "XDG_CACHE_HOME": "/tmp/.cache",
        },
    )


@pytest.mark.parametrize(("limit", "heap"), [("2Gi", 1536), ("3Gi", 2304), ("2.5Gi", 1920), ("1500Mi", 1125)])
def test_heap_is_three_quarters_of_the_memory_limit(defaults: Environment, limit: str, heap: int) -> None:
    resources = replace(defaults.openclaw.gateway_defaults.resources, memory_limit=limit)
    env = main(defaults, resources=resources)
    assert environ(env)["NODE_OPTIONS"] == f"--max-old-space-size={heap}"


def test_only_state_and_scratch_are_writable(defaults: Environment) -> None:
    writable = {one["mountPath"] for one in container(defaults)["volumeMounts"] if not one.get("readOnly")}
    assert writable == {"/home/node/.openclaw", "/tmp"}
    assert environ(defaults)["XDG_CACHE_HOME"].startswith("/tmp/")


def test_files_are_mounted_one_by_one(defaults: Environment) -> None:
    """OpenClaw blocks a plugin whose directory is world-writable by mode, which that of a ConfigMap volume is."""
    mounted = {one["mountPath"]: one["subPath"] for one in container(defaults)["volumeMounts"] if one.get("readOnly")}
    router = "/etc/openclaw/plugins/content-router"
    assert mounted["/etc/openclaw/openclaw.json"] == "openclaw.json"
    assert {mounted[path] for path in mounted if path.startswith(f"{router}/")} >= {
        "index.mjs",
        "openclaw.plugin.json",
        "package.json",
        "router.json",
    }
    attempts = "/etc/openclaw/plugins/single-attempt"
    assert config(defaults)["plugins"]["load"]["paths"] == [attempts, router]
    assert mounted[f"{attempts}/settings.json"] == "settings.json"
    modes = {volume["configMap"]["defaultMode"] for volume in pod(defaults)["volumes"] if "configMap" in volume}
    assert modes == {0o440}


def test_probes_know_a_gateway_that_starts_or_drains_from_a_dead_one(defaults: Environment) -> None:
    asked = container(defaults)
    paths = {name: asked[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")}
    assert paths == {
        "startup": {"path": "/startupz", "port": "http", "scheme": "HTTP"},
        "readiness": {"path": "/startupz", "port": "http", "scheme": "HTTP"},
        "liveness": {"path": "/healthz", "port": "http", "scheme": "HTTP"},
    }
    assert asked["startupProbe"]["periodSeconds"] * asked["startupProbe"]["failureThreshold"] == 300


def test_a_turn_may_end_before_the_pod_does(defaults: Environment) -> None:
    drain = Drain(run_timeout=70, model_timeout=60, pre_stop=7, grace_period=100)
    env = replace(defaults, openclaw=replace(defaults.openclaw, drain=drain))
    assert pod(env)["terminationGracePeriodSeconds"] == 100
    assert container(env)["lifecycle"] == {"preStop": {"sleep": {"seconds": 7}}}
    assert config(env)["agents"]["defaults"]["timeoutSeconds"] == 70
    assert config(env)["models"]["providers"]["gateway"]["timeoutSeconds"] == 60


@pytest.mark.parametrize(
    ("gateway", "nodes", "chosen"),
    [
        ("spot-first", "spot-first", None),
        ("on-demand", "spot-first", "on-demand"),
        ("spot-first", "on-demand", "on-demand"),
    ],
)
def test_on_demand_is_the_choice_of_the_gateway_or_of_the_pool(
    defaults: Environment, gateway: Any, nodes: Any, chosen: str | None
) -> None:
    env = replace(main(defaults, capacity=gateway), compute=replace(defaults.compute, capacity=nodes))
    assert pod(env)["nodeSelector"].get("karpenter.sh/capacity-type") == chosen


def test_whole_config_of_the_defaults(defaults: Environment) -> None:
    assert_same(
        config(defaults),
        {
            "gateway": {
                "mode": "local",
                "port": 18789,
                "bind": "lan",
                "auth": {
                    "mode": "token",
                    "token": {"source": "env", "provider": "default", "id": "OPENCLAW_GATEWAY_TOKEN"},
                    "rateLimit": {
                        "maxAttempts": 10,
                        "windowMs": 60000,
                        "lockoutMs": 300000,
                        "exemptLoopback": True,
                    },
                },
                "controlUi": {
                    "enabled": True,
                    "allowedOrigins": ["http://127.0.0.1:18789", "http://localhost:18789"],
                    "communityInvite": False,
                    "automaticallyFetchFavicons": False,
                    "sessionObserver": False,
                    "environment": {"label": "defaults", "color": "blue"},
                },
                "http": {"endpoints": {"chatCompletions": {"enabled": True, "images": {"allowUrl": False}}}},
                "terminal": {"enabled": False},
                "cliAgents": {"enabled": False},
                "nodes": {
                    "pairing": {"autoApproveLocal": False, "sshVerify": False},
                    "pluginTools": {"enabled": False},
                    "allowSkills": False,
                },
                "reload": {"mode": "off"},
            },
            "models": {
                "mode": "replace",
                "catalogRefresh": {"enabled": False},
                "providers": {
                    "gateway": {
                        "baseUrl": "http://llm-gateway.llm-gateway.svc.cluster.local:4000/v1",
                        "api": "openai-completions",
                        "apiKey": {"source": "env", "provider": "default", "id": "LLM_GATEWAY_API_KEY"},
                        "timeoutSeconds": 80,
                        "models": [
                            {
                                "id": "claude-sonnet",
                                "name": "claude-sonnet",
                                "reasoning": False,
                                "input": ["text", "image"],
                                "contextWindow": 200000,
                                "maxTokens": 8192,
                                "cost": {"input": 3.0, "output": 15.0, "cacheRead": 0.3, "cacheWrite": 3.75},
                            },
                            {
                                "id": "glm-4.7",
                                "name": "glm-4.7",
                                "reasoning": False,
                                "input": ["text"],
                                "contextWindow": 200000,
                                "maxTokens": 8192,
                                "cost": {"input": 0.6, "output": 2.2, "cacheRead": 0.0, "cacheWrite": 0.0},
                            },
                            {
                                "id": "solar-pro-3",
                                "name": "solar-pro-3",
                                "reasoning": False,
                                "input": ["text"],
                                "contextWindow": 128000,
                                "maxTokens": 8192,
                                "cost": {"input": 0.25, "output": 0.25, "cacheRead": 0.0, "cacheWrite": 0.0},
                            },
                        ],
                    }
                },
            },
            "agents": {
                "defaults": {
                    "model": {"primary": "gateway/claude-sonnet"},
                    "modelPolicy": {"allow": ["gateway/*"]},
                    "utilityModel": "",
                    "timeoutSeconds": 90,
                    "skipBootstrap": True,
                    "skills": [],
                    "heartbeat": {"every": "0m"},
                    "sandbox": {"mode": "off"},
                }
            },
            "tools": {
                "deny": ["*"],
                "toolSearch": False,
                "exec": {"mode": "deny"},
                "elevated": {"enabled": False},
                "fs": {"workspaceOnly": True},
                "web": {"search": {"enabled": False}, "fetch": {"enabled": False}},
                "agentToAgent": {"enabled": False},
            },
            "plugins": {
                "allow": ["content-router", "diagnostics-otel", "single-attempt"],
                "slots": {"memory": "none"},
                "load": {"paths": ["/etc/openclaw/plugins/single-attempt", "/etc/openclaw/plugins/content-router"]},
                "entries": {
                    "content-router": {"enabled": True, "hooks": {"allowConversationAccess": True}},
                    "diagnostics-otel": {"enabled": True},
                    "single-attempt": {"enabled": True},
                },
            },
            "diagnostics": {
                "enabled": True,
                "otel": {
                    "enabled": True,
                    "endpoint": "http://otel-collector.telemetry.svc.cluster.local:4318",
                    "protocol": "http/protobuf",
                    "serviceName": "openclaw-gateway",
                    "traces": True,
                    "metrics": True,
                    "logs": False,
                    "sampleRate": 0.2,
                    "flushIntervalMs": 30000,
                    "captureContent": False,
                },
            },
            "logging": {"level": "info", "consoleLevel": "info", "consoleStyle": "json", "maxFileBytes": 10000000},
            "browser": {"enabled": False},
            "commands": {
                "bash": False,
                "config": False,
                "debug": False,
                "mcp": False,
                "plugins": False,
                "restart": False,
            },
            "cron": {"enabled": False},
            "discovery": {"mdns": {"mode": "off"}},
            "telemetry": {"enabled": False},
            "update": {"checkOnStart": False, "auto": {"enabled": False}},
        },
    )


def test_sso_trusts_the_load_balancer_and_nobody_else(defaults: Environment) -> None:
    env = main(outside(defaults), auth="sso", allow_users=("ada", "bob"), admins=("bob", "cyd"))
    found = config(env)["gateway"]
    assert found["auth"] == {
        "mode": "trusted-proxy",
        "identityScopes": {"bob": ["operator.admin"], "cyd": ["operator.admin"]},
        "trustedProxy": {
            "userHeader": "x-amzn-oidc-identity",
            "requiredHeaders": ["x-amzn-oidc-data", "x-forwarded-proto"],
            "allowUsers": ["ada", "bob", "cyd"],
            "deviceAutoApprove": {
                "enabled": True,
                "scopes": ["operator.read", "operator.write", "operator.approvals", "operator.questions"],
            },
        },
    }
    assert found["trustedProxies"] == ["10.0.0.0/24", "10.0.1.0/24"]


def test_sso_without_named_users_admits_the_whole_pool(defaults: Environment) -> None:
    """An empty list in the file would say the same; an admin alone must not turn it into a list of one."""
    found = config(main(outside(defaults), auth="sso", admins=("bob",)))["gateway"]["auth"]
    assert "allowUsers" not in found["trustedProxy"]
    assert "identityScopes" not in config(main(outside(defaults), auth="sso"))["gateway"]["auth"]


@pytest.mark.parametrize("auth", ["sso", "jwt", "token"])
def test_token_is_present_in_token_mode_alone(defaults: Environment, auth: Any) -> None:
    """OpenClaw refuses to start where both are configured, be it by the variable alone."""
    env = main(outside(defaults), auth=auth)
    token = auth == "token"
    assert ("OPENCLAW_GATEWAY_TOKEN" in environ(env)) is token
    assert ("OPENCLAW_GATEWAY_TOKEN" in files(env)["openclaw-config-main/openclaw.json"]) is token
    assert ("trustedProxy" in config(env)["gateway"]["auth"]) is not token
    assert ("token" in openclaw.secrets(env)[0].data) is token


def test_secrets_are_the_virtual_key_and_the_token_of_the_gateway(defaults: Environment) -> None:
    key = {"llm-gateway-key": Remote("virtual-keys", "openclaw")}
    assert openclaw.secrets(defaults) == [
        Secret("openclaw-main", "openclaw", key | {"token": Remote("openclaw", "main")})
    ]
    assert openclaw.secrets(main(defaults, auth="sso")) == [Secret("openclaw-main", "openclaw", key)]


def test_public_origin_is_the_host_name_of_the_gateway(defaults: Environment) -> None:
    found = config(main(outside(defaults), auth="sso"))["gateway"]
    assert found["publicOrigin"] == "https://main.agents.example.com"
    assert found["controlUi"]["allowedOrigins"] == ["https://main.agents.example.com"]


@pytest.mark.parametrize("auth", ["sso", "token"])
def test_without_the_load_balancer_in_front_nobody_is_trusted_as_a_proxy(defaults: Environment, auth: Any) -> None:
    closed = config(main(defaults if auth == "sso" else outside(defaults), auth=auth))["gateway"]
    assert {"publicOrigin", "trustedProxies"} & closed.keys() == set()


@pytest.mark.parametrize(("name", "color"), [("prod", "red"), ("staging", "amber"), ("dev", "green"), ("lab", "blue")])
def test_control_ui_shows_which_environment_it_is(defaults: Environment, name: str, color: str) -> None:
    shown = config(replace(defaults, name=name))["gateway"]["controlUi"]["environment"]
    assert shown == {"label": name, "color": color}


def test_long_environment_names_fit_the_label(defaults: Environment) -> None:
    shown = config(replace(defaults, name="a-very-long-environment-name"))["gateway"]["controlUi"]["environment"]
    assert shown["label"] == "a-very-long-environment-"


def test_gateway_knows_the_models_of_its_virtual_key_alone(defaults: Environment) -> None:
    env = allowed(defaults, "claude-sonnet", "solar-pro-3")
    assert [model["id"] for model in config(env)["models"]["providers"]["gateway"]["models"]] == [
        "claude-sonnet",
        "solar-pro-3",
    ]
    data = json.loads(files(env)["openclaw-router-main/router.json"])
    assert [route["name"] for route in data["routes"]] == ["korean"]


@pytest.mark.parametrize("variation", ["no routes", "no route that the key may take"])
def test_without_routes_there_is_no_router(defaults: Environment, variation: str) -> None:
    env = (
        replace(defaults, routing=replace(defaults.routing, routes=()))
        if variation == "no routes"
        else allowed(defaults, "claude-sonnet")
    )
    assert files(env).keys() == {"openclaw-attempts-main/settings.json", "openclaw-config-main/openclaw.json"}
    assert config(env)["plugins"] == {
        "allow": ["diagnostics-otel", "single-attempt"],
        "slots": {"memory": "none"},
        "load": {"paths": ["/etc/openclaw/plugins/single-attempt"]},
        "entries": {"diagnostics-otel": {"enabled": True}, "single-attempt": {"enabled": True}},
    }


def test_a_failed_model_call_is_not_repeated(defaults: Environment) -> None:
    """The LLM gateway has tried every model by then, and each repetition may take as long as a turn."""
    settings = json.loads(files(defaults)["openclaw-attempts-main/settings.json"])
    assert settings == {"retry": {"provider": {"maxRetries": 0}}}


def test_web_fetches_pages_and_does_nothing_else(defaults: Environment) -> None:
    found = config(main(defaults, tools="web"))["tools"]
    assert found["allow"] == ["web_fetch"]
    assert "deny" not in found
    assert found["web"] == {"search": {"enabled": False}, "fetch": {"enabled": True}}
    assert "ssrfPolicy" not in json.dumps(found), "private addresses must stay refused"


def test_every_host_of_the_config_is_an_edge(defaults: Environment) -> None:
    text = config(defaults)
    called = {text["models"]["providers"]["gateway"]["baseUrl"], text["diagnostics"]["otel"]["endpoint"]}
    own = {*text["gateway"]["controlUi"]["allowedOrigins"]}
    assert set(urls(text)) == called | own, "a URL that this test does not know"
    admitted = {
        (host(edge.target.app, edge.target.namespace), edge.port)
        for edge in openclaw.edges(defaults)
        if isinstance(edge.target, Pods)
    }
    assert {(urlsplit(url).hostname, urlsplit(url).port) for url in called} == admitted


def urls(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [url for item in value.values() for url in urls(item)]
    if isinstance(value, list):
        return [url for item in value for url in urls(item)]
    return [value] if isinstance(value, str) and "://" in value else []


def test_nothing_reaches_a_gateway_without_a_load_balancer(defaults: Environment) -> None:
    assert openclaw.edges(defaults) == [TO_LLM_GATEWAY, TO_COLLECTOR]


@pytest.mark.parametrize("auth", ["sso", "jwt"])
def test_the_load_balancer_alone_reaches_a_gateway(defaults: Environment, auth: Any) -> None:
    target = Pods("openclaw", "openclaw", "openclaw-main")
    arriving = Edge(Addresses(("10.0.0.0/24", "10.0.1.0/24")), target, 18789, "http")
    assert openclaw.edges(main(outside(defaults), auth=auth)) == [TO_LLM_GATEWAY, TO_COLLECTOR, arriving]


def test_nothing_reaches_a_gateway_whose_token_never_expires(defaults: Environment) -> None:
    assert openclaw.edges(main(outside(defaults), auth="token")) == [TO_LLM_GATEWAY, TO_COLLECTOR]


def test_programs_are_one_caller_known_by_the_host_that_the_load_balancer_has_compared(defaults: Environment) -> None:
    assert config(main(outside(defaults), auth="jwt"))["gateway"]["auth"] == {
        "mode": "trusted-proxy",
        "trustedProxy": {
            "userHeader": "host",
            "requiredHeaders": ["authorization", "x-forwarded-proto"],
            "allowUsers": ["main.agents.example.com"],
        },
    }


def test_the_web_tool_opens_public_https_for_its_gateway_alone(defaults: Environment) -> None:
    plain = defaults.openclaw.gateway_defaults
    gateways = {"closed": plain, "open": replace(plain, tools="web")}
    env = replace(defaults, openclaw=replace(defaults.openclaw, gateways=gateways))
    opened = Edge(Pods("openclaw", "openclaw", "openclaw-open"), Public(), 443, "https")
    assert openclaw.edges(env) == [TO_LLM_GATEWAY, TO_COLLECTOR, opened]


@pytest.mark.parametrize(
    ("cni", "rule"),
    [
        (
            "vpc-cni",
            {
                "to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": NOT_PUBLIC}}],
                "ports": [{"port": 443, "protocol": "TCP"}],
            },
        ),
        (
            "cilium",
            {
                "toCIDRSet": [{"cidr": "0.0.0.0/0", "except": NOT_PUBLIC}],
                "toPorts": [{"ports": [{"port": "443", "protocol": "TCP"}]}],
            },
        ),
    ],
)
def test_the_web_tool_reaches_no_private_address(defaults: Environment, cni: str, rule: Obj) -> None:
    env = main(defaults, tools="web")
    made = policies(cni, Pods("openclaw", "openclaw", "openclaw-main"), openclaw.edges(env), env.cluster.dns)
    assert rule in made[0]["spec"]["egress"]


def test_config_files_are_written_in_one_way(defaults: Environment) -> None:
    for name in ("openclaw-config-main/openclaw.json", "openclaw-router-main/router.json"):
        text = files(defaults)[name]
        assert text == json.dumps(json.loads(text), sort_keys=True, indent=2, ensure_ascii=False) + "\n", name


def test_answers_by_meaning_stay_within_a_gateway(environments: dict[str, Environment]) -> None:
    """Bifrost's semantic cache answers only callers that send a key, and shares among those that send the same."""
    env = environments["staging"]
    assert env.cache.semantic
    assert openclaw_config.provider(env, "research")["headers"] == {
        "x-bf-cache-key": "research",
        "x-bf-cache-type": "direct",
    }
    assert "headers" not in openclaw_config.provider(replace(env, cache=replace(env.cache, semantic=None)), "research")
