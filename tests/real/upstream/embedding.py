"""Vectors that are equal for equal texts and near for texts that share words: enough for a cache by meaning."""

import hashlib
import math


def vector(text: str, dimension: int) -> list[float]:
    """A unit vector of hashed words."""
    found = [0.0] * dimension
    for word in text.lower().split():
        digest = hashlib.sha256(word.encode()).digest()
        found[int.from_bytes(digest[:4], "big") % dimension] += 1 if digest[4] % 2 else -1
    length = math.sqrt(sum(x * x for x in found))
    return [x / length for x in found] if length else [1.0, *[0.0] * (dimension - 1)]
