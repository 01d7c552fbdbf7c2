"""The project's virtual environment: ``.venv`` with exactly the locked packages.

A file in it has the digests of the installed locks, so that a start with the same locks
installs nothing. Packages for development are never removed again.
"""

import configparser
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from launcher.console import RefusedError, Stopwatch, say, step
from launcher.instance import PROJECT

VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "locks.json"
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
# uv is fast, pip is available everywhere; both can install the locks.
INSTALLER = "requirements-installer.lock"
COMPILE_OPTIONS = (
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-annotate",
    "--no-header",
)
QUIETLY = ("--disable-pip-version-check", "--no-input")
NO_VENV = (
    "Python cannot create a virtual environment. On Debian and Ubuntu, install the"
    " package for it: apt-get install python3-venv."
)
PIP_CONFIGURATIONS = (
    Path("/etc/pip.conf"),
    Path.home() / ".pip" / "pip.conf",
    Path.home() / ".config" / "pip" / "pip.conf",
)
VERSION_OF = "import sys; print('{}.{}'.format(*sys.version_info))"


def ensure(*, development: bool = False) -> Path:
    """Create or update the environment if necessary; return its site-packages.

    Raises:
        RefusedError: that failed; the text says what is missing.
    """
    watch = Stopwatch()
    result = "ready"
    if not _is_current(development):
        with _locked():
            if not _is_current(development):
                result = _update(development)
    step("environment", result, watch)
    return VENV / "lib" / f"python{_python_version()}" / "site-packages"


def write_locks(arguments: list[str]) -> int:
    """Compile each ``requirements*.in`` to its lock, with hashes and without URLs."""
    uv = _uv()
    if uv is None:
        raise RefusedError(
            "Compiling the locks needs uv, which could not be installed. Install uv."
        )
    for source in ("requirements", "requirements-dev", "requirements-installer"):
        # Tests must run with the versions of production.
        constraints = ["-c", RUNTIME] if source == "requirements-dev" else []
        files = [f"{source}.in", "-o", f"{source}.lock", *constraints]
        argv = [uv, "pip", "compile", *COMPILE_OPTIONS, *files, *arguments]
        answer = subprocess.run(
            argv, cwd=PROJECT, stdout=subprocess.DEVNULL, check=False
        )
        if answer.returncode:
            return 1
    return 0


def _is_current(development: bool) -> bool:
    stamp = _stamp()
    lock = DEVELOPMENT if development else RUNTIME
    return (
        stamp.get(lock) == _digest(lock)
        and stamp.get("python") == _python_version() != ""
    )


def _stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _digest(lock: str) -> str:
    return hashlib.sha256((PROJECT / lock).read_bytes()).hexdigest()


def _python_version() -> str:
    """Return the environment's Python version; "" if its Python does not work."""
    try:
        answer = _run([PYTHON, "-I", "-S", "-c", VERSION_OF])
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


@contextmanager
def _locked() -> Iterator[None]:
    """Let only one process at a time update the environment."""
    try:
        file = (PROJECT / ".venv.lock").open("w")
    except OSError as error:
        raise RefusedError(
            f"The packages in {VENV} are not up to date, and {PROJECT} cannot be"
            f" written to ({error.strerror}). Start Rollcall once as its owner."
        ) from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _update(development: bool) -> str:
    say("  Installing Python packages in .venv; later starts skip this.")
    stamp = _stamp()
    # A `make run` must not remove packages for development.
    lock = DEVELOPMENT if development or DEVELOPMENT in stamp else RUNTIME
    STAMP.unlink(missing_ok=True)
    if not stamp or not _python_version():
        _create()
    installer = _install(lock)
    locks = (RUNTIME, DEVELOPMENT) if lock == DEVELOPMENT else (RUNTIME,)
    made = {name: _digest(name) for name in locks} | {"python": _python_version()}
    STAMP.write_text(json.dumps(made, indent=1) + "\n")
    return f"installed from {lock} with {installer}"


def _create() -> None:
    # Without pip, which takes seconds to unpack and is not needed if uv works.
    answer = _run([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV])
    if answer.returncode:
        raise RefusedError(NO_VENV)


def _install(lock: str) -> str:
    uv = _uv()
    if uv and not _run_quietly(
        [uv, "pip", "sync", "--require-hashes", "--python", PYTHON, PROJECT / lock],
        env=_with_pips_index(),
    ):
        return "uv"
    if _run_quietly([PYTHON, "-m", "ensurepip"]):
        raise RefusedError(NO_VENV)
    answer = _pip("install", "--require-hashes", "--no-deps", "-r", PROJECT / lock)
    if answer.returncode:
        lines = answer.stderr.strip().splitlines() or ["no reason given"]
        raise RefusedError(
            f"The packages of {lock} could not be installed: {lines[-1]}"
        )
    return "pip"


def _uv() -> str | None:
    """Return the path of uv, installed in the environment if this machine has none.

    None if it cannot be installed.
    """
    if found := shutil.which("uv"):
        return found
    own = VENV / "bin" / "uv"
    wanted = ("install", "--require-hashes", "--no-deps", "-r", PROJECT / INSTALLER)
    # Installed by the pip of the Python that runs this, else by the environment's own.
    if not own.exists() and _run_quietly(
        [sys.executable, "-m", "pip", *QUIETLY, "--python", PYTHON, *wanted]
    ):
        _run_quietly([PYTHON, "-m", "ensurepip"])
        _pip(*wanted)
    return str(own) if own.exists() else None


def _with_pips_index() -> Mapping[str, str]:
    """Return environment variables with which uv uses the index configured for pip."""
    if any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        return os.environ
    pips = configparser.RawConfigParser(strict=False)
    named = os.environ.get("PIP_CONFIG_FILE")
    with suppress(configparser.Error, UnicodeDecodeError):
        pips.read([*PIP_CONFIGURATIONS, *([named] if named else [])])
    index = os.environ.get("PIP_INDEX_URL") or pips.get(
        "global", "index-url", fallback=""
    )
    return {**os.environ, "UV_DEFAULT_INDEX": index} if index else os.environ


def _pip(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return _run([PYTHON, "-m", "pip", *QUIETLY, *arguments])


def _run_quietly(argv: list[str | Path], env: Mapping[str, str] | None = None) -> bool:
    """Run a command; return whether it failed."""
    try:
        return _run(argv, env).returncode != 0
    except OSError:
        return True


def _run(
    argv: list[str | Path], env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
