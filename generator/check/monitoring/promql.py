"""PromQL, read: which series an expression asks for, and what it does with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promql_parser import BinaryExpr, Expr, VectorSelector

SET_OPERATORS = ("and", "unless")
"""Of their right side only the labels count, not the values."""

_SIGNS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}


@dataclass(frozen=True)
class Matcher:
    """A condition on a label; `operator` is one of = != =~ !~."""

    label: str
    operator: str
    value: str

    @property
    def needs_label(self) -> bool:
        """Whether a series without the label is left out."""
        return not self.admits("")

    def admits(self, value: str) -> bool:
        """Whether a series with this value of the label is taken; an absent label is an empty one."""
        same = value == self.value if self.operator in ("=", "!=") else _matches(self.value, value)
        return same == (self.operator in ("=", "=~"))


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True  # Prometheus has a dialect of its own; what Python cannot read is left alone


@dataclass(frozen=True)
class Use:
    """Series that an expression asks for; `inside` are functions, aggregations and operators, outermost first."""

    metric: str
    """Empty where the name is only matched."""
    matchers: tuple[Matcher, ...]
    inside: tuple[str, ...]


@dataclass(frozen=True)
class Grouping:
    """An aggregation by labels, and what it aggregates; `free` where a function inside it makes labels of its own."""

    labels: tuple[str, ...]
    uses: tuple[Use, ...]
    free: bool


@dataclass(frozen=True)
class Reading:
    """What is said of an expression; `error` is the parser's complaint, and then nothing else is known."""

    uses: tuple[Use, ...] = ()
    groupings: tuple[Grouping, ...] = ()
    error: str = ""


@lru_cache(maxsize=4096)
def read(query: str) -> Reading:
    """Takes an expression apart."""
    import promql_parser  # a native module that only sets with expressions pay for

    try:
        tree = promql_parser.parse(query)
    except ValueError as error:
        return Reading(error=" ".join(str(error).split()))
    groupings: list[Grouping] = []
    uses = tuple(_uses(tree, (), groupings))
    return Reading(uses, tuple(groupings))


def _uses(tree: Expr, inside: tuple[str, ...], groupings: list[Grouping]) -> Iterator[Use]:
    import promql_parser as promql

    if isinstance(tree, promql.VectorSelector):
        yield _use(tree, inside)
    elif isinstance(tree, promql.MatrixSelector):
        yield _use(tree.vector_selector, inside)
    elif isinstance(tree, promql.AggregateExpr):
        below = tuple(_uses(tree.expr, (*inside, str(tree.op)), groupings))
        if tree.modifier and tree.modifier.type == promql.AggModifierType.By:
            free = any(name in use.inside for use in below for name in ("label_replace", "label_join", "count_values"))
            groupings.append(Grouping(tuple(tree.modifier.labels), below, free))
        yield from below
    elif isinstance(tree, promql.Call):
        for argument in tree.args:
            yield from _uses(argument, (*inside, tree.func.name), groupings)
    elif isinstance(tree, promql.BinaryExpr):
        yield from _operands(tree, inside, groupings)
    elif isinstance(tree, promql.ParenExpr | promql.UnaryExpr | promql.SubqueryExpr):
        yield from _uses(tree.expr, inside, groupings)


def _operands(tree: BinaryExpr, inside: tuple[str, ...], groupings: list[Grouping]) -> Iterator[Use]:
    operator = str(tree.op)
    yield from _uses(tree.lhs, inside, groupings)
    yield from _uses(tree.rhs, (*inside, operator) if operator in SET_OPERATORS else inside, groupings)


def _use(selector: VectorSelector, inside: tuple[str, ...]) -> Use:
    found = tuple(Matcher(one.name, _SIGNS[str(one.op)], one.value) for one in selector.matchers.matchers)
    named = next((one.value for one in found if one.label == "__name__" and one.operator == "="), "")
    return Use(selector.name or named, found, inside)
