from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from attendance_site.env import Environment, mail, postgres


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
    ("name", "value", "read", "instead"),
    [
        ("NUMBER", "seven", lambda env: env.number("NUMBER", 7), 7),
        ("NUMBER", "-1", lambda env: env.number("NUMBER", 7), 7),
        ("NUMBER", "0", lambda env: env.number("NUMBER", 7, least=1), 7),
        ("SWITCH", "maybe", lambda env: env.flag("SWITCH", default=True), True),
        ("LEVEL", "loud", lambda env: env.choice("LEVEL", "INFO", ["INFO"]), "INFO"),
        ("URL", "example.org", lambda env: env.address("URL", "", ["https"]), ""),
        ("URL", "https://", lambda env: env.address("URL", "", ["https"]), ""),
        ("URL", "https://[", lambda env: env.address("URL", "", ["https"]), ""),
        ("URL", "https://h:x", lambda env: env.address("URL", "", ["https"]), ""),
    ],
)
def test_a_bad_value_is_noted_by_its_name_and_read_as_unset(
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    read: Callable[[Environment], object],
    instead: object,
) -> None:
    monkeypatch.setenv(name, value)
    env = Environment(Path("/"))
    assert read(env) == instead
    assert list(env.problems) == [name]
    with pytest.raises(ImproperlyConfigured, match=f"{name}: .*write"):
        env.refuse()


def test_all_bad_values_are_refused_together(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBER", "x")
    monkeypatch.setenv("SWITCH", "y")
    env = Environment(Path("/"))
    env.refuse()
    env.number("NUMBER", 0)
    env.flag("SWITCH", default=False)
    with pytest.raises(ImproperlyConfigured, match=r"NUMBER: .* SWITCH: "):
        env.refuse()


def test_a_bad_pair_is_told_by_its_place_and_never_shown(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYS", "a:one, lonely-secret")
    env = Environment(Path("/"))
    assert env.key_pairs("KEYS") == {"a": "one"}
    assert "the 2. pair" in env.problems["KEYS"]
    assert "lonely" not in env.problems["KEYS"]


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


@pytest.mark.parametrize(
    "url", ["sqlite:///x", "postgres://host/", "nonsense", "postgres://h:port/x"]
)
def test_another_database_is_refused(
    directory: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        postgres(url, name="DATABASE_URL")
    monkeypatch.setenv("DATABASE_URL", url)
    env = Environment(Path("/"))
    assert env.postgres("OWNER", or_else="DATABASE_URL")["NAME"] == "rollcall"
    assert "write postgres://" in env.problems["DATABASE_URL"]


@pytest.mark.parametrize(
    ("url", "port", "starts_tls", "is_tls"),
    [
        ("smtp://mail.example.org", 25, False, False),
        ("smtp://me:p%40ss@mail.example.org?tls=1", 587, True, False),
        ("smtp://mail.example.org:2525?tls=0", 2525, False, False),
        ("smtps://mail.example.org", 465, False, True),
        ("consolemail://", 25, False, False),
    ],
)
def test_a_mail_url_is_taken_apart(
    url: str, port: int, starts_tls: bool, is_tls: bool
) -> None:
    read = mail(url, host="rollcall.example.org")
    assert read["EMAIL_PORT"] == port
    assert (read["EMAIL_USE_TLS"], read["EMAIL_USE_SSL"]) == (starts_tls, is_tls)
    assert read["DEFAULT_FROM_EMAIL"] == "rollcall@rollcall.example.org"
    if "@" in url:
        assert (read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"]) == ("me", "p@ss")


def test_a_mail_url_may_name_the_sender() -> None:
    read = mail("smtp://m.example.org?from=school@example.org", host="x")
    assert read["DEFAULT_FROM_EMAIL"] == "school@example.org"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mail.example.org", "write smtp://"),
        ("smtp://", "name the server"),
        ("smtp://h:port", "write smtp://"),
        ("smtp://h?ssl=1", "ssl is not known"),
        ("smtp://h?tls=yes", "tls=0 or tls=1"),
        ("smtp://h?from=me", "from=name@example.org"),
    ],
)
def test_a_bad_mail_url_says_what_would_be_right(
    directory: Path, monkeypatch: pytest.MonkeyPatch, url: str, problem: str
) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    env = Environment(Path("/"))
    assert "filebased" in env.mail("EMAIL_URL", host="x")["EMAIL_BACKEND"]
    assert problem in env.problems["EMAIL_URL"]
