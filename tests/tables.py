"""Emptying the tables, which those that are append-only refuse."""

from django.db import connection, transaction

# Rows that migrations made: no test may lose them.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@transaction.atomic
def empty_tables() -> None:
    """Empty all tables of the tests' database: as their owner, saying why.

    Most are empty already. TRUNCATE, which Django would say, makes a new file for each
    of them and each of their indexes, and takes six times as long.
    """
    assert str(connection.settings_dict["NAME"]).startswith("test_")
    tables = connection.introspection.django_table_names(
        only_existing=True, include_views=False
    )
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})"  # noqa: S608
        for table in sorted(set(tables) - KEPT)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL rollcall.maintenance = 'test flush'")
        cursor.execute(asked)
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
