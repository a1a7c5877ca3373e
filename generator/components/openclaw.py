"""OpenClaw: the agent gateways, each a single writer with a volume, credentials and a host name of its own.

One StatefulSet of one replica a gateway. The pod's stable name matters: the state carries a lease of the host name, and
a pod under a new one is locked out for five minutes after a crash.  No Service spans gateways: sessions live in one.
"""

from __future__ import annotations

from collections.abc import Mapping

from generator.environment.model import Environment
from generator.environment.openclaw import Drain
from generator.kubernetes.json_text import json_text
from generator.kubernetes.network import Addresses, Edge, Pods, Public
from generator.kubernetes.objects import Obj, service
from generator.kubernetes.pod import ConfigDir, FieldRef, Grace, Probes, SecretKey, http_get
from generator.kubernetes.quantity import mebibytes
from generator.kubernetes.secret import Remote, Secret
from generator.kubernetes.workload import workload

from . import llm_gateway, openclaw_auth, openclaw_config, otel_collector, router
from .openclaw_config import settings
from .storage import STORAGE_CLASS

NAME = "openclaw"
NAMESPACE = "openclaw"
PORT = openclaw_config.PORT
USER = 1000
"""`node` in the image; its group has the same number."""
STATE = "/home/node/.openclaw"
CONFIG = "/etc/openclaw"
START_SECONDS = 300
"""Start-up takes 14 to 19 s of CPU: a minute and more on a busy node."""
HEAP_SHARE = 75
"""Percent of the memory limit for V8's heap; the rest is buffers, SQLite and code."""
SCRATCH = {"/tmp": "1Gi"}
"""Logs, the cache directory and spilled downloads; everything else but the state is read-only."""

PODS = Pods(NAME, NAMESPACE)
LLM_KEY, TOKEN = "llm-gateway-key", "token"
"""Keys of a gateway's Secret."""


def instance(gateway: str) -> str:
    """`openclaw-main`: the suffix of every name that belongs to gateway `main`."""
    return f"{NAME}-{gateway}" if gateway else NAME


def instances(env: Environment) -> dict[str, list[Obj]]:
    """The objects of every gateway, by instance."""
    return {instance(name): gateway(env, name) for name in env.openclaw.gateways}


def gateway(env: Environment, name: str) -> list[Obj]:
    """One gateway; without a name, what the defaults make of it."""
    chosen = settings(env, name)
    return [
        *workload(
            env,
            app=NAME,
            name=instance(name),
            namespace=NAMESPACE,
            image=env.openclaw.image,
            user=USER,
            container="gateway",
            # Past the launcher, which may run the server as its child: that of 2026.9.4 killed it 2 s into a drain.
            # `args` and not `command`: the image's entry point, an init process, stays in front.
            args=["node", "/app/dist/index.js", "gateway", "run"],
            ports={"http": PORT},
            environ=environ(env, name),
            configs=configs(env, name),
            scratch=SCRATCH,
            claim=(STATE, chosen.storage, STORAGE_CLASS),
            resources=chosen.resources,
            # On SIGTERM /startupz turns 503 at once, /healthz stays 200 while running turns finish.
            probes=Probes(
                startup=http_get("/startupz", "http"),
                readiness=http_get("/startupz", "http"),
                liveness=http_get("/healthz", "http"),
                startup_seconds=START_SECONDS,
            ),
            grace=grace(env.openclaw.drain),
            on_demand="on-demand" in (chosen.capacity, env.compute.capacity),
        ),
        service(instance(name), NAMESPACE, {"http": PORT}, NAME, instance(name)),
    ]


def configs(env: Environment, name: str) -> list[ConfigDir]:
    """Mounted file by file: a ConfigMap volume's directory has mode 0777, and OpenClaw blocks plugins in such a one."""
    files = {"openclaw.json": json_text(openclaw_config.config(env, name))}
    found = [ConfigDir("config", CONFIG, files, sub_path=True)]
    once = {"settings.json": json_text(openclaw_config.single_attempt())}
    found.append(ConfigDir("attempts", f"{openclaw_config.PLUGINS}/{openclaw_config.ATTEMPTS}", once, sub_path=True))
    if openclaw_config.routed(env, name):
        data = {"router.json": json_text(openclaw_config.routing(env, name))}
        folder = f"{openclaw_config.PLUGINS}/{openclaw_config.ROUTER}"
        found.append(ConfigDir("router", folder, router.plugin() | data, sub_path=True))
    return found


def environ(env: Environment, name: str) -> Mapping[str, str | SecretKey | FieldRef]:
    chosen = settings(env, name)
    secret = instance(name)
    heap = mebibytes(chosen.resources.memory_limit) * HEAP_SHARE // 100
    made: dict[str, str | SecretKey | FieldRef] = {
        "HOME": "/home/node",
        "NODE_OPTIONS": f"--max-old-space-size={heap}",
        "OPENCLAW_CONFIG_PATH": f"{CONFIG}/openclaw.json",
        "OPENCLAW_CONFIG_READONLY": "1",
        "OPENCLAW_DISABLE_BONJOUR": "1",
        "OPENCLAW_NO_AUTO_UPDATE": "1",
        "OPENCLAW_OFFLINE": "1",
        "OPENCLAW_SERVICE_REPAIR_POLICY": "external",
        "OPENCLAW_STATE_DIR": STATE,
        # Unsupervised, a failed start runs an agent on our models to find out why.
        "OPENCLAW_SUPERVISOR_MODE": "external",
        "XDG_CACHE_HOME": "/tmp/.cache",
        openclaw_config.LLM_KEY: SecretKey(secret, LLM_KEY),
    }
    if chosen.auth == "token":
        # In the environment of an sso gateway it would keep OpenClaw from starting.
        made[openclaw_auth.TOKEN] = SecretKey(secret, TOKEN)
    return made


def grace(drain: Drain) -> Grace:
    return Grace(drain.pre_stop, drain.run_timeout, drain.grace_period - drain.pre_stop - drain.run_timeout)


def edges(env: Environment) -> list[Edge]:
    """To the LLM gateway, the collector and, with the web tool, public HTTPS; from the load balancer alone.

    What is not published is reached by `kubectl port-forward`, which needs no edge.
    """
    found = [
        Edge(PODS, Pods(llm_gateway.NAME, llm_gateway.NAMESPACE), llm_gateway.PORT, "http"),
        Edge(PODS, Pods(otel_collector.NAME, otel_collector.NAMESPACE), otel_collector.HTTP, "http"),
    ]
    found += [
        Edge(Addresses(env.ingress.alb_subnets), Pods(NAME, NAMESPACE, instance(name)), PORT, "http")
        for name in openclaw_config.published(env)
    ]
    found += [
        Edge(Pods(NAME, NAMESPACE, instance(name)), Public(), 443, "https")
        for name, chosen in env.openclaw.gateways.items()
        if chosen.tools == "web"
    ]
    return found


def secrets(env: Environment) -> list[Secret]:
    """One Secret a gateway: its virtual key and, in token mode, its own token."""
    return [
        Secret(
            instance(name),
            NAMESPACE,
            {LLM_KEY: Remote("virtual-keys", chosen.virtual_key)}
            | ({TOKEN: Remote("openclaw", name)} if chosen.auth == "token" else {}),
        )
        for name, chosen in env.openclaw.gateways.items()
    ]
