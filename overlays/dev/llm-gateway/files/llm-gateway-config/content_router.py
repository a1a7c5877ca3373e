"""Content routing for LiteLLM's complexity router: a prompt goes to the route that its text belongs to.

LiteLLM loads `content_router.classifier` (`classifier_type: custom`).  It reads `router.json` beside this file, the
same data that the OpenClaw plugin reads, and decides the same way (docs/decisions/content-routing.md).  Importing it
fails when the data is wrong, so that the proxy does not start with a router that routes nothing.

Standard library only: this file runs inside LiteLLM's image.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HEAD, TAIL = 1500, 500
"""How much of a long prompt is read, in Unicode code points: what is asked stands at its start or its end."""

VOTE = 1000
"""One vote.  Votes are whole numbers, so that no rounding can make two languages disagree."""

MARGIN = VOTE // 2
"""A topic must beat `general` by more than this: the beginning of one word that one example used is not enough."""

NOISE = VOTE // 50
"""And by this much more for each feature of the prompt: the longer a text, the more of it is in examples by chance."""

SHAPE_WEIGHT = 2
"""What a shape of code (a call, a stack frame) counts against a word: chosen on the development prompts."""

PREFIX = 6
"""Letters that stand for a longer word, so that `refactored` knows `refactoring`."""

HANGUL_PREFIX = 2
"""The same for Korean, in syllables: most of its nouns have two."""

FOREIGN_SHARE = 10
"""A language with `without` letters bears at most one of them for every ten of its own."""

GENERAL = "general"
"""The tier of a prompt that belongs to no route; never the name of a route."""

MEDIA = {"document", "file", "image", "image_url", "input_audio", "input_file", "input_image", "video_url"}
"""Types of message parts that are not text, in the spellings of the OpenAI and Anthropic APIs."""

_CAPITALS = re.compile("[A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a1\u03a3-\u03a9\u0400-\u042f]")
_DATA = {"default", "provider", "general", "routes", "lexicon"}
_LEXICON = {"ignoredWords", "ignoredBeginnings", "endings", "shapes", "notLetters", "hangul", "unspaced"}


class Router:
    """Decides which route a prompt belongs to, from the data that `routing` of the environment renders to.

    Raises ValueError on data that it cannot route by: a key missing or unknown, a topic without examples.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        _keys("router.json", data, _DATA)
        lexicon = data["lexicon"]
        _keys("lexicon", lexicon, _LEXICON)
        self._ignored_words = frozenset(lexicon["ignoredWords"].split())
        self._ignored_beginnings = frozenset(lexicon["ignoredBeginnings"].split())
        self._endings = frozenset(lexicon["endings"].split())
        self._shapes = [(f"!{name}", _pattern(name, shape)) for name, shape in lexicon["shapes"].items()]
        not_letters, hangul, unspaced = (_ranges(name, lexicon[name]) for name in ("notLetters", "hangul", "unspaced"))
        self._letter = re.compile(f"[^{not_letters}]")
        self._word = re.compile(f"([{hangul}]+)|([{unspaced}]+)|[^{hangul}{unspaced}{not_letters}]+")

        routes = data["routes"]
        _names([route.get("name") for route in routes])
        topics = {route["name"]: route for route in routes if "examples" in route}
        for name, route in topics.items():
            _keys(name, route, {"name", "model", "examples"})
        self._routes: list[tuple[str, _Language | None]] = [
            (route["name"], None if route["name"] in topics else _Language(route, self._letter)) for route in routes
        ]
        self._classes = [GENERAL, *topics]
        examples = [_texts(name, route["examples"]) for name, route in topics.items()]
        self._votes = self._learn([_texts(GENERAL, data["general"]), *examples] if topics else [])

    def route(self, prompt: str) -> str | None:
        """The name of the first route that the prompt belongs to; None when it belongs to none."""
        text = excerpt(prompt)
        topic = self._topic(text)
        for name, language in self._routes:
            if language.speaks(text) if language else name == topic:
                return name
        return None

    def _topic(self, text: str) -> str | None:
        """The topic with the most votes, the earlier of equals, if it beats `general` by more than the margin."""
        features = self._features(text)
        tally = [0] * len(self._classes)
        for feature in features:
            for topic, votes in self._votes.get(feature, ()):
                tally[topic] += votes
        most = max(tally[1:], default=0)
        return self._classes[tally.index(most, 1)] if most > tally[0] + MARGIN + NOISE * len(features) else None

    def _learn(self, classes: list[list[str]]) -> dict[str, list[tuple[int, int]]]:
        """Feature -> its votes for each class: the part of the examples with that feature which are of that class.

        One is added to the number of examples: a feature seen in three of one class says more than one seen once.
        """
        counts: dict[str, dict[int, int]] = {}
        for topic, examples in enumerate(classes):
            for example in examples:
                for feature in self._features(excerpt(example)):
                    of = counts.setdefault(feature, {})
                    of[topic] = of.get(topic, 0) + 1
        return {
            feature: [
                (topic, (SHAPE_WEIGHT if feature[0] == "!" else 1) * (VOTE * n // (sum(of.values()) + 1)))
                for topic, n in of.items()
            ]
            for feature, of in counts.items()
        }

    def _features(self, text: str) -> set[str]:
        """Words, their beginnings, letter pairs of scripts without spaces, shapes of code.  Each counts once."""
        features = {name for name, shape in self._shapes if shape.search(f"\n{text}\n")}
        for match in self._word.finditer(text):
            word = _CAPITALS.sub(lambda capital: capital.group().lower(), match.group())
            if match.group(2):
                features.update(word[i : i + 2] for i in range(max(1, len(word) - 1)))
                continue
            hangul = match.group(1) is not None
            stem, prefix = (self._stem(word), word[:HANGUL_PREFIX]) if hangul else (word, word[:PREFIX])
            ignored = {word, stem} & self._ignored_words or prefix in self._ignored_beginnings
            if not ignored and (hangul or len(word) > 1):
                features.update((stem, f"{prefix}-"))
        return features

    def _stem(self, word: str) -> str:
        """A Korean word up to the first syllable, after two, that can begin a particle or an ending: 함수를 -> 함수."""
        ends = (i for i in range(HANGUL_PREFIX, len(word)) if word[i] in self._endings)
        return word[: next(ends, len(word))]

    async def classify(self, context: Any) -> str | None:
        """LiteLLM's classifier interface: the tier of the last thing that the user wrote.

        A conversation with images or files stays with the default: the models of routes may not see them.
        """
        asked = [message.get("content") for message in context.structured_messages if message.get("role") == "user"]
        if any(part.get("type") in MEDIA for content in asked for part in _parts(content)):
            return GENERAL
        texts = ("\n".join(str(part.get("text") or "") for part in _parts(content)) for content in reversed(asked))
        return self.route(next(filter(str.strip, texts), "")) or GENERAL


class _Language:
    """A language that is known by its script."""

    def __init__(self, route: Mapping[str, Any], letter: re.Pattern[str]) -> None:
        name = route["name"]
        _keys(name, route, {"name", "model", "letters", "minimumShare"}, {"without"})
        self._letter = letter
        self._own = re.compile(f"[{_ranges(name, route['letters'])}]")
        self._without = re.compile(f"[{_ranges(name, route['without'])}]") if "without" in route else None
        self._share = route["minimumShare"]
        if not isinstance(self._share, int) or not 0 < self._share <= 100:
            raise ValueError(f"router.json: {name}: minimumShare is a whole number of percent: {self._share!r}")

    def speaks(self, text: str) -> bool:
        """Whether enough letters of the text, or of its first or last line, are of this language.

        The lines count because a request often stands above or below a long quotation in another language.
        """
        lines = [line for line in text.split("\n") if self._letter.search(line)]
        return any(self._is_in(part) for part in (text, *lines[:1], *lines[-1:]))

    def _is_in(self, text: str) -> bool:
        own = len(self._own.findall(text))
        foreign = len(self._without.findall(text)) if self._without else 0
        letters = len(self._letter.findall(text))
        return own > 0 and own * 100 >= self._share * letters and foreign * FOREIGN_SHARE <= own


def excerpt(prompt: str) -> str:
    """What is read of a prompt: all of it, or the start and the end of a long one."""
    return prompt if len(prompt) <= HEAD + TAIL else f"{prompt[:HEAD]}\n{prompt[-TAIL:]}"


def _parts(content: Any) -> list[dict[str, Any]]:
    """The parts of a chat message, whose content is a string or a list of them."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [part for part in content or [] if isinstance(part, dict)]


def _names(names: list[Any]) -> None:
    if len(set(names)) != len(names) or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"router.json: routes need names, each its own: {names}")
    if GENERAL in names:
        raise ValueError(f"router.json: «{GENERAL}» is what no route takes, it cannot be a route")


def _keys(where: str, found: Mapping[str, Any], required: set[str], optional: Iterable[str] = ()) -> None:
    missing, unknown = required - found.keys(), found.keys() - required - set(optional)
    if missing or unknown:
        raise ValueError(f"router.json: {where}: missing keys {sorted(missing)}, unknown keys {sorted(unknown)}")


def _texts(name: str, examples: Any) -> list[str]:
    if not isinstance(examples, list) or not examples or not all(isinstance(text, str) and text for text in examples):
        raise ValueError(f"router.json: {name}: needs examples, a list of texts")
    return examples


def _pattern(name: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.ASCII)
    except re.error as error:
        raise ValueError(f"router.json: shape {name}: {error}") from error


def _ranges(name: str, spans: Iterable[str]) -> str:
    """Inside of a character class: `AC00-D7A3` names code points as the Unicode charts do."""
    ends = [re.fullmatch("([0-9A-F]{4,6})-([0-9A-F]{4,6})", span) for span in spans]
    if not all(ends):
        raise ValueError(f"router.json: {name}: not ranges of code points: {spans}")
    return "".join(f"\\U{first:0>8}-\\U{last:0>8}" for first, last in (end.groups() for end in ends if end))


classifier = Router(json.loads(Path(__file__).with_name("router.json").read_text(encoding="utf-8")))
