"""Python values written as SQL."""

from collections.abc import Iterable, Sequence

from django.db import connection, models
from psycopg import sql


def sql_values(choices: Iterable[str]) -> str:
    """Return choices as SQL literals, separated by commas. Only for our constants."""
    return ", ".join(f"'{choice}'" for choice in choices)


def as_array(values: Iterable[object]) -> str:
    """Return values as the text of a Postgres array, far faster than psycopg does.

    Only for numbers, booleans, our constants and intervals as text, which have no
    quotes and no backslashes; never for what people wrote.
    """
    items = ["NULL" if value is None else f'"{value}"' for value in values]
    return f"{{{','.join(items)}}}"


def update_rows(rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write columns of rows of one table by one statement.

    Like ``bulk_update``, which takes seconds for thousands of rows.
    """
    if not rows:
        return
    table = rows[0]._meta
    by_name = {field.name: field for field in table.concrete_fields}
    fields = [table.pk, *(by_name[name] for name in names)]
    columns = [sql.Identifier(str(field.column)) for field in fields]
    # Without lengths, to which a cast would cut what is too long.
    types = [str(field.db_type(connection)).partition("(")[0] for field in fields]
    statement = sql.SQL(
        "UPDATE {table} row SET {values} FROM unnest({arrays}) new ({columns})"
        " WHERE row.{key} = new.{key}"
    ).format(
        table=sql.Identifier(table.db_table),
        values=sql.SQL(", ").join(
            sql.SQL("{0} = new.{0}").format(column) for column in columns[1:]
        ),
        arrays=sql.SQL(", ").join(sql.SQL(f"%s::{kind}[]") for kind in types),
        columns=sql.SQL(", ").join(columns),
        key=columns[0],
    )
    given = [
        [field.get_db_prep_save(field.pre_save(row, False), connection) for row in rows]
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
