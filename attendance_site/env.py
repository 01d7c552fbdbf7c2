"""Typed readers of environment variables, which say how to fix a bad value.

A value is looked for in the process environment first, then in the file
``instance.env`` that `make run` writes to its data directory, so that ``manage.py``
commands find the running instance by themselves.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
LOCAL_POSTGRES = "postgres://rollcall@localhost:5432/rollcall"


def read_instance_file(data_dir: Path) -> dict[str, str]:
    """Return the ``KEY=VALUE`` lines of the data directory's ``instance.env``.

    Empty if the file is missing or cannot be read.
    """
    try:
        text = (data_dir / "instance.env").read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


class Environment:
    """The configuration of a process: its environment, else ``instance.env``.

    A bad value is recorded and replaced by the default, so that all bad values can be
    reported together: by :meth:`refuse`, or by ``manage.py doctor``.

    Attributes:
        problems: What would be right, by the name of each bad variable.
    """

    def __init__(self, base_dir: Path) -> None:
        self.data_dir = base_dir / os.environ.get("ROLLCALL_DATA_DIR", ".run")
        self.problems: dict[str, str] = {}
        self._values = read_instance_file(self.data_dir) | dict(os.environ)

    def refuse(self) -> None:
        """Raise if there are bad values.

        Raises:
            ImproperlyConfigured: names all bad values.
        """
        if self.problems:
            raise ImproperlyConfigured(
                " ".join(f"{name}: {mend}" for name, mend in self.problems.items())
            )

    def problem(self, name: str, mend: str) -> None:
        """Record that the value of ``name`` is bad; only the first record counts."""
        self.problems.setdefault(name, mend)

    def text(self, name: str, default: str = "") -> str:
        """Return a value without surrounding whitespace."""
        return self._values.get(name, default).strip()

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean: 1 or 0, true or false, yes or no, on or off."""
        value = self.text(name).lower()
        if value and value not in TRUE | FALSE:
            self.problem(name, f"{value!r} is neither yes nor no: write 1 or 0.")
            return default
        return value in TRUE if value else default

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        """Return a whole number of at least ``least``."""
        value = self.text(name)
        if not value:
            return default
        if value.isascii() and value.isdecimal() and int(value) >= least:
            return int(value)
        self.problem(name, f"{value!r}: write a whole number, {least} or more.")
        return default

    def choice(self, name: str, default: str, among: Iterable[str]) -> str:
        """Return one of the words ``among``, in capitals."""
        value = self.text(name, default).upper()
        if value in among:
            return value
        self.problem(name, f"{value!r}: write one of {', '.join(among)}.")
        return default

    def words(self, name: str) -> list[str]:
        """Return the items of a comma-separated list, without empty ones."""
        return [word for item in self.text(name).split(",") if (word := item.strip())]

    def address(self, name: str, default: str, schemes: Iterable[str]) -> str:
        """Return a URL with one of ``schemes`` and a host, unchanged."""
        value = self.text(name) or default
        parts = _split(value)
        if not value or (parts and parts.scheme in schemes and parts.hostname):
            return value
        ways = " or ".join(f"{scheme}://" for scheme in schemes)
        self.problem(name, f"write {ways}host, with :port if it has another.")
        return default

    def key_pairs(self, name: str) -> dict[str, str]:
        """Return ``key:secret,key:secret`` as a mapping; problems show no secrets."""
        pairs = {}
        for number, item in enumerate(self.words(name), start=1):
            key, _, secret = item.partition(":")
            if key and secret:
                pairs[key] = secret
            else:
                self.problem(
                    name,
                    f"the {number}. pair is none: write key:secret[,key:secret …].",
                )
        return pairs

    def postgres(self, name: str, *, or_else: str) -> dict[str, Any]:
        """Return the ``DATABASES`` entry for the URL in ``name``, else ``or_else``."""
        if not self.text(name):
            name = or_else
        try:
            return postgres(self.text(name) or LOCAL_POSTGRES, name=name)
        except ImproperlyConfigured as error:
            self.problem(name, str(error).removeprefix(f"{name}: "))
            return postgres(LOCAL_POSTGRES, name=name)

    def mail(self, name: str, *, host: str) -> dict[str, Any]:
        """Return Django's mail settings, by name.

        ``smtp://user:password@server:587?tls=1``, where ``tls=1`` is STARTTLS;
        ``smtps://`` is TLS from the start; ``consolemail://`` prints. ``from=`` is the
        sender; the default is ``rollcall@`` and ``host``. If unset, mails are
        files in the data directory.
        """
        try:
            return mail(self.text(name) or "filemail://", host=host)
        except ValueError as error:
            self.problem(name, str(error))
            return mail("filemail://", host=host)


def _split(url: str) -> SplitResult | None:
    """Split a URL; None if it is malformed or its port is not valid."""
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def postgres(url: str, *, name: str) -> dict[str, Any]:
    """Return Django's ``DATABASES`` entry for a ``postgres://`` URL.

    Raises:
        ImproperlyConfigured: the URL has another scheme, or no database name.
    """
    parts = _split(url)
    database = unquote(parts.path.lstrip("/")) if parts else ""
    if not parts or parts.scheme not in {"postgres", "postgresql"} or not database:
        raise ImproperlyConfigured(
            f"{name}: write postgres://user:password@host:port/name."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": None,
        # So that no request fails after a restart of Postgres.
        "CONN_HEALTH_CHECKS": True,
        # PgBouncer in transaction mode must work.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


MAIL_BACKENDS = {
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "smtps": "django.core.mail.backends.smtp.EmailBackend",
    "consolemail": "django.core.mail.backends.console.EmailBackend",
    "filemail": "django.core.mail.backends.filebased.EmailBackend",
}
MAIL_TIMEOUT_SECONDS = 10


def mail(url: str, *, host: str) -> dict[str, Any]:
    """Return Django's mail settings, by name.

    Args:
        url: A URL as in :meth:`Environment.mail`.
        host: The domain of the default sender.

    Raises:
        ValueError: the URL is not valid; the text says what would be right.
    """
    parts = _split(url)
    options = dict(parse_qsl(parts.query)) if parts else {}
    tls, sender = options.pop("tls", "0"), options.pop("from", f"rollcall@{host}")
    if not parts or parts.scheme not in MAIL_BACKENDS:
        raise ValueError(
            "write smtp://user:password@server:587?tls=1, smtps://…, or consolemail://."
        )
    if parts.scheme.startswith("smtp") and not parts.hostname:
        raise ValueError("name the server: smtp://user:password@server:587?tls=1.")
    if options:
        raise ValueError(f"{', '.join(options)} is not known: there are tls and from.")
    if tls not in {"0", "1"} or "@" not in sender:
        raise ValueError("write tls=0 or tls=1, and from=name@example.org.")
    starts_tls = tls == "1" and parts.scheme == "smtp"
    default_port = 465 if parts.scheme == "smtps" else 587 if starts_tls else 25
    return {
        "EMAIL_BACKEND": MAIL_BACKENDS[parts.scheme],
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or default_port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": starts_tls,
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": MAIL_TIMEOUT_SECONDS,
        "DEFAULT_FROM_EMAIL": sender,
        "SERVER_EMAIL": sender,
    }
