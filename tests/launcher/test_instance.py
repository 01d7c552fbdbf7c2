"""A data directory: who may take it, what is kept in it, which ports it takes."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from launcher.console import RefusedError
from launcher.instance import Instance
from tests.launcher.machine import free_port

NOBODY = 65_534


def an_instance(data_dir: Path, **environ: str) -> Instance:
    return Instance(data_dir, {"ROLLCALL_PORT": str(free_port()), **environ})


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be an ordinary user for a while; root may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def test_a_second_start_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    an_instance(tmp_path).open()
    with pytest.raises(RefusedError, match=rf"already runs in .*process {os.getpid()}"):
        an_instance(tmp_path).open()


def test_two_directories_stand_side_by_side(tmp_path: Path) -> None:
    one, two = an_instance(tmp_path / "one"), an_instance(tmp_path / "two")
    for instance in (one, two):
        instance.open()
        instance.choose()
    assert one.values["SECRET_KEY"] != two.values["SECRET_KEY"]


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RefusedError, match=r"Cannot write to .*\(Not a directory\)"):
        an_instance(tmp_path / "file" / "data").open()


def test_a_read_only_directory_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    directory = tmp_path_factory.mktemp("read-only")
    directory.chmod(0o555)
    with (
        unprivileged(),
        pytest.raises(RefusedError, match=r"Cannot write .*\(Permission denied\)"),
    ):
        an_instance(directory).open()


def test_a_busy_port_is_refused(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        instance = an_instance(tmp_path, ROLLCALL_PORT=str(other.getsockname()[1]))
        with pytest.raises(RefusedError, match=r"Port \d+ on 127.0.0.1 cannot be used"):
            instance.choose()


@pytest.mark.parametrize("port", ["", "0", "65536", "-1", "eighty", "80a"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    instance = an_instance(tmp_path, ROLLCALL_PORT=port or " ")
    with pytest.raises(RefusedError, match="a number from 1 to 65535"):
        instance.choose()


def test_secrets_and_ports_are_kept_where_only_the_owner_reads(tmp_path: Path) -> None:
    first = an_instance(tmp_path / "data")
    first.open()
    first.choose()
    first.save()
    os.close(first.lock)
    second = an_instance(tmp_path / "data")
    second.open()
    second.choose()
    for name in ("SECRET_KEY", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "REDIS_PORT"):
        assert second.values[name] == first.values[name]
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "instance.env").stat().st_mode & 0o777 == 0o600


def test_the_environment_wins_over_what_is_kept(tmp_path: Path) -> None:
    instance = an_instance(
        tmp_path, LIVEKIT_API_KEY="theirs", PUBLIC_URL="https://rollcall.example.org"
    )
    instance.open()
    instance.values["LIVEKIT_API_KEY"] = "kept"
    instance.choose()
    assert instance.values["LIVEKIT_API_KEY"] == "theirs"
    assert instance.values["PUBLIC_URL"] == "https://rollcall.example.org"


def test_livekits_address_is_kept_until_another_or_none_is_set(tmp_path: Path) -> None:
    def chosen(**environ: str) -> str:
        instance = an_instance(tmp_path, **environ)
        instance.open()
        instance.choose()
        instance.save()
        os.close(instance.lock)
        return instance.values["LIVEKIT_URL"]

    assert chosen() == ""
    assert chosen(LIVEKIT_URL="ws://localhost:7880") == "ws://localhost:7880"
    assert chosen() == "ws://localhost:7880"
    assert chosen(LIVEKIT_URL="") == ""
    assert chosen() == ""


def test_a_kept_port_that_another_program_took_is_replaced(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        instance = an_instance(tmp_path)
        instance.values["REDIS_PORT"] = taken
        instance.choose()
        assert instance.values["REDIS_PORT"] != taken
