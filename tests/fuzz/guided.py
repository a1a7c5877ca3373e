"""Coverage-guided fuzzing of one target: `python -m tests.fuzz.guided TARGET FOUND [libFuzzer's own options]`.

Run by the suite with Atheris on its path.  A finding is kept once per place in the code, and the run goes on.
"""

import random
import sys
import traceback
from hashlib import sha256
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["generator.environment", "generator.trees", "generator.check", "generator.kubernetes"]
):
    from tests.fuzz.targets import TARGETS, seeds

from tests.fuzz.mutating import mutated

MAX_BYTES = 65_536


def place(error: BaseException) -> str:
    """Where an exception was raised: its innermost frame in the project, and its type."""
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if "/generator/" in f.filename or "/tests/" in f.filename
    ]
    last = frames[-1]
    return f"{Path(last.filename).name}-{last.lineno}-{type(error).__name__}"


def main() -> None:
    target, found, *options = sys.argv[1:]
    run = TARGETS[target]
    folder = Path(found)
    folder.mkdir(parents=True, exist_ok=True)
    corpus = folder / "seeds"
    corpus.mkdir(exist_ok=True)
    for text in seeds(target):
        (corpus / sha256(text.encode()).hexdigest()[:16]).write_text(text, "utf-8")

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        try:
            run(text)
        except Exception as error:
            path = folder / f"{target}-{place(error)}"
            if not path.exists():
                path.write_bytes(data)
                path.with_suffix(path.suffix + ".trace").write_text(traceback.format_exc(), "utf-8")
                print(f"FINDING {path.name}", file=sys.stderr)

    def mutate(data: bytes, maximum: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(data, maximum))
        return mutated(data.decode("utf-8", "replace"), target, chance).encode("utf-8", "replace")[:maximum]

    atheris.Setup(
        [
            sys.argv[0],
            f"-max_len={MAX_BYTES}",
            "-timeout=5",
            f"-artifact_prefix={folder}/",
            *options,
            str(folder / "corpus"),
            str(corpus),
        ],
        one,
        custom_mutator=mutate,
    )
    (folder / "corpus").mkdir(exist_ok=True)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
