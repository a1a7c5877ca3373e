"""A cluster and an account that are only remembered: what they answered, and whom they refused."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan
from generator.verify.access import Absent, Door, Json, Reply, Request, Unseen
from generator.verify.look import Look
from generator.verify.registry import CHECKLIST
from generator.verify.result import Result

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FORBIDDEN = Unseen("needs something that this user has not")
TIMEOUT = Unseen("kubectl has no answer after 20 s")

Answer = Json | Exception


@dataclass
class Recorded:
    """Answers by what is asked; whatever has none is not there."""

    paths: Mapping[str, Answer] = field(default_factory=dict)
    """By the path of the Kubernetes API."""
    replies: Mapping[tuple[str, str], Reply | Exception | Sequence[Reply]] = field(default_factory=dict)
    """By door and path, without its query; several are given one after the other."""
    account: Mapping[str, Answer] = field(default_factory=dict)
    """By service and operation: `sqs get-queue-url`."""
    asked: list[tuple[str, Request]] = field(default_factory=list)
    queries: list[Mapping[str, str]] = field(default_factory=list)

    def get(self, path: str, **query: str) -> Json:
        self.queries.append(query)
        return _given(self.paths.get(path, Absent(f"{path} is not there")))

    def call(self, door: Door | str, *requests: Request) -> list[Reply]:
        found = []
        for request in requests:
            self.asked.append((str(door), request))
            kept = self.replies.get((str(door), request.path.partition("?")[0]), reply(404, {}))
            if isinstance(kept, Sequence):
                kept = kept[sum(other.path == request.path for _, other in self.asked) - 1]
            found.append(_given(kept))
        return found

    def aws(self, *argv: str, region: str) -> Json:
        return _given(self.account.get(" ".join(argv[:2]), Absent(f"{argv[1]}: nothing")))


def _given(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


def reply(status: int, body: Json, **headers: str) -> Reply:
    text = body if isinstance(body, str) else json.dumps(body)
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, text)


def secret(**values: str) -> Obj:
    data = {name.replace("_", "-"): base64.b64encode(value.encode()).decode() for name, value in values.items()}
    return {"kind": "Secret", "data": data}


def looking(env: Environment, planned: Plan, access: Recorded, *, ask: bool = False) -> Look:
    objects = [obj for path, obj in planned.objects.items() if path.startswith(f"rendered/{env.name}/")]
    return Look(env, objects, access, NOW, ask)


def run(number: int, look: Look) -> Result:
    return CHECKLIST[number - 1].run(look)


def told(result: Result) -> str:
    """Everything that was observed, as text."""
    return "\n".join(f"{one.state.value}: {one.evidence}" for one in result.observations)


def without(env: Environment, section: str, **changes: Any) -> Environment:
    """The environment with other values in one section."""
    return replace(env, **{section: replace(getattr(env, section), **changes)})
