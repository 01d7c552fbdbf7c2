"""Upgrading: nothing is lost, nothing recorded changes, and nothing becomes due."""

from datetime import timedelta

import pytest
from django.db import transaction

from attendance.audit.seals import verify
from attendance.calculating.sessions import calculate_sessions
from attendance.completion.completing import complete_due_events
from attendance.evidence.due import Selection
from attendance.models import Attendance
from core.names import folded
from events.models import Organization, Participant, Person, PersonChangeValues
from events.people.changes import digest_of
from tests.attendance.migrating_people.before_people import (
    NOW,
    School,
    make_user,
    migrate,
    people_of,
    query,
    rows_of,
)
from tests.attendance.migrating_people.decided import decide_all
from tests.factories import START

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("before_people")]

LATER = NOW + timedelta(days=1)
RECORDED = (
    "attendance_attendance",
    "attendance_attendancechange",
    "attendance_auditseal",
    "attendance_engagemententry",
    "attendance_sessioncalculation",
    "events_event",
    "sessions_app_livesession",
    "sessions_app_connection",
)


def lively_school() -> School:
    """Two courses of three lessons with people of all kinds, calculated."""
    school = School()
    first, second = school.event(state="completed"), school.event(ends_at=LATER)
    account = make_user("ana")
    for number, (event, name) in enumerate(
        ((first, "Ana Ruiz"), (second, "RUIZ, Ana"))
    ):
        school.place(
            event, name, f"ana{number}@x.org", account, identity=f"ana-{number}"
        )
        school.place(event, "Ben", "home@x.org", identity=f"ben-{number}")
        school.place(event, ("Mia", "Leo")[number], "HOME@x.org\N{WORD JOINER}")
        school.place(event, "Lin")
        school.place(event, "Sam", f"sam{number}@x.org")
        school.place(event, "Wim", registration="waitlisted", identity=f"wim-{number}")
        school.place(event, "Ida", registration="walk_in", identity=f"ida-{number}")
        school.place(event, "Eve", registration="viewed")
        school.place(event, "Cat", "cat@x.org", registration="cancelled")
    [(lin,)] = query("SELECT id FROM events_participant WHERE name = 'Lin' LIMIT 1")
    school.link(lin, "of-lin")
    for day in range(3):
        for number, event in enumerate((first, second)):
            school.lesson(
                event, START + timedelta(days=day), f"ana-{number}", "wim-0", "of-lin"
            )
    decide_all()
    return school


CANCELLED_AT_LESSONS = """
SELECT p.id, s.id FROM events_participant p
JOIN sessions_app_livesession s USING (event_id) WHERE p.registration = 'cancelled'
"""
ONE_IS_DUE = """
UPDATE attendance_sessioncalculation SET roster_changed_at = NULL
WHERE session_id = (SELECT min(id) FROM sessions_app_livesession)
RETURNING session_id
"""
# Columns of later versions.
SINCE = (
    *("mode", "door_opens_minutes", "door_closes_minutes"),
    *("nobody_seen", "people_seen", "proved", "proof_changed"),
    *("said_held_at", "said_held_by_id", "self_answered_twice"),
    *("visibility", "registration_open", "capacity"),
)


def due() -> list[int]:
    with transaction.atomic():
        return Selection(now=NOW).claim(after=0)


def test_everything_that_participants_had_is_the_persons_or_in_the_log() -> None:
    school = School()
    other = School()
    account = make_user("ana")
    had = [
        (school.place(event, name, email, user, time_zone=zone, language=language))
        for event, name, email, user, zone, language in (
            (school.event(), "ana", "Ana@x.org", None, "Asia/Gaza", ""),
            (school.event(), "Ana", "ana@x.org", account, "", "ar"),
            (school.event(), "ANA", "new@x.org", account, "Europe/Rome", "en"),
            (other.event(), "Ana", "ana@x.org", account, "", "fr"),
        )
    ]
    created = query("SELECT created_at FROM events_participant ORDER BY id")
    migrate()
    here = people_of(*had)
    assert here[0] == here[1] == here[2] != here[3]
    person = Person.objects.get(pk=here[0])
    assert (person.name, person.email, person.user_id) == ("ANA", "new@x.org", account)
    assert (person.time_zone, person.language) == ("Europe/Rome", "en")
    assert (person.folded_name, person.folded_email) == (folded("Ana"), "new@x.org")
    assert person.external_id == ""
    assert not person.show_on_leaderboard
    assert (person.created_at,) == created[0]
    log = PersonChangeValues.objects.order_by("pk")
    assert [values.before for values in log] == [
        {"name": "ana", "email": "Ana@x.org", "user": None, "time_zone": "Asia/Gaza"}
        | {"language": ""},
        {"name": "Ana", "email": "ana@x.org", "time_zone": "", "language": "ar"},
    ]
    for values in log.select_related("change"):
        assert values.after == {
            name: known_by(person, name) for name in values.before or ()
        }
        digest = digest_of(bytes(values.salt), values.before, values.after)
        assert bytes(values.change.values_digest) == digest
        assert (values.change.person_id, values.change.actor_id) == (person.pk, None)
    assert [values.change.event_id for values in log] == list(
        Participant.objects.filter(pk__in=had[:2]).values_list("event", flat=True)
    )
    # The next person gets an id of their own.
    Person.objects.create(organization_id=school.id, name="Ben")


def known_by(person: Person, name: str) -> str | None:
    if name == "user":
        return person.user.username if person.user else None
    return str(getattr(person, name))


def test_nothing_recorded_changes_and_nothing_becomes_due() -> None:
    school = lively_school()
    for cancelled, lesson in query(CANCELLED_AT_LESSONS):
        school.decide(cancelled, lesson, "present")
    [(one,)] = query(ONE_IS_DUE)
    recorded = rows_of(*RECORDED, without=SINCE)
    migrate()
    assert rows_of(*RECORDED, without=SINCE) == recorded
    assert due() == [one]
    assert verify(Organization.objects.all()) == []
    assert complete_due_events(now=NOW) == []


def test_calculating_all_anew_gives_the_same_decisions() -> None:
    lively_school()
    before = query("SELECT id, status, source FROM attendance_attendance ORDER BY id")
    migrate()
    outcome = calculate_sessions(Selection(now=NOW, force=True))
    assert len(outcome.calculated) == 6
    assert not outcome.failed
    rows = Attendance.objects.filter(session__isnull=False).order_by("pk")
    kept = rows.exclude(participant__registration="cancelled")
    assert list(kept.values_list("pk", "status", "source")) == before


def test_people_who_cancelled_were_enrolled_until_their_last_decision() -> None:
    school = School()
    event = school.event()
    lessons = [school.lesson(event, START + timedelta(days=day)) for day in range(3)]
    early = START - timedelta(days=9)
    ana, ben, cem = (
        school.place(event, name, registration="cancelled", created_at=early)
        for name in ("Ana", "Ben", "Cem")
    )
    others = [
        school.place(event, registration, registration=registration)
        for registration in ("registered", "walk_in", "waitlisted", "viewed")
    ]
    school.decide(ana, lessons[0], "present")
    school.decide(ana, lessons[1], "absent")
    # Seen, but nothing was decided; and decided about the course alone.
    school.decide(ben, lessons[2], "unknown")
    school.decide(cem, None, "absent")
    query("UPDATE sessions_app_livesession SET ended_at = ends_at + interval '5 min'")
    migrate()
    end = START + timedelta(days=1, hours=1, minutes=5)
    assert {
        place.pk: (place.cancelled_at, place.enrolled)
        for place in Participant.objects.all()
    } == {
        ana: (end, ((None, end),)),
        ben: (early, ((None, early),)),
        cem: (early, ((None, early),)),
        **dict.fromkeys(others, (None, ((None, None),))),
    }
