"""`python -m generator`."""

from generator.cli import main
from generator.parallel import collect_rarely

if __name__ == "__main__":  # a further process of generator.parallel imports this module too
    collect_rarely()
    main(prog_name="python -m generator")
