"""``python3 -m launcher COMMAND``, which every make target calls."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an old Python must get this far
    sys.exit("Rollcall needs Python 3.11 or newer; this is " + sys.version.split()[0])

from launcher.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
