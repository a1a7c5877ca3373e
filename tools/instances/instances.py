"""Writes generator/check/compute/instances.json: the Graviton types of EC2's categories c, m and r.

    python tools/instances/instances.py

Names, network interfaces and addresses come from a table inside Karpenter's Go module, read by `go mod download` and
compared with the recorded checksum. To bump: change VERSION, run, and record the checksum that the error names after
looking at the diff.
"""

import json
import re
import sys
import zipfile
from pathlib import Path

from tools import gomodule

MODULE = "github.com/aws/karpenter-provider-aws"
VERSION = "v1.15.1"
SUM = "h1:6eH///KgWKDwD2R6wHRnKGN8Vu8OHueaXjNdx64TnuY="
LIMITS = "pkg/providers/instancetype/zz_generated.vpclimits.go"

TARGET = Path(__file__).resolve().parents[2] / "generator" / "check" / "compute" / "instances.json"

_GENERATED = re.compile(r"^// This file was generated at (\d{4}-\d\d-\d\d)T", re.MULTILINE)
_TYPE = re.compile(
    r'^\t"(?P<family>[cmr](?:[6-9]|[1-9]\d+)g[a-z]*)\.(?P<size>\d*(?:medium|large|xlarge))": \{', re.MULTILINE
)
_ADDRESSES = re.compile(r"^\t\tIPv4PerInterface: +(\d+),", re.MULTILINE)
_DEFAULT_CARD = re.compile(r"^\t\tDefaultNetworkCardIndex: +(\d+),", re.MULTILINE)
_CARD = re.compile(r"MaximumNetworkInterfaces: +(\d+),\s+NetworkCardIndex: +(\d+),")


class SourceError(Exception):
    """The source is missing, or is not what is recorded here."""


def main() -> None:
    source = module_file(LIMITS)
    generated = _GENERATED.search(source)
    found = families(source)
    if generated is None or not found:
        raise SourceError(f"{MODULE}@{VERSION}: {LIMITS} has another form than expected")
    text = document(generated[1], found)
    TARGET.write_text(text)
    types = sum(map(len, found.values()))
    print(f"{len(text):>9,}  {TARGET.relative_to(TARGET.parents[2])}: {len(found)} families, {types} types")


def module_file(path: str) -> str:
    """A file of the Go module."""
    try:
        found = gomodule.archive(MODULE, VERSION, SUM)
    except gomodule.ModuleUnavailable as error:
        raise SourceError(str(error)) from None
    with zipfile.ZipFile(found) as archive:
        return archive.read(f"{MODULE}@{VERSION}/{path}").decode()


def families(source: str) -> dict[str, dict[str, list[int]]]:
    """Family to size to [interfaces, addresses an interface] of the card that pods get their addresses from."""
    found: dict[str, dict[str, list[int]]] = {}
    starts = list(_TYPE.finditer(source))
    for start in starts:
        body = source[start.end() : source.index("\n\t},", start.end())]
        addresses, card = _ADDRESSES.search(body), _DEFAULT_CARD.search(body)
        cards = {number: interfaces for interfaces, number in _CARD.findall(body)}
        if addresses is None or card is None or card[1] not in cards:
            raise SourceError(f"{start['family']}.{start['size']} has another form than expected")
        found.setdefault(start["family"], {})[start["size"]] = [int(cards[card[1]]), int(addresses[1])]
    return found


def document(generated: str, found: dict[str, dict[str, list[int]]]) -> str:
    """One line a family, so that a bump shows in the diff what is new."""
    head = {"module": MODULE, "version": VERSION, "sum": SUM, "file": LIMITS, "generated": generated}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    order = sorted(found, key=lambda family: (family[0], int(re.sub(r"\D", "", family)), family))
    bodies = [f"    {json.dumps(family)}: {json.dumps(dict(sorted(found[family].items())))}" for family in order]
    return "\n".join(["{", *lines, '  "families": {', ",\n".join(bodies), "  }", "}"]) + "\n"


if __name__ == "__main__":
    try:
        main()
    except SourceError as error:
        sys.exit(str(error))
