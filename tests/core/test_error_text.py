"""What may be kept and shown of an error."""

import pytest

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
