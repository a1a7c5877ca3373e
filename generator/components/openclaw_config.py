"""openclaw.json: what a gateway may do, whom it trusts, and how long it works on an answer.

The file is mounted read-only and is the only authority: OpenClaw is told not to reload, rewrite or update anything.
Model calls go to the LLM gateway alone, which owns failover, budgets and keys; so there are no fallbacks here, and what
would call a model unasked (heartbeats, automations, memory, session observers) is off.
"""

from __future__ import annotations

from generator.environment.model import Environment
from generator.environment.openclaw import Gateway
from generator.kubernetes.objects import Obj, host

from . import llm_gateway, otel_collector, router
from .openclaw_auth import auth, from_environment

PORT = 18789
PROVIDER = "gateway"
"""Name of the LLM gateway among the model providers: model `glm-4.7` is `gateway/glm-4.7` to OpenClaw."""
NAMELESS = "openclaw"
"""What the gateway without a name, from which overlays start, calls itself where a name is needed."""
ROUTER = "content-router"
"""Id of the plugin that chooses the model by content."""
ATTEMPTS = "single-attempt"
"""Id of the bundle that turns off OpenClaw's own repetition of failed model calls."""
PLUGINS = "/etc/openclaw/plugins"
LLM_KEY = "LLM_GATEWAY_API_KEY"
"""Environment variable that holds the virtual key."""

SERVICE_NAME = "openclaw-gateway"
"""`service.name` of the telemetry."""
FLUSH_INTERVAL = 30_000
"""Milliseconds between exports of metrics."""
LOG_FILE_BYTES = 10_000_000
"""Size at which the log file rotates; six a day are kept for two days, so they fill 120 MB of /tmp at most."""
LABEL_LENGTH = 24
"""Longest environment label that OpenClaw accepts."""
COLORS = {"prod": "red", "staging": "amber", "dev": "green"}
"""Colour of the stripe in the Control UI, so that nobody takes one environment for another."""


def settings(env: Environment, gateway: str) -> Gateway:
    """What the environment says of a gateway; the gateway without a name is the defaults."""
    return env.openclaw.gateways[gateway] if gateway else env.openclaw.gateway_defaults


def public_host(env: Environment, gateway: str) -> str:
    """Where callers reach a gateway: `main.agents.example.com`; empty when it is not behind the load balancer."""
    if not env.ingress.domain or not env.ingress.enabled or settings(env, gateway).auth == "token":
        return ""
    return f"{gateway}.{env.ingress.domain}" if gateway else env.ingress.domain


def published(env: Environment) -> list[str]:
    """The gateways behind the load balancer: a token that never expires is nothing to offer to a network."""
    return [name for name in env.openclaw.gateways if public_host(env, name)]


def models_of(env: Environment, gateway: str) -> list[str]:
    """The models that the gateway's virtual key may call."""
    allowed = env.llm_gateway.virtual_keys[settings(env, gateway).virtual_key].models
    return [name for name in env.models if name in allowed or not allowed]


def routed(env: Environment, gateway: str) -> bool:
    """Whether any route leads to a model that the gateway may call."""
    models = models_of(env, gateway)
    return any(route.model in models for route in env.routing.routes)


def routing(env: Environment, gateway: str) -> Obj:
    """What the plugin that chooses the model decides by; it calls the LLM gateway with the gateway's own key."""
    access = {"url": f"{llm_gateway.url(env)}/embeddings", "keyVariable": LLM_KEY}
    return router.data(env, PROVIDER, models_of(env, gateway), access)


def config(env: Environment, gateway: str) -> Obj:
    """The whole of openclaw.json for OpenClaw 2026.9."""
    return {
        "gateway": server(env, gateway),
        "models": {
            # Without `replace` the built-in catalogue stays callable next to ours.
            "mode": "replace",
            "catalogRefresh": {"enabled": False},
            "providers": {PROVIDER: provider(env, gateway)},
        },
        "agents": {"defaults": agent(env)},
        "tools": tools(settings(env, gateway)),
        "plugins": plugins(env, gateway),
        "diagnostics": {"enabled": True, "otel": telemetry(env)},
        "logging": {
            "level": "info",
            "consoleLevel": "info",
            "consoleStyle": "json",
            "maxFileBytes": LOG_FILE_BYTES,
        },
        "browser": {"enabled": False},
        "commands": dict.fromkeys(("bash", "config", "debug", "mcp", "plugins", "restart"), False),
        "cron": {"enabled": False},
        "discovery": {"mdns": {"mode": "off"}},
        "telemetry": {"enabled": False},
        "update": {"checkOnStart": False, "auto": {"enabled": False}},
    }


def server(env: Environment, gateway: str) -> Obj:
    public = public_host(env, gateway)
    # Without a load balancer people come through `kubectl port-forward`.
    origins = [f"https://{public}"] if public else [f"http://127.0.0.1:{PORT}", f"http://localhost:{PORT}"]
    made: Obj = {
        "mode": "local",
        "port": PORT,
        "bind": "lan",
        "auth": auth(settings(env, gateway), public),
        "controlUi": {
            "enabled": True,
            "allowedOrigins": origins,
            "communityInvite": False,
            "automaticallyFetchFavicons": False,
            "sessionObserver": False,
            "environment": {"label": env.name[:LABEL_LENGTH], "color": COLORS.get(env.name, "blue")},
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
    }
    if public:
        made |= {"publicOrigin": f"https://{public}", "trustedProxies": list(env.ingress.alb_subnets)}
    return made


def provider(env: Environment, gateway: str) -> Obj:
    """The LLM gateway, with every model of the virtual key at its list price."""
    made: Obj = {
        "baseUrl": llm_gateway.url(env),
        "api": "openai-completions",
        "apiKey": from_environment(LLM_KEY),
        "timeoutSeconds": env.openclaw.drain.model_timeout,
        "models": [
            {
                "id": name,
                "name": name,
                "reasoning": False,
                "input": ["text", "image"] if model.images else ["text"],
                "contextWindow": model.context_window,
                "maxTokens": model.max_tokens,
                "cost": {
                    "input": model.price.input,
                    "output": model.price.output,
                    "cacheRead": model.price.cache_read,
                    "cacheWrite": model.price.cache_write,
                },
            }
            for name, model in ((name, env.models[name]) for name in models_of(env, gateway))
        ],
    }
    if env.cache.semantic:
        # What one team was told is no answer for another.  And only equal requests hit: an agent's request begins with
        # a long system prompt, by which any two of its questions look alike.
        made["headers"] = {"x-bf-cache-key": gateway or NAMELESS, "x-bf-cache-type": "direct"}
    return made


def agent(env: Environment) -> Obj:
    return {
        "model": {"primary": f"{PROVIDER}/{env.routing.default}"},
        "modelPolicy": {"allow": [f"{PROVIDER}/*"]},
        "utilityModel": "",
        # Bounds the drain as well: OpenClaw waits for running turns, up to 315 s.
        "timeoutSeconds": env.openclaw.drain.run_timeout,
        "skipBootstrap": True,
        "skills": [],
        "heartbeat": {"every": "0m"},
        "sandbox": {"mode": "off"},
    }


def tools(gateway: Gateway) -> Obj:
    """No tool at all, or pages of the public web; nothing that touches the pod, which has no sandbox to offer.

    `web_fetch` refuses private and link-local addresses, also behind names and redirects.  Search stays off: each
    provider needs a contract and a key of its own.  Tools that clients send with a request are theirs to run, and pass.
    """
    web = gateway.tools == "web"
    return {
        **({"allow": ["web_fetch"]} if web else {"deny": ["*"]}),
        # A catalogue to search for one tool would cost a model call before each use.
        "toolSearch": False,
        "exec": {"mode": "deny"},
        "elevated": {"enabled": False},
        "fs": {"workspaceOnly": True},
        "web": {"search": {"enabled": False}, "fetch": {"enabled": web}},
        "agentToAgent": {"enabled": False},
    }


def plugins(env: Environment, gateway: str) -> Obj:
    """An allowlist: without one, 14 bundled plugins load."""
    entries: Obj = {"diagnostics-otel": {"enabled": True}, ATTEMPTS: {"enabled": True}}
    paths = [f"{PLUGINS}/{ATTEMPTS}"]
    if routed(env, gateway):
        # Plugins from outside the image see no prompt without this permission, and route nothing.
        entries[ROUTER] = {"enabled": True, "hooks": {"allowConversationAccess": True}}
        paths.append(f"{PLUGINS}/{ROUTER}")
    return {"slots": {"memory": "none"}, "entries": entries, "load": {"paths": paths}, "allow": sorted(entries)}


def single_attempt() -> Obj:
    """settings.json of the bundle ATTEMPTS, a folder with nothing else in it: the only way to these settings from Git.

    `agents.defaults.timeoutSeconds` bounds one attempt, and OpenClaw makes a new one when a model call fails or times
    out, for 90 s after the first failure: with a provider that hangs a turn took 248 s, and the pod was killed in it.
    The LLM gateway has already asked every model that it may; repeating that also pays for each prompt again.
    """
    return {"retry": {"provider": {"maxRetries": 0}}}


def telemetry(env: Environment) -> Obj:
    """OTLP over HTTP: OpenClaw has no gRPC exporter.  No prompts and answers; logs are on standard output."""
    return {
        "enabled": True,
        "endpoint": f"http://{host(otel_collector.NAME, otel_collector.NAMESPACE)}:{otel_collector.HTTP}",
        "protocol": "http/protobuf",
        "serviceName": SERVICE_NAME,
        "traces": True,
        "metrics": True,
        "logs": False,
        "sampleRate": env.telemetry.sample_ratio,
        "flushIntervalMs": FLUSH_INTERVAL,
        "captureContent": False,
    }
