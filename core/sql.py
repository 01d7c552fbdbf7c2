"""Values as SQL has them."""

from collections.abc import Iterable


def sql_values(choices: Iterable[str]) -> str:
    """Return choices of ours as SQL literals."""
    return ", ".join(f"'{choice}'" for choice in choices)


def as_array(values: Iterable[object]) -> str:
    """Return values as an array literal; psycopg's own way takes far longer.

    For numbers, truth values, words of ours and the text of intervals, none of which
    holds a quote or a backslash; not for what people write.
    """
    items = ["NULL" if value is None else f'"{value}"' for value in values]
    return f"{{{','.join(items)}}}"
