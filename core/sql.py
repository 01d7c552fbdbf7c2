"""Python values written as SQL."""

from collections.abc import Iterable


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
