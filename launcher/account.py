"""The system account that runs Postgres and Redis, and its access to their programs."""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from launcher.console import RefusedError

# Copies of programs from directories that only root may read.
COPIES = Path("/var/cache/rollcall")


class Identity(TypedDict, total=False):
    """Arguments of Popen that change the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The system account of a service; ``uid`` None: the one that started Rollcall."""

    uid: int | None = None
    gid: int = 0

    @property
    def identity(self) -> Identity:
        """Arguments for Popen to run a program as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make the account the owner of a path inside the data directory."""
        if self.uid is not None:
            os.chown(path, self.uid, self.gid)

    def path_inside(self, directory: Path) -> str:
        """Return a path to the directory for a process that starts in it.

        The account may have no access to the directories above, such as root's home.
        The path ``/proc/self/cwd`` works without it.
        """
        if self.uid is not None and sys.platform == "linux":
            return "/proc/self/cwd"
        return str(directory)


def service_account(directory: Path) -> Account:
    """Return the account that runs the service of a directory.

    If root started Rollcall, it is the directory's owner if that is not root, else
    ``postgres``, else ``nobody``.

    Raises:
        RefusedError: root started Rollcall, and there is no such account.
    """
    if os.geteuid() != 0:
        return Account()
    if directory.exists() and directory.stat().st_uid != 0:
        owner = directory.stat()
        return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise RefusedError(
        "Postgres cannot run as root, and there is no account “postgres” or “nobody”"
        " to run it. Start Rollcall as an ordinary user."
    )


def runnable(program: Path, parts: list[Path], base: Path, account: Account) -> Path:
    """Return the program, or a copy of it, that the account can execute.

    Args:
        program: The file to execute.
        parts: The directories that it needs; one of them contains it.
        base: The directory above them (a site-packages); a copy has the same layout.
        account: The account that executes it.

    Raises:
        RefusedError: the program cannot be executed, and cannot be copied.
    """
    if _executes(program, account):
        return program
    package = parts[0].relative_to(base).parts[0]
    versions = sorted(info.stem for info in base.glob(f"{package}-*.dist-info"))
    target = COPIES / (versions or [package])[-1]
    copied = target / program.relative_to(base)
    if not _executes(copied, account):
        _copy(parts, base, target)
    if not _executes(copied, account):
        raise RefusedError(
            f"Rollcall was started as root, but without root's rights {program}"
            " cannot be executed. Start Rollcall as an ordinary user."
        )
    return copied


def _executes(program: Path, account: Account) -> bool:
    if not program.exists():
        return False
    try:
        return (
            subprocess.run(
                [program, "--version"],
                capture_output=True,
                cwd="/",
                check=False,
                **account.identity,
            ).returncode
            == 0
        )
    except OSError:
        return False


def _copy(parts: list[Path], base: Path, target: Path) -> None:
    new = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        COPIES.mkdir(parents=True, exist_ok=True, mode=0o755)
        for part in parts:
            shutil.copytree(
                part, new / part.relative_to(base), copy_function=shutil.copyfile
            )
        for path in (new, *new.rglob("*")):
            path.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        new.rename(target)
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise RefusedError(
            f"Cannot copy {parts[0].name} to {COPIES} ({error.strerror})."
            " Start Rollcall as an ordinary user."
        ) from None
