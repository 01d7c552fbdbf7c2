"""What may be kept and shown of an error."""

import pytest
from django.db import DatabaseError, connection, transaction

from core.error_text import LONGEST, error_text


@pytest.mark.parametrize(
    "quoted",
    [
        "DETAIL:  Key (email)=(ana@example.org) already exists.",
        "DETAIL:  Failing row contains (1, Ana\n\nBell).\nHINT:  Look again.",
        "CONTEXT:  unnamed portal parameter $1 = 'Ana'",
        "LINE 3: ... VALUES ('Ana')\n                     ^",
    ],
)
def test_what_postgres_quotes_of_the_data_is_left_out(quoted: str) -> None:
    error = ValueError(f"It is taken.\n{quoted}")
    assert error_text(error) == "ValueError: It is taken."


def test_what_else_it_says_stays_in_all_its_lines() -> None:
    text = "The DETAIL: none.\nIn line 3: of two"
    assert error_text(RuntimeError(text)) == f"RuntimeError: {text}"


def test_it_is_not_endless() -> None:
    assert len(error_text(RuntimeError("x" * 9_000))) == LONGEST


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "SELECT %s::text::int",
            "DataError: invalid input syntax for type integer (SQLSTATE 22P02)",
        ),
        (
            "SELECT (%s || '')::date",
            "DataError: invalid input syntax for type date (SQLSTATE 22007)",
        ),
        (
            "SELECT now() AT TIME ZONE %s",
            "DataError: time zone (SQLSTATE 22023)",
        ),
        (
            "SELECT 1 / (length(%s) - 3)",
            "DataError: division by zero (SQLSTATE 22012)",
        ),
    ],
)
def test_of_a_wrong_value_the_database_quotes_nothing(query: str, said: str) -> None:
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        connection.cursor().execute(query, ["Ana"])
    assert error_text(raised.value) == said
    assert raised.value.__cause__ is not None
    assert error_text(raised.value.__cause__).endswith(said.partition(": ")[2])
