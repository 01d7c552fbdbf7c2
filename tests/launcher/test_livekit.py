"""How a LiveKit server is come by for `make test-livekit`; Go is a script here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher import livekit
from launcher.console import RefusedError
from launcher.instance import Instance
from launcher.supervisor import Supervisor

Get = Callable[[], Path]


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only directory of programs, beside those that a script needs."""
    directory = tmp_path / "programs"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return directory


def install(program: Path, script: str = "") -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.fixture
def get(tmp_path: Path) -> Iterator[Get]:
    instance = Instance(tmp_path / "data", {})
    instance.open()
    with Supervisor(lock=instance.lock, show_logs=False) as supervisor:
        yield lambda: livekit.server(supervisor, instance)


def cached(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "cache" / "rollcall").iterdir()]


def test_with_neither_server_nor_go_it_is_refused() -> None:
    with pytest.raises(RefusedError, match="no Go to build it"):
        livekit.must_be_available()


def test_an_installed_server_is_taken(programs: Path, get: Get) -> None:
    install(programs / "livekit-server")
    livekit.must_be_available()
    assert get() == programs / "livekit-server"


def test_go_builds_one_once(programs: Path, tmp_path: Path, get: Get) -> None:
    install(
        programs / "go", 'echo "$@" >> "$XDG_CACHE_HOME/asked"; : > "$GOBIN/server"'
    )
    livekit.must_be_available()
    assert get() == get()
    [asked] = (tmp_path / "cache" / "asked").read_text().splitlines()
    assert asked.startswith("install -p ")
    assert asked.endswith("github.com/livekit/livekit-server/cmd/server@v1.13.5")
    assert cached(tmp_path) == ["livekit-server-v1.13.5"]


def test_a_build_that_fails_says_why_and_leaves_nothing(
    programs: Path, tmp_path: Path, get: Get
) -> None:
    install(programs / "go", "echo 'requires go >= 1.26' >&2; exit 1")
    with pytest.raises(RefusedError, match=r"LiveKit: requires go >= 1\.26"):
        get()
    assert cached(tmp_path) == []
