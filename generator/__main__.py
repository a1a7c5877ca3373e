"""`python -m generator`."""

import gc

from generator.cli import main
from generator.console import fail

# A short run makes many objects and hardly a cycle: the default looks for cycles every 700, 8 % of a render.
gc.set_threshold(100_000, 50, 50)
try:
    main(prog_name="python -m generator")
except OSError as error:  # a disk that is full, a checkout that may not be written
    fail(f"{error.filename or 'the machine'}: {error.strerror or error}; the command is not complete")
