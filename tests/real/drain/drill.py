"""A drill: replies of different lengths are on their way through a gateway when its pod ends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.real import addresses
from tests.real.drain.kubelet import Budget, Ending, budget, end
from tests.real.drain.replies import Call, Caller
from tests.real.pod import Pod
from tests.real.stack import Stack
from tests.real.upstream import Request

ARRIVAL = 60
"""Seconds in which a request reaches the provider: OpenClaw's first turn loads much code."""
ENDLESS = 600
"""Words of a reply, one a second, that no budget has time for."""
SLACK = 15
"""Seconds by which a bound may be missed on a machine with other work."""


@dataclass
class Drill:
    """What happened."""

    where: str
    """Environment and component."""
    budget: Budget
    calls: dict[str, Call] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)
    """What was observed right after SIGTERM, by name."""
    end: Ending | None = None

    @property
    def ending(self) -> Ending:
        """How the program ended; fails before it has."""
        assert self.end is not None
        return self.end

    @property
    def last_reply(self) -> float:
        """When the last reply was over."""
        return max(call.end for call in self.calls.values())

    def __str__(self) -> str:
        return "\n  ".join([f"{self.where} {self.ending}", *map(str, self.calls.values())])

    def __getitem__(self, name: str) -> Call:
        return self.calls[name]


def send(here: Stack, caller: Caller, name: str, model: str, **how: Any) -> Call:
    """Ask for a reply named `name`, and wait until a provider has been asked for it.

    `behave` says how providers answer (fields of Behaviour), by rendered model name; the rest is for Caller.ask.
    """
    for asked, behaviour in how.pop("behave", {}).items():
        here.upstream.behave(id_of(here.environment, asked), **behaviour)
    call = caller.ask(name, model, **how)
    here.upstream.traffic.wait(lambda requests: bool(naming(requests, name)), ARRIVAL, f"«{name}» arrives")
    return call


def naming(requests: list[Request], name: str) -> list[Request]:
    """The requests whose text has a name in it."""
    return [request for request in requests if name in request.text]


def run(
    here: Stack,
    component: str,
    pod: Pod,
    drill: Drill,
    during_pre_stop: Callable[[], None] = lambda: None,
    after_signal: Callable[[], None] = lambda: None,
) -> Drill:
    """End the pod of a component while the calls of a drill run, and wait for the end of each reply."""
    assert pod.running is not None
    drill.end = end(pod.running, drill.budget, during_pre_stop=during_pre_stop, after_signal=after_signal)
    pod.running = None
    for call in drill.calls.values():
        call.join(SLACK)
    return drill


def prepared(here: Stack, component: str) -> Drill:
    """A drill with the rendered budget of a component, and no calls yet."""
    return Drill(f"{here.environment}/{component}", budget(here.environment, component))


def id_of(env_name: str, model: str) -> str:
    """What the provider calls a model of the LLM gateway."""
    if addresses.engine(env_name) == "litellm":
        models = addresses.config(env_name, "llm-gateway", "/config.yaml")["model_list"]
        [found] = [each["litellm_params"]["model"] for each in models if each["model_name"] == model]
        return str(found).rpartition("/")[2]
    providers = addresses.config(env_name, "llm-gateway", "/config.json")["providers"].values()
    [alias] = [key["aliases"][model] for each in providers for key in each["keys"] if model in key["aliases"]]
    return str(alias["model_id"])
