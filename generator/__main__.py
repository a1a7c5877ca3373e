"""`python -m generator`."""

import gc

from generator.cli import main

# A short run makes many objects and hardly a cycle: the default looks for cycles every 700, 8 % of a render.
gc.set_threshold(100_000, 50, 50)
main(prog_name="python -m generator")
