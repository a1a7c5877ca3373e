"""Fuzzing by coverage, with Atheris: `python -m tests.fuzz.guided TARGET FOLDER [libFuzzer's own options]`.

It needs Atheris on its path, so `python -m tests.fuzz` runs it. A finding does not end it; a hang, too much memory and
an end of the process do, and libFuzzer keeps their input.
"""

import random
import sys
from hashlib import sha256
from pathlib import Path

import atheris

from tests.fuzz.findings import Findings
from tests.fuzz.mutating import mutated

PACKAGES = ["generator.environment", "generator.trees", "generator.check", "generator.kubernetes"]
with atheris.instrument_imports(include=PACKAGES):
    from tests.fuzz.targets import TARGETS, seeds

MAX_BYTES = 65_536
SECONDS = 20
"""Longest that one input may take: 5 s of CPU time, on a machine with other work."""
MEGABYTES = 1024
"""Memory of the whole process, which begins with half of it at most."""


def main() -> None:
    target, name, *options = sys.argv[1:]
    run, folder = TARGETS[target], Path(name)
    findings = Findings(folder)
    first, grown = folder / "seeds" / target, folder / "corpus" / target
    for path in (first, grown):
        path.mkdir(parents=True, exist_ok=True)
    for text in seeds(target):
        (first / sha256(text.encode()).hexdigest()[:16]).write_text(text, "utf-8")

    def one(data: bytes) -> None:
        try:
            run(data.decode("utf-8", "replace"))
        except Exception as error:
            findings.keep(target, data, error)

    def mutate(data: bytes, maximum: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(data, maximum))
        return mutated(data.decode("utf-8", "replace"), target, chance).encode("utf-8", "replace")[:maximum]

    limits = (
        f"-max_len={MAX_BYTES}",
        f"-timeout={SECONDS}",
        f"-rss_limit_mb={MEGABYTES}",
        f"-artifact_prefix={folder}/",
    )
    atheris.Setup([sys.argv[0], *limits, *options, str(grown), str(first)], one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
