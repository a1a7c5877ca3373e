"""Every verb works without the network, and writes nowhere but into its repository: proved from inside and outside.

An audit hook (guard.py) refuses sockets, programs and foreign files in the process; where the kernel lets us, the
process also stands in a network of its own without an interface, so that no library gets out behind Python's back.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from generator.cli import main
from tests.conftest import ROOT

GUARD = Path(__file__).with_name("guard.py")
VERBS = (
    ["render"],
    ["check"],
    ["check", "rendered/dev/namespaces"],
    ["diff", "HEAD"],
    ["review", "HEAD"],
    ["cost"],
    ["report", "dev", "--out", "reports"],
    ["docs"],
    ["bump", "openclaw", "2026.10.1"],
    ["explain", "openclaw.drain"],
    ["import-outputs", "dev", "answer.json"],
    [
        *("new-env", "qa", "--from", "dev", "--account", "111122223333", "--region", "eu-central-1"),
        *("--zones", "eu-central-1a,eu-central-1b", "--vpc-cidr", "10.0.0.0/16"),
    ],
    ["pin", "--list"],
    ["promote", "dev", "qa", "--dry-run"],
    ["bootstrap", "dev"],
    ["restore", "dev", "main"],
    ["secrets", "dev"],
    ["show", "dev"],
    ["simulate", "dev", "--months", "20"],
    ["verify", "dev", "--list"],
)
"""Every verb, in the form that asks nobody; in an order in which one does not break the next."""
CODES = {"restore": 2}
"""Exit codes other than 0: dev has no backups."""


@cache
def cut() -> tuple[str, ...]:
    """How a command line begins that has no network; empty where the kernel does not let us."""
    argv = ("unshare", "--map-root-user", "--net")
    try:
        return argv if subprocess.run([*argv, "true"], capture_output=True, check=False).returncode == 0 else ()
    except FileNotFoundError:
        return ()


def guarded(repository: Path, verbs: object, code: str = "") -> list[dict[str, Any]]:
    """The answers of guard.py; with `code` that runs in place of the verbs."""
    temporary = repository.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    argv = [*cut(), sys.executable, "-B", str(GUARD), str(repository)]
    done = subprocess.run(
        argv,
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        input=json.dumps(verbs),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of environments alone, with a commit, and an environment that has changed since."""
    root = tmp_path_factory.mktemp("offline") / "repository"
    (root / "environments").mkdir(parents=True)
    for name in ("defaults.yaml", "dev.yaml"):
        shutil.copy(ROOT / "environments" / name, root / "environments")
    (root / "answer.json").write_text('{"Stacks": []}')
    for argv in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "-m", "base")):
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(("git", "-C", str(root), *who, *argv), check=True)
    file = root / "environments/dev.yaml"
    file.write_text(file.read_text("utf-8").replace("storage: 5Gi", "storage: 6Gi"), "utf-8")
    return root


@pytest.fixture(scope="module")
def answers(repository: Path) -> list[dict[str, Any]]:
    return guarded(repository, VERBS)


def test_every_verb_has_its_form_here() -> None:
    named = {argv[0] for argv in VERBS}
    assert named == set(main.commands), "add a verb to VERBS in the form that asks nobody"


def test_no_verb_needs_the_network_or_writes_elsewhere(answers: list[dict[str, Any]]) -> None:
    wrong = [
        f"{' '.join(one['argv'])}: ended with {one['code']}, refused: {one['refused']}\n{one['said']}"
        for one in answers
        if one["refused"] or one["code"] != CODES.get(one["argv"][0], 0)
    ]
    assert len(answers) == len(VERBS)
    assert not wrong, "\n" + "\n".join(wrong)


def test_what_verbs_read_beside_the_repository_is_in_the_package(answers: list[dict[str, Any]]) -> None:
    read = {path for one in answers for path in one["read"]}
    ours = {Path(path).relative_to(ROOT) for path in read if Path(path).is_relative_to(ROOT)}
    data = {path.as_posix() for path in ours if path.suffix != ".py" and not path.parts[0].startswith(".")}
    assert "policies/schemas/core-1.35.json" in data
    assert "generator/cost/prices.json" in data
    foreign = [path for path in data if not path.startswith(("generator/", "policies/admission/", "policies/schemas/"))]
    assert foreign == [], "a wheel does not have these"


BITES = {
    "a socket": "import socket; socket.socket()",
    "a name looked up": "import socket; socket.getaddrinfo('example.com', 443)",
    "an address asked": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
    "another program": "import subprocess; subprocess.run(['curl', 'http://127.0.0.1:9'])",
    "a shell": "import os; os.system('true')",
    "git that fetches": "import subprocess; subprocess.run(['git', '-C', '.', 'fetch'])",
    "a file elsewhere": "open('/var/tmp/openclaw-eks-guard', 'w')",
    "a file elsewhere, by a descriptor": "import os; os.open('/var/tmp/openclaw-eks-guard', os.O_CREAT | os.O_WRONLY)",
    "a folder elsewhere": "import os; os.mkdir('/var/tmp/openclaw-eks-guard')",
    "a file moved elsewhere": "import os; open('a', 'w').close(); os.rename('a', '/var/tmp/openclaw-eks-guard')",
    "a way out by a link": "import os; os.symlink('/var/tmp', 'out'); open('out/openclaw-eks-guard', 'w')",
    "an error that is caught": "try:\n  import socket; socket.socket()\nexcept Exception: pass",
}


def test_the_guard_bites(repository: Path) -> None:
    """Each in place of a verb, in the same process as the verbs run in."""
    script = f"""
import sys; sys.path.insert(0, {str(GUARD.parent)!r})
import json, pathlib, guard
keeper = guard.Guard(pathlib.Path('.'), pathlib.Path({str(repository.parent / "tmp")!r}))
sys.addaudithook(keeper)
for name, code in json.load(sys.stdin).items():
    keeper.refused, keeper.watching = [], True
    try: exec(code)
    except guard.Refused: pass
    except OSError as error: keeper.refused = []
    keeper.watching = False
    print(json.dumps([name, keeper.refused]))
keeper.watching = True
open('kept', 'w').close()
keeper.watching = False
"""
    work = repository.parent / "bites"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-B", "-c", script],
        cwd=work,
        input=json.dumps(BITES),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answered = dict(json.loads(line) for line in done.stdout.splitlines())
    assert [name for name in BITES if not answered.get(name)] == []
    assert not Path("/var/tmp/openclaw-eks-guard").exists()
    assert (work / "kept").exists()


def test_the_network_is_cut_where_it_can_be(figure: Any) -> None:
    if not cut():
        figure("verbs without a network: by the audit hook alone, for this kernel grants no network of one's own")
        pytest.skip("no network of one's own here")
    code = "import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)"
    done = subprocess.run([*cut(), sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Network is unreachable" in done.stderr, done.stderr
