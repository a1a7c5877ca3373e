"""What is pinned: images and versions in environment files, and charts whose values were written for one release."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from generator.environment.model import Environment

from .keys import Keys


@dataclass(frozen=True)
class Pin:
    """One component that has a version in environment files."""

    name: str
    path: Keys
    """Of the key that is the version."""

    @property
    def kind(self) -> str:
        return "image" if self.path[-1] == "tag" else "version"


PINS: tuple[Pin, ...] = (
    Pin("openclaw", ("openclaw", "image", "tag")),
    Pin("bifrost", ("llmGateway", "images", "bifrost", "tag")),
    Pin("litellm", ("llmGateway", "images", "litellm", "tag")),
    Pin("redis", ("cache", "image", "tag")),
    Pin("otel-collector", ("telemetry", "image", "tag")),
    Pin("rclone", ("backup", "image", "tag")),
    Pin("langfuse", ("langfuse", "version")),
    Pin("cilium", ("network", "cilium", "version")),
    Pin("ami", ("compute", "node", "ami")),
)
"""Those of the components that every repository has."""


def pins(defaults: Environment) -> tuple[Pin, ...]:
    """Everything that has a version in environment files, with the services of this repository."""
    return PINS + tuple(Pin(name, ("services", name, "image", "tag")) for name in defaults.services)


@dataclass(frozen=True)
class Chart:
    """One chart whose version stands in the code, beside the values that were written for it."""

    name: str
    file: str
    before: str
    """What stands right before the version in its file, which a quotation mark ends."""
    controller: str = ""
    """The field of `platform` that decides whether an environment has it; empty: langfuse.mode does."""

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(rf'({re.escape(self.before)})([^"\n]+)(")')

    def version(self, root: Path) -> str:
        """As its file says it; raises LookupError where it does not."""
        path = root / self.file
        if path.is_file() and (found := self.pattern.search(path.read_text("utf-8"))):
            return found[2]
        raise LookupError(f"{self.file} does not say the version of {self.name}")

    def used(self, env: Environment) -> bool:
        if not self.controller:
            return env.langfuse.managed
        return bool(getattr(env.platform, self.controller) == "managed")


_AWS, _OPERATORS = "generator/components/platform_aws.py", "generator/components/platform_operators.py"
CHARTS = (
    Chart("karpenter", _AWS, '\nKARPENTER = "', "karpenter"),
    Chart("load-balancer-controller", _AWS, '\nLOAD_BALANCER_CONTROLLER = "', "load_balancer_controller"),
    Chart("cert-manager", _OPERATORS, '\nCERT_MANAGER = "', "cert_manager"),
    Chart("external-secrets", _OPERATORS, '\nEXTERNAL_SECRETS = "', "external_secrets"),
    Chart("argo-rollouts", _OPERATORS, '\nARGO_ROLLOUTS = "', "argo_rollouts"),
    Chart("clickhouse-operator", _OPERATORS, '\nCLICKHOUSE_OPERATOR = "', "clickhouse_operator"),
    Chart("prometheus", "generator/components/platform_prometheus.py", '\nVERSION = "', "prometheus"),
    Chart("langfuse-chart", "generator/components/langfuse.py", '"https://langfuse.github.io/langfuse-k8s", NAME, "'),
)
