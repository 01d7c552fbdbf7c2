"""Refuses to take the migration of people back, if something would be lost.

It asks before the first migration is taken back, so that later ones stand, too.

Source: docs/operations.md, 8.
"""

from collections.abc import Iterable
from importlib import import_module

from django.db import connections
from django.db.migrations import Migration

_people = import_module("events.migrations.0012_people")


def refuse_to_lose_people(
    plan: Iterable[tuple[Migration, bool]], using: str, **kwargs: object
) -> None:
    """Stop ``migrate`` with a ``CommandError``; a receiver of ``pre_migrate``."""
    if any(
        is_backwards and isinstance(migration, _people.Migration)
        for migration, is_backwards in plan
    ):
        _people.must_not_be_needed(connections[using])
