"""How often content routing is right: `make routing-eval`, `make routing-eval PROMPTS=file.jsonl`.

Routes every prompt with the routing of environments/defaults.yaml, by words alone and with a multilingual encoder in
the role of the gateway's embedding model.  Without a file it scores prompts.jsonl beside this program and writes
docs/routing-eval.md; with one it prints.  A line of a file: {"route": "coding", "prompt": "..."}; where no route is
expected, the route is `general`.  With --words the encoder is left out, and nothing is installed.

Exit code 2: a file that cannot be scored.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "generator/assets/litellm-router")]

from content_decision import GENERAL, Router  # noqa: E402
from content_lexicon import excerpt  # noqa: E402

from generator.components import router  # noqa: E402
from generator.environment.load import load  # noqa: E402
from tools import locked  # noqa: E402

DEFAULT = HERE / "prompts.jsonl"
REPORT = ROOT / "docs/routing-eval.md"
CACHE = ROOT / ".cache/routing"
HALVES = {"tuning": "tuning: examples and weights were chosen by them", "held-out": "held out: never used for tuning"}
WORDS, ENCODER = "words alone", "words and encoder"

Vectors = dict[str, list[float]]


@dataclass(frozen=True)
class Prompt:
    route: str
    text: str
    lang: str = ""
    half: str = ""


@dataclass(frozen=True)
class Scored:
    """Prompts with the route that each went to."""

    pairs: Sequence[tuple[Prompt, str]]

    @property
    def accuracy(self) -> float:
        return sum(prompt.route == found for prompt, found in self.pairs) / len(self.pairs)

    def of(self, half: str) -> "Scored":
        return Scored([pair for pair in self.pairs if pair[0].half == half])


def main() -> None:
    arguments = argparse.ArgumentParser(description="How often content routing is right.")
    arguments.add_argument("prompts", nargs="?", type=Path, default=DEFAULT)
    arguments.add_argument("--words", action="store_true", help="leave the encoder out")
    chosen = arguments.parse_args()

    env = load(ROOT / "environments", "defaults")
    data = router.data(env, "", env.models, {})
    routes = [GENERAL, *(route.name for route in env.routing.routes)]
    try:
        prompts = read(chosen.prompts, routes)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)

    words, cost = by_words(data, prompts)
    scores = {WORDS: words}
    if not chosen.words:
        texts = [excerpt(text) for text in (*examples(data), *(prompt.text for prompt in prompts))]
        scores[ENCODER] = asyncio.run(with_encoder(data, prompts, encoded(texts)))
    if chosen.prompts == DEFAULT:
        if not chosen.words:
            REPORT.write_text(report(scores, routes), encoding="utf-8")
            print(f"wrote {REPORT.relative_to(ROOT)}", file=sys.stderr)
        scores = {name: scored.of("held-out") for name, scored in scores.items()}
    for name, scored in scores.items():
        print(f"\n{name}, {len(scored.pairs)} prompts\n\n{matrix(scored, routes)}")
    print(f"decision by words: {cost * 1e6:.0f} µs of CPU time (median)")
    for name, scored in scores.items():
        print(f"accuracy, {name}: {percent(scored.accuracy)}")


def read(path: Path, routes: Sequence[str]) -> list[Prompt]:
    """The prompts of a file.  Raises ValueError, naming the line, OSError when there is no such file."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            prompt = Prompt(row["route"], row["prompt"], row.get("lang", ""), row.get("half", ""))
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError):
            raise ValueError(f'{path}:{number}: not of the form {{"route": ..., "prompt": ...}}') from None
        if prompt.route not in routes:
            raise ValueError(f"{path}:{number}: no route «{prompt.route}», the routes are {', '.join(routes)}")
        found.append(prompt)
    if not found:
        raise ValueError(f"{path}: no prompts")
    return found


def examples(data: dict[str, Any]) -> list[str]:
    topics = [text for route in data["routes"] for text in route.get("examples", ())]
    return [*data["general"], *topics]


def by_words(data: dict[str, Any], prompts: Sequence[Prompt]) -> tuple[Scored, float]:
    """The routes, and the median CPU time of a decision in seconds."""
    decide = Router(data).route
    pairs, times = [], []
    for prompt in prompts:
        start = time.process_time()
        found = decide(prompt.text)
        times.append(time.process_time() - start)
        pairs.append((prompt, found or GENERAL))
    return Scored(pairs), statistics.median(times)


async def with_encoder(data: dict[str, Any], prompts: Sequence[Prompt], vectors: Vectors) -> Scored:
    made = Router(data | {"embedding": {"deadlineMs": 1000, "request": {}}}, embedding(vectors))
    await made.settle("a first prompt, at which the examples are fetched")
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
    return Scored([(prompt, await made.settle(prompt.text) or GENERAL) for prompt in prompts])


def embedding(vectors: Vectors) -> Callable[[list[str]], Awaitable[list[list[float]]]]:
    async def embed(texts: list[str]) -> list[list[float]]:
        return [vectors[text] for text in texts]

    return embed


def encoded(texts: Sequence[str]) -> Vectors:
    """Vectors by the encoder, which is installed into the cache at first use."""
    python = locked.environment(CACHE, HERE / "requirements.txt")
    wanted = list(dict.fromkeys(texts))
    command = [str(python), str(HERE / "encode.py")]
    found = subprocess.run(command, input=json.dumps(wanted), stdout=subprocess.PIPE, text=True, check=True).stdout
    return dict(zip(wanted, json.loads(found), strict=True))


def matrix(scored: Scored, routes: Sequence[str]) -> str:
    """Markdown: what was expected down, what was decided across."""
    count = Counter((prompt.route, found) for prompt, found in scored.pairs)
    lines = ["| expected | " + " | ".join(f"-> {route}" for route in routes) + " | right |"]
    lines.append("| --- " * (len(routes) + 2) + "|")
    for expected in routes:
        total = sum(count[expected, found] for found in routes)
        right = percent(count[expected, expected] / total) if total else ""
        lines.append(f"| {expected} | " + " | ".join(str(count[expected, found]) for found in routes) + f" | {right} |")
    return "\n".join(lines) + "\n"


def report(scores: dict[str, Scored], routes: Sequence[str]) -> str:
    prompts = [prompt for prompt, _ in scores[WORDS].pairs]
    counted = Counter(prompt.half for prompt in prompts)
    lines = [
        "# Accuracy of content routing",
        "",
        "Written by `make routing-eval`: the routing of `environments/defaults.yaml` on the prompts of",
        "`tools/routing/prompts.jsonl`. What the two methods are: [content routing](decisions/content-routing.md). The",
        "encoder stands in for the embedding model of the LLM gateway: USE multilingual v3, 512 numbers a text.",
        "",
        f"| prompts | number | {' | '.join(scores)} |",
        "| --- " * (len(scores) + 2) + "|",
    ]
    for half, meaning in HALVES.items():
        cells = " | ".join(percent(scored.of(half).accuracy) for scored in scores.values())
        lines.append(f"| {meaning} | {counted[half]} | {cells} |")
    for name, scored in scores.items():
        lines += ["", f"## Held out, {name}", "", matrix(scored.of("held-out"), routes).rstrip()]
    lines += ["", "## Held out, by language of the prompt", "", f"| language | prompts | {' | '.join(scores)} |"]
    lines.append("| --- " * (len(scores) + 2) + "|")
    languages = Counter(prompt.lang for prompt in prompts if prompt.half == "held-out")
    for lang, number in sorted(languages.items(), key=lambda item: (-item[1], item[0])):
        cells = " | ".join(
            percent(Scored([pair for pair in scored.of("held-out").pairs if pair[0].lang == lang]).accuracy)
            for scored in scores.values()
        )
        lines.append(f"| {lang} | {number} | {cells} |")
    return "\n".join(lines) + "\n"


def percent(share: float) -> str:
    return f"{share * 100:.1f} %"


if __name__ == "__main__":
    main()
