"""Lists of parts as CycloneDX 1.6: one of the Python packages, one of the tools, one of each environment.

The same commit yields the same bytes: the time is that of the commit, the serial number follows from the parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from . import inventory
from .part import Part

TYPES = {"oci": ComponentType.CONTAINER, "generic": ComponentType.APPLICATION, "helm": ComponentType.APPLICATION}
"""Type of the parts of a kind; all others are libraries."""
ALGORITHMS = {"sha256": HashAlgorithm.SHA_256, "sha512": HashAlgorithm.SHA_512}
MISSING = "what is inside the images, and the images that charts bring along"
"""What no list of an environment can have: neither is known without asking a registry."""
OWN = "openclaw-eks"
"""Name of the project, and of the namespace of its properties."""

Group = tuple[Part | None, Sequence[Part]]


PYTHON, TOOLS = "python", "tools"
"""Names of the documents that are of no environment."""


def boms(root: Path, revision: str, made: datetime) -> dict[str, str]:
    """All documents by file name, for a commit and its time; raises ValueError where an environment does not load."""
    rendered = inventory.rendered(root)
    if rendered.problems:
        raise ValueError("\n".join(map(str, rendered.problems)))
    subjects: dict[str, list[Group]] = {
        PYTHON: [(None, inventory.python(root))],
        TOOLS: [(one.itself, one.parts) for one in inventory.programs(root)],
        **{name: [(None, parts)] for name, parts in rendered.environments.items()},
    }
    return {f"{name}.cdx.json": document(name, groups, revision, made) for name, groups in subjects.items()}


def violation(document: str) -> str:
    """How a document breaks the schema of CycloneDX 1.6, by CycloneDX's own validator; empty for a sound one."""
    return str(JsonStrictValidator(SchemaVersion.V1_6).validate_str(document) or "")


def size(document: str) -> int:
    """How many parts a document lists."""
    return len(json.loads(document)["components"])


def document(subject: str, groups: Iterable[Group], revision: str, made: datetime) -> str:
    """One document: programs with what each needs, or parts that the project itself needs."""
    about = Component(name=OWN, type=ComponentType.APPLICATION, group=None, version=revision, bom_ref=OWN)
    about.properties.add(Property(name=f"{OWN}:subject", value=subject))
    told = [Property(name=f"{OWN}:not-listed", value=MISSING)] if subject not in (PYTHON, TOOLS) else []
    bom = Bom(metadata=BomMetaData(component=about, timestamp=made, properties=told))
    components: dict[str, Component] = {}
    groups = [(itself, inventory.distinct(parts)) for itself, parts in groups]
    for part in inventory.distinct([part for itself, parts in groups for part in (*filter(None, [itself]), *parts)]):
        components[part.purl.to_string()] = _component(part)
    bom.components.update(components.values())
    for itself, parts in groups:
        whole = components[itself.purl.to_string()] if itself else about
        if itself:
            bom.register_dependency(about, [whole])
        bom.register_dependency(whole, [components[part.purl.to_string()] for part in parts])
    bom.serial_number = uuid5(NAMESPACE_URL, f"{OWN}:{subject}:{revision}:{sorted(components)}")
    text: str = JsonV1Dot6(bom).output_as_string(indent=2)
    return f"{text}\n"


def _component(part: Part) -> Component:
    purl: PackageURL = part.purl
    pinned = (*part.hashes, *((part.digest,) if part.digest else ()))
    component = Component(
        name=purl.name if part.kind != "npm" else part.name,
        group=purl.namespace if part.kind not in ("npm", "deb") else None,
        version=part.version or None,
        type=TYPES.get(part.kind, ComponentType.LIBRARY),
        purl=purl,
        bom_ref=purl.to_string(),
        hashes=[HashType(alg=ALGORITHMS[one.partition(":")[0]], content=one.partition(":")[2]) for one in pinned],
        licenses=_licences(part),
    )
    for key, value in (("pinned-in", f"{part.file}:{part.line}"), ("checksum", part.checksum)):
        if value:
            component.properties.add(Property(name=f"{OWN}:{key}", value=value))
    return component


def _licences(part: Part) -> list[License]:
    """As the package says; of a Python package its own files say it, where it is installed beside us."""
    said = [part.licence] if part.licence else _installed(part) if part.kind == "pypi" else []
    made = [LicenseFactory().make_from_string(one) for one in said]
    return made[:1] if any(getattr(one, "value", None) for one in made) else made


def _installed(part: Part) -> list[str]:
    try:
        found = metadata(part.name)
    except PackageNotFoundError:
        return []
    if found["Version"] != part.version:
        return []
    classified = [one.rpartition(" :: ")[2] for one in found.get_all("Classifier", []) if one.startswith("License ::")]
    text = (found["License-Expression"] or "").strip()
    free = (found["License"] or "").strip()
    return [text] if text else classified or ([free] if free and "\n" not in free else [])
