"""Programs open all links of a mail, also again and again: nothing may change by it."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.notifications.prompts.asked import ask

pytestmark = pytest.mark.django_db


def contents() -> Mapping[str, Any]:
    """Every row of every table."""
    tables = connection.introspection.table_names()
    rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            # The names come from the database itself.
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608
            rows[table] = cursor.fetchall()
    return rows


def test_each_link_of_the_mail_opened_ten_times_changes_nothing() -> None:
    asked = ask()
    assert len(asked.links) == 8
    before = contents()
    for link in asked.links:
        for _time in range(10):
            # Each time by another program, which keeps no cookies.
            assert Client().get(link).status_code == 200
            assert Client().head(link).status_code == 200
    assert contents() == before
    Client().post(asked.path, {"attended": "yes"})
    assert contents() != before


def test_other_methods_are_refused() -> None:
    asked = ask()
    for link in (asked.path, asked.stop):
        for method in ("put", "patch", "delete"):
            assert getattr(Client(), method)(link).status_code == 405
