"""Protobuf messages from a schema in the protobuf language, without a compiler or generated code."""

from __future__ import annotations

import re
from typing import Any

from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    message_factory,
    struct_pb2,
    timestamp_pb2,
)

_MESSAGE = re.compile(r"message (\w+) \{(.*?)\}", re.DOTALL)
_FIELD = re.compile(r"(?:(repeated) )?(map<(\w+), ([\w.]+)>|[\w.]+) (\w+) = (\d+);")
_SCALARS: dict[str, Any] = {"bool": 8, "int32": 5, "int64": 3, "uint64": 4, "double": 1, "string": 9, "bytes": 12}
_WELL_KNOWN = (duration_pb2, struct_pb2, timestamp_pb2)


def pool(*schemas: str) -> descriptor_pool.DescriptorPool:
    """A pool of the given schemas, each `package name;` and flat `message` blocks, and of the well-known types."""
    made = descriptor_pool.DescriptorPool()
    for module in _WELL_KNOWN:
        made.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    for number, schema in enumerate(schemas):
        made.AddSerializedFile(_file(f"{number}.proto", schema).SerializeToString())
    return made


def message_class(source: descriptor_pool.DescriptorPool, name: str) -> Any:
    return message_factory.GetMessageClass(source.FindMessageTypeByName(name))


def _file(name: str, schema: str) -> descriptor_pb2.FileDescriptorProto:
    package = schema.strip().removeprefix("package ").partition(";")[0]
    dependencies = [module.DESCRIPTOR.name for module in _WELL_KNOWN]
    file = descriptor_pb2.FileDescriptorProto(name=name, package=package, syntax="proto2", dependency=dependencies)
    for title, body in _MESSAGE.findall(schema):
        message = file.message_type.add(name=title)
        for repeated, kind, key, value, field, number in _FIELD.findall(body):
            if key:
                entry = message.nested_type.add(name=f"{field.title().replace('_', '')}Entry")
                entry.options.map_entry = True
                _add(entry, "key", key, 1, False, package)
                _add(entry, "value", value, 2, False, package)
                _add(message, field, f"{title}.{entry.name}", int(number), True, package)
            else:
                _add(message, field, kind, int(number), bool(repeated), package)
    return file


def _add(
    message: descriptor_pb2.DescriptorProto, name: str, kind: str, number: int, repeated: bool, package: str
) -> None:
    field = message.field.add(name=name, number=number, label=3 if repeated else 1)
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
        field.type_name = f".{kind}" if kind.startswith("google.") else f".{package}.{kind}"
