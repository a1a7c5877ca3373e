"""docs/policies.md is the rules, every rule has a manual, and the registry lists every rule module."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import cast

from generator.check import manual, rules
from generator.check.rules.registry import RULES
from tests.conftest import ROOT


def test_the_page_is_current() -> None:
    assert (ROOT / manual.PATH).read_text("utf-8") == manual.files()[manual.PATH], "run `make docs`"


def test_every_rule_says_why_and_how_to_mend_it() -> None:
    for entry in (*manual.per_object(), *manual.whole_set()):
        assert entry.summary, entry.id
        assert entry.text, entry.id
        assert entry.remedy, entry.id
        assert entry.severity in ("error", "warning"), entry.id


def test_ids_are_unique() -> None:
    ids = [entry.id for entry in manual.whole_set()]
    assert sorted(set(ids)) == sorted(ids)


def test_every_module_with_an_id_is_registered() -> None:
    folder = Path(next(iter(rules.__path__)))
    modules = {path.stem for path in folder.glob("*.py") if "\nID" in path.read_text("utf-8")}
    registered = {cast(ModuleType, rule).__name__.rpartition(".")[2] for rule in RULES}
    assert modules - {"__init__", "registry"} == registered
