"""The checks in order, over the environments or over any folder: schemas, per-object, whole-set and account rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generator.check import current
from generator.check.aws.account import Account, Template, is_template
from generator.check.documents import RULE as READABLE
from generator.check.documents import TERRAFORM, line_of, parse_documents, read_folder
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
        result = check_environment(root, made, env, report, today)
        count += result.objects
        findings += result.findings
    if not count:
        findings.append(Finding("rendered", 0, READABLE, "", "0 objects were rendered", "add an environment"))
    return Result(sorted(findings), count)


def check_environment(root: Path, made: Plan, env: Environment, report: Report, today: date) -> Result:
    """One environment of a plan, less what it waives; of the plan it reads what lies below rendered/<env>/."""
    texts: dict[str, str] = {}
    items, unreadable = _items(root, made, env, report, texts)
    objects, templates = _apart(items, texts)
    found = unreadable + list(check_objects(ObjectSet(objects, env), texts, templates=templates))
    return Result(_waived(root, env, found, today), len(items))


def check_folder(folder: Path, minor: str | None) -> Result:
    """The manifests and templates of any folder; raises ValueError for a Kubernetes version without schemas."""
    documents, findings = read_folder(folder)
    items = [Item(one.file, one.obj, one.number) for one in documents]
    texts = {one.file: one.text for one in documents}
    objects, templates = _apart(items, texts)
    found = check_objects(ObjectSet(objects), texts, minor or DEFAULT_MINOR, templates)
    findings += list(found)
    if not items:
        fix = "name a folder with *.yaml, *.yml or *.json manifests or templates"
        findings.append(Finding(str(folder), 0, READABLE, "", "0 objects found: nothing was checked", fix))
    return Result(sorted(findings), len(items))


def check_objects(
    objects: ObjectSet, texts: Texts, minor: str = DEFAULT_MINOR, templates: Sequence[Template] = ()
) -> Iterator[Finding]:
    """Every finding over a set of objects, and over the templates of the account that goes with it.

    Rules see only what has the structure that they rely on.
    """
    schemas = Schemas(objects.env.cluster.kubernetes_version if objects.env else minor)
    sound = []
    for item in objects.items:
        violations = schemas.violations(item.obj)
        for one in violations:
            breach = Breach(item, one.path, one.message)
            yield _finding(breach, texts, SCHEMA, one.fix, Severity.ERROR)
        if not violations:
            sound.append(item)
    whole = ObjectSet(tuple(sound), objects.env)
    yield from _admission(whole, texts)
    yield from _rules(whole, texts)
    if templates:
        yield from _account(Account(tuple(templates), whole, objects.env), texts)


def _admission(objects: ObjectSet, texts: Texts) -> Iterator[Finding]:
    from generator.check.admission.admitting import denials  # loads the expression engine

    for breach, rule, fix, severity in denials(objects):
        yield _finding(breach, texts, rule, fix, severity)


def _rules(objects: ObjectSet, texts: Texts) -> Iterator[Finding]:
    from generator.check.rules.registry import RULES

    for rule in RULES:
        for breach in rule.check(objects):
            yield _finding(breach, texts, rule.ID, rule.REMEDIATION, rule.SEVERITY)


def _account(account: Account, texts: Texts) -> Iterator[Finding]:
    from generator.check.aws.registry import RULES

    for rule in RULES:
        for breach in rule.check(account):
            yield _finding(breach, texts, rule.ID, rule.REMEDIATION, rule.SEVERITY)


def _apart(items: Sequence[Item], texts: Texts) -> tuple[tuple[Item, ...], list[Template]]:
    """Objects of a cluster, and templates of an account."""
    templates = [item for item in items if is_template(item.obj)]
    objects = tuple(item for item in items if item not in templates)
    return objects, [Template(one.file, one.obj, texts[one.file], one.number) for one in templates]


def _finding(breach: Breach, texts: Texts, rule: str, fix: str, severity: Severity) -> Finding:
    item = breach.item
    line = line_of(texts[item.file], breach.path, item.number)
    return Finding(item.file, line, rule, dotted(breach.path), breach.message, fix, str(item), severity.value)


def _items(
    root: Path, made: Plan, env: Environment, report: Report, texts: dict[str, str]
) -> tuple[list[Item], list[Finding]]:
    """The objects and templates of an environment, in memory where the file on disk is the same; fills `texts`."""
    below = f"rendered/{env.name}/"
    on_disk = {
        path for path in (*report.changed, *report.deleted) if path.startswith(below) and not path.endswith(TERRAFORM)
    }
    items = []
    for path, obj in (made.objects | made.templates).items():
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
