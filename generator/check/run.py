"""The checks in order, over the environments or over any folder: schemas, per-object rules, whole-set rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generator.check import current
from generator.check.documents import RULE as READABLE
from generator.check.documents import line_of, parse_documents, read_folder
from generator.check.finding import Finding
from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.schemas import DEFAULT_MINOR, Schemas
from generator.check.waiving import waive
from generator.environment.model import Environment
from generator.environment.problem import dotted
from generator.trees.plan import Plan
from generator.trees.write import Report

SCHEMA = "schema"
Texts = Mapping[str, str]
"""The text of each file, for the lines of findings."""


@dataclass(frozen=True)
class Result:
    """What a check found, and over how many objects."""

    findings: list[Finding]
    objects: int

    @property
    def failed(self) -> bool:
        return any(one.severity == Severity.ERROR for one in self.findings)


def check_plan(root: Path, made: Plan, environments: Sequence[Environment], report: Report, today: date) -> Result:
    """The trees of the environments.

    A file that differs from the plan is checked as it stands on disk: what a person planted there is what counts.
    """
    findings = list(current.findings(root, made.files, report))
    count = 0
    for env in environments:
        texts: dict[str, str] = {}
        items, unreadable = _items(root, made, env, report, texts)
        count += len(items)
        found = unreadable + list(check_objects(ObjectSet(tuple(items), env), texts))
        findings += _waived(root, env, found, today)
    if not count:
        findings.append(Finding("rendered", 0, READABLE, "", "0 objects were rendered", "add an environment"))
    return Result(sorted(findings), count)


def check_folder(folder: Path, minor: str | None) -> Result:
    """The manifests of any folder; raises ValueError for a Kubernetes version without schemas."""
    documents, findings = read_folder(folder)
    items = tuple(Item(one.file, one.obj, one.number) for one in documents)
    texts = {one.file: one.text for one in documents}
    found = check_objects(ObjectSet(items), texts, minor or DEFAULT_MINOR)
    findings += list(found)
    if not items:
        fix = "name a folder with *.yaml, *.yml or *.json manifests"
        findings.append(Finding(str(folder), 0, READABLE, "", "0 objects found: nothing was checked", fix))
    return Result(sorted(findings), len(items))


def check_objects(objects: ObjectSet, texts: Texts, minor: str = DEFAULT_MINOR) -> Iterator[Finding]:
    """Every finding over a set of objects; rules see only what has the structure that they rely on."""
    schemas = Schemas(objects.env.cluster.kubernetes_version if objects.env else minor)
    sound = []
    for item in objects.items:
        violations = schemas.violations(item.obj)
        for one in violations:
            breach = Breach(item, one.path, one.message)
            yield _finding(breach, texts, SCHEMA, one.fix, Severity.ERROR)
        if not violations:
            sound.append(item)
    yield from _admission(ObjectSet(tuple(sound), objects.env), texts)
    yield from _rules(ObjectSet(tuple(sound), objects.env), texts)


def _admission(objects: ObjectSet, texts: Texts) -> Iterator[Finding]:
    from generator.check.admission.admitting import denials  # loads the expression engine

    for breach, rule, fix, severity in denials(objects):
        yield _finding(breach, texts, rule, fix, severity)


def _rules(objects: ObjectSet, texts: Texts) -> Iterator[Finding]:
    from generator.check.rules.registry import RULES

    for rule in RULES:
        for breach in rule.check(objects):
            yield _finding(breach, texts, rule.ID, rule.REMEDIATION, rule.SEVERITY)


def _finding(breach: Breach, texts: Texts, rule: str, fix: str, severity: Severity) -> Finding:
    item = breach.item
    line = line_of(texts[item.file], breach.path, item.number)
    return Finding(item.file, line, rule, dotted(breach.path), breach.message, fix, str(item), severity.value)


def _items(
    root: Path, made: Plan, env: Environment, report: Report, texts: dict[str, str]
) -> tuple[list[Item], list[Finding]]:
    """The objects of an environment, in memory where the file on disk is the same; fills `texts`."""
    below = f"rendered/{env.name}/"
    on_disk = {path for path in (*report.changed, *report.deleted) if path.startswith(below)}
    items = []
    for path, obj in made.objects.items():
        if path.startswith(below) and path not in on_disk:
            texts[path] = made.files[path]
            items.append(Item(path, obj))
    unreadable = []
    for path in sorted(path for path in on_disk if (root / path).is_file()):
        texts[path] = (root / path).read_text("utf-8", errors="replace")
        for found in parse_documents(path, texts[path]):
            if isinstance(found, Finding):
                unreadable.append(found)
            else:
                items.append(Item(path, found.obj, found.number))
    return items, unreadable


def _waived(root: Path, env: Environment, findings: Sequence[Finding], today: date) -> list[Finding]:
    waivers = env.waivers.accepted
    if not waivers:
        return list(findings)
    file = f"environments/{env.name}.yaml"
    text = (root / file).read_text("utf-8")
    lines = [line_of(text, ("waivers", "accepted", number)) for number in range(len(waivers))]
    return list(waive(findings, waivers, file, lines, today))
