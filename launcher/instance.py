"""An instance of Rollcall: its data directory and lock, its secrets and ports."""

import fcntl
import os
import random
import secrets
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from launcher.console import RefusedError

PROJECT = Path(__file__).resolve().parent.parent
# Generated once and kept; values from the environment take precedence, and are kept.
KEPT = ("SECRET_KEY", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
# Below the ports that systems use for outgoing connections.
SERVICE_PORTS = range(20_000, 30_000)
SECONDS_FOR_THE_LAST_RUN_TO_END = 10.0


class Instance:
    """A data directory that this process locks, and the values of ``instance.env``."""

    def __init__(self, data_dir: Path, environ: Mapping[str, str]) -> None:
        self.data_dir = data_dir
        self.environ = environ
        self.host = environ.get("ROLLCALL_HOST") or "127.0.0.1"
        self.port = 0
        self.values: dict[str, str] = {}
        self.lock = -1

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @property
    def sign_in(self) -> Path:
        """File with the first superuser's name and password."""
        return self.data_dir / "sign-in.txt"

    @property
    def migrated(self) -> Path:
        """File with the digest of the code that last migrated the database."""
        return self.data_dir / "migrated"

    @property
    def has_own_postgres(self) -> bool:
        given = (self.environ.get(n) for n in ("DATABASE_URL", "DATABASE_OWNER_URL"))
        return not any(given)

    @property
    def first_start(self) -> Path:
        """File that exists until the first start has been completed."""
        return self.data_dir / "first-start"

    def open(self) -> None:
        """Create and lock the directory, and read ``instance.env``.

        Raises:
            RefusedError: it is not writable, or another process holds the lock.
        """
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._acquire_lock()
            for directory in (self.logs, self.data_dir / "static"):
                directory.mkdir(exist_ok=True)
                self.hand_over(directory)
            self.values = self._read()
        except OSError as error:
            raise RefusedError(
                f"Cannot write to the data directory {self.data_dir}"
                f" ({error.strerror}). Set ROLLCALL_DATA_DIR to another directory."
            ) from None

    def _acquire_lock(self) -> None:
        self.lock = os.open(self.data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        self.hand_over(self.data_dir / "lock")
        deadline = time.monotonic() + SECONDS_FOR_THE_LAST_RUN_TO_END
        while not _try_lock(self.lock):
            holder = self.holder()
            # After a kill, the guard holds the lock until all processes have ended.
            if is_alive(holder) or time.monotonic() > deadline:
                raise RefusedError(
                    f"Rollcall is already running in {self.data_dir} (process"
                    f" {holder}). Stop it, or set ROLLCALL_DATA_DIR and ROLLCALL_PORT"
                    " to start a second one."
                )
            time.sleep(0.05)
        os.ftruncate(self.lock, 0)
        os.pwrite(self.lock, f"{os.getpid()}\n".encode(), 0)

    def is_held(self) -> bool:
        """Return whether a process holds the directory's lock."""
        try:
            with (self.data_dir / "lock").open() as file:
                return not _try_lock(file.fileno())
        except OSError:
            return False

    def holder(self) -> int:
        """Return the id of the process that holds or last held the lock; 0: none."""
        try:
            return int((self.data_dir / "lock").read_text())
        except (OSError, ValueError):
            return 0

    def _read(self) -> dict[str, str]:
        try:
            text = (self.data_dir / "instance.env").read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
        return {key: value for key, _, value in pairs}

    def choose(self) -> None:
        """Fill in secrets, ports and addresses; keep the present ones.

        Raises:
            RefusedError: ROLLCALL_PORT is not a port, or is taken.
        """
        self.port = _web_port(self.environ.get("ROLLCALL_PORT") or "8000", self.host)
        self._fill_in()

    def choose_privately(self) -> None:
        """Do the same for an instance without visitors, on any free port."""
        self.port = service_port()
        self._fill_in()

    def _fill_in(self) -> None:
        for name in KEPT:
            given = self.environ.get(name)
            self.values[name] = given or self.values.get(name) or secret(name)
        # Kept too, for later starts and manage.py. An empty value removes it.
        given = self.environ.get("LIVEKIT_URL")
        kept = self.values.get("LIVEKIT_URL", "")
        self.values["LIVEKIT_URL"] = kept if given is None else given
        for name in ("POSTGRES_PORT", "REDIS_PORT"):
            self.values[name] = str(service_port(self.values.get(name)))
        self.values["REDIS_PASSWORD"] = self.values.get("REDIS_PASSWORD") or secret()
        self._address()

    def _address(self) -> None:
        shown = "localhost" if _is_local(self.host) else self.host
        self.values |= {
            "ROLLCALL_PORT": str(self.port),
            "PUBLIC_URL": self.environ.get("PUBLIC_URL")
            or f"http://{shown}:{self.port}",
            "ALLOWED_HOSTS": self.environ.get("ALLOWED_HOSTS")
            or ",".join(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", shown])),
        }

    def save(self) -> None:
        """Write ``instance.env``, which the settings read."""
        text = "".join(f"{key}={value}\n" for key, value in self.values.items())
        self.write_private(self.data_dir / "instance.env", text)

    def write_private(self, path: Path, text: str) -> None:
        """Write a file atomically; only its owner may read it."""
        new = path.with_name(f"{path.name}.new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        self.hand_over(new)
        new.replace(path)

    def hand_over(self, path: Path) -> None:
        """Give a file that root created to the directory's owner, for later starts."""
        if os.geteuid() == 0:
            owner = self.data_dir.stat()
            os.chown(path, owner.st_uid, owner.st_gid)

    def process_environment(self) -> dict[str, str]:
        """Return the environment variables of Rollcall's own processes."""
        own = {"ROLLCALL_DATA_DIR": str(self.data_dir), "PYTHONUNBUFFERED": "1"}
        given = dict(self.environ)
        # Without stored bytecode, each start would take more than twice as long.
        given.pop("PYTHONDONTWRITEBYTECODE", None)
        return {**given, **self.values, **own}


def data_dir(environ: Mapping[str, str]) -> Path:
    """Return the data directory; a relative path starts at the project's root."""
    return PROJECT / (environ.get("ROLLCALL_DATA_DIR") or ".run")


def secret(name: str = "") -> str:
    """Return a new random value in the form that this setting needs."""
    if name == "LIVEKIT_API_KEY":
        return f"API{secrets.token_hex(6)}"
    return secrets.token_urlsafe(48 if name == "SECRET_KEY" else 32)


def is_alive(pid: int) -> bool:
    """Return whether there is a process with this id."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_local(host: str) -> bool:
    return host in {"", "0.0.0.0", "::", "127.0.0.1", "::1"}  # noqa: S104


def _web_port(text: str, host: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65_536):
        raise RefusedError(
            f"ROLLCALL_PORT={text} is not a port: write a number from 1 to 65535."
        )
    try:
        _bind(host, int(text))
    except OSError as error:
        raise RefusedError(
            f"Port {text} on {host} cannot be used ({error.strerror})."
            " Set ROLLCALL_PORT to a free port."
        ) from None
    return int(text)


def service_port(kept: str | None = None) -> int:
    """Return a free port on 127.0.0.1: ``kept`` if it is free, else a random one.

    Raises:
        RefusedError: no free port was found.
    """
    candidates = random.sample(SERVICE_PORTS, 100)
    for port in [*([int(kept)] if kept else []), *candidates]:
        try:
            _bind("127.0.0.1", port)
        except OSError:
            continue
        return port
    raise RefusedError(
        "No free port was found for Postgres and Redis, from 20000 to 29999 on"
        " 127.0.0.1."
    )


def _bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
