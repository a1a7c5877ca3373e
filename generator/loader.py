"""PyYAML's safe loader, at C speed where the wheel has libyaml: 20 times faster, the same objects and marks.

It descends on the machine's own stack, and a text nested deep enough ends the process: see `too_deep`.
"""

import re
from typing import Any, ClassVar

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST = 200
"""Levels that are read: Python follows 1,000 calls, of which a walk needs a few a level."""
_INDENTED = re.compile(rf"[ ?:-]{{{DEEPEST // 4}}}")


class Kubectl(LOADER):  # type: ignore[misc]  # the C loader has no stub
    """Reads as kubectl does: a date or a lone `=` is a string."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":value"))]
        for first, resolvers in LOADER.yaml_implicit_resolvers.items()
    }


UNREADABLE = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What loading a text raises: PyYAML trusts tags, and `!!bool x` or a key that is a list fail inside of it."""


def too_deep(text: str) -> bool:
    """Whether a text has more than DEEPEST levels; to be asked before it is composed or loaded.

    Few texts can have: a level costs a bracket, or half a column.  Raises yaml.YAMLError.
    """
    if text.count("[") + text.count("{") <= DEEPEST // 2 and not _INDENTED.search(text):
        return False
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False
