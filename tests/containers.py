"""Reads what describes the containers, and builds their image in a directory."""

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from launcher.environment import VENV
from launcher.instance import PROJECT

COMPOSE_TEXT = (PROJECT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate")
LIVEKIT: dict[str, Any] = yaml.safe_load((PROJECT / "docker/livekit.yaml").read_text())
WORKDIR = "/srv/rollcall"

_VARIABLE = re.compile(r"\$\$|\$\{([A-Z_]+)(?:(:[?-])([^}]*))?\}")


def variables() -> dict[str, tuple[str, str]]:
    """Every variable that the compose file takes: how, and its default or demand."""
    found = _VARIABLE.finditer(COMPOSE_TEXT)
    return {match[1]: (match[2] or "", match[3] or "") for match in found if match[1]}


def filled_in(value: Any, given: Mapping[str, str]) -> Any:
    """A part of the compose file with its variables replaced, as Compose does."""
    if isinstance(value, dict):
        return {key: filled_in(item, given) for key, item in value.items()}
    if isinstance(value, list):
        return [filled_in(item, given) for item in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda match: _filled(match, given), value)
    return value


def _filled(match: re.Match[str], given: Mapping[str, str]) -> str:
    if match[0] == "$$":
        return "$"
    value = given.get(match[1], "")
    if not value and match[2] == ":?":
        raise KeyError(match[1])
    return value or match[3] or ""


def env_example() -> dict[str, str]:
    lines = (PROJECT / ".env.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and line[0] != "#")
    return {name: value for name, _, value in pairs}


def as_filled_in_by_somebody() -> dict[str, str]:
    """The example with every secret that it leaves open, as `openssl` would give it."""
    return {
        name: value or sha256(name.encode()).hexdigest()
        if variables()[name][0] == ":?"
        else value
        for name, value in env_example().items()
    }


def seconds(length: str) -> int:
    return int(length.removesuffix("s"))


def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each with its arguments as one text."""
    text = (PROJECT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = (line.partition(" ") for line in text.splitlines() if line)
    return [(word, rest.strip()) for word, _, rest in lines if word[0] != "#"]


def arguments_of(instruction: str) -> list[str]:
    return [rest for word, rest in dockerfile() if word == instruction]


def copied() -> list[tuple[str, str]]:
    pairs = (rest.split() for rest in arguments_of("COPY"))
    return [(source, target) for source, target in pairs]


@dataclass
class Image:
    """The image of the Dockerfile as a directory, and its Python beside it.

    The packages are those of the tests: what the lock asks for must be among them.
    """

    root: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        return self.root / "image"

    def build(self) -> None:
        """Follow the Dockerfile step by step.

        Raises:
            subprocess.CalledProcessError: a step failed.
        """
        self.directory.mkdir()
        self._make_python()
        for word, rest in dockerfile():
            if word == "ENV":
                pairs = (pair.partition("=") for pair in rest.split())
                self.env |= {name: self._here(value) for name, _, value in pairs}
            elif word == "COPY":
                self._copy(*rest.split())
            elif word == "RUN":
                self.run("sh", "-c", rest).check_returncode()

    def _make_python(self) -> None:
        venv.create(self.root / "python", with_pip=True)
        [own] = (self.root / "python").glob("lib/python*/site-packages")
        [theirs] = VENV.glob(f"lib/python{sys.version_info[0]}.*/site-packages")
        # Python 3.11 brings one of its own, which would hide that of the lock.
        for old in own.glob("setuptools*"):
            shutil.rmtree(old)
        (own / "of_the_tests.pth").write_text(f"{theirs}\n")
        programs = self.root / "python" / "bin"
        # No package index: everything must be there.
        self.env = {"PATH": f"{programs}:{os.defpath}", "PIP_NO_INDEX": "1"}

    def _copy(self, source: str, target: str) -> None:
        whence, where = PROJECT / source, self.directory / target
        if whence.is_dir():
            shutil.copytree(whence, where, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(whence, where)

    def _here(self, text: str) -> str:
        return text.replace(WORKDIR, str(self.directory))

    def run(self, *argv: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run something in the image, with its environment and nothing else."""
        return subprocess.run(
            argv,
            cwd=self.directory,
            env=self.env | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
