"""The whole path on loopback, out of rendered/<environment>: OpenClaw, the LLM gateway, Redis, the collector.

    with stack("prod", folder) as here:
        here.openclaw.start()  # some twenty seconds of CPU
        post(here.url("llm-gateway") + "/v1/chat/completions", ...)

What differs from the rendered bytes is an address, a path or a credential; `_addresses` of each component is the list.
Around them stand doubles: providers, Langfuse, X-Ray, Pod Identity's agent and the Kubernetes API.
"""

import contextlib
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.real import addresses, apiserver, manifests, mapping, pod, process
from tests.real.langfuse import Backend, langfuse, xray
from tests.real.pod import Pod
from tests.real.upstream import Upstream, serve
from tests.real.upstream.authority import Authority
from tests.real.upstream.server import TOKEN
from tools.programs import Program, Unavailable, program

PATIENCE = 180
"""Seconds for a start on a machine with other work; a program that ends is noticed at once."""


class NotHere(Exception):
    """A program of the path cannot be had on this machine; the text says which and why."""


@dataclass
class Stack:
    """The running path; made by `stack`."""

    environment: str
    engine: str
    gateway: str
    """Component of the OpenClaw gateway in it."""
    root: Path
    authority: Authority
    upstream: Upstream
    langfuse: Backend
    xray: Backend
    api: apiserver.ApiServer
    ports: dict[str, int] = field(default_factory=dict)
    """`component/port name` -> port of this machine."""
    versions: dict[str, str] = field(default_factory=dict)
    """Program -> the version that runs."""
    cache: Pod = field(init=False)
    collector: Pod = field(init=False)
    llm: Pod = field(init=False)
    openclaw: Pod = field(init=False)

    def written(self, component: str) -> str:
        """The folder that a component's container writes what it must not lose to: no file's, and not /tmp."""
        mounts = manifests.container(self.environment, component)["volumeMounts"]
        [found] = [mount["mountPath"] for mount in mounts if "readOnly" not in mount and mount["mountPath"] != "/tmp"]
        return str(found)

    @property
    def pods(self) -> list[Pod]:
        """In the order in which they start."""
        return [self.cache, self.collector, self.llm, self.openclaw]

    def url(self, component: str, name: str = "http") -> str:
        """Where a component's port is here."""
        return f"http://127.0.0.1:{self.ports[f'{component}/{name}']}"

    @property
    def cache_speaks_tls(self) -> bool:
        """ElastiCache does, Redis in the cluster does not."""
        return "cache" not in manifests.components(self.environment)

    def get(self, component: str, name: str, path: str) -> str:
        """The body of a GET at a port of a component."""
        with urllib.request.urlopen(self.url(component, name) + path, timeout=10) as response:
            found: bytes = response.read()
            return found.decode()

    def send(self, component: str, name: str, path: str, body: bytes, content_type: str) -> int:
        """The status of a POST at a port of a component."""
        url = self.url(component, name) + path
        request = urllib.request.Request(url, body, {"Content-Type": content_type})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return int(response.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code

    def identity(self) -> dict[str, str]:
        """What EKS Pod Identity sets in a container with an association."""
        token = self.root / "pod-identity-token"
        token.write_text(TOKEN)
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.upstream.credentials_url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def doubles(ends: contextlib.ExitStack, environment: str, root: Path, pods: list[dict[str, object]]) -> Stack:
    """The doubles of all that an environment's programs talk to, until `ends` closes; no program runs yet."""
    authority = Authority.create(root)
    return Stack(
        environment=environment,
        engine=addresses.engine(environment),
        gateway=addresses.gateways(environment)[0],
        root=root,
        authority=authority,
        upstream=ends.enter_context(serve(authority)),
        langfuse=ends.enter_context(langfuse(mapping.SECRETS["public-key"], mapping.SECRETS["secret-key"])),
        xray=ends.enter_context(xray()),
        api=ends.enter_context(apiserver.serve(pods, authority)),
    )


@contextlib.contextmanager
def stack(environment: str, root: Path) -> Iterator[Stack]:
    """The path, started but for OpenClaw; all is ended after the block.  Raises NotHere without a program."""
    with contextlib.ExitStack() as ends:
        # Every sender here has one address, so one pod stands for them all.
        sender = apiserver.pod("llm-gateway-0", "llm-gateway", _labels(environment, "llm-gateway"))
        here = doubles(ends, environment, root, [sender])
        for component in ("llm-gateway", "otel-collector", here.gateway):
            for name in pod.port_numbers(environment, component):
                here.ports[f"{component}/{name}"] = process.free_port()
        here.ports["cache/redis"] = process.free_port()
        here.cache, here.collector = _cache(here), _collector(here)
        here.llm = _litellm(here) if here.engine == "litellm" else _bifrost(here)
        here.openclaw = _openclaw(here)
        ends.callback(_end, here)
        here.cache.start()  # Bifrost ends when it does not answer
        for each in (here.collector, here.llm):
            each.launch()
        for each in (here.collector, here.llm):
            each.wait()
        yield here


def _end(here: Stack) -> None:
    for each in here.pods:
        if each.running:
            each.kill()


def _cache(here: Stack) -> Pod:
    """The rendered Redis; for ElastiCache, a Redis of the machine with TLS and a password, as AWS has it."""
    port, root = here.ports["cache/redis"], _folder(here, "cache")
    password = mapping.SECRETS["password"]
    if here.cache_speaks_tls:
        server = _program(here, "redis-server")
        tls = ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no"]
        pair = ["--tls-cert-file", str(here.authority.certificate), "--tls-key-file", str(here.authority.key)]
        argv = [*server.argv, *tls, *pair, "--bind", "127.0.0.1", "--save", "", "--requirepass", password]
        return Pod("cache", root, argv, {}, lambda: _listens(port), PATIENCE)
    server = _program(here, "redis-search")
    pod.lay_out(here.environment, "cache", root, {"bind * -::*": "bind 127.0.0.1", "port 6379": f"port {port}"})
    _entrypoint(root, server)
    env = pod.variables(here.environment, "cache", root, {}) | {"PATH": f"{root}/bin:/usr/bin:/bin"}
    command = [f"{root}{word}" if word.startswith("/") else word for word in _command(here.environment, "cache")]
    return Pod("cache", root, command, env, lambda: _listens(port), PATIENCE)


def _collector(here: Stack) -> Pod:
    root, component = _folder(here, "otel-collector"), "otel-collector"
    exporters = addresses.config(here.environment, component, "/relay.yaml")["exporters"]
    found = {addresses.origin(exporters["otlp_http/langfuse"]["endpoint"]): here.langfuse.url}
    if "otlp_http/xray" in exporters:
        found[addresses.origin(exporters["otlp_http/xray"]["traces_endpoint"])] = here.xray.url
    for name, number in pod.port_numbers(here.environment, component).items():
        to = here.ports[f"{component}/{name}"]
        found |= {f"port: {number}": f"port: {to}"} if name == "self" else {f"POD_IP}}:{number}": f"POD_IP}}:{to}"}
    pod.lay_out(here.environment, component, root, found)
    env = pod.variables(here.environment, component, root, {}) | here.api.environment | here.identity()
    argv = [
        *_program(here, "otelcol").argv,
        *_paths_after_equals(pod.arguments(here.environment, component, root), root),
    ]
    ports = _ports(here, component)
    return Pod(component, root, here.api.in_pod(argv), env, pod.answers(here.environment, component, ports), PATIENCE)


def _litellm(here: Stack) -> Pod:
    root, component = _folder(here, "llm-gateway"), "llm-gateway"
    host, port = addresses.cache(here.environment)
    found = dict.fromkeys(addresses.providers(here.environment), here.upstream.url)
    found |= {host: "127.0.0.1", f"port: {port}": f"port: {here.ports['cache/redis']}"}
    pod.lay_out(here.environment, component, root, found)
    env = {
        **pod.variables(here.environment, component, root, {addresses.collector(here.environment): _otlp(here)}),
        **here.identity(),
        "AWS_BEDROCK_RUNTIME_ENDPOINT": here.upstream.url,
        "SSL_CERT_FILE": str(here.authority.certificate),
    }
    listening = {str(pod.port_numbers(here.environment, component)["http"]): str(here.ports["llm-gateway/http"])}
    argv = [listening.get(word, word) for word in pod.arguments(here.environment, component, root)]
    argv = [*_program(here, "litellm").argv, *argv, "--host", "127.0.0.1"]
    return Pod(component, root, argv, env, pod.answers(here.environment, component, _ports(here, component)), PATIENCE)


def _bifrost(here: Stack) -> Pod:
    """Bifrost speaks to Bedrock by https alone: the address goes into `endpoints`, the certificate into its trust."""
    root, component = _folder(here, "llm-gateway"), "llm-gateway"
    host, port = addresses.cache(here.environment)
    keys = addresses.config(here.environment, component, "/config.json")["providers"]["bedrock"]["keys"]
    bedrock = here.upstream.bedrock_url.removeprefix("https://")
    regions = {f'"region": "{key["bedrock_key_config"]["region"]}"' for key in keys}
    endpoints = f'"endpoints": {{"runtime": "{bedrock}", "control_plane": "{bedrock}", "mantle": "{bedrock}"}}'
    found = dict.fromkeys(addresses.providers(here.environment), here.upstream.url)
    found |= {
        f"{host}:{port}": f"127.0.0.1:{here.ports['cache/redis']}",
        addresses.collector(here.environment): _otlp(here),
    }
    found |= {region: f"{region}, {endpoints}" for region in regions}
    pod.lay_out(here.environment, component, root, found)
    env = {
        **pod.variables(here.environment, component, root, {}),
        **here.identity(),
        "SSL_CERT_FILE": str(here.authority.certificate),
    }
    [data] = [mount["mountPath"] for mount in _mounts(here.environment, component) if mount["name"].endswith("data")]
    listen = ["-app-dir", f"{root}{data}", "-port", str(here.ports["llm-gateway/http"]), "-host", "127.0.0.1"]
    argv = [*_program(here, "bifrost").argv, *listen, "-log-style", "json"]
    return Pod(component, root, argv, env, pod.answers(here.environment, component, _ports(here, component)), PATIENCE)


def _openclaw(here: Stack) -> Pod:
    """Behind the ALB in the cluster, behind the test here: where it trusts a proxy, it trusts one on loopback."""
    root, component = _folder(here, here.gateway), here.gateway
    config = addresses.openclaw(here.environment, component)
    [provider] = config["models"]["providers"].values()
    number = pod.port_numbers(here.environment, component)["http"]
    found = {
        addresses.origin(provider["baseUrl"]): here.url("llm-gateway"),
        addresses.collector(here.environment): _otlp(here),
        f'"port": {number}': f'"port": {here.ports[f"{component}/http"]}',
        '"bind": "lan"': '"bind": "loopback"',
    }
    if config["gateway"]["auth"]["mode"] == "trusted-proxy":
        found |= dict.fromkeys(config["gateway"]["trustedProxies"], "127.0.0.1/32")
        found['"userHeader":'] = '"allowLoopback": true, "userHeader":'
    pod.lay_out(here.environment, component, root, found)
    env = pod.variables(here.environment, component, root, {}) | {"TMPDIR": f"{root}/tmp"}
    openclaw = _program(here, "openclaw")
    argv = [*openclaw.argv, *manifests.container(here.environment, component)["args"][2:]]
    return Pod(component, root, argv, env, pod.answers(here.environment, component, _ports(here, component)), PATIENCE)


def _program(here: Stack, name: str) -> Program:
    found = program(name)
    if isinstance(found, Unavailable):
        raise NotHere(f"{name}: {found.reason}")
    here.versions[name] = found.version
    return found


def _otlp(here: Stack) -> str:
    return here.url("otel-collector", "otlp-http")


def _ports(here: Stack, component: str) -> dict[str, int]:
    return {name: here.ports[f"{component}/{name}"] for name in pod.port_numbers(here.environment, component)}


def _folder(here: Stack, name: str) -> Path:
    made = here.root / name
    made.mkdir(mode=0o750)
    return made


def _labels(environment: str, component: str) -> dict[str, str]:
    found: dict[str, str] = manifests.workload(environment, component)["spec"]["template"]["metadata"]["labels"]
    return found


def _command(environment: str, component: str) -> list[str]:
    found: list[str] = manifests.container(environment, component)["command"]
    return found


def _mounts(environment: str, component: str) -> list[manifests.Obj]:
    found: list[manifests.Obj] = manifests.container(environment, component)["volumeMounts"]
    return found


def _paths_after_equals(words: list[str], root: Path) -> list[str]:
    return [word.replace("=/", f"={root}/", 1) for word in words]


def _entrypoint(root: Path, server: Program) -> None:
    """What the image's docker-entrypoint.sh does for redis-server: run it, with the search module."""
    name, *rest = server.argv
    file = root / "bin" / "docker-entrypoint.sh"
    file.parent.mkdir()
    options = " ".join(f"'{word}'" for word in rest)
    # `-` and what follows it must come first: the configuration is read from standard input.
    file.write_text(f"#!/bin/sh\nshift\nexec '{name}' \"$@\" {options}\n")
    file.chmod(0o755)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
