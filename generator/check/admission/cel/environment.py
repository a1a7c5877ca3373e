"""The environments in which the expressions of a policy are checked and run, as Kubernetes 1.36 compiles them.

What passes the check has the types that it has on the server; what runs has been checked.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from generator.check.admission.cel import conversion, lists, network, quantity, regex, semver, strings, url
from generator.check.admission.cel.declaration import Function
from generator.check.admission.cel.engine import environment
from generator.check.admission.cel.tree import renamed

ROOTS = ("object", "oldObject", "request", "namespaceObject", "params")
FUNCTIONS = (
    *quantity.FUNCTIONS,
    *network.FUNCTIONS,
    *url.FUNCTIONS,
    *semver.FUNCTIONS,
    *lists.FUNCTIONS,
    *regex.FUNCTIONS,
    *strings.FUNCTIONS,
)
# Kubernetes compares numbers of different types; the engine does too, once its type check lets them pass.
_NUMBERS = ("int", "uint", "double")
_COMPARISONS = tuple(
    Function(operator, f"{word}_{one}_{other}", (one, other), "bool")
    for operator, word in (("_<_", "less"), ("_<=_", "less_equals"), ("_>_", "greater"), ("_>=_", "greater_equals"))
    for one in _NUMBERS
    for other in _NUMBERS
    if one != other
)

# The standard libraries of Kubernetes 1.36; math, encoders and bindings stay off as there.
_LIBRARIES = """name: kubernetes-1.36
extensions:
- name: optional
- name: sets
- name: lists
  version: 2
- name: two-var-comprehensions
"""

_FAULT = re.compile(r"^(?:INVALID_ARGUMENT: )?ERROR: <input>:(.*)", re.MULTILINE)


class CompileError(ValueError):
    """The server would refuse the expression, or it uses what cannot be had offline."""


def check(expression: str, params: bool) -> bytes:
    """The expression with its types, serialized; `params` exists in policies with a paramKind only.

    Raises CompileError with the line and column of each fault.
    """
    try:
        return bytes(_checking(params).compile(expression).serialize())
    except Exception as error:  # the engine has no class of its own for this
        faults = _FAULT.findall(str(error)) or [str(error)]
        raise CompileError("; ".join(fault.removesuffix(" (in container '')") for fault in faults)) from None


@cache  # every environment brings the same policies
def program(checked: bytes) -> Any:
    """A checked expression, ready for `eval` on an activation."""
    return _running().deserialize(renamed(checked, conversion.RENAMED))


def activation(values: dict[str, Any]) -> Any:
    """The values of the roots, for any number of programs."""
    return _running().Activation(values)


@cache
def _checking(params: bool) -> Any:
    variables = {root: "dyn" for root in ROOTS if params or root != "params"}
    variables |= {"request": "kubernetes.AdmissionRequest", "namespaceObject": "kubernetes.Namespace"}
    return environment(_LIBRARIES, variables, (*FUNCTIONS, *_COMPARISONS), running=False)


@cache
def _running() -> Any:
    variables = dict.fromkeys(ROOTS, "dyn")
    return environment(_LIBRARIES, variables, (*FUNCTIONS, *conversion.FUNCTIONS), running=True)
