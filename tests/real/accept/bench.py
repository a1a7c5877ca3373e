"""One rendered container at a time, with doubles of all that it talks to: whatever it refuses is its own verdict."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tests.real import addresses, manifests, pod, process, stack
from tests.real.pod import Pod
from tests.real.stack import Stack


@contextlib.contextmanager
def bench(environment: str, root: Path) -> Iterator[Stack]:
    """The doubles of an environment, and a free port for every port of its containers.  No program runs yet."""
    with contextlib.ExitStack() as ends:
        here = stack.doubles(ends, environment, root, [])
        for component in ("llm-gateway", "otel-collector", *addresses.gateways(environment)):
            for name in pod.port_numbers(environment, component):
                here.ports[f"{component}/{name}"] = process.free_port()
        here.ports["cache/redis"] = process.free_port()
        yield here


@contextlib.contextmanager
def running(subject: Pod) -> Iterator[Pod]:
    """The program, ready, until the end of the block."""
    try:
        subject.start()
        yield subject
    finally:
        if subject.running:
            subject.kill()


def collector(here: Stack) -> Pod:
    """The collector, led to the doubles of whatever it is rendered to send to."""
    root, component = stack._folder(here, "otel-collector"), "otel-collector"
    exporters = addresses.config(here.environment, component, "/relay.yaml")["exporters"]
    urls = {"otlp_http/langfuse": ("endpoint", here.langfuse.url), "otlp_http/xray": ("traces_endpoint", here.xray.url)}
    found = {
        addresses.origin(exporters[name][key]): double for name, (key, double) in urls.items() if name in exporters
    }
    for name, number in pod.port_numbers(here.environment, component).items():
        to = here.ports[f"{component}/{name}"]
        found |= {f"port: {number}": f"port: {to}"} if name == "self" else {f"POD_IP}}:{number}": f"POD_IP}}:{to}"}
    pod.lay_out(here.environment, component, root, found)
    env = pod.variables(here.environment, component, root, {}) | here.api.environment | here.identity()
    arguments = [word.replace("=/", f"={root}/", 1) for word in pod.arguments(here.environment, component, root)]
    argv = here.api.in_pod([*stack._program(here, "otelcol").argv, *arguments])
    answers = pod.answers(here.environment, component, stack._ports(here, component))
    return Pod(component, root, argv, env, answers, stack.PATIENCE)


def cache(here: Stack, server: str) -> Pod:
    """The rendered Redis, as one of the servers of the catalogue."""
    component, port = "cache", here.ports["cache/redis"]
    root = stack._folder(here, component)
    addresses_of_redis = {"bind * -::*": "bind 127.0.0.1", "port 6379": f"port {port}"}
    pod.lay_out(here.environment, component, root, addresses_of_redis)
    stack._entrypoint(root, stack._program(here, server))
    env = pod.variables(here.environment, component, root, {}) | {"PATH": f"{root}/bin:{os.defpath}"}
    command = manifests.container(here.environment, component)["command"]
    argv = [f"{root}{word}" if word.startswith("/") else word for word in command]
    return Pod(component, root, argv, env, lambda: stack._listens(port), stack.PATIENCE)
