"""Rights of the application's database role, granted by the owner after migrating.

Web and workers read and write rows. They may not create, alter or truncate tables, nor
update or delete rows of append-only tables (docs/architecture.md, "Two roles").
"""

from collections.abc import Collection

from django.apps import apps
from django.conf import settings
from django.db import connections
from psycopg import sql


def append_only_tables() -> list[str]:
    """Return the tables of models with ``append_only = True``."""
    return [
        model._meta.db_table
        for model in apps.get_models()
        if getattr(model, "append_only", False)
    ]


def grant_application_rights(*, using: str, **kwargs: object) -> None:
    """Grant the rights of :data:`settings.APPLICATION_ROLE` on the migrated database.

    Nothing is granted if one role does everything.
    """
    if not settings.APPLICATION_ROLE:
        return
    with connections[using].cursor() as cursor:
        tables = connections[using].introspection.table_names(cursor)
        for statement in _grants(settings.APPLICATION_ROLE, tables):
            cursor.execute(statement.as_string(cursor.connection))


def _grants(role_name: str, tables: Collection[str]) -> list[sql.Composed]:
    """Return the statements; after going back, some of the tables may be gone."""
    role = sql.Identifier(role_name)
    schema = sql.SQL("SCHEMA public")
    rows = sql.SQL("SELECT, INSERT, UPDATE, DELETE")
    grants = [
        sql.SQL("REVOKE CREATE ON {} FROM PUBLIC").format(schema),
        sql.SQL("GRANT USAGE ON {} TO {}").format(schema, role),
        sql.SQL("REVOKE ALL ON ALL TABLES IN {} FROM {}").format(schema, role),
        sql.SQL("GRANT {} ON ALL TABLES IN {} TO {}").format(rows, schema, role),
        sql.SQL("GRANT USAGE ON ALL SEQUENCES IN {} TO {}").format(schema, role),
    ]
    grants += [
        sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(
            sql.Identifier(table), role
        )
        for table in append_only_tables()
        if table in tables
    ]
    return grants
