"""Stacks -> CloudFormation templates.

A reference into an earlier stack becomes an export there and an import here, so that the account refuses to delete what
a later stack still uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.kubernetes.objects import Obj

from .resource import Att, Joined, Ref, Resource, references
from .stack import Stack, stack_name

MAX_BYTES = 51_200
"""Longest template that a call may carry without a bucket to put it in first (CloudFormation quotas)."""
MAX_RESOURCES, MAX_OUTPUTS = 500, 200
"""Of one template (CloudFormation quotas)."""


def templates(cluster: str, stacks: Sequence[Stack]) -> dict[str, Obj]:
    """Templates by the stack's short name."""
    homes = {resource.name: stack.name for stack in stacks for resource in stack.resources}
    wanted = {
        found
        for stack in stacks
        for resource in stack.resources
        for found in references(resource.properties)
        if homes[found.name] != stack.name
    }
    return {stack.name: _template(cluster, stack, homes, wanted) for stack in stacks}


def _template(cluster: str, stack: Stack, homes: Mapping[str, str], wanted: set[Ref | Att]) -> Obj:
    write = _Writer(cluster, stack.name, homes)
    outputs: Obj = {
        one.name: {"Description": one.description, "Value": write.value(one.value)} for one in stack.outputs
    }
    for found in sorted((one for one in wanted if homes[one.name] == stack.name), key=export_key):
        export = {"Value": write.value(found), "Export": {"Name": write.export(found)}}
        outputs[f"Export{export_key(found)}"] = {"Description": "for later stacks"} | export
    made: Obj = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": stack.description,
        "Resources": {one.name: write.resource(one) for one in stack.resources},
    }
    return made | ({"Outputs": outputs} if outputs else {})


def export_key(found: Ref | Att) -> str:
    return found.name + (found.attribute.replace(".", "") if isinstance(found, Att) else "Id")


class _Writer:
    """Writes values of one stack."""

    def __init__(self, cluster: str, stack: str, homes: Mapping[str, str]) -> None:
        self.cluster, self.stack, self.homes = cluster, stack, homes

    def resource(self, one: Resource) -> Obj:
        made: Obj = {"Type": one.type}
        if one.depends:
            made["DependsOn"] = list(one.depends)
        if one.retain:
            made |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        return made | {"Properties": self.value(one.properties)}

    def value(self, value: Any) -> Any:
        if isinstance(value, Ref | Att):
            return self.reference(value)
        if isinstance(value, Joined):
            return {"Fn::Join": ["", [part if isinstance(part, str) else self.reference(part) for part in value.parts]]}
        if isinstance(value, Mapping):
            return {key: self.value(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner) for inner in value]
        return value

    def reference(self, found: Ref | Att) -> Obj:
        if self.homes[found.name] != self.stack:
            return {"Fn::ImportValue": self.export(found)}
        if isinstance(found, Att):
            return {"Fn::GetAtt": [found.name, found.attribute]}
        return {"Ref": found.name}

    def export(self, found: Ref | Att) -> str:
        return f"{stack_name(self.cluster, self.homes[found.name])}:{export_key(found)}"
