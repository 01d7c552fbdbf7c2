"""Spans of time: what is united in Python is what the database stores."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from core.spans import Span, SpansField, united

BEGINNING = datetime(2026, 3, 2, tzinfo=UTC)
days = st.none() | st.integers(0, 6).map(lambda day: BEGINNING + timedelta(days=day))


@pytest.mark.django_db
@settings(deadline=None)
@given(given=st.lists(st.builds(Span, days, days), max_size=5))
def test_spans_are_united_as_the_database_does(given: list[Span]) -> None:
    field = SpansField()
    with connection.cursor() as cursor:
        sent = field.get_prep_value(given)
        cursor.execute("SELECT %s::tstzmultirange", [sent])
        [stored] = cursor.fetchone()
    assert united(given) == field.from_db_value(stored)
