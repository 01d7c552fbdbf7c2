from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from attendance_site.env import Environment, postgres


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of its own, found as a running instance's is."""
    monkeypatch.setenv("ROLLCALL_DATA_DIR", str(tmp_path))
    return tmp_path


def test_a_command_finds_the_values_of_its_instance(directory: Path) -> None:
    (directory / "instance.env").write_text("WORD=one=two\nNUMBER=7\n")
    env = Environment(Path("/"))
    assert (env.text("WORD"), env.number("NUMBER", 0)) == ("one=two", 7)


def test_the_environment_wins_over_the_instance(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / "instance.env").write_text("WORD=instance\n")
    monkeypatch.setenv("WORD", "process")
    assert Environment(Path("/")).text("WORD") == "process"


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("NUMBER", "seven", lambda env: env.number("NUMBER", 0)),
        ("SWITCH", "maybe", lambda env: env.flag("SWITCH", default=False)),
        ("KEYS", "key-without-secret", lambda env: env.key_pairs("KEYS")),
    ],
)
def test_a_bad_value_is_refused_by_its_name(
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    read: object,
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        read(Environment(Path("/")))  # type: ignore[operator]


def test_several_webhook_keys_are_read(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYS", "a:one, b:two:three")
    assert Environment(Path("/")).key_pairs("KEYS") == {"a": "one", "b": "two:three"}


def test_a_database_url_is_taken_apart() -> None:
    database = postgres("postgres://me:p%40ss@db:5433/school?sslmode=require", name="X")
    assert (database["USER"], database["PASSWORD"]) == ("me", "p@ss")
    assert (database["HOST"], database["PORT"]) == ("db", "5433")
    assert database["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize("url", ["sqlite:///x", "postgres://host/", "nonsense"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        postgres(url, name="DATABASE_URL")
