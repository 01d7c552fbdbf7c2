"""The log of decisions: one entry for each change, none for anything else."""

import pytest
from django.db import IntegrityError, transaction

from attendance.audit.changes import Change, record_changes
from attendance.models import AttendanceChange
from attendance.signals import attendance_changed
from events.models import Participant
from sessions_app.models import LiveSession
from tests.factories import make_event, make_participant, make_session, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson() -> LiveSession:
    return make_session(make_event())


@pytest.fixture
def person(lesson: LiveSession) -> Participant:
    return make_participant(lesson.event)


def change(
    person: Participant,
    session: LiveSession | None = None,
    *,
    before: tuple[str, str | None] = ("unknown", None),
    after: tuple[str, str | None] = ("present", "manual"),
) -> Change:
    return Change(
        person.event.organization_id,
        person.pk,
        session.pk if session else None,
        before[0],
        after[0],
        before[1],
        after[1],
    )


def test_a_change_is_written_as_it_was_said(
    lesson: LiveSession, person: Participant
) -> None:
    teacher = make_user()
    record_changes(
        [change(person, lesson, before=("absent", "livekit_auto"))],
        actor_id=teacher.pk,
    )
    entry = AttendanceChange.objects.get()
    assert (entry.organization, entry.participant, entry.session) == (
        lesson.event.organization,
        person,
        lesson,
    )
    assert (entry.from_status, entry.from_source) == ("absent", "livekit_auto")
    assert (entry.to_status, entry.source) == ("present", "manual")
    assert entry.actor == teacher


def test_a_machine_is_no_actor_and_the_whole_event_no_session(
    person: Participant,
) -> None:
    record_changes([change(person, after=("absent", "system_default"))])
    entry = AttendanceChange.objects.get()
    assert (entry.actor, entry.session) == (None, None)


def test_changes_written_together_are_one_batch_and_told_once(
    lesson: LiveSession,
) -> None:
    told = []

    def receive(changes: list[Change], **kwargs: object) -> None:
        told.append(len(changes))

    people = [make_participant(lesson.event) for _ in range(3)]
    attendance_changed.connect(receive)
    try:
        record_changes([change(person, lesson) for person in people])
        record_changes([])
    finally:
        attendance_changed.disconnect(receive)
    assert told == [3]
    batches = list(AttendanceChange.objects.values_list("batch", flat=True))
    assert len(batches) == 3
    assert len(set(batches)) == 1


def test_batches_are_numbered_upwards(person: Participant) -> None:
    record_changes([change(person)])
    record_changes(
        [change(person, before=("present", "manual"), after=("late", "manual"))]
    )
    first, second = AttendanceChange.objects.order_by("pk").values_list(
        "batch", flat=True
    )
    assert first < second


def test_a_change_of_the_source_alone_is_a_change(person: Participant) -> None:
    record_changes(
        [
            change(
                person, before=("present", "livekit_auto"), after=("present", "manual")
            )
        ]
    )
    assert AttendanceChange.objects.exists()


@pytest.mark.parametrize("same", [("present", "manual"), ("unknown", None)])
def test_what_is_no_change_the_database_refuses(
    person: Participant, same: tuple[str, str | None]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        record_changes([change(person, before=same, after=same)])


def test_a_receiver_that_fails_takes_the_changes_with_it(person: Participant) -> None:
    """The upper apps write in the same transaction, or nobody writes."""

    def fail(**kwargs: object) -> None:
        raise RuntimeError

    attendance_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            record_changes([change(person)])
    finally:
        attendance_changed.disconnect(fail)
    assert not AttendanceChange.objects.exists()
