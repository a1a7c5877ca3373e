"""The embedding model helps, and never hinders: what is late, wrong or down leaves the decision to the words."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Sequence

import pytest

from generator.components.router import ASSETS

from content_embedding import Nearest, whole  # isort: skip

GENERAL, TOPIC = ["bake bread"], ["fix code"]
VECTORS = {"bake bread": [1.0, 0.0], "fix code": [0.0, 1.0], "near topic": [0.1, 1.0], "near general": [1.0, 0.1]}
UNDECIDED = [-10]
"""Leads of a prompt whose words say next to nothing."""


class Model:
    """An embedding model that answers by VECTORS, and counts its calls."""

    def __init__(self) -> None:
        self.calls = 0
        self.delay = 0.0
        self.broken = False

    async def __call__(self, texts: list[str]) -> Sequence[Sequence[float]]:
        self.calls += 1
        await asyncio.sleep(self.delay)
        if self.broken:
            raise OSError("connection refused")
        return [VECTORS[text] for text in texts]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def nearest(model: Model, clock: Clock | None = None) -> Nearest:
    return Nearest([GENERAL, TOPIC], model, 0.02, clock or Clock())


async def loaded(model: Model, clock: Clock | None = None) -> Nearest:
    made = nearest(model, clock)
    await made.settle(UNDECIDED, "near topic")
    await asyncio.sleep(0.01)
    return made


def test_a_prompt_belongs_where_the_nearest_example_is() -> None:
    async def asked(text: str) -> bool:
        [lead] = await (await loaded(Model())).settle(UNDECIDED, text)
        return lead > 0

    assert asyncio.run(asked("near topic"))
    assert not asyncio.run(asked("near general"))


def test_the_words_decide_while_the_examples_are_fetched_once() -> None:
    async def run() -> tuple[list[int], int]:
        model = Model()
        made = nearest(model)
        first = await asyncio.gather(*(made.settle(UNDECIDED, "near topic") for _ in range(5)))
        await asyncio.sleep(0.01)
        assert first == [UNDECIDED] * 5
        return list(await made.settle(UNDECIDED, "near topic")), model.calls

    [lead], calls = asyncio.run(run())
    assert lead > 0
    assert calls == 2, "one for the examples, one for the prompt"


@pytest.mark.parametrize(("leads", "text"), [([3001], "near topic"), ([-3001], "near topic"), (UNDECIDED, " \n\t")])
def test_nobody_is_asked_when_the_words_are_sure_or_there_are_none(leads: list[int], text: str) -> None:
    async def run() -> int:
        model = Model()
        made = await loaded(model)
        assert await made.settle(leads, text) == leads
        return model.calls

    assert asyncio.run(run()) == 1, "the examples alone"


def test_who_is_late_is_not_waited_for() -> None:
    async def run() -> float:
        model = Model()
        made = await loaded(model)
        model.delay = 5
        start = time.monotonic()
        assert await made.settle(UNDECIDED, "near topic") == UNDECIDED
        return time.monotonic() - start

    assert asyncio.run(run()) < 1


@pytest.mark.parametrize(
    "answer",
    [[], [[1.0]], [[0.0, 0.0]], [[float("nan"), 1.0]], [[1.0, 1.0], [1.0, 1.0]]],
    ids=["none", "short", "zero", "not a number", "two"],
)
def test_an_answer_that_makes_no_sense_leaves_it_to_the_words(answer: list[list[float]]) -> None:
    async def run() -> None:
        made = await loaded(Model())

        async def senseless(texts: list[str]) -> list[list[float]]:
            return answer

        made._embed = senseless
        assert await made.settle(UNDECIDED, "near topic") == UNDECIDED

    asyncio.run(run())


def test_after_three_failures_nobody_asks_for_half_a_minute_then_one_prompt_tries() -> None:
    async def run() -> list[int]:
        model, clock = Model(), Clock()
        made = await loaded(model, clock)
        model.broken = True
        counted = []

        async def ask(times: int) -> None:
            before = model.calls
            for _ in range(times):
                await made.settle(UNDECIDED, "near topic")
            counted.append(model.calls - before)

        await ask(20)
        clock.now = 29.9
        await ask(20)
        clock.now = 30.1
        await ask(20)
        clock.now = 60.2
        model.broken = False
        await ask(20)
        return counted

    assert asyncio.run(run()) == [3, 0, 1, 20]


def test_examples_that_cannot_be_fetched_are_asked_for_again_later() -> None:
    async def run() -> list[int]:
        model, clock = Model(), Clock()
        model.broken = True
        made = nearest(model, clock)
        counted = []
        for clock.now in (0, 1, 2, 3, 4, 33):
            await made.settle(UNDECIDED, "near topic")
            await asyncio.sleep(0.01)
            counted.append(model.calls)
        model.broken = False
        clock.now = 70
        await made.settle(UNDECIDED, "near topic")
        await asyncio.sleep(0.01)
        [lead] = await made.settle(UNDECIDED, "near topic")
        assert lead > 0
        return counted

    assert asyncio.run(run()) == [1, 2, 3, 3, 3, 4]


def test_a_direction_is_told_in_whole_numbers() -> None:
    assert whole([3.0, -4.0], 2) == [2458, -3277]
    with pytest.raises(ValueError, match="not a vector"):
        whole([1.0], 2)


SCRIPT = """
const { createNearest } = await import(process.argv[1]);
const vectors = JSON.parse(process.argv[2]);
const model = { calls: 0, delay: 0, broken: false };
const embed = async (texts) => {
  model.calls += 1;
  if (model.delay) await new Promise((done) => setTimeout(done, model.delay).unref());
  if (model.broken) throw new Error("connection refused");
  return texts.map((text) => vectors[text]);
};
let now = 0;
const settle = createNearest({ classes: [["bake bread"], ["fix code"]], embed, deadline: 20, clock: () => now });
const ask = () => settle([-10], "near topic");
const count = async (times) => {
  const before = model.calls;
  for (let i = 0; i < times; i += 1) await ask();
  return model.calls - before;
};
const found = { first: await ask() };
await new Promise((done) => setTimeout(done, 10));
found.near = (await ask())[0] > 0;
found.far = (await settle([-10], "near general"))[0] > 0;
found.sure = [await settle([3001], "near topic"), await settle([-3001], "near topic"), await settle([-10], " ")];
found.calls = model.calls;
model.delay = 5000;
const start = performance.now();
found.late = await ask();
found.inTime = performance.now() - start < 1000;
model.delay = 0;
await ask();
model.broken = true;
found.counted = [await count(20)];
for (now of [29_900, 30_100]) found.counted.push(await count(20));
now = 60_200;
model.broken = false;
found.counted.push(await count(20));
process.stdout.write(JSON.stringify(found));
"""


def test_the_plugin_asks_and_rests_as_the_classifier_does(node: str) -> None:
    module = (ASSETS / "openclaw-router/embedding.mjs").as_uri()
    command = [node, "--input-type=module", "--eval", SCRIPT, module, json.dumps(VECTORS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "first": UNDECIDED,
        "near": True,
        "far": False,
        "sure": [[3001], [-3001], UNDECIDED],
        "calls": 3,
        "late": UNDECIDED,
        "inTime": True,
        "counted": [3, 0, 1, 20],
    }
