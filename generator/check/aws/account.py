"""The AWS layer of one environment, or of any folder: its templates, and how rules find their way among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from generator.check.objectset import ObjectSet
from generator.check.walk import table, text
from generator.environment.model import Environment
from generator.environment.problem import Path
from generator.kubernetes.objects import Obj


@dataclass(frozen=True, eq=False)
class Template:
    """A CloudFormation template, the file that it stands in, and its number among the documents of that file."""

    file: str
    obj: Obj
    text: str
    number: int = 0

    @cached_property
    def resources(self) -> Mapping[str, Resource]:
        """By their logical names."""
        found = table(self.obj, "Resources").items()
        return {name: Resource(self, name, one) for name, one in found if isinstance(one, dict)}

    def __str__(self) -> str:
        return f"AWS::CloudFormation::Stack {PurePosixPath(self.file).stem}"


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource of a template."""

    template: Template
    name: str
    obj: Obj

    @property
    def file(self) -> str:
        return self.template.file

    @property
    def number(self) -> int:
        return self.template.number

    @cached_property
    def type(self) -> str:
        return text(self.obj, "Type")

    @cached_property
    def properties(self) -> Obj:
        return table(self.obj, "Properties")

    def path(self, *steps: str | int) -> Path:
        """A path below the properties, from the root of the template."""
        return ("Resources", self.name, "Properties", *steps)

    def __str__(self) -> str:
        return f"{self.type} {self.name}"


@dataclass(frozen=True, eq=False)
class Account:
    """What the rules look at together; `objects` and `env` are None where a folder has none, or is not ours."""

    templates: tuple[Template, ...]
    objects: ObjectSet | None = None
    env: Environment | None = None

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        return tuple(one for template in self.templates for one in template.resources.values())

    @cached_property
    def exports(self) -> Mapping[str, tuple[Template, Any]]:
        """What stacks export by a literal name: the template, and the value there."""
        return {
            text(one, "Export", "Name"): (template, one.get("Value"))
            for template in self.templates
            for one in table(template.obj, "Outputs").values()
            if text(one, "Export", "Name")
        }

    @property
    def is_ours(self) -> bool:
        """Whether the templates should hold everything that the objects need of AWS."""
        return self.env.aws.managed if self.env else bool(self.templates)

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of some types, in the order of the templates."""
        return (one for one in self.resources if one.type in types)

    def target(self, template: Template, value: Any) -> Resource | None:
        """The resource that a reference leads to, also over stacks; None for literals and what leads out of the set."""
        if not isinstance(value, dict) or len(value) != 1:
            return None
        if imported := text(value, "Fn::ImportValue"):
            home, inner = self.exports.get(imported, (template, None))
            return None if "Fn::ImportValue" in table(inner) else self.target(home, inner)
        return template.resources.get(text(value, "Ref") or attribute(value)[0])

    def said(self, template: Template, value: Any) -> str:
        """A value as text.

        Names and ARNs of buckets are written out where the template names the bucket; any other reference to a resource
        becomes `${Name.Attribute}`, and what is not known here `${?}`.
        """
        if isinstance(value, str):
            return value
        form, inner = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else ("", None)
        if form == "Fn::Join" and isinstance(inner, list) and len(inner) == 2 and isinstance(inner[1], list):
            return str(inner[0]).join(self.said(template, part) for part in inner[1])
        if form == "Fn::Sub" and isinstance(inner, str):
            return re.sub(r"\$\{([^}]+)\}", lambda found: self._mentioned(template, found[1]), inner)
        if form == "Fn::ImportValue" and isinstance(inner, str) and inner in self.exports:
            home, exported = self.exports[inner]
            return "${?}" if "Fn::ImportValue" in table(exported) else self.said(home, exported)
        found = self.target(template, value)
        return self._named(found, attribute(value)[1]) if found else "${?}"

    def _mentioned(self, template: Template, name: str) -> str:
        name, _, wanted = name.partition(".")
        found = template.resources.get(name)
        return self._named(found, wanted) if found else "${?}"

    def _named(self, resource: Resource, wanted: str) -> str:
        name = own_name(resource)
        if resource.type == "AWS::S3::Bucket" and name and wanted in ("", "Arn"):
            return f"arn:{self.partition}:s3:::{name}" if wanted else name
        return "${" + f"{resource.name}.{wanted}".rstrip(".") + "}"

    def means(self, template: Template, value: Any, resource: Resource) -> bool:
        """Whether a value is a resource: a reference to it, its name, or an ARN or a URL that ends with its name."""
        if self.target(template, value) is resource:
            return True
        name = own_name(resource)
        return bool(name) and re.split("[:/]", self.said(template, value))[-1] == name

    @property
    def partition(self) -> str:
        return self.env.cluster.partition if self.env else "aws"


NAMES: Mapping[str, str] = {
    "AWS::IAM::Role": "RoleName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::WAFv2::WebACL": "Name",
}
"""The property that names a resource of a type."""


def own_name(resource: Resource) -> str:
    """The name that a template gives a resource; empty where AWS chooses it."""
    return text(resource.properties, NAMES.get(resource.type, ""))


def attribute(value: Any) -> tuple[str, str]:
    """Name and attribute of a GetAtt, in either of its forms; empty where it is none."""
    found = value.get("Fn::GetAtt") if isinstance(value, dict) else None
    if isinstance(found, str):
        name, _, rest = found.partition(".")
        return name, rest
    if isinstance(found, list) and len(found) == 2 and all(isinstance(one, str) for one in found):
        return found[0], found[1]
    return "", ""


def is_template(value: Obj) -> bool:
    """Whether a document is a CloudFormation template and not a Kubernetes object."""
    if "kind" in value and "apiVersion" in value:
        return False
    resources = table(value, "Resources").values()
    return "AWSTemplateFormatVersion" in value or any("::" in text(one, "Type") for one in resources)
