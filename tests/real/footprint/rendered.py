"""What rendered/ gives to a program: requests, limit and the time to start, for every environment."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.kubernetes.quantity import cores, mebibytes
from tests.real import manifests

_BY_COMPONENT = {"cache": "redis-search", "otel-collector": "otelcol"}


@dataclass(frozen=True)
class Allowance:
    """Of one container."""

    program: str
    """As tools/programs calls it."""
    environment: str
    component: str
    cpu: float
    """Requested cores."""
    memory: int
    """Requested MiB."""
    limit: int
    """MiB."""
    startup: int
    """Seconds until the startup probe gives up."""


def allowances() -> Iterator[Allowance]:
    """Every container of a program that was measured, by environment and component."""
    for environment in manifests.environments():
        for component in manifests.components(environment):
            program = _program(environment, component)
            if program:
                yield _allowance(program, environment, component)


def _program(environment: str, component: str) -> str | None:
    if component == "llm-gateway":
        name: str = manifests.container(environment, component)["name"]
        return name
    return "openclaw" if component.startswith("openclaw-") else _BY_COMPONENT.get(component)


def _allowance(program: str, environment: str, component: str) -> Allowance:
    container = manifests.container(environment, component)
    resources, probe = container["resources"], container["startupProbe"]
    return Allowance(
        program,
        environment,
        component,
        cores(resources["requests"]["cpu"]) / 1000,
        mebibytes(resources["requests"]["memory"]),
        mebibytes(resources["limits"]["memory"]),
        probe.get("initialDelaySeconds", 0) + probe["failureThreshold"] * probe["periodSeconds"],
    )
