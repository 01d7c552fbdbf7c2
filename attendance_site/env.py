"""Typed readers of the environment: a bad value is refused with its name and the mend.

A value is looked for in the process environment first, then in the file
``instance.env`` that `make run` leaves in its data directory, so that ``manage.py``
commands find the running instance by themselves.
"""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


def read_instance_file(data_dir: Path) -> dict[str, str]:
    """Return the ``KEY=VALUE`` lines of the data directory's ``instance.env``.

    A directory without the file, or one that may not be read, gives no values.
    """
    try:
        text = (data_dir / "instance.env").read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


class Environment:
    """The values of one process: its environment over its instance's file."""

    def __init__(self, base_dir: Path) -> None:
        self.data_dir = base_dir / os.environ.get("ROLLCALL_DATA_DIR", ".run")
        self._values = read_instance_file(self.data_dir) | dict(os.environ)

    def text(self, name: str, default: str = "") -> str:
        """Return a value without surrounding space."""
        return self._values.get(name, default).strip()

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a switch: 1 or 0, true or false, yes or no, on or off."""
        value = self.text(name).lower()
        if value in TRUE:
            return True
        if value in FALSE:
            return False
        if value:
            raise ImproperlyConfigured(f"{name}={value!r}: write 1 or 0.")
        return default

    def number(self, name: str, default: int) -> int:
        """Return a whole number."""
        value = self.text(name)
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name}={value!r}: write a whole number."
            ) from None

    def words(self, name: str) -> list[str]:
        """Return a comma-separated list without its empty items."""
        return [word for item in self.text(name).split(",") if (word := item.strip())]

    def key_pairs(self, name: str) -> dict[str, str]:
        """Return ``key:secret,key:secret`` as a mapping.

        Raises:
            ImproperlyConfigured: an item has no colon, or one side is empty.
        """
        pairs = {}
        for item in self.words(name):
            key, _, secret = item.partition(":")
            if not key or not secret:
                raise ImproperlyConfigured(f"{name}: write key:secret[,key:secret …].")
            pairs[key] = secret
        return pairs


def postgres(url: str, *, name: str) -> dict[str, object]:
    """Return Django's ``DATABASES`` entry for a ``postgres://`` URL.

    Raises:
        ImproperlyConfigured: the URL is of another database, or has no name.
    """
    parts = urlsplit(url)
    database = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not database:
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
        # After a restart of Postgres no request fails; a webhook looks for itself.
        "CONN_HEALTH_CHECKS": True,
        # PgBouncer in transaction mode must work.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
