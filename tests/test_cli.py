"""Every verb explains itself, and its example is a command that runs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from generator import console
from generator.cli import main
from generator.environment.load import load
from generator.environment.model import Environment
from generator.environment.outputs import OUTPUTS
from generator.import_outputs import capitalised
from generator.trees.plan import Plan
from tests.conftest import ROOT

EXAMPLE = re.compile(r"Example: (.+?)(, then the same with --run\.)?")
PROGRAM = "python -m generator "

SAFE = {"review": ("--post", "--fail-on")}
"""Options of an example, each with a value, that are not run here: they write elsewhere, or judge what is compared."""


VERBS = sorted(main.commands)


def example(verb: str) -> str:
    """The example of a verb, as its help says it."""
    found = EXAMPLE.fullmatch(" ".join((main.commands[verb].epilog or "").split()))
    assert found, f"{verb}: --help has no line `Example: {PROGRAM}{verb} ...`"
    return found[1]


def argv(verb: str, out: Path) -> list[str]:
    """The words of an example after the name of the program, without what is not for a test to do."""
    words = shlex.split(example(verb).rpartition(PROGRAM)[2])
    for option in SAFE.get(verb, ()):
        at = words.index(option)
        del words[at : at + 2]
    return [str(out) if before == "--out" else word for before, word in zip(["", *words], words, strict=False)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what the verbs read, and a branch that differs from it in one field."""
    root = tmp_path_factory.mktemp("copy")
    for folder in ("environments", "rendered"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copytree(
        ROOT / "generator/components", root / "generator/components", ignore=shutil.ignore_patterns("*.pyc")
    )
    changed = root / "rendered/dev/openclaw-main/statefulset-openclaw-main.yaml"
    text = changed.read_text("utf-8")
    changed.write_text(text.replace("terminationGracePeriodSeconds: ", "terminationGracePeriodSeconds: 1"), "utf-8")
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "environments", "rendered"),
        (*identity, "commit", "--quiet", "--no-verify", "--message=base"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
    ):
        subprocess.run(("git", *command), cwd=root, check=True, env={"PATH": "/usr/bin:/bin", "HOME": str(root)})
    changed.write_text(text, "utf-8")
    return root


def answer(verb: str) -> str:
    """What another program hands to a verb in its example."""
    if verb != "import-outputs":
        return ""
    taken = load(ROOT / "environments", "prod").outputs
    return json.dumps({capitalised(one.name): {"value": one.example} for one in OUTPUTS if one.name in taken})


@pytest.mark.parametrize("verb", VERBS)
def test_help_says_what_a_verb_does_and_how_it_is_called(verb: str) -> None:
    done = CliRunner().invoke(main, [verb, "--help"])
    assert done.exit_code == 0
    assert (main.commands[verb].help or "").split(".")[0], f"{verb}: its docstring is its help"
    assert f"{PROGRAM}{verb}" in example(verb)
    assert example(verb).split()[0] in " ".join(done.output.split()), "the example is on the page"


@pytest.mark.parametrize("verb", VERBS)
def test_the_list_of_verbs_cuts_no_summary(verb: str) -> None:
    longest = 80 - 2 - 6 - max(map(len, VERBS))
    assert not main.commands[verb].get_short_help_str(longest).endswith("..."), (
        f"{verb}: the first sentence of its docstring has more than {longest} characters"
    )


@pytest.fixture
def one_plan(planned: Plan, environments: dict[str, Environment], monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy's files are those that the session has planned: verbs need not plan them again, one by one."""
    for name, module in list(sys.modules.items()):
        if name.startswith("generator.") and getattr(module, "planned", None) is console.planned:
            monkeypatch.setattr(module, "planned", lambda root: (planned, list(environments.values())))


@pytest.mark.usefixtures("one_plan")
@pytest.mark.thorough
@pytest.mark.parametrize("verb", VERBS)
def test_the_example_runs(verb: str, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy)
    done = CliRunner().invoke(main, argv(verb, tmp_path), input=answer(verb), catch_exceptions=False)
    assert done.exit_code == 0, f"{argv(verb, tmp_path)}:\n{done.output[-2000:]}"
    assert done.output.strip(), "a verb that says nothing leaves its reader in doubt"


def test_a_verb_is_a_plain_command() -> None:
    assert all(type(command) is click.Command for command in main.commands.values())
