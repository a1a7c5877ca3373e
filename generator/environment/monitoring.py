"""Section `monitoring`: what Prometheus scrapes, when somebody is told, and how."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from .fields import Arn, DnsLabel, HttpUrl, Match, Range
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment

Channel = Annotated[str, Match(r"#[a-z0-9_-]+", "a Slack channel with its #, quoted, e.g. '#openclaw'", 81)]
Share = Annotated[float, Range(0.01, 1, "of 1")]


@dataclass(frozen=True)
class Thresholds:
    """Where alerts begin."""

    budget: Share
    """Share of a budget that is used."""
    restarts: Annotated[int, Range(1, 9)]
    """Restarts of a container within 5 minutes; the alert begins above."""
    latency: Annotated[float, Range(0.1, 600, "seconds")]
    """Seconds that an answer takes on average."""
    latency_p95: Annotated[float, Range(0.1, 600, "seconds")]
    """Seconds within which 19 of 20 answers are complete; long replies of agents take half a minute."""
    first_token: Annotated[float, Range(0.1, 300, "seconds")]
    """Seconds within which 19 of 20 streams begin."""
    errors: Share
    """Share of requests that fail."""
    cache_hits: Share | None = None
    """Share of requests that the response cache answers; the alert begins below.  Left out, nobody looks at it."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if self.latency_p95 <= self.latency:
            message = (
                f"{self.latency_p95:g} s is not above the average of {self.latency:g} s: both alerts would say the same"
            )
            yield Flaw(("latencyP95",), message, f"set latencyP95 above {self.latency:g}")
        timeout = env.llm_gateway.request_timeout
        if self.latency_p95 >= timeout:
            message = f"{self.latency_p95:g} s is never measured: the LLM gateway gives up after {timeout} s"
            fix = f"set latencyP95 below {timeout}"
            yield Flaw(("latencyP95",), message, fix, also=(("llmGateway", "requestTimeout"),))


@dataclass(frozen=True)
class Sns:
    """An SNS topic: Alertmanager's own ServiceAccount needs `sns:Publish` on it."""

    topic_arn: Arn
    """ARN of the topic."""

    @property
    def region(self) -> str:
        """Region of the topic, which a request to it is signed for."""
        return self.topic_arn.split(":")[3]

    def check(self) -> Iterator[Flaw]:
        parts = self.topic_arn.split(":")
        if len(parts) != 6 or parts[2] != "sns" or not parts[3]:
            fix = "write it as arn:aws:sns:us-east-1:111122223333:openclaw"
            yield Flaw(("topicArn",), f"«{self.topic_arn}» is not the ARN of a topic", fix)


@dataclass(frozen=True)
class Slack:
    """A Slack channel; the address of its webhook is in Secrets Manager, entry `alerting`, property `slack-url`."""

    channel: Channel
    """Where messages go."""


@dataclass(frozen=True)
class Receivers:
    """Who is told: SNS of critical alerts, Slack of those and of warnings; either of both, where there is no other."""

    sns: Sns | None = None
    """Left out, nobody is paged."""
    slack: Slack | None = None
    """Left out, warnings go to SNS too."""

    @property
    def any(self) -> bool:
        return self.sns is not None or self.slack is not None


@dataclass(frozen=True)
class Monitoring:
    """The cluster's kube-prometheus-stack, and what it is given to do."""

    enabled: bool
    """Whether scrapes, alerts and receivers are rendered; they need the kinds of the Prometheus Operator."""
    namespace: DnsLabel
    """Namespace of Prometheus: scrapes are admitted from its pods there alone."""
    release: DnsLabel
    """Name of the Helm release of the stack: it looks at nothing without this label."""
    runbooks: HttpUrl
    """Address of docs/runbooks, as whoever is woken can open it."""
    grafana: HttpUrl
    """Address of Grafana, for the same people: alerts lead to its dashboards."""
    thresholds: Thresholds
    objective: Annotated[float, Range(95, 99.99, "percent")]
    """Percent of requests to the LLM gateway that are answered, not counting those that were wrong or not allowed."""
    receivers: Receivers

    def check(self, env: "Environment") -> Iterator[Flaw]:
        yield from _below("thresholds", self.thresholds.check(env))
        if self.receivers.sns:
            yield from _below("receivers", _below("sns", self.receivers.sns.check()))
        if self.receivers.any and not self.enabled:
            fix = "set monitoring.enabled: true, or remove the receivers"
            message = "nobody is told while monitoring is off"
            yield Flaw(("receivers",), message, fix, also=(("monitoring", "enabled"),))


def _below(key: str, flaws: Iterator[Flaw]) -> Iterator[Flaw]:
    return (Flaw((key, *flaw.path), flaw.message, flaw.fix, flaw.also) for flaw in flaws)
