"""A release that must not run is found wherever it is pinned, with file, line, value and remedy."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from generator import known_bad
from generator.known_bad import Bad
from tests.conftest import ROOT
from tools.supply import audit, inventory
from tools.supply.__main__ import COMMANDS
from tools.supply.audit import Advisory
from tools.supply.part import Part

STEALER = (
    "carries a credential stealer, published on 2026-03-24 (https://docs.litellm.ai/blog/security-update-march-2026)"
)
PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm-gateway, namespace: llm-gateway}
spec:
  template:
    spec:
      initContainers:
      - name: prepare
        image: mirror.example.com/litellm:v1.82.7
"""
LITELLM = '[litellm]\nfrom = "pip"\nversion = "1.109.1"'
PLANTS = {
    "requirements.txt": ("", f"litellm==1.82.8 --hash=sha256:{'0' * 64}\n"),
    "tools/programs/catalogue.toml": (LITELLM, LITELLM.replace("1.109.1", "1.107.0")),
    "tools/programs/litellm/requirements.txt": ("litellm==1.109.1", "litellm==1.82.7"),
    "tools/programs/openclaw/package-lock.json": ('"version": "4.4.3"', '"version": "4.4.2"'),
    "tools/programs/karpenter-kwok/go.mod": ("sigs.k8s.io/karpenter v1.14.1", "sigs.k8s.io/karpenter v1.8.4"),
    "generator/components/platform_aws.py": ('KARPENTER = "1.15.1"', 'KARPENTER = "1.8.4"'),
    "environments/dev.yaml": ("  engine: litellm\n", "  engine: litellm\n  images: {litellm: {tag: v1.82.8}}\n"),
}
"""File -> what is written over by what; an empty text appends."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository with a bad release in every place where one can be pinned."""
    root = tmp_path_factory.mktemp("planted")
    charts = {part.file for part in inventory.charts(ROOT)}
    wanted = ("environments", "tools", ".github", *inventory.LOCKED, *charts)
    listed = subprocess.check_output(["git", "-C", str(ROOT), "ls-files", "-z", *wanted], text=True)
    for name in filter(None, listed.split("\0")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    for name, (before, after) in PLANTS.items():
        text = (root / name).read_text("utf-8")
        assert before in text, f"{name} has no {before!r} any more"
        (root / name).write_text(text.replace(before, after, 1) if before else text + after, "utf-8")
    patches = root / "environments/staging/patches"
    patches.mkdir(parents=True, exist_ok=True)
    (patches / "prepare.yaml").write_text(PATCH, "utf-8")
    return root


def test_a_planted_release_is_named_with_file_line_value_and_fix(planted: Path) -> None:
    done = audit.audit(planted)
    said = [*map(str, done.found), *done.problems]

    def line(file: str, words: str) -> int:
        text = (planted / file).read_text("utf-8")
        return text.count("\n", 0, text.index(words)) + 1

    instead, regression = "use 1.109.1 or newer, by digest", "has a regression in topology spread"
    debug = (planted / "tools/programs/openclaw/package-lock.json").read_text("utf-8")
    expected = {
        "requirements.txt": ("litellm==1.82.8", f"litellm 1.82.8 {STEALER}; {instead}"),
        "tools/programs/catalogue.toml": ('version = "1.107.0"', "litellm 1.107.0 is of a line that was withdrawn"),
        "tools/programs/litellm/requirements.txt": ("litellm==1.82.7", f"litellm 1.82.7 {STEALER}; {instead}"),
        "tools/programs/openclaw/package-lock.json": (
            '"version": "4.4.2"',
            "debug 4.4.2 was published with a stolen account",
        ),
        "tools/programs/karpenter-kwok/go.mod": ("karpenter v1.8.4", f"sigs.k8s.io/karpenter 1.8.4 {regression}"),
        "generator/components/platform_aws.py": ('"1.8.4"', f"karpenter 1.8.4 {regression}"),
        "environments/dev.yaml": (
            "{litellm: {tag: v1.82.8}}",
            f"llmGateway.images.litellm.tag: litellm v1.82.8 {STEALER}; {instead}",
        ),
    }
    assert debug.count('"version": "4.4.2"') == 1
    missing = [
        f"{file}:{line(file, words)}: ... {message}"
        for file, (words, message) in expected.items()
        if not any(one.startswith(f"{file}:{line(file, words)}:") and message in one for one in said)
    ]
    assert missing == [], "\n" + "\n".join(said)
    patched = "rendered/staging/llm-gateway/deployment-llm-gateway.yaml:"
    [rendered] = [one for one in said if one.startswith(patched)]
    assert rendered.endswith(f"litellm v1.82.7 {STEALER}; {instead}, in environments/staging.yaml or what it patches")
    assert len(said) == len(expected) + 1, "\n" + "\n".join(said)


def test_nothing_that_is_committed_is_listed() -> None:
    done = audit.audit(ROOT)
    assert [*done.found, *done.problems] == []
    kinds = {part.kind for part in done.parts}
    assert kinds == {"pypi", "npm", "golang", "deb", "github", "oci", "helm", "generic"}


def test_debian_and_actions_are_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """No entry of the list is of these kinds."""
    bad = Bad("tool", "is bad", "https://example.com", "2026-11-22", "use 8", versions=("7.0.15",))
    monkeypatch.setattr(known_bad, "releases", lambda: (bad,))
    monkeypatch.setattr(known_bad, "components", lambda: {"deb/redis-server": "tool", "github/a/b": "tool"})
    parts = [
        Part("deb", "redis-server", "5:7.0.15-1~deb12u7", "c.toml", 3),
        Part("github", "a/b", "7.0.15", "w.yaml", 4),
    ]
    assert [str(one) for one in audit.listed(parts)] == [
        "c.toml:3: redis-server 5:7.0.15-1~deb12u7 is bad (https://example.com); use 8",
        "w.yaml:4: a/b 7.0.15 is bad (https://example.com); use 8",
    ]


def test_the_command_ends_with_1_and_says_what_it_could_not_ask(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreachable(parts: Sequence[Part]) -> list[Advisory]:
        raise audit.Unreachable("no route to host")

    found = audit.Found(PARTS[0], "is bad (https://example.com)", "use 2")
    monkeypatch.setattr(audit, "advisories", unreachable)
    for result, code in (((), 0), ((found,), 1)):
        monkeypatch.setattr(audit, "audit", lambda _, result=result: audit.Audited(tuple(PARTS), result, ()))
        assert COMMANDS["audit"]() == code
    assert (
        capsys.readouterr().out
        == """\
audited 4 parts (1 golang, 1 npm, 1 oci, 1 pypi): none of generator/known_bad.json
osv.dev was not asked: it cannot be reached from here (no route to host); only the list above was applied
r.txt:1: one 1.0 is bad (https://example.com); use 2
audited 4 parts (1 golang, 1 npm, 1 oci, 1 pypi): 1 of generator/known_bad.json
osv.dev was not asked: it cannot be reached from here (no route to host); only the list above was applied
"""
    )


def test_a_malicious_release_fails_the_audit_and_an_advisory_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "audit", lambda _: audit.Audited(tuple(PARTS), (), ()))
    flawed, malicious = Advisory(PARTS[0], ("PYSEC-1",)), Advisory(PARTS[2], ("GHSA-a", "MAL-2026-1"))
    for known, code in (([flawed], 0), ([flawed, malicious], 1)):
        monkeypatch.setattr(audit, "advisories", lambda _, known=known: known)
        assert COMMANDS["audit"]() == code
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "MALICIOUS: p.json:5: @a/two 2.0: GHSA-a, MAL-2026-1",
        "advisory: r.txt:1: one 1.0: PYSEC-1",
        "osv.dev has advisories for 2 of them; it was not asked for images, charts and Debian's",
    ]


# OSV

Answer = Callable[[dict[str, Any]], Any]


@contextmanager
def osv(answer: Answer) -> Iterator[str]:
    """A stand-in for osv.dev, and its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(answer(asked)).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/querybatch"
    server.shutdown()
    server.server_close()


PARTS = [
    Part("pypi", "one", "1.0", "r.txt", 1),
    Part("oci", "image", "1", "rendered/dev/a.yaml", 1),
    Part("npm", "@a/two", "2.0", "p.json", 5),
    Part("golang", "example.com/c", "0.1.0", "go.mod", 3),
]


def test_advisories_are_told_with_the_line_that_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 2)
    asked: list[Any] = []

    def answer(question: dict[str, Any]) -> Any:
        asked.extend(question["queries"])
        known = {"@a/two": [{"id": "MAL-2026-1"}, {"id": "GHSA-a"}], "one": [{"id": "PYSEC-1"}]}
        names = [one["package"]["name"] for one in question["queries"]]
        return {"results": [{"vulns": known[name]} if name in known else {} for name in names]}

    with osv(answer) as address:
        found = audit.advisories(PARTS, address)
    assert asked == [
        {"package": {"ecosystem": "PyPI", "name": "one"}, "version": "1.0"},
        {"package": {"ecosystem": "npm", "name": "@a/two"}, "version": "2.0"},
        {"package": {"ecosystem": "Go", "name": "example.com/c"}, "version": "0.1.0"},
    ]
    assert [str(one) for one in found] == ["r.txt:1: one 1.0: PYSEC-1", "p.json:5: @a/two 2.0: GHSA-a, MAL-2026-1"]
    assert [one.malicious for one in found] == [False, True]


@pytest.mark.parametrize("reply", [{"results": []}, {"code": 3, "message": "Invalid"}, ["no"]])
def test_an_answer_that_is_none_is_not_taken_for_a_clean_one(reply: Any) -> None:
    with osv(lambda _: reply) as address, pytest.raises(audit.Unreachable):
        audit.advisories(PARTS, address)


def test_an_index_that_does_not_answer_is_said() -> None:
    with pytest.raises(audit.Unreachable, match="refused"):
        audit.advisories(PARTS, "http://127.0.0.1:9/v1/querybatch")
