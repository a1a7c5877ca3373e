"""The forms in which a diff is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .as_json import as_json
from .html import html
from .impact import Impact
from .markdown import markdown
from .source import Comparison
from .text import text

Form = Callable[[Comparison, Sequence[Impact]], str]

FORMS: dict[str, Form] = {"text": text, "markdown": markdown, "html": html, "json": as_json}
