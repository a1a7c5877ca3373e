"""The checks in order, over the plan of the environments or over any folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.environment.model import Environment
from generator.environment.problem import dotted
from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan
from generator.trees.write import Report

from . import current
from .documents import RULE as READABLE
from .documents import Document, line_of, parse_documents, read_folder
from .finding import Finding
from .schemas import DEFAULT_MINOR, Schemas

RULE = "schema"


def check_plan(
    root: Path, made: Plan, environments: Sequence[Environment], report: Report
) -> tuple[list[Finding], int]:
    """Findings over the trees of the environments, and how many objects were checked.

    A file that differs from the plan is checked as it stands on disk: what a person planted there is what counts.
    """
    findings = list(current.findings(root, made.files, report))
    on_disk = {*report.changed, *report.deleted}
    for env in environments:
        schemas = Schemas(env.cluster.kubernetes_version)
        below = f"rendered/{env.name}/"
        for path, obj in made.objects.items():
            if path.startswith(below) and path not in on_disk:
                findings += _violations(schemas, path, obj, made.files[path], 0)
        for path in sorted(on_disk):
            if path.startswith(below) and (root / path).is_file():
                findings += _check_text(schemas, path, (root / path).read_text("utf-8", errors="replace"))
    if not made.objects:
        findings.append(Finding("rendered", 0, READABLE, "", "0 objects were rendered", "nothing is a mistake here"))
    return sorted(findings), len(made.objects)


def check_folder(folder: Path, minor: str | None) -> tuple[list[Finding], int]:
    """Findings over the manifests of any folder, and how many objects were checked."""
    documents, findings = read_folder(folder)
    schemas = Schemas(minor or DEFAULT_MINOR)
    for document in documents:
        findings += _check_document(schemas, document)
    if not documents:
        fix = "name a folder with *.yaml, *.yml or *.json manifests"
        findings.append(Finding(str(folder), 0, READABLE, "", "0 objects found: nothing was checked", fix))
    return sorted(findings), len(documents)


def _check_text(schemas: Schemas, path: str, text: str) -> list[Finding]:
    return [
        finding
        for found in parse_documents(path, text)
        for finding in ([found] if isinstance(found, Finding) else _check_document(schemas, found))
    ]


def _check_document(schemas: Schemas, document: Document) -> list[Finding]:
    return _violations(schemas, document.file, document.obj, document.text, document.number)


def _violations(schemas: Schemas, path: str, obj: Obj, text: str, number: int) -> list[Finding]:
    return [
        Finding(path, line_of(text, found.path, number), RULE, dotted(found.path), found.message, found.fix)
        for found in schemas.violations(obj)
    ]
