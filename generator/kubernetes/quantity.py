"""Kubernetes quantities as the environment's fields allow them."""

from __future__ import annotations

_BINARY = {"Ki": 1 / 1024, "Mi": 1.0, "Gi": 1024.0, "Ti": 1024.0 * 1024}


def cores(quantity: str) -> int:
    """CPU in millicores: `2` is 2000, `500m` is 500."""
    return int(quantity.removesuffix("m")) * (1 if quantity.endswith("m") else 1000)


def mebibytes(quantity: str) -> int:
    """Memory in MiB, rounded up: `2Gi` is 2048."""
    number, unit = quantity[:-2], quantity[-2:]
    return -int(-float(number) * _BINARY[unit] // 1)
