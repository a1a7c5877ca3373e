"""Which route a prompt belongs to, from the data that `routing` of the environment renders to (router.json).

The same decision as router.mjs of the OpenClaw plugin; tests/routing/ compares the two.  Standard library only: this
file runs inside LiteLLM's image.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from content_embedding import Embed, Nearest
from content_lexicon import Language, Lexicon, Votes, excerpt, keys

GENERAL = "general"
"""The class of a prompt that belongs to no route; never the name of a route."""

_DATA = {"default", "provider", "general", "routes", "lexicon"}


class Router:
    """Decides which route a prompt belongs to: by its words, and with `embed` by the nearest example as well.

    Raises ValueError on data that it cannot route by: a key missing or unknown, a topic without examples.
    """

    def __init__(self, data: Mapping[str, Any], embed: Embed | None = None) -> None:
        keys("router.json", data, _DATA, {"embedding"})
        lexicon = Lexicon(data["lexicon"])
        routes = data["routes"]
        _names([route.get("name") for route in routes])
        topics = {route["name"]: route for route in routes if "examples" in route}
        for name, route in topics.items():
            keys(name, route, {"name", "model", "examples"})
        self._order = [route["name"] for route in routes]
        self._languages = {name: Language(route, lexicon) for route in routes if (name := route["name"]) not in topics}
        examples = [_texts(name, route["examples"]) for name, route in topics.items()]
        classes = [_texts(GENERAL, data["general"]), *examples] if topics else []
        self._topics = list(topics)
        self._votes = Votes(classes, lexicon)
        self._nearest: Nearest | None = None
        if topics and embed and "embedding" in data:
            deadline = data["embedding"]["deadlineMs"] / 1000
            self._nearest = Nearest([[*map(excerpt, texts)] for texts in classes], embed, deadline)

    def route(self, prompt: str) -> str | None:
        """The name of the first route that the prompt belongs to by its words; None when it belongs to none."""
        text = excerpt(prompt)
        return self._first(text, self._votes.leads(text))

    async def settle(self, prompt: str) -> str | None:
        """The same, with the help of the embedding model where the words leave the topic open."""
        text = excerpt(prompt)
        leads = self._votes.leads(text)
        return self._first(text, await self._nearest.settle(leads, text) if self._nearest else leads)

    def _first(self, text: str, leads: Sequence[int]) -> str | None:
        best = max(leads, default=0)
        topic = self._topics[leads.index(best)] if best > 0 else None
        asked = next((name for name, language in self._languages.items() if language.asked(text)), None)
        for name in self._order:
            language = self._languages.get(name)
            # The language that the answer is to be in outweighs the one that the prompt is written in.
            if name in (topic, asked) or (language and not asked and language.written(text)):
                return str(name)
        return None


def _names(names: list[Any]) -> None:
    if len(set(names)) != len(names) or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"router.json: routes need names, each its own: {names}")
    if GENERAL in names:
        raise ValueError(f"router.json: «{GENERAL}» is what no route takes, it cannot be a route")


def _texts(name: str, examples: Any) -> list[str]:
    if not isinstance(examples, list) or not examples or not all(isinstance(text, str) and text for text in examples):
        raise ValueError(f"router.json: {name}: needs examples, a list of texts")
    return examples
