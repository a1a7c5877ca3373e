"""A type that moto's CloudFormation does not know, made by calls to its services, as CloudFormation would make it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3  # type: ignore[import-not-found,unused-ignore]
from moto.cloudformation.exceptions import (  # type: ignore[import-not-found,unused-ignore]
    UnformattedGetAttTemplateException,
)
from moto.core.common_models import CloudFormationModel  # type: ignore[import-not-found,unused-ignore]

Properties = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a stack is deployed."""

    account: str
    region: str

    def client(self, service: str) -> Any:
        return _client(service, self.region)

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@cache
def _client(service: str, region: str) -> Any:
    return boto3.client(service, region_name=region)


@dataclass(frozen=True)
class Existing:
    """A resource that was made."""

    reference: str
    """What `Ref` yields."""
    undo: Callable[[], object] = lambda: None
    attributes: Mapping[str, Any] = field(default_factory=dict)


Make = Callable[[Place, str, Properties], Existing]
"""Where, a name for what has none in its properties, and these; references in them are resolved."""


def renamed(value: Properties, names: Mapping[str, str]) -> Properties:
    return {names.get(key, key): inner for key, inner in value.items()}


def model(name: str, make: Make) -> type:
    class Model(CloudFormationModel):  # type: ignore[misc,unused-ignore]
        def __init__(self, place: Place, resource_name: str, properties: Properties) -> None:
            self.name = resource_name
            self.existing = make(place, resource_name, properties)

        @property
        def physical_resource_id(self) -> str:
            return self.existing.reference

        def get_cfn_attribute(self, attribute: str) -> Any:
            if attribute not in self.existing.attributes:
                raise UnformattedGetAttTemplateException()
            return self.existing.attributes[attribute]

        def delete(self, account: str, region: str) -> None:
            self.existing.undo()

        def is_created(self) -> bool:
            return True

        @staticmethod
        def cloudformation_name_type() -> str:
            return ""

        @staticmethod
        def cloudformation_type() -> str:
            return name

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:
            return True

        @classmethod
        def create_from_cloudformation_json(
            cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **known: Any
        ) -> "Model":
            return cls(Place(account_id, region_name), resource_name, cloudformation_json["Properties"])

        @classmethod
        def update_from_cloudformation_json(
            cls,
            original_resource: "Model",
            new_resource_name: str,
            cloudformation_json: Any,
            account_id: str,
            region_name: str,
        ) -> "Model":
            original_resource.existing.undo()
            return cls(Place(account_id, region_name), original_resource.name, cloudformation_json["Properties"])

    return Model
