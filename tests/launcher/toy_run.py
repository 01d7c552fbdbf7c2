"""A supervisor of two toys, run by test_supervisor.py as a process of its own.

Each toy starts a child, notes both numbers in ``NAME.pids`` and, when told to stop,
finishes its work: it waits for the file ``finish``, then writes ``NAME.finished``.
"""

import os
import sys
from pathlib import Path

from launcher.console import RefusedError, complain, say
from launcher.supervisor import Program, Supervisor, run_until_stopped

TOY = """
import os, pathlib, signal, subprocess, sys, time
name, behaviour = sys.argv[1:]
if behaviour == "refuses":
    sys.exit("a toy without batteries")
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
def stop(*_):
    if behaviour == "stubborn":
        return
    while not pathlib.Path("finish").exists():
        time.sleep(0.01)
    pathlib.Path(name + ".finished").touch()
    child.kill()
    child.wait()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
new = pathlib.Path(name + ".new")
new.write_text(f"{os.getpid()} {child.pid}")
new.rename(name + ".pids")
while True:
    time.sleep(600)
"""


def toy(name: str, behaviour: str) -> Program:
    pids = Path(f"{name}.pids")
    return Program(
        name=name,
        argv=[sys.executable, "-c", TOY, name, behaviour],
        env=os.environ,
        cwd=Path.cwd(),
        log=Path(f"{name}.log"),
        is_ready=lambda _: pids.exists(),
        before=lambda: pids.unlink(missing_ok=True),
    )


def main(behaviours: list[str]) -> int:
    try:
        with Supervisor() as supervisor:
            for name, behaviour in zip(("first", "second"), behaviours, strict=True):
                supervisor.start(toy(name, behaviour))
                supervisor.until_ready()
            say("all up")
            run_until_stopped(supervisor)
    except RefusedError as refusal:
        complain(str(refusal))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
