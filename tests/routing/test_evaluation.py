"""`make routing-eval PROMPTS=...`, but for the encoder, which is not installed by the tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .assembled import ROOT

ROWS = [
    {"route": "coding", "prompt": "Fix this Python traceback: KeyError in json.loads(text)"},
    {"route": "korean", "prompt": "오늘 점심 뭐 먹을까"},
    {"route": "general", "prompt": "What should I cook tonight?"},
    {"route": "coding", "prompt": "How do I bake sourdough bread?"},
]


def evaluated(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools/routing/evaluate.py"), str(path), "--words"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_file_of_prompts_is_scored_and_the_accuracy_comes_last(tmp_path: Path) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in ROWS), encoding="utf-8")
    done = evaluated(path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "| coding | 1 | 1 | 0 | 50.0 % |" in lines
    assert lines[-1] == "accuracy, words alone: 75.0 %"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no prompts"),
        ('{"route": "coding", "prompt": "x"}\n{"route": "codign", "prompt": "x"}', ":2: no route «codign»"),
        ('{"prompt": "x"}', ":1: not of the form"),
        ("[1]", ":1: not of the form"),
        ("coding,x", ":1: not of the form"),
    ],
)
def test_a_file_that_cannot_be_scored_is_named_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_text(text, encoding="utf-8")
    done = evaluated(path)
    assert done.returncode == 2
    assert complaint in done.stderr
