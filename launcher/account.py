"""Whom Postgres and Redis run as, and how that account gets at their programs."""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from launcher.console import RefusedError

# Where root keeps copies of programs that lie where only root may look.
COPIES = Path("/var/cache/rollcall")


class Identity(TypedDict, total=False):
    """The arguments of Popen that change the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The system account of a service; without an id, whoever started Rollcall."""

    uid: int | None = None
    gid: int = 0

    @property
    def identity(self) -> Identity:
        """What Popen needs to run something as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make it the owner of a path inside the data directory."""
        if self.uid is not None:
            os.chown(path, self.uid, self.gid)

    def path_inside(self, directory: Path) -> str:
        """Return a path to the directory for a process that starts in it.

        The directories above may be closed to the account (a clone in root's home), and
        are not ours to open: through ``/proc/self/cwd`` they need not be entered.
        """
        if self.uid is not None and sys.platform == "linux":
            return "/proc/self/cwd"
        return str(directory)


def service_account(directory: Path) -> Account:
    """Return whom to run as: as root the directory's owner, ``postgres`` or ``nobody``.

    Raises:
        RefusedError: this is root and there is no such account.
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
        "Postgres does not run as root, and there is no account postgres or nobody;"
        " start Rollcall as an ordinary user."
    )


def runnable(program: Path, parts: list[Path], base: Path, account: Account) -> Path:
    """Return the program, or a copy of it, that the account can execute.

    Args:
        program: the file to execute.
        parts: the directories that it needs, with itself in one of them.
        base: the directory from which a copy keeps its layout (a site-packages).
        account: who will execute it.

    Raises:
        RefusedError: it cannot be executed and cannot be copied.
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
            f"{program} cannot be executed as an unprivileged account;"
            " start Rollcall as an ordinary user."
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
            f"Cannot copy {parts[0].name} to {COPIES} ({error.strerror});"
            " start Rollcall as an ordinary user."
        ) from None
