"""The cache of programs at the command line: `python -m tools.programs list | install NAME... | path NAME`"""

import sys

from tools.programs import Unavailable, program
from tools.programs.catalogue import catalogue


def main(arguments: list[str]) -> int:
    match arguments:
        case ["list"]:
            for entry in catalogue().values():
                print(f"{entry.name:<16}{entry.version:<24}{entry.origin}")
        case ["install", *names]:
            found = [program(name) for name in names or catalogue()]
            missing = [one for one in found if isinstance(one, Unavailable)]
            for lack in missing:
                print(f"{lack.name}: not available: {lack.reason}", file=sys.stderr)
            return int(any(not lack.allowed for lack in missing))
        case ["path", name]:
            one = program(name)
            if isinstance(one, Unavailable):
                print(one.reason, file=sys.stderr)
                return 1
            print(one.path)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
