"""Starting one gateway as rendered, in front of the fast upstream, alone on its core and within its limits.

What differs from rendered/ is what differs in the other suites (addresses and credentials), and three things more: the
rates of the virtual keys are lifted, for no key may call as often as a load test does; telemetry goes to a backend that
keeps nothing; and the providers answer at once, in so far as they are not told to wait.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.real import addresses, manifests, mapping, stack
from tests.real.accept.bench import bench, running
from tests.real.drain import openclaw
from tests.real.drain.replies import bearer
from tests.real.pod import Pod
from tests.real.stack import Stack
from tests.real.upstream.server import CREDENTIALS
from tools.load import limits, upstream
from tools.load.drive import Target
from tools.load.limits import Group
from tools.load.plan import Scaler, Share, scaler, share
from tools.load.upstream import Upstream
from tools.programs.catalogue import catalogue

CHAT = "/v1/chat/completions"
MANY = 1_000_000_000
"""What a rate is lifted to."""
RATES = re.compile(
    r'("(?:requestsPerMinute|tokensPerMinute|request_max_limit|token_max_limit)": )\d+'  # LiteLLM's callers, Bifrost's
)


@dataclass(frozen=True)
class Kind:
    """A gateway that can be put under load, and how it is asked."""

    program: str
    """As tools/programs calls it."""
    environment: str
    """That renders it, and whose tree it is started from."""
    callers: int
    """Side by side, to find what it gives at most: enough for it never to wait, not so many that it times out."""
    caches: bool = False
    """Whether callers get the answers to equal prompts from the cache."""


KINDS = {
    "litellm": Kind("litellm", "prod", 64, caches=True),
    "bifrost": Kind("bifrost", "staging", 256, caches=True),
    # Bifrost leaves the cache alone unless a caller names whom it shares answers with, as the agents' gateways do.
    "bifrost-uncached": Kind("bifrost", "staging", 256),
    "openclaw": Kind("openclaw", "prod", 8),
}


@dataclass(frozen=True)
class Subject:
    """A running gateway."""

    kind: Kind
    component: str
    runs: str
    """Version."""
    rendered: str
    """Tag of the rendered image."""
    differs: str
    """Why that is not what runs."""
    pod: Pod
    group: Group
    share: Share
    scaler: Scaler | None
    upstream: Upstream
    target: Target
    direct: Target
    """The upstream itself, for what it takes without the gateway."""


@contextlib.contextmanager
def subject(kind: Kind, root: Path) -> Iterator[Subject]:
    """The gateway, ready, for the time of the block; raises NotHere where a program cannot be had."""
    with contextlib.ExitStack() as ends:
        here = ends.enter_context(bench(kind.environment, root))
        fast = ends.enter_context(upstream.running(here.authority))
        behind = int(fast.plain.rpartition(":")[2])
        here.ports["otel-collector/otlp-http"] = behind
        component = here.gateway if kind.program == "openclaw" else "llm-gateway"
        given = share(kind.environment, component)
        group = ends.enter_context(limits.limited(kind.program, given.memory_limit, given.cpu_limit))
        if kind.program == "openclaw":
            here.ports["llm-gateway/http"] = behind
            pod = here.openclaw = stack._openclaw(here)
            model, headers = "openclaw", {**openclaw.caller(here).headers, **openclaw.session("load-{caller}")}
            pod.argv = openclaw.argv(here)
        else:
            ends.enter_context(running(stack._cache(here)))
            pod = here.llm = stack._litellm(here) if kind.program == "litellm" else stack._bifrost(here)
            model, headers = asked_by_agents(kind.environment, here.gateway)
            if not kind.caches:
                headers = dict(bearer(mapping.SECRETS["VIRTUAL_KEY_OPENCLAW"]))
            lead(pod, here, fast)
            lift(pod)
        pod.argv = [*group.prefix, *pod.argv]
        ends.enter_context(running(pod))
        yield Subject(
            kind=kind,
            component=component,
            runs=here.versions[kind.program],
            rendered=", ".join(manifests.tags(kind.environment, catalogue()[kind.program].image)),
            differs=catalogue()[kind.program].differs,
            pod=pod,
            group=group,
            share=given,
            scaler=scaler(manifests.objects(kind.environment, component)),
            upstream=fast,
            target=Target(here.url(component) + CHAT, model, headers),
            direct=Target(fast.url + CHAT, "fast", {}),
        )


def asked_by_agents(environment: str, gateway: str) -> tuple[str, dict[str, str]]:
    """The model and the headers with which the agents' gateway is rendered to ask the LLM gateway."""
    config = addresses.openclaw(environment, gateway)
    provider, _, model = config["agents"]["defaults"]["model"]["primary"].partition("/")
    said: Mapping[str, str] = config["models"]["providers"][provider].get("headers", {})
    return model, {**said, **bearer(mapping.SECRETS["VIRTUAL_KEY_OPENCLAW"])}


def lead(pod: Pod, here: Stack, fast: Upstream) -> None:
    """To the fast upstream instead of the one that checks what it is asked."""
    to = {
        here.upstream.url.removeprefix("http://"): fast.plain,
        here.upstream.bedrock_url.removeprefix("https://"): fast.secure,
    }
    for file in _files(pod):
        text = file.read_text()
        for slow, other in to.items():
            text = text.replace(slow, other)
        file.write_text(text)
    pod.env = {**pod.env, "AWS_CONTAINER_CREDENTIALS_FULL_URI": fast.url + CREDENTIALS}
    if "AWS_BEDROCK_RUNTIME_ENDPOINT" in pod.env:
        # Over TLS, as AWS has it: signing and encrypting belong to the work.
        pod.env = {**pod.env, "AWS_BEDROCK_RUNTIME_ENDPOINT": f"https://{fast.secure}"}


def lift(pod: Pod) -> None:
    """The rates that a virtual key may call at; fails when none is rendered."""
    found = 0
    for file in _files(pod):
        text, count = RATES.subn(rf"\g<1>{MANY}", file.read_text())
        if count:
            file.write_text(text)
            found += count
    assert found, f"{pod.name}: no rate of a virtual key in its files"


def _files(pod: Pod) -> list[Path]:
    return sorted(path for path in pod.root.rglob("*") if path.suffix in (".json", ".yaml"))
