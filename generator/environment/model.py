"""The environment: everything that one cluster's manifests are made from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

from .aws import Aws
from .backup import Backup
from .cluster import Cluster, Compute, GitOps
from .convert import INVALID, camel
from .fields import DnsLabel, ModelName, Size
from .ingress import Ingress
from .langfuse import Langfuse
from .llm import Cache, LlmGateway
from .models import Model, Provider, ProviderName, Routing, check_providers
from .monitoring import Monitoring
from .network import Network
from .openclaw import OpenClaw
from .operations import Cost, Policies, Secrets, Telemetry
from .platform import Platform
from .problem import EnvironmentInvalid, Flaw, Place, Problem
from .services import Service, check_services
from .waiver import Waivers


@dataclass(frozen=True)
class Environment:
    """One environment file merged over environments/defaults.yaml."""

    cluster: Cluster
    gitops: GitOps
    compute: Compute
    network: Network
    openclaw: OpenClaw
    backup: Backup
    providers: Annotated[Mapping[ProviderName, Provider], Size(1)]
    """Where models run; one entry each."""
    models: Annotated[Mapping[ModelName, Model], Size(1)]
    """Models by the name that agents and clients use."""
    routing: Routing
    llm_gateway: LlmGateway
    cache: Cache
    services: Mapping[DnsLabel, Service]
    telemetry: Telemetry
    langfuse: Langfuse
    monitoring: Monitoring
    ingress: Ingress
    platform: Platform
    aws: Aws
    secrets: Secrets
    cost: Cost
    policies: Policies
    waivers: Waivers
    name: str = ""
    outputs: frozenset[str] = frozenset()
    """Which of its values come from what the AWS layer yields."""

    def service(self, name: str) -> Service:
        """What is said of a component's service; raises EnvironmentInvalid where the defaults have nothing."""
        if name not in self.services:
            place, fix = Place("environments/defaults.yaml"), "add it, or take the component out of WORKLOADS"
            message = f"component {name} runs with what stands here, and there is nothing"
            raise EnvironmentInvalid([Problem(place, f"services.{name}", message, fix)])
        return self.services[name]


SECTIONS = {camel(spec.name): spec for spec in fields(Environment) if spec.name not in ("name", "outputs")}


class Draft:
    """An environment while it is read: a rule that needs a section that is not usable stops there."""

    class Unusable(Exception):
        """A section has problems of its own."""

    def __init__(self, sections: Mapping[str, Any]) -> None:
        self._sections = sections

    def __getattr__(self, name: str) -> Any:
        value = self._sections[name]
        if value is INVALID:
            raise Draft.Unusable(name)
        return value


def flaws(sections: Mapping[str, Any]) -> Iterator[Flaw]:
    """What the rules across fields say of the sections, by field name, that could be read."""
    draft: Any = Draft(sections)
    for name, section in sections.items():
        if section is not INVALID and hasattr(section, "check"):
            for flaw in _until_unusable(section.check(draft)):
                yield Flaw((camel(name), *flaw.path), flaw.message, flaw.fix, flaw.also)
    yield from _until_unusable(check_providers(draft))
    yield from _until_unusable(check_services(draft))


def _until_unusable(found: Iterator[Flaw]) -> Iterator[Flaw]:
    try:
        yield from found
    except Draft.Unusable:
        return
