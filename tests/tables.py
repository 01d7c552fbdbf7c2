"""Emptying the tables, which those that are append-only refuse."""

from django.core.management.color import no_style
from django.db import connection

# Rows that migrations made: no test may lose them.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty_tables() -> None:
    """Empty all tables of the tests' database: as their owner, saying why."""
    assert str(connection.settings_dict["NAME"]).startswith("test_")
    tables = connection.introspection.django_table_names(
        only_existing=True, include_views=False
    )
    statements = connection.ops.sql_flush(
        no_style(), sorted(set(tables) - KEPT), allow_cascade=True
    )
    with connection.cursor() as cursor:
        cursor.execute("SET rollcall.maintenance = 'test flush'")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("RESET rollcall.maintenance")
