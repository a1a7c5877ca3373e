"""Small images for any platforms, pushed by the registry's own API."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.real.pin.registry import Registry

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
ATTESTATION = {"os": "unknown", "architecture": "unknown"}
"""The platform that builders give to what they say of an image: nothing that could run."""


def push(registry: Registry, name: str, tag: str, platforms: Sequence[str], *, note: str = "") -> str:
    """An index with an image for each platform, and an attestation; its digest.  `note` makes it another image."""
    entries = [_entry(registry, name, _told(platform), note) for platform in platforms]
    entries.append(_entry(registry, name, ATTESTATION, note))
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
    return registry.put(f"/v2/{name}/manifests/{tag}", name, _json(index), INDEX)


def push_alone(registry: Registry, name: str, tag: str, platform: str) -> str:
    """One image without an index; its digest."""
    return str(_entry(registry, name, _told(platform), "", tag)["digest"])


def _entry(registry: Registry, name: str, platform: Mapping[str, str], note: str, tag: str = "") -> dict[str, Any]:
    layer = b"a layer of nothing"
    config = _json({**platform, "config": {"Labels": {"note": note}}, "rootfs": {"type": "layers", "diff_ids": []}})
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": _blob(registry, name, config, CONFIG),
            "layers": [_blob(registry, name, layer, LAYER)],
        }
    )
    registry.put(f"/v2/{name}/manifests/{tag or digest(manifest)}", name, manifest, MANIFEST)
    return {"mediaType": MANIFEST, "digest": digest(manifest), "size": len(manifest), "platform": dict(platform)}


def _blob(registry: Registry, name: str, content: bytes, kind: str) -> dict[str, Any]:
    registry.upload(name, content, digest(content))
    return {"mediaType": kind, "digest": digest(content), "size": len(content)}


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _told(platform: str) -> dict[str, str]:
    return dict(zip(("os", "architecture", "variant"), platform.split("/"), strict=False))


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document).encode()
