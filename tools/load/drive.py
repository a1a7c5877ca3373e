"""Driving a server with k6: at a constant rate, whether or not it keeps up, or with callers who wait for their answer.

The first is how people and programs arrive, and shows a queue that grows; the second finds the most a server gives.
"""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.real.stack import NotHere
from tools.programs import Unavailable, program

SCRIPT = Path(__file__).parent / "load.js"
PATIENCE = 60
"""Seconds that answers may take beyond the end of the arrivals; what is unfinished then counts as failed."""


class NotDriven(AssertionError):
    """k6 itself failed; the text is its last output."""


@dataclass(frozen=True)
class Target:
    """Who is asked, and how."""

    url: str
    """Of the endpoint."""
    model: str
    headers: Mapping[str, str]
    """`{caller}` in a value is the number of the caller."""


@dataclass(frozen=True)
class Arrivals:
    """A constant rate; how long the answers take changes nothing."""

    rate: float
    """A second."""
    seconds: float
    at_most: int
    """Requests in flight; what arrives beyond is not sent, and counted as dropped."""


@dataclass(frozen=True)
class Callers:
    """Each asks again as soon as it is answered: the most that a server gives."""

    count: int
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What k6 saw."""

    whole: int
    """Answers that came, with status 200 and to their end."""
    failed: int
    """Requests without such an answer."""
    dropped: int
    """Arrivals that were never sent, because too many were in flight."""
    seconds: float
    """Until the last answer."""
    p50: float
    """Milliseconds from a request to the end of its answer, the median of all."""
    p99: float
    first_p50: float
    """Milliseconds to the first byte."""

    @property
    def rate(self) -> float:
        """Whole answers a second."""
        return self.whole / self.seconds if self.seconds else 0.0

    @property
    def is_clean(self) -> bool:
        """Everything that was to be sent was sent and answered."""
        return self.whole > 0 and self.failed == self.dropped == 0


SENTENCE = "What is the capital of the country that I name next? "


def prompt(characters: int) -> str:
    """Text of about that length whose beginning differs with every request."""
    return "{turn} " + SENTENCE * (characters // len(SENTENCE))


def drive(
    target: Target, how: Arrivals | Callers, folder: Path, name: str, text: str, *, stream: bool = False
) -> Outcome:
    """Ask the target `text`, in which `{turn}` is a different word for every request of every run by another `name`.

    Raises NotHere without k6, NotDriven when it fails.
    """
    found = program("k6")
    if isinstance(found, Unavailable):
        raise NotHere(f"{found.name}: {found.reason}")
    body = {"model": target.model, "messages": [{"role": "user", "content": text}], "stream": stream}
    plan, out = folder / f"{name}.plan.json", folder / f"{name}.out.json"
    plan.write_text(
        json.dumps(
            {
                "name": name,
                "url": target.url,
                "headers": json.dumps({"Content-Type": "application/json", **target.headers}),
                "body": json.dumps(body),
                "end": "[DONE]" if stream else '"finish_reason"',
                "scenario": scenario(how),
            }
        )
    )
    argv = [*found.argv, "run", "--quiet", "--no-usage-report", "--no-color", "--address", ""]
    variables = ["--env", f"PLAN={plan}", "--env", f"OUT={out}"]
    ended = subprocess.run([*argv, *variables, str(SCRIPT)], capture_output=True, text=True, cwd=folder)
    if ended.returncode != 0 or not out.exists():
        raise NotDriven(f"k6 exited with {ended.returncode}: {(ended.stderr or ended.stdout)[-2000:]}")
    return outcome(json.loads(out.read_text()))


def scenario(how: Arrivals | Callers) -> dict[str, Any]:
    """The scenario in k6's own words."""
    ends = {"gracefulStop": f"{PATIENCE}s"}
    if isinstance(how, Callers):
        return {"executor": "constant-vus", "vus": how.count, "duration": f"{how.seconds:g}s", **ends}
    return {
        "executor": "constant-arrival-rate",
        "rate": max(1, round(how.rate * 60)),
        "timeUnit": "1m",
        "duration": f"{how.seconds * 1000:.0f}ms",
        "preAllocatedVUs": how.at_most,
        **ends,
    }


def outcome(said: Mapping[str, Any]) -> Outcome:
    """What k6 wrote at its end."""

    def value(metric: str, name: str) -> float:
        return float(said["metrics"].get(metric, {"values": {}})["values"].get(name, 0))

    return Outcome(
        whole=int(value("checks", "passes")),
        failed=int(value("http_reqs", "count") - value("checks", "passes")),
        dropped=int(value("dropped_iterations", "count")),
        seconds=said["milliseconds"] / 1000,
        p50=value("http_req_duration", "med"),
        p99=value("http_req_duration", "p(99)"),
        first_p50=value("http_req_waiting", "med"),
    )
