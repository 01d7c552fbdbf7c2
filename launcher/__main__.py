"""``python3 -m launcher COMMAND``: what every make target calls."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the hint must come from an old Python
    sys.exit("Rollcall needs Python 3.11 or newer; this is " + sys.version.split()[0])

from launcher.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
