"""Own answers: what they decide, what outranks them, and when they decide again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from attendance.calculating.sessions import calculate_session, say_held
from attendance.completion.completing import complete_event, reopen_event
from attendance.decisions.answering import answer
from attendance.decisions.carried_answers import carry_answers
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo
from attendance.models import Attendance, AttendanceChange, OwnAnswer
from core.errors import Conflict
from events.models import Event, Participant
from sessions_app.models import LiveSession
from sessions_app.services import cancel_session, schedule_session
from tests.attendance.pages import be_there
from tests.factories import (
    START,
    make_attendance,
    make_event,
    make_member,
    make_participant,
    make_session,
)

pytestmark = pytest.mark.django_db

SOON = START + timedelta(hours=3)
LATEST = START + timedelta(hours=2, days=14)


@pytest.fixture
def meetup() -> Event:
    return make_event()


@pytest.fixture
def lesson() -> LiveSession:
    return make_session()


def said(
    place: Participant, attended: bool = True, now: datetime = SOON
) -> tuple[str, str | None]:
    decision = answer(place, attended=attended, by=None, now=now)
    assert decision is not None
    return decision.status, decision.source


def stands(place: Participant, session: LiveSession | None) -> tuple[str, str | None]:
    row = Attendance.objects.get(participant=place, session=session)
    return row.status, row.source


@pytest.mark.parametrize(("attended", "status"), [(True, "present"), (False, "absent")])
def test_an_answer_decides_where_nothing_else_does(
    meetup: Event, attended: bool, status: str
) -> None:
    place = make_participant(meetup)
    assert said(place, attended) == (status, "self_reported")
    [change] = AttendanceChange.objects.filter(participant=place)
    assert (change.to_status, change.source, change.actor) == (
        status,
        "self_reported",
        None,
    )


def test_in_an_event_of_one_session_it_is_about_that_session(
    lesson: LiveSession,
) -> None:
    cancelled = make_session(lesson.event, starts_at=START + timedelta(days=1))
    cancel_session(session=cancelled, now=START)
    place = make_participant(lesson.event)
    said(place)
    assert stands(place, lesson) == ("present", "self_reported")
    assert not Attendance.objects.filter(participant=place, session=None).exists()


def test_of_several_answers_the_latest_counts_and_all_are_kept(meetup: Event) -> None:
    place = make_participant(meetup)
    for attended in (True, False, False, True):
        said(place, attended)
    assert stands(place, None) == ("present", "self_reported")
    answers = OwnAnswer.objects.filter(participant=place).order_by("pk")
    assert [one.attended for one in answers] == [True, False, True]
    changes = AttendanceChange.objects.filter(participant=place).order_by("pk")
    assert [one.to_status for one in changes] == ["present", "absent", "present"]


@pytest.mark.parametrize(("seconds", "is_slip"), [(3, True), (10, True), (11, False)])
def test_two_answers_within_seconds_are_noted(
    meetup: Event, seconds: int, is_slip: bool
) -> None:
    place = make_participant(meetup)
    said(place, True)
    said(place, False, SOON + timedelta(seconds=seconds))
    row = Attendance.objects.get(participant=place)
    assert row.self_answered_twice == is_slip


def test_repeating_an_answer_changes_nothing(meetup: Event) -> None:
    place = make_participant(meetup)
    said(place)
    before = Attendance.objects.values().get(participant=place)
    said(place, True, SOON + timedelta(days=1))
    assert Attendance.objects.values().get(participant=place) == before


def test_it_never_beats_a_mark_a_check_in_or_what_was_seen(
    lesson: LiveSession,
) -> None:
    organizer = make_member(lesson.event.organization)
    marked, came, seen = (make_participant(lesson.event) for _ in range(3))
    mark(Place(lesson.event, lesson), [Mark(marked, "late")], by=organizer, now=SOON)
    check_in(Place(lesson.event, lesson), came, by=organizer, now=START)
    be_there(lesson, seen, (0, 60))
    calculate_session(lesson, now=SOON)
    before = AttendanceChange.objects.count()
    assert said(marked, False) == ("late", "manual")
    assert said(came, False) == ("present", "check_in")
    assert said(seen, False) == ("present", "livekit_auto")
    assert AttendanceChange.objects.count() == before
    assert OwnAnswer.objects.count() == 3
    kept = Attendance.objects.filter(self_attended=False, self_answered_at=SOON)
    assert kept.count() == 3


def test_what_was_measured_later_replaces_it_and_it_is_kept_beside(
    lesson: LiveSession,
) -> None:
    place = make_participant(lesson.event)
    said(place, False)
    be_there(lesson, place, (0, 60))
    calculate_session(lesson, now=SOON)
    row = Attendance.objects.get(participant=place, session=lesson)
    assert (row.status, row.source) == ("present", "livekit_auto")
    assert (row.self_attended, row.marked_at) == (False, None)


def test_it_decides_again_when_a_mark_is_undone(lesson: LiveSession) -> None:
    organizer = make_member(lesson.event.organization)
    place = make_participant(lesson.event)
    where = Place(lesson.event, lesson)
    mark(where, [Mark(place, "absent", "not seen")], by=organizer, now=SOON)
    said(place)
    [change] = AttendanceChange.objects.filter(participant=place)
    undo(change, reason="", by=organizer, now=SOON)
    row = Attendance.objects.get(participant=place, session=lesson)
    assert (row.status, row.source) == ("present", "self_reported")
    assert (row.marked_at, row.marked_by, row.notes) == (SOON, None, "")


def test_nobody_else_takes_it_back(meetup: Event) -> None:
    organizer = make_member(meetup.organization)
    place = make_participant(meetup, user=make_member(meetup.organization))
    answer(place, attended=True, by=place.user, now=SOON)
    [change] = AttendanceChange.objects.filter(participant=place)
    assert change.actor == place.user
    with pytest.raises(Conflict, match="own answer"):
        undo(change, reason="", by=organizer, now=SOON)


def test_whoever_said_they_came_is_not_absent_by_default(meetup: Event) -> None:
    came, unknown = make_participant(meetup), make_participant(meetup)
    said(came)
    complete_event(event=meetup, now=SOON)
    assert stands(came, None) == ("present", "self_reported")
    assert stands(unknown, None) == ("absent", "system_default")
    assert said(unknown) == ("present", "self_reported")


def course() -> Event:
    """Two lessons; nobody was seen at either, and an organizer said both were held."""
    event = make_event()
    for day in range(2):
        make_session(event, starts_at=START + timedelta(days=day))
    return event


def test_in_a_course_it_outranks_what_follows_from_defaults_alone() -> None:
    event, later = course(), SOON + timedelta(days=2)
    place = make_participant(event)
    for session in event.sessions.all():
        make_attendance(place, session, status="absent", source="system_default")
        calculate_session(session, now=later)
        session.calculation.proved = True
        session.calculation.save()
    complete_event(event=event, now=later)
    assert stands(place, None) == ("absent", "system_default")
    assert said(place, True, later) == ("present", "self_reported")


def test_in_a_course_what_follows_from_marks_outranks_it_until_that_is_undone() -> None:
    event, later = course(), SOON + timedelta(days=2)
    organizer = make_member(event.organization)
    place = make_participant(event)
    said(place, True, later)
    assert stands(place, None) == ("present", "self_reported")
    [first, _second] = event.sessions.order_by("starts_at")
    mark(Place(event, first), [Mark(place, "absent")], by=organizer, now=later)
    complete_event(event=event, now=later)
    assert stands(place, None) == ("absent", "manual")
    [change] = AttendanceChange.objects.filter(participant=place, session=first)
    undo(change, reason="", by=organizer, now=later)
    assert stands(place, None) == ("present", "self_reported")
    row = Attendance.objects.get(participant=place, session=None)
    assert (row.derived, row.marked_at) == (False, later)


def test_reopening_brings_back_the_answer_that_a_derived_result_replaced() -> None:
    event, later = course(), SOON + timedelta(days=2)
    organizer = make_member(event.organization)
    place = make_participant(event)
    said(place, True, later)
    [first, _second] = event.sessions.order_by("starts_at")
    mark(Place(event, first), [Mark(place, "absent")], by=organizer, now=later)
    complete_event(event=event, now=later)
    reopen_event(event=event, by=organizer, now=later)
    assert stands(place, None) == ("present", "self_reported")
    [*_, change] = AttendanceChange.objects.filter(
        participant=place, session=None
    ).order_by("pk")
    assert (change.from_source, change.source) == ("manual", "self_reported")


def test_an_answer_follows_the_event_to_the_session_that_replaces_a_cancelled_one(
    lesson: LiveSession,
) -> None:
    place = make_participant(lesson.event)
    said(place)
    cancel_session(session=lesson, now=SOON)
    assert stands(place, None) == ("present", "self_reported")
    schedule_session(
        event=lesson.event,
        title="As it was",
        session_type="general",
        mode="in_person",
        starts_at=START,
        ends_at=START + timedelta(hours=1),
    )
    new = lesson.event.sessions.get(cancelled_at=None)
    assert stands(place, new) == ("present", "self_reported")
    make_attendance(
        make_participant(lesson.event), new, status="present", source="manual"
    )
    complete_event(event=lesson.event, now=SOON)
    assert stands(place, None) == ("present", "self_reported")
    assert stands(place, new) == ("present", "self_reported")


def test_that_somebody_answered_twice_goes_along_and_who_had_left_does_not(
    lesson: LiveSession,
) -> None:
    event = lesson.event
    wavering, left = make_participant(event), make_participant(event)
    said(wavering)
    said(wavering, False, SOON + timedelta(seconds=3))
    said(left)
    cancel_session(session=lesson, now=SOON)
    left.registration, left.cancelled_at = "cancelled", START - timedelta(days=1)
    left.save()
    make_session(event)
    carry_answers(event)
    [carried] = Attendance.objects.filter(session__cancelled_at=None).exclude(
        session=None
    )
    assert carried.participant == wavering
    assert (carried.status, carried.self_answered_twice) == ("absent", True)


def test_a_session_added_to_a_meetup_takes_its_answers(meetup: Event) -> None:
    place, other = make_participant(meetup), make_participant(meetup)
    said(place)
    schedule_session(
        event=meetup,
        title="All of it",
        session_type="general",
        starts_at=START,
        ends_at=START + timedelta(hours=1),
    )
    session = meetup.sessions.get()
    assert stands(place, session) == ("present", "self_reported")
    calculate_session(session, now=SOON)
    say_held(session, actor=make_member(meetup.organization), now=SOON)
    assert stands(place, session) == ("present", "self_reported")
    assert stands(other, session) == ("absent", "system_default")
    said(place, False)
    complete_event(event=meetup, now=SOON)
    assert stands(place, None) == ("absent", "self_reported")


def test_a_session_that_came_later_takes_no_answer(meetup: Event) -> None:
    place = make_participant(meetup)
    said(place)
    schedule_session(
        event=meetup,
        title="Next week",
        session_type="general",
        starts_at=START + timedelta(days=7),
        ends_at=START + timedelta(days=7, hours=1),
    )
    assert stands(place, None) == ("present", "self_reported")
    assert not Attendance.objects.filter(session=meetup.sessions.get()).exists()


def test_an_answer_never_becomes_a_mark_of_somebody_else(lesson: LiveSession) -> None:
    event, later = lesson.event, SOON + timedelta(days=1)
    place = make_participant(event)
    said(place)
    second = make_session(event, starts_at=START + timedelta(days=1))
    calculate_session(second, now=later)
    say_held(second, actor=make_member(event.organization), now=later)
    complete_event(event=event, now=later)
    assert stands(place, None) == ("partial", "self_reported")
    assert said(place, True, later) == ("present", "self_reported")


def test_an_onlooker_who_repeats_a_no_adds_nothing(meetup: Event) -> None:
    place = make_participant(meetup, registration="viewed")
    for _ in range(3):
        answer(place, attended=False, by=None, now=SOON)
    assert OwnAnswer.objects.count() == 1


def test_it_decides_again_in_a_session_of_which_nothing_proves_any_more_that_it_was(
    lesson: LiveSession,
) -> None:
    schedule = make_participant(lesson.event)
    be_there(lesson, None, (0, 60), identity="a guest")
    said(schedule)
    calculate_session(lesson, now=SOON)
    assert stands(schedule, lesson) == ("absent", "livekit_auto")
    lesson.mode = "in_person"
    lesson.save()
    calculate_session(lesson, now=SOON, force=True)
    row = Attendance.objects.get(participant=schedule)
    assert (row.status, row.source) == ("present", "self_reported")
    assert row.marked_at == row.self_answered_at == SOON


def test_a_yes_of_an_onlooker_makes_them_a_walk_in(meetup: Event) -> None:
    place = make_participant(meetup, registration="viewed")
    assert answer(place, attended=False, by=None, now=SOON) is None
    assert not Attendance.objects.exists()
    assert OwnAnswer.objects.get().attended is False
    assert said(place) == ("present", "self_reported")
    place.refresh_from_db()
    assert place.registration == "walk_in"


@pytest.mark.parametrize(
    ("now", "code"),
    [(START - timedelta(seconds=1), "not_begun"), (LATEST, "too_late")],
)
def test_it_counts_from_the_beginning_until_14_days_after_the_end(
    meetup: Event, now: datetime, code: str
) -> None:
    place = make_participant(meetup)
    with pytest.raises(Conflict) as refused:
        said(place, True, now)
    assert refused.value.code == code
    said(place, True, START)
    said(place, False, LATEST - timedelta(microseconds=1))


def test_the_end_is_that_of_the_last_session_if_that_is_later(meetup: Event) -> None:
    place = make_participant(meetup)
    schedule_session(
        event=meetup,
        title="Later",
        session_type="general",
        starts_at=START + timedelta(days=3),
        ends_at=START + timedelta(days=3, hours=1),
    )
    said(place, True, LATEST + timedelta(days=2))


def test_who_had_cancelled_before_is_refused(meetup: Event) -> None:
    place = make_participant(meetup, registration="cancelled")
    with pytest.raises(Conflict) as refused:
        said(place)
    assert refused.value.code == "not_registered"


def test_a_cancelled_event_takes_no_answers() -> None:
    place = make_participant(make_event(state="cancelled"))
    with pytest.raises(Conflict) as refused:
        said(place)
    assert refused.value.code == "event_cancelled"


@pytest.mark.parametrize(
    "fields",
    [
        {"self_attended": True},
        {"self_answered_at": START},
        {"self_answered_twice": True},
        {
            "status": "present",
            "source": "self_reported",
            "self_attended": None,
            "self_answered_at": None,
        },
    ],
)
def test_the_database_keeps_answers_whole(fields: dict[str, Any]) -> None:
    place = make_participant()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_attendance(place, **fields)
