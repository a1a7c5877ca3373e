"""Stacks -> Terraform in JSON for the awscc provider, whose resource types mirror CloudFormation's.

Every resource and output has the same name as in the templates.  What Terraform keeps of them holds the secret of the
sign-in client, so it goes to a bucket that `terraform init` is told of, never into this folder, which is rendered anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from generator.environment.model import Environment
from generator.kubernetes.json_text import json_text
from generator.kubernetes.objects import Obj

from .cloudformation import export_key
from .resource import Att, Joined, Ref, Resource, references
from .stack import Output, Stack, stack_name
from .terraform_names import CARRIED, TYPES, attribute, resource_type, top_attribute

PROVIDER = {"source": "hashicorp/awscc", "version": "1.96.0"}
"""The newest release of August 2026; an exact one, since its attributes change with CloudFormation's schemas."""
TERRAFORM = ">= 1.2"
"""`required_version`; OpenTofu counts as well."""
STACK = "awscc_cloudformation_stack"


def configuration(env: Environment, stacks: Sequence[Stack]) -> str:
    """main.tf.json of all stacks together.

    Raises ValueError for what `terraform_names` does not know: a type, or what `Ref` would be.
    """
    return json_text(_configuration(env, stacks))


def _configuration(env: Environment, stacks: Sequence[Stack]) -> Obj:
    resources = {one.name: one for stack in stacks for one in stack.resources}
    outputs = [one for stack in stacks for one in stack.outputs]
    write = _Writer(env.cluster.name, resources, _yields(resources.values(), outputs))
    made: Obj = {
        "terraform": {
            "required_version": TERRAFORM,
            "required_providers": {"awscc": PROVIDER},
            "backend": {"s3": {}},
        },
        "provider": {"awscc": {"region": env.cluster.region}},
        "resource": {},
        "output": {one.name: {"description": one.description, "value": write.value(one.value)} for one in outputs},
    }
    for one in resources.values():
        kind, body = write.resource(one)
        made["resource"].setdefault(kind, {})[one.name] = body
    return made | ({"locals": local} if (local := write.locals()) else {})


def _yields(resources: Iterable[Resource], outputs: Iterable[Output]) -> set[Ref | Att]:
    found = {found for one in resources for found in references(one.properties)}
    return found | {found for one in outputs for found in references(one.value)}


class _Writer:
    """Writes values, with the references as Terraform's expressions."""

    def __init__(self, cluster: str, resources: Mapping[str, Resource], wanted: set[Ref | Att]) -> None:
        self.cluster, self.resources = cluster, resources
        self.carried = sorted((one for one in wanted if resources[one.name].type in CARRIED), key=export_key)

    def resource(self, one: Resource) -> tuple[str, Obj]:
        """Terraform's type, and the body."""
        kind, body = (STACK, self.carrier(one)) if one.type in CARRIED else self.native(one)
        if one.depends:
            body["depends_on"] = [self.address(name) for name in one.depends]
        if one.retain:
            body["lifecycle"] = {"prevent_destroy": True}
        return kind, body

    def native(self, one: Resource) -> tuple[str, Obj]:
        if one.type not in TYPES:
            raise ValueError(f"{one.name}: terraform_names knows no {one.type}; does the provider have it?")
        text = TYPES[one.type].text
        found = {top_attribute(one.type, key): self.property(key, value, text) for key, value in one.properties.items()}
        return resource_type(one.type), found

    def property(self, key: str, value: Any, text: frozenset[str]) -> Any:
        if key in text and isinstance(value, Mapping):
            return json.dumps(self.value(value), sort_keys=True)
        return self.nested(value, text)

    def nested(self, value: Any, text: frozenset[str]) -> Any:
        if isinstance(value, Mapping):
            return {attribute(key): self.property(key, inner, text) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.nested(inner, text) for inner in value]
        return self.value(value)

    def carrier(self, one: Resource) -> Obj:
        """A stack with a single resource, which yields what others refer to."""
        inside: Obj = {"Type": one.type, "Properties": self.value(one.properties)}
        if one.retain:
            inside |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        template: Obj = {"Resources": {one.name: inside}}
        yields = {export_key(found): _inside(found) for found in self.carried if found.name == one.name}
        if yields:
            template["Outputs"] = {key: {"Value": value} for key, value in yields.items()}
        return {
            "stack_name": stack_name(self.cluster, one.name),
            "template_body": json.dumps(template, sort_keys=True),
        }

    def locals(self) -> dict[str, str]:
        """What carriers yield, by name: an expression with quotes could not stand inside of JSON text."""
        return {
            export_key(one): (
                f"${{one([for found in {STACK}.{one.name}.outputs : found.output_value"
                f' if found.output_key == "{export_key(one)}"])}}'
            )
            for one in self.carried
        }

    def value(self, value: Any) -> Any:
        """With names of properties as they are."""
        if isinstance(value, Ref | Att):
            return self.reference(value)
        if isinstance(value, Joined):
            return "".join(_literal(part) if isinstance(part, str) else self.reference(part) for part in value.parts)
        if isinstance(value, str):
            return _literal(value)
        if isinstance(value, Mapping):
            return {key: self.value(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner) for inner in value]
        return value

    def reference(self, found: Ref | Att) -> str:
        type_name = self.resources[found.name].type
        if type_name in CARRIED:
            return f"${{local.{export_key(found)}}}"
        name = found.attribute if isinstance(found, Att) else TYPES[type_name].identifier
        if not name:
            raise ValueError(f"{found.name}: {type_name} has no identifier of one part; name an attribute by Att")
        first, *rest = name.split(".")
        path = ".".join((top_attribute(type_name, first), *map(attribute, rest)))
        return f"${{{self.address(found.name)}.{path}}}"

    def address(self, name: str) -> str:
        type_name = self.resources[name].type
        return f"{STACK if type_name in CARRIED else resource_type(type_name)}.{name}"


def _inside(found: Ref | Att) -> Obj:
    return {"Fn::GetAtt": [found.name, found.attribute]} if isinstance(found, Att) else {"Ref": found.name}


def _literal(text: str) -> str:
    """Terraform reads every string as a template; variables of IAM policies look like its own."""
    return text.replace("${", "$${").replace("%{", "%%{")
