"""Topic by the nearest examples: asks an embedding model when the words of a prompt leave its topic open.

Never late and never fatal: what has not answered within the deadline is not waited for, and what failed repeatedly is
left alone for a while.  Decides number by number as embedding.mjs of the OpenClaw plugin does.  Keeps vectors of the
examples only, and logs nothing.  Standard library only: this file runs inside LiteLLM's image.
"""

import asyncio
import math
import operator
import re
import time
from collections.abc import Awaitable, Callable, Sequence

SURE = 3000
"""Votes (of 1,000) beyond which the words decide alone, for or against a topic."""

NEARNESS = 12
"""Votes that a cosine of one counts: of 8 to 16, which did equally well on the tuning prompts, the middle."""

NEIGHBOURS = 3
"""Examples of each class that count, the nearest ones: one alone may be near by accident."""

SCALE = 4096
"""Length of a vector in whole numbers: products are exact, so that no order of adding makes two languages disagree."""

BATCH = 96
"""Texts a call: the limit of Cohere on Bedrock."""

LOADING_SECONDS = 10.0
"""For each batch of examples, while the words decide."""

FAILURES = 3
"""Calls in a row that may fail before the embedding model is left alone."""

REST_SECONDS = 30.0
"""How long it is left alone before one more call tries."""

Embed = Callable[[list[str]], Awaitable[Sequence[Sequence[float]]]]
"""Texts to their vectors, in order."""

_WRITTEN = re.compile("[^ \\t\\r\\n]")
_dot: Callable[[list[int], list[int]], int] = getattr(math, "sumprod", lambda a, b: sum(map(operator.mul, a, b)))
"""Python 3.12 has it in C: a tenth of the time."""


class Nearest:
    """Where a text is nearest: to examples of a topic, or to those of `general`, the first of the classes."""

    def __init__(
        self,
        classes: Sequence[Sequence[str]],
        embed: Embed,
        deadline: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`deadline` in seconds."""
        self._classes = classes
        self._neighbours = min(NEIGHBOURS, *map(len, classes))
        self._embed = embed
        self._deadline = deadline
        self._breaker = Breaker(clock)
        self._examples: list[list[list[int]]] | None = None
        self._loading: asyncio.Task[None] | None = None

    async def settle(self, leads: Sequence[int], text: str) -> list[int]:
        """The leads of the topics with nearness counted in, or as they were: sure, or no vector in time."""
        if abs(max(leads)) > SURE or not _WRITTEN.search(text):
            return list(leads)
        found = await self._nearness(text)
        if found is None:
            return list(leads)
        general, *topics = found
        one = SCALE * SCALE * self._neighbours
        return [lead * one + NEARNESS * 1000 * (near - general) for lead, near in zip(leads, topics, strict=True)]

    async def _nearness(self, text: str) -> list[int] | None:
        """How near the nearest examples of each class are, added up; None when that is not known in time."""
        if self._examples is None:
            if self._loading is None and self._breaker.allows():
                self._loading = asyncio.create_task(self._load())
            return None
        if not self._breaker.allows():
            return None
        try:
            [vector] = await asyncio.wait_for(self._embed([text]), self._deadline)
            found = whole(vector, len(self._examples[0][0]))
        except Exception:  # whatever went wrong, the words decide
            self._breaker.failed()
            return None
        self._breaker.succeeded()
        return [
            sum(sorted((_dot(found, example) for example in examples), reverse=True)[: self._neighbours])
            for examples in self._examples
        ]

    async def _load(self) -> None:
        texts = [text for examples in self._classes for text in examples]
        try:
            vectors: list[list[int]] = []
            for start in range(0, len(texts), BATCH):
                batch = texts[start : start + BATCH]
                found = await asyncio.wait_for(self._embed(batch), LOADING_SECONDS)
                if len(found) != len(batch):
                    raise ValueError("a vector for each text is missing")
                vectors += (whole(vector, len(found[0])) for vector in found)
            if len({len(vector) for vector in vectors}) > 1:
                raise ValueError("vectors differ in length")
        except Exception:
            self._breaker.failed()
        else:
            self._breaker.succeeded()
            rest = iter(vectors)
            self._examples = [[next(rest) for _ in examples] for examples in self._classes]
        self._loading = None


class Breaker:
    """Lets calls pass until several in a row have failed, then one every now and then."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` in seconds."""
        self._clock = clock
        self._failures = 0
        self._retry = 0.0

    def allows(self) -> bool:
        if self._failures < FAILURES:
            return True
        now = self._clock()
        if now < self._retry:
            return False
        self._retry = now + REST_SECONDS
        return True

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        self._retry = self._clock() + REST_SECONDS


def whole(vector: Sequence[float], length: int) -> list[int]:
    """The direction of a vector in whole numbers.  Raises ValueError for one that has none, or another length."""
    square = 0.0
    # Not sum(), which rounds less than JavaScript does.
    for number in vector:
        square += number * number
    norm = math.sqrt(square)
    if len(vector) != length or not 0 < norm < math.inf:
        raise ValueError("not a vector")
    return [math.floor(number * SCALE / norm + 0.5) for number in vector]
