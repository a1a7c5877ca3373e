"""What a prompt says by its letters and words: which topic they vote for, which language it is in or asks for.

Decides number by number as lexicon.mjs of the OpenClaw plugin does (docs/decisions/content-routing.md says why it is
made so).  Standard library only: this file runs inside LiteLLM's image.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
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

_CAPITALS = re.compile("[A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a1\u03a3-\u03a9\u0400-\u042f]")
_KEYS = {"ignoredWords", "ignoredBeginnings", "endings", "shapes", "notLetters", "hangul", "unspaced", "request"}


class Lexicon:
    """Words, their beginnings, letter pairs of scripts without spaces, and the shapes of code."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        keys("lexicon", data, _KEYS)
        self._ignored_words = frozenset(data["ignoredWords"].split())
        self._ignored_beginnings = frozenset(data["ignoredBeginnings"].split())
        self._endings = frozenset(data["endings"].split())
        self._shapes = [(f"!{name}", pattern(f"shape {name}", shape)) for name, shape in data["shapes"].items()]
        not_letters, hangul, unspaced = (ranges(name, data[name]) for name in ("notLetters", "hangul", "unspaced"))
        self._word = re.compile(f"([{hangul}]+)|([{unspaced}]+)|[^{hangul}{unspaced}{not_letters}]+")
        self.letter = f"[^{not_letters}]"
        self.request = data["request"].replace("{letter}", self.letter)

    def features(self, text: str) -> set[str]:
        """What of a text can vote.  Each counts once."""
        features = {name for name, shape in self._shapes if shape.search(f"\n{text}\n")}
        for match in self._word.finditer(text):
            word = lower(match.group())
            if match.group(2):
                pairs = (word[i : i + 2] for i in range(max(1, len(word) - 1)))
                features.update(pair for pair in pairs if pair not in self._ignored_words)
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


class Votes:
    """What the words of a text say of its topic, learnt from the examples of each class; `general` is the first."""

    def __init__(self, classes: Sequence[Sequence[str]], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._classes = len(classes)
        self._votes = self._learn(classes)

    def leads(self, text: str) -> list[int]:
        """By how many votes each topic beats `general` and the margin: above zero it does."""
        features = self._lexicon.features(text)
        tally = [0] * self._classes
        for feature in features:
            for topic, votes in self._votes.get(feature, ()):
                tally[topic] += votes
        return [votes - tally[0] - MARGIN - NOISE * len(features) for votes in tally[1:]]

    def _learn(self, classes: Sequence[Sequence[str]]) -> dict[str, list[tuple[int, int]]]:
        """Feature -> its votes for each class: the part of the examples with that feature which are of that class.

        One is added to the number of examples: a feature seen in three of one class says more than one seen once.
        """
        counts: dict[str, dict[int, int]] = {}
        for topic, examples in enumerate(classes):
            for example in examples:
                for feature in self._lexicon.features(excerpt(example)):
                    of = counts.setdefault(feature, {})
                    of[topic] = of.get(topic, 0) + 1
        return {
            feature: [
                (topic, (SHAPE_WEIGHT if feature[0] == "!" else 1) * (VOTE * n // (sum(of.values()) + 1)))
                for topic, n in of.items()
            ]
            for feature, of in counts.items()
        }


class Language:
    """A language that is known by its script, or asked for by its name."""

    def __init__(self, route: Mapping[str, Any], lexicon: Lexicon) -> None:
        name = route["name"]
        keys(name, route, {"name", "model", "letters", "minimumShare", "asked"}, {"without"})
        self._letter = re.compile(lexicon.letter)
        self._own = re.compile(f"[{ranges(name, route['letters'])}]")
        self._without = re.compile(f"[{ranges(name, route['without'])}]") if "without" in route else None
        self._share = route["minimumShare"]
        if not isinstance(self._share, int) or not 0 < self._share <= 100:
            raise ValueError(f"router.json: {name}: minimumShare is a whole number of percent: {self._share!r}")
        asked, request = f"(?:{route['asked'].replace('{letter}', lexicon.letter)})", f"(?:{lexicon.request})"
        self._named = pattern(name, asked)
        self._asked = pattern(
            name,
            f"{request}[^\\n]{{0,160}}?{asked}|{asked}[^\\n]{{0,40}}?{request}"
            f"|\\n[^\\n?？؟]{{0,60}}{asked}[^\\n?？؟]{{0,30}}\\n",
        )

    def asked(self, text: str) -> bool:
        """Whether the answer is to be in this language: its name, as in "into Korean", near a verb, or alone."""
        padded = lower(f"\n{text}\n")
        return bool(self._named.search(padded) and self._asked.search(padded))

    def written(self, text: str) -> bool:
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


def lower(text: str) -> str:
    """Small letters of the alphabets that have them, by no table of the runtime."""
    return _CAPITALS.sub(lambda capital: capital.group().lower(), text)


def keys(where: str, found: Mapping[str, Any], required: set[str], optional: Iterable[str] = ()) -> None:
    """Raises ValueError when a key is missing or unknown."""
    missing, unknown = required - found.keys(), found.keys() - required - set(optional)
    if missing or unknown:
        raise ValueError(f"router.json: {where}: missing keys {sorted(missing)}, unknown keys {sorted(unknown)}")


def pattern(name: str, source: str) -> re.Pattern[str]:
    """A pattern that JavaScript reads alike; raises ValueError."""
    try:
        return re.compile(source, re.ASCII)
    except re.error as error:
        raise ValueError(f"router.json: {name}: {error}") from error


def ranges(name: str, spans: Iterable[str]) -> str:
    """Inside of a character class: `AC00-D7A3` names code points as the Unicode charts do."""
    ends = [re.fullmatch("([0-9A-F]{4,6})-([0-9A-F]{4,6})", span) for span in spans]
    if not all(ends):
        raise ValueError(f"router.json: {name}: not ranges of code points: {spans}")
    return "".join(f"\\U{first:0>8}-\\U{last:0>8}" for first, last in (end.groups() for end in ends if end))
