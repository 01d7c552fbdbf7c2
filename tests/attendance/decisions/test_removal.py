"""Deleting what was mistyped: people, places on rosters, sessions and events."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from attendance.calculating.sessions import calculate_session
from attendance.models import (
    EngagementEntry,
    Feedback,
    OwnAnswer,
    SessionCalculation,
)
from events.models import (
    Event,
    Participant,
    Person,
    PersonChange,
    Role,
    User,
)
from events.people.removing import delete_person
from sessions_app.models import LiveSession
from tests.factories import (
    START,
    make_attendance,
    make_attendance_change,
    make_client,
    make_connection,
    make_event,
    make_link,
    make_member,
    make_participant,
    make_presence_event,
    make_session,
)

pytestmark = pytest.mark.django_db


class School(NamedTuple):
    """An event with one session, and one person on its roster."""

    event: Event
    session: LiveSession
    place: Participant
    organizer: User


@pytest.fixture
def school() -> School:
    event = make_event()
    place = make_participant(event)
    make_participant(event)
    return School(event, make_session(event), place, make_member(event.organization))


KINDS: dict[str, Callable[[School], models.Model]] = {
    "events": lambda school: school.event,
    "sessions": lambda school: school.session,
    "participants": lambda school: school.place,
    "people": lambda school: school.place.person,
}


def delete(school: School, kind: str, user: User | None = None) -> Any:
    path = f"/api/{kind}/{KINDS[kind](school).pk}"
    return make_client(user or school.organizer).delete(path)


# --- What says nothing goes with it ---------------------------------------------------


def empty_decision(school: School) -> None:
    make_attendance(school.place, school.session)
    make_attendance(school.place)


def calculated_without_anybody(school: School) -> None:
    calculate_session(school.session, now=START + timedelta(hours=2))
    assert SessionCalculation.objects.exists()


def seen_elsewhere(school: School) -> None:
    """In the same room on the day before, and in another event of this school."""
    before = START - timedelta(days=1)
    make_connection(
        school.session, joined_at=before, left_at=before + timedelta(hours=1)
    )
    make_presence_event(school.session, occurred_at=before, received_at=before)
    other = make_event(school.event.organization)
    make_link(make_participant(other), "guest")
    make_connection(make_session(other), identity="guest")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "before",
    [empty_decision, calculated_without_anybody, seen_elsewhere],
    ids=lambda before: before.__name__,
)
def test_on_which_nothing_hangs_is_deleted(
    kind: str, before: Callable[[School], None], school: School
) -> None:
    before(school)
    row = KINDS[kind](school)
    answer = delete(school, kind)
    assert answer.status_code == 204, answer.content
    with pytest.raises(ObjectDoesNotExist):
        row.refresh_from_db()


# --- What keeps it --------------------------------------------------------------------


def decided(school: School) -> None:
    make_attendance(school.place, school.session, status="absent")


def checked_in(school: School) -> None:
    make_attendance(
        school.place,
        school.session,
        checked_in_at=START,
        check_in_received_at=START,
        check_in_method="staff",
    )


def answered(school: School) -> None:
    make_attendance(
        school.place, school.session, self_attended=True, self_answered_at=START
    )


def tried_to_connect(school: School) -> None:
    make_attendance(school.place, school.session, failed_attempts=2)


def decided_once(school: School) -> None:
    make_attendance_change(school.place, school.session)


def seen(school: School) -> None:
    make_connection(school.session, identity=school.place.identity)


def seen_as_a_link_of_elsewhere(school: School) -> None:
    other = make_participant(
        make_event(school.event.organization), person=school.place.person
    )
    make_link(other, "tablet")
    make_connection(school.session, identity="tablet")


def a_stranger_seen(school: School) -> None:
    make_connection(school.session)


def a_fact(school: School) -> None:
    make_presence_event(school.session, event="room_started", received_at=START)


def linked(school: School) -> None:
    make_link(school.place, "guest")


def gave_feedback(school: School) -> None:
    Feedback.objects.create(participant=school.place, rating=5)


def answered_no_as_an_onlooker(school: School) -> None:
    OwnAnswer.objects.create(
        organization=school.event.organization,
        participant=school.place,
        session=school.session,
        attended=False,
        at=START,
    )


def has_points(school: School) -> None:
    EngagementEntry.objects.create(
        organization=school.event.organization,
        participant=school.place,
        session=school.session,
        points=5,
    )


DECISIONS, HISTORY, PRESENCE = "decisions", "history", "presence"
# What hangs on the place (and so on its person), on the session, and on the event.
KEEPING: list[tuple[Callable[[School], None], str, str, str]] = [
    (decided, DECISIONS, DECISIONS, DECISIONS),
    (checked_in, DECISIONS, DECISIONS, DECISIONS),
    (answered, DECISIONS, DECISIONS, DECISIONS),
    (tried_to_connect, DECISIONS, DECISIONS, DECISIONS),
    (decided_once, HISTORY, HISTORY, HISTORY),
    (seen, PRESENCE, PRESENCE, PRESENCE),
    (seen_as_a_link_of_elsewhere, PRESENCE, PRESENCE, PRESENCE),
    (a_stranger_seen, "", PRESENCE, PRESENCE),
    (a_fact, "", PRESENCE, PRESENCE),
    (linked, "links", "", "links"),
    (gave_feedback, "feedback points", "", "feedback points"),
    (answered_no_as_an_onlooker, "answers", "answers", "answers"),
    (has_points, "points", "points", "points"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row", KEEPING, ids=lambda row: row[0].__name__)
def test_what_hangs_on_it_is_said(
    kind: str, row: tuple[Callable[[School], None], str, str, str], school: School
) -> None:
    happens, *expected = row
    happens(school)
    on_place, on_session, on_event = expected
    hanging = {"sessions": on_session, "events": on_event}.get(kind, on_place)
    if kind == "people" and happens is seen_as_a_link_of_elsewhere:
        hanging += " links"
    answer = delete(school, kind)
    if not hanging:
        assert answer.status_code == 204, answer.content
        return
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("something_hangs_on_it")
    assert sorted(answer.json()["hangs_on"]) == sorted(hanging.split())
    assert "Cancel the" in answer.json()["detail"]
    KINDS[kind](school).refresh_from_db()


def test_a_cancelled_session_has_no_claim_to_what_was_seen_in_its_room(
    school: School,
) -> None:
    school.session.cancelled_at = START
    school.session.save()
    make_connection(school.session)
    assert delete(school, "sessions").status_code == 204


# --- What becomes of the rest ---------------------------------------------------------


def test_an_event_takes_roster_and_sessions_with_it_and_leaves_the_people(
    school: School,
) -> None:
    assert delete(school, "events").status_code == 204
    assert not LiveSession.objects.exists()
    assert not Participant.objects.exists()
    assert Person.objects.count() == 2


def test_removals_are_logged(school: School) -> None:
    school.place.enrolled = []
    assert delete(school, "participants").status_code == 204
    change = PersonChange.objects.get()
    assert change.person_id == school.place.person_id
    assert change.event_id == school.event.pk
    assert change.actor == school.organizer
    assert change.values.after is None
    assert change.values.before is not None
    assert change.values.before["registration"] == "registered"


def test_a_person_is_deleted_with_their_places_and_logged(school: School) -> None:
    other = make_event(school.event.organization)
    make_participant(other, person=school.place.person)
    delete_person(person=school.place.person, by=school.organizer)
    assert not Person.objects.filter(pk=school.place.person_id).exists()
    last = PersonChange.objects.first()
    assert last is not None
    assert last.event_id is None
    assert last.values.before is not None
    assert last.values.before["name"] == school.place.name
    assert PersonChange.objects.count() == 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.OWNER, 204), (None, 404)]
)
def test_only_organizers_delete(
    kind: str, role: Role | None, status: int, school: School
) -> None:
    organization = school.event.organization if role else make_event().organization
    user = make_member(organization, role or Role.OWNER)
    assert delete(school, kind, user).status_code == status
