"""Writes policies/schemas/bifrost.json: the structure of Bifrost's config.json, from the schema of its repository.

    python tools/schemas/bifrost.py PATH

PATH is transports/config.schema.json of github.com/maximhq/bifrost. The file must be the one that SOURCE records: after
taking a newer one and looking at what it changes, record where it is from, its date and its checksum here.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

SOURCE = {
    "repository": "github.com/maximhq/bifrost",
    "path": "transports/config.schema.json",
    "release": "2.0.0-prerelease3",
    "date": "2026-08-14",
    "copy": "github.com/FairmeHIT/bifrost-lite at 16576fd, a fork that leaves out features",
    "sha256": "1bcfe45aa92dcfd3bbc41289e2d7958a7791582bf6bf32cb86e486fe36e1cea3",
}
TARGET = Path(__file__).resolve().parents[2] / "policies" / "schemas" / "bifrost.json"

PROSE = frozenset(
    {"$comment", "$id", "default", "deprecated", "description", "examples", "optional", "readOnly", "title"}
)
"""Keywords that constrain nothing."""
NAMED = frozenset({"$defs", "patternProperties", "properties"})
"""Keywords whose keys are names, not keywords: a property may be called `description`."""


def structure(schema: Any) -> Any:
    """A schema without prose."""
    if isinstance(schema, list):
        return [structure(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: structure(one) for name, one in value.items()} if key in NAMED else structure(value)
        for key, value in schema.items()
        if key not in PROSE
    }


def main(path: Path) -> None:
    content = path.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != SOURCE["sha256"]:
        sys.exit(f"{path} has the checksum {found}, not the recorded {SOURCE['sha256']}")
    made = {"x-source": SOURCE} | structure(json.loads(content))
    TARGET.write_text(json.dumps(made, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
