"""Section `langfuse`: the store of LLM traces."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from .fields import BucketName, DnsLabel, Email, Host, HttpUrl, Quantity, Range, Tag
from .image import release_flaws
from .openclaw import Resources
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment

IN_CLUSTER = "http://langfuse-web.langfuse.svc.cluster.local:3000"
"""Where a managed Langfuse answers inside the cluster."""


@dataclass(frozen=True)
class Postgres:
    """An existing PostgreSQL 15 or newer, such as RDS; it holds users, projects and keys."""

    host: Host
    """Its host name."""
    port: Annotated[int, Range(1, 65535)] = 5432
    """Its port."""
    database: DnsLabel = "langfuse"
    """Name of the database."""
    username: DnsLabel = "langfuse"
    """Name of its user; the password comes from Secrets Manager."""


@dataclass(frozen=True)
class Redis:
    """An existing Redis or Valkey 7 or newer that evicts nothing (`noeviction`), such as ElastiCache."""

    host: Host
    """Its host name."""
    port: Annotated[int, Range(1, 65535)] = 6379
    """Its port, where it speaks TLS."""


@dataclass(frozen=True)
class ClickHouse:
    """An existing ClickHouse 25.12 or newer; it holds the traces."""

    host: Host
    """Its host name, reached with TLS."""
    http_port: Annotated[int, Range(1, 65535)] = 8443
    """Its port for HTTPS."""
    native_port: Annotated[int, Range(1, 65535)] = 9440
    """Its port for the native protocol with TLS, which migrations speak."""
    database: DnsLabel = "default"
    """Name of the database."""
    username: DnsLabel = "default"
    """Name of its user; the password comes from Secrets Manager."""
    clustered: bool = False
    """Whether it is a cluster of one's own; ClickHouse Cloud replicates by itself and needs no `ON CLUSTER`."""


@dataclass(frozen=True)
class Langfuse:
    """The LLM trace store: one that is there already, or one of the official chart."""

    enabled: bool
    """Whether traces go to Langfuse."""
    mode: Literal["external", "managed"]
    """`external` sends to `url`; `managed` brings Langfuse as an Application of its own."""
    version: Tag
    """Release of Langfuse, where it is managed."""
    replicas: Annotated[int, Range(1, 20)]
    """Pods of the web server, and as many of the worker."""
    resources: Resources
    """What each of these pods asks for and may use."""
    storage: Quantity
    """Volume of the bundled ClickHouse, where traces are kept."""
    organization: DnsLabel
    """Id of the organization that is made at the first start."""
    project: DnsLabel
    """Id of the project in it, whose keys the collector has."""
    admin: Email
    """Its first user; the password comes from Secrets Manager. Nobody can sign up."""
    retention_days: Annotated[int, Range(3, 3650, "days")]
    """How long raw events stay in the bucket. In ClickHouse they stay until they are deleted (docs/langfuse.md)."""
    url: HttpUrl | None = None
    """Address of an external Langfuse."""
    bucket: BucketName | None = None
    """S3 bucket of a managed Langfuse, in the Region of the cluster; reached by Pod Identity, without keys."""
    host: Host | None = None
    """Host name for people, on an internal load balancer; left out, they come through `kubectl port-forward`."""
    postgres: Postgres | None = None
    """Left out, a PostgreSQL of one pod is bundled."""
    redis: Redis | None = None
    """Left out, a Valkey of one pod is bundled."""
    clickhouse: ClickHouse | None = None
    """Left out, a ClickHouse of one pod is bundled, which the ClickHouse operator runs."""

    @property
    def managed(self) -> bool:
        """Whether Langfuse runs in this cluster, by this repository."""
        return self.enabled and self.mode == "managed"

    @property
    def bundles_clickhouse(self) -> bool:
        return self.managed and self.clickhouse is None

    @property
    def address(self) -> str:
        """Where the collector finds it."""
        return IN_CLUSTER if self.mode == "managed" else self.url or ""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        yield from release_flaws(("version",), "langfuse", self.version)
        if not self.enabled:
            return
        mode = (("langfuse", "mode"),)
        if self.mode == "external" and not self.url:
            yield Flaw(("url",), "required when Langfuse is enabled", "add url: https://langfuse.example.com")
        if self.mode == "managed" and self.url:
            yield Flaw(("url",), "a managed Langfuse has its own address", "remove it, or use mode: external", mode)
        if self.mode == "managed" and not self.bucket:
            message = "Langfuse writes every batch of traces to S3 first"
            yield Flaw(("bucket",), message, "name a bucket, e.g. bucket: openclaw-langfuse-111122223333", mode)
        if self.managed and self.host and not env.ingress.alb_subnets:
            message = "no network policy would let the load balancer in"
            fix = "list ingress.albSubnets, or remove the host"
            yield Flaw(("host",), message, fix, also=(("ingress", "albSubnets"),))
