"""The checks of `make check`; all of them run, even if some fail."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from launcher.console import Stopwatch, say, step
from launcher.environment import PYTHON
from launcher.instance import PROJECT
from launcher.rollcall import manage

BIN = PYTHON.parent
# Settings as in production; the checks need no database.
PRODUCTION = {
    "ALLOWED_HOSTS": "rollcall.example.org",
    "DATABASE_URL": "postgres://rollcall@127.0.0.1:1/rollcall",
    "DATABASE_OWNER_URL": "postgres://rollcall_owner@127.0.0.1:1/rollcall",
    "LIVEKIT_API_KEY": "APIcheck",
    "LIVEKIT_API_SECRET": "only-for-the-check-only-for-the-check-only-for-it",
    "PUBLIC_URL": "https://rollcall.example.org",
    "PYTHONWARNINGS": "ignore::RuntimeWarning",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ROLLCALL_DATA_DIR": os.devnull,
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-only-for-the-check",
}
CHECKS: dict[str, list[str]] = {
    "types": [str(BIN / "mypy"), "."],
    "imports": [str(BIN / "lint-imports"), "--no-cache"],
    "migrations": manage("makemigrations", "--check", "--dry-run"),
    "deployment": manage("check", "--deploy", "--fail-level", "WARNING"),
    "formatting": [str(BIN / "ruff"), "format", "--check", "."],
    "lint": [str(BIN / "ruff"), "check", "."],
}


def run_all() -> int:
    """Run all checks, one per processor at a time; return 1 if any failed."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        failed = [
            name
            for name, ok in zip(CHECKS, pool.map(_run, CHECKS), strict=True)
            if not ok
        ]
    say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def _run(name: str) -> bool:
    watch = Stopwatch()
    answer = subprocess.run(
        CHECKS[name],
        cwd=PROJECT,
        env={**os.environ, **PRODUCTION},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if answer.returncode:
        step(name, "FAILED", watch)
        say(answer.stdout)
    else:
        step(name, "ok", watch)
    return answer.returncode == 0
