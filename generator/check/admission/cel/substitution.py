"""Variables of a policy, written out where they are used.

Kubernetes evaluates a variable when an expression touches it, so that an unused one cannot fail. An expression has no
side effects; with the variable's own expression in its place it yields the same value, or the same error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*)
      | (?P<raw>[bB]?[rR][bB]?(?P<fence>\"{3}|'{3}|[\"'])(?:(?!(?P=fence)).)*(?P=fence))
      | (?P<text>[bB]?(?P<quote>\"{3}|'{3}|[\"'])(?:(?!(?P=quote))(?:\\.|.))*(?P=quote))
      | (?P<number>[0-9][0-9A-Za-z_]*)
      | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
      | (?P<space>\s+)
      | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    text: str
    start: int


def tokens(expression: str) -> list[Token]:
    """Words, numbers, texts and signs; blanks and comments are left out."""
    return [
        Token(str(found.lastgroup), found.group(), found.start())
        for found in _TOKEN.finditer(expression)
        if found.lastgroup not in ("comment", "space")
    ]


def roots(expression: str) -> set[str]:
    """Words that are not fields: variables, functions called on nothing, iteration variables."""
    found = tokens(expression)
    return {
        token.text
        for before, token in zip([None, *found], found, strict=False)
        if token.kind == "word" and (before is None or before.text != ".")
    }


def written_out(expression: str, variables: Mapping[str, str]) -> tuple[str, set[str]]:
    """The expression with each `variables.name` replaced, and the names used.

    The values of `variables` have none in them. Raises ValueError for an unknown name and for `variables` in any
    other form.
    """
    found = [*tokens(expression), Token("end", "", len(expression)), Token("end", "", len(expression))]
    parts: list[str] = []
    used: set[str] = set()
    position = 0
    for number, token in enumerate(found[:-2]):
        if token.text == "`":
            raise ValueError("field names in backquotes are not known to Kubernetes 1.36")
        field = number > 0 and found[number - 1].text == "."
        if token.kind != "word" or token.text != "variables" or field:
            continue
        point, name = found[number + 1], found[number + 2]
        if point.text != "." or name.kind != "word":
            raise ValueError("variables are used as variables.name")
        if name.text not in variables:
            known = ", ".join(variables) or "none"
            raise ValueError(f"no variable «{name.text}» before this expression; known: {known}")
        # The line break ends a comment at the end of the variable's expression.
        parts += [expression[position : token.start], f"({variables[name.text]}\n)"]
        position = name.start + len(name.text)
        used.add(name.text)
    return "".join([*parts, expression[position:]]), used
