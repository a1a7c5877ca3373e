"""Every module says in its first lines what it is for, and is tested where its name says, or where this says."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from tests.conftest import ROOT

MODULES = sorted(
    path
    for folder in ("generator", "tests", "tools")
    for path in (ROOT / folder).rglob("*.py")
    if path.name != "__init__.py" or path.read_text("utf-8").strip()
)
SCRIPTS = sorted(
    path
    for pattern in ("generator/**/*.mjs", "tests/**/*.mjs", "tools/**/*.mjs", "tools/**/*.go")
    for path in ROOT.glob(pattern)
)

SENTENCE = re.compile(r'"""\S+[ \n]\S+[ \n](?:(?!"""|\n\n)[\s\S])*[.:?!;`](?:"""|\n\n)')
"""A docstring at the very top whose first paragraph is three words or more, and ends."""

ELSEWHERE = {
    "__main__.py": ("tests/environment", "starts the program, as tests of whole runs do"),
    "assets/*": ("tests/routing", "runs inside other programs; loaded there as they load it"),
    "aws/*": ("tests/aws", "each resource by the stacks that it is part of"),
    "check/admission/*": ("tests/check/admission", "parts of the evaluation, which Kubernetes' own verdicts judge"),
    "check/aws/*": ("tests/policies/aws", "account rules and what they read, by mutation"),
    "check/*": ("tests/policies", "whole-set rules and what they read, by fixtures and by mutation"),
    "components/*": ("tests/components", "parts of a component, by the objects that it renders"),
    "components/dashboards/*": ("tests/components/test_dashboards.py", "each dashboard, by all queries and panels"),
    "cost/*": ("tests/cost", "lines of the bill, by sums that were worked by hand"),
    "day2/*": ("tests/day2", "parts of the verbs"),
    "diff/*": ("tests/diff", "the forms, by the same change in each"),
    "environment/*": ("tests/environment/broken", "sections, by broken files and the words that answer them"),
    "impacts/*": ("tests/impacts/catalogue.yaml", "each consequence, by a change that has it"),
    "kubernetes/*": ("tests/components", "what all components share, by each of them"),
    "pin/*": ("tests/pin", "parts of the verb"),
    "report/*": ("tests/report", "parts of the page"),
    "review/*": ("tests/review", "parts of the comment"),
    "simulate/*": (
        "tests/simulate",
        "parts of the play, by months of it and by interruptions that were played for real",
    ),
    "trees/*": ("tests/trees", "parts of the plan, by the trees that are committed"),
    "verify/*": ("tests/verify", "each check, by recorded answers and a real API server"),
    "cli*.py": ("tests/test_cli.py", "every verb's help and example; what it does, in the folder of what it calls"),
    "console.py": ("tests/test_cli.py", "how a verb ends, by verbs that end so"),
    "parallel.py": ("tests/test_render.py", "what several processes do together, by whole renders"),
    "loader.py": ("tests/environment", "the YAML loader, by every file"),
    "restore.py": ("tests/components/test_backup.py", "the way back, beside the way there"),
    "secrets_manager.py": ("tests/test_cli_secrets.py", "what the verb asks and writes"),
    "import_outputs.py": ("tests/test_bootstrap.py", "a step of the bootstrap"),
    "shipped.py": ("tests/supply/test_offline.py", "files beside the code, by every verb that reads them"),
    "step.py": ("tests/test_bootstrap.py", "a step of the bootstrap"),
    "tags.py": ("tests/aws", "the tags of every resource"),
}
"""Modules below generator/ without a test module of their name, by pattern: what tests them, and how."""


def test_a_module_says_what_it_is_for() -> None:
    silent = [str(path.relative_to(ROOT)) for path in MODULES if not SENTENCE.match(path.read_text("utf-8"))]
    assert not silent, f"Missing: a first sentence that says what it is for, in {', '.join(silent)}"


def test_a_script_says_what_it_is_for() -> None:
    silent = [str(path.relative_to(ROOT)) for path in SCRIPTS if not re.match(r"// \w", path.read_text("utf-8"))]
    assert not silent, f"Missing: a comment that says what it is for, at the top of {', '.join(silent)}"


def test_a_module_without_a_sentence_is_seen() -> None:
    assert SENTENCE.match('"""What pods share, said once."""\n')
    for text in ("import re\n", '"""Helpers."""\n', '"""Not a sentence at all"""\n'):
        assert not SENTENCE.match(text), text


def test_a_module_is_tested_under_its_name_or_where_this_says() -> None:
    missing = [str(path) for path in unnamed() if not elsewhere(path)]
    assert not missing, f"Missing a test module of the name, or a row in ELSEWHERE: {', '.join(missing)}"


def test_every_package_has_its_folder_of_tests() -> None:
    packages = {path.parts[0] for path in sources() if len(path.parts) > 1} - {"assets"}
    missing = sorted(name for name in packages if not list((ROOT / "tests" / name).glob("test_*.py")))
    assert not missing, f"Missing below tests/: {', '.join(missing)}"


def test_exceptions_are_needed_and_lead_to_tests() -> None:
    used = {elsewhere(path) for path in unnamed()}
    assert not [pattern for pattern in ELSEWHERE if pattern not in used], "nothing needs these any more"
    assert not [where for where, _ in ELSEWHERE.values() if not (ROOT / where).exists()], "these are not there"


@cache
def sources() -> list[Path]:
    """The modules of generator/, from there."""
    every = sorted((ROOT / "generator").rglob("*.py"))
    return [path.relative_to(ROOT / "generator") for path in every if path.name != "__init__.py"]


@cache
def unnamed() -> list[Path]:
    """Those without a test module of their name in the folder of their package's tests."""
    return [path for path in sources() if not (ROOT / "tests" / path.parent / f"test_{path.name}").exists()]


def elsewhere(path: Path) -> str | None:
    """The pattern that speaks of a module: the longest of those that fit."""
    fitting = [one for one in ELSEWHERE if fnmatch(str(path), one) and (len(path.parts) > 1) == ("/" in one)]
    return max(fitting, key=len, default=None)
