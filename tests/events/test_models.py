"""The tables themselves: what the database refuses."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.factories import make_membership, make_presence_event, make_session


@pytest.mark.django_db
def test_a_fact_cannot_be_deleted() -> None:
    fact = make_presence_event(make_session())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        fact.delete()


@pytest.mark.django_db(transaction=True)
def test_transactional_tests_can_leave_facts_behind() -> None:
    make_presence_event(make_session())


@pytest.mark.django_db(transaction=True)
def test_the_flush_lets_nothing_else_pass() -> None:
    make_membership()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('rollcall.maintenance', true)")
        assert not cursor.fetchone()[0]
    make_presence_event(make_session())
