"""Every source of presence is taken through what asks where people were seen."""

from itertools import pairwise
from pathlib import Path

import pytest
import time_machine

import sessions_app
from attendance.models import AUTOMATIC_SOURCES, Attendance
from sessions_app.sources import SOURCES, PresenceSource
from tests.attendance.pages import (
    AFTERWARDS,
    be_there,
    calculate,
    make_lesson,
    organizer_of,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("name", "source"), AUTOMATIC_SOURCES.items())
def test_a_source_that_alone_saw_somebody_decides_explains_and_is_found(
    name: str, source: PresenceSource
) -> None:
    session, [ana, _ben] = make_lesson("Ana Ben")
    be_there(session, ana, source=source.name)
    calculate(session)
    decided = Attendance.objects.filter(session=session).values_list("status", "source")
    assert set(decided) == {("present", name), ("absent", name)}
    reader = signed_in(organizer_of(session))
    with time_machine.travel(AFTERWARDS, tick=False):
        page = reader.get(f"/sessions/{session.pk}/").content.decode()
        found = reader.get(f"/api/reports?source={name}").json()
    assert str(source.throughout) in page
    assert len(found["results"]) == 2


@pytest.mark.parametrize(("first", "other"), list(pairwise(SOURCES)))
def test_of_two_that_saw_somebody_the_first_of_the_table_decides(
    first: PresenceSource, other: PresenceSource
) -> None:
    session, [ana] = make_lesson("Ana")
    be_there(session, ana, (0, 20), source=first.name)
    be_there(session, ana, source=other.name)
    calculate(session)
    [decision] = Attendance.objects.filter(session=session)
    assert decision.status == "partial"
    assert AUTOMATIC_SOURCES[str(decision.source)] == first


# Its connections are made by tests alone, so far.
WITHOUT_GATEWAY = {"whiteboard"}


def test_every_source_has_a_gateway_of_its_name() -> None:
    gateways = {path.stem for path in Path(sessions_app.__file__).parent.glob("*.py")}
    names = {source.name for source in SOURCES}
    assert names - gateways == WITHOUT_GATEWAY
