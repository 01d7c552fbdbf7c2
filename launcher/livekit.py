"""A real LiveKit server for tests: an installed one, else one that Go builds."""

import fcntl
import http.client
import os
import shutil
import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

from launcher.console import RefusedError, say
from launcher.environment import PYTHON
from launcher.instance import PROJECT, Instance
from launcher.supervisor import Program, Supervisor

VERSION = "v1.13.5"
PACKAGE = f"github.com/livekit/livekit-server/cmd/server@{VERSION}"
HOW_TO_GET_IT = (
    "livekit-server is not installed, and there is no Go to build it. Install"
    " livekit-server (https://docs.livekit.io/transport/self-hosting/local/), or Go"
    " 1.26 or newer."
)
NO_INTERFACE = (
    "Skipped: LiveKit's clients need a network interface with an address besides lo,"
    " and this machine has none."
)
# Scenarios mostly wait, so many run at once, in their given order: the longest first.
TESTS = (
    "tests_livekit",
    *("-p", "no:randomly"),
    *("--numprocesses", "8"),
    *("--dist", "worksteal"),
)
_ADDRESS_OF_INTERFACE = 0x8915


def clients_can_connect() -> bool:
    """Return whether an interface besides ``lo`` has an address; clients need one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            try:
                request = struct.pack("256s", name.encode())
                fcntl.ioctl(probe, _ADDRESS_OF_INTERFACE, request)
            except OSError:
                continue
            if name != "lo":
                return True
    return False


def must_be_available() -> None:
    """Check that LiveKit or Go is installed.

    Raises:
        RefusedError: neither is.
    """
    if _found() is None and shutil.which("go") is None:
        raise RefusedError(HOW_TO_GET_IT)


def server(supervisor: Supervisor, instance: Instance) -> Path:
    """Return the path of LiveKit's server; build it if it is not there.

    All checkouts of a user share the one that was built.

    Raises:
        RefusedError: Go could not build it.
    """
    if found := _found():
        return found
    say(f"  Building livekit-server {VERSION}, once. This takes some minutes.")
    built, log = _cache() / f"for-{os.getpid()}", instance.logs / "livekit-build.log"
    try:
        env = {**os.environ, "CGO_ENABLED": "0", "GOBIN": str(built)}
        argv = ["go", "install", "-p", str(os.cpu_count() or 1), PACKAGE]
        built.mkdir(parents=True)
        build = supervisor.begin(argv, env=env, cwd=built, log=log)
        if supervisor.finish(build):
            words = log.read_text(errors="replace").strip().splitlines()
            raise RefusedError(f"Go could not build LiveKit: {(words or ['?'])[-1]}")
        (built / "server").replace(_built())
    finally:
        shutil.rmtree(built, ignore_errors=True)
    return _built()


def program(instance: Instance, executable: Path) -> Program:
    """Return the program of a server on LIVEKIT_URL's port, with webhooks to here."""
    port = urlsplit(instance.environ["LIVEKIT_URL"]).port or 0
    server = [str(PYTHON), "-m", "tests_livekit.server", str(executable), str(port)]
    return Program(
        name="livekit",
        argv=[*server, instance.values["LIVEKIT_API_KEY"]],
        env=instance.process_environment(),
        cwd=PROJECT,
        log=instance.logs / "livekit.log",
        is_ready=lambda _: answers(port),
        shown=f"ready, on 127.0.0.1:{port}",
        alarm="",
    )


def answers(port: int) -> bool:
    """Return whether a LiveKit server answers on this port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _found() -> Path | None:
    if installed := shutil.which("livekit-server"):
        return Path(installed)
    return _built() if _built().exists() else None


def _built() -> Path:
    return _cache() / f"livekit-server-{VERSION}"


def _cache() -> Path:
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "rollcall"
