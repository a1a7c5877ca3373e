"""`python -m generator`."""

from generator.cli import main
from generator.console import fail
from generator.parallel import collect_rarely

if __name__ == "__main__":  # a further process of generator.parallel imports this module too
    collect_rarely()
    try:
        main(prog_name="python -m generator")
    except OSError as error:  # a disk that is full, a checkout that may not be written
        fail(f"{error.filename or 'the machine'}: {error.strerror or error}; the command is not complete")
