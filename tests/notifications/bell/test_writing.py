"""Which notifications are written, and when none is any more."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.decisions.answering import answer
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Participant, User
from notifications.bell.listing import number_new
from notifications.bell.writing import write_notifications
from notifications.models import Notification, NotificationType
from notifications.prompts.preparing import prepare_due_prompts
from notifications.prompts.snoozing import snooze
from notifications.tasks import send_prompts
from tests.factories import make_event, make_participant, make_prompt, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def place(now: datetime) -> Participant:
    """Of somebody with an account, at an event that has just ended."""
    event = make_event(starts_at=now - timedelta(hours=4))
    return make_participant(event, user=make_user())


def told(place: Participant) -> list[str]:
    return list(
        Notification.objects.filter(user=place.user).values_list("type", flat=True)
    )


def new_of(place: Participant, now: datetime) -> int:
    assert place.user
    return number_new(place.user, now=now)


def test_the_task_of_each_minute_writes_one_for_each_open_prompt(
    place: Participant,
) -> None:
    send_prompts()
    send_prompts()
    notification = Notification.objects.get()
    assert notification.user == place.user
    assert notification.type == NotificationType.ATTENDANCE_PROMPT
    assert notification.prompt == place.prompts.get()
    assert notification.organization == place.event.organization
    assert notification.read_at is None


def test_who_wants_no_mails_or_has_no_address_is_told_too(now: datetime) -> None:
    event = make_event(starts_at=now - timedelta(hours=4))
    make_participant(event, email="", user=make_user(email=""))
    make_participant(event, user=make_user(wants_prompts=False))
    make_participant(event)
    prepare_due_prompts(now=now)
    assert write_notifications(now=now) == 2


def test_an_account_that_comes_later_is_told_of_what_is_still_open(
    now: datetime,
) -> None:
    place = make_participant(make_event(starts_at=now - timedelta(hours=4)))
    prepare_due_prompts(now=now)
    assert write_notifications(now=now) == 0
    place.person.user = make_user()
    place.person.save()
    assert write_notifications(now=now + timedelta(days=3)) == 1
    assert new_of(place, now) == 1


def test_a_parent_is_told_of_each_child(now: datetime) -> None:
    parent, event = make_user(), make_event(starts_at=now - timedelta(hours=4))
    for name in ("Amal", "Basil"):
        make_participant(event, name=name, user=parent)
    prepare_due_prompts(now=now)
    assert write_notifications(now=now) == 2
    assert number_new(parent, now=now) == 2


def test_nobody_is_told_before_the_prompt_is_due(
    place: Participant, now: datetime
) -> None:
    make_prompt(place, due_at=now + timedelta(seconds=1))
    assert write_notifications(now=now) == 0
    assert write_notifications(now=now + timedelta(seconds=1)) == 1


@pytest.mark.parametrize("what", ["answered", "expired", "marked absent", "cancelled"])
def test_what_needs_no_answer_is_not_told(
    what: str, place: Participant, now: datetime
) -> None:
    make_prompt(place)
    if what == "answered":
        answer(place, attended=True, by=None, now=now)
    if what == "marked absent":
        marks = [Mark(place, "absent")]
        mark(Place(place.event, None), marks, by=make_user(), now=now)
    if what == "cancelled":
        place.event.state = "cancelled"
        place.event.save()
    if what == "expired":
        now = place.event.end + timedelta(days=14)
    assert write_notifications(now=now) == 0


def test_a_mark_of_absence_takes_it_out_of_the_count(
    place: Participant, now: datetime
) -> None:
    make_prompt(place)
    write_notifications(now=now)
    assert new_of(place, now) == 1
    marks = [Mark(place, "absent")]
    mark(Place(place.event, None), marks, by=make_user(), now=now)
    assert new_of(place, now) == 0


def test_answering_takes_it_out_of_the_count(place: Participant, now: datetime) -> None:
    make_prompt(place)
    write_notifications(now=now)
    assert new_of(place, now) == 1
    answer(place, attended=False, by=place.user, now=now)
    assert new_of(place, now) == 0
    assert len(told(place)) == 1


def test_so_does_the_end_of_the_time_for_it(place: Participant, now: datetime) -> None:
    make_prompt(place)
    write_notifications(now=now)
    end = place.event.end + timedelta(days=14)
    assert new_of(place, end - timedelta(seconds=1)) == 1
    assert new_of(place, end) == 0


def test_so_does_snoozing_until_it_is_asked_again(
    place: Participant, now: datetime
) -> None:
    prompt = make_prompt(place)
    write_notifications(now=now)
    again = snooze(prompt, now=now)
    assert new_of(place, now) == 0
    assert write_notifications(now=now) == 0
    assert write_notifications(now=again.due_at) == 1
    assert new_of(place, again.due_at) == 1
    assert len(told(place)) == 2


def test_an_account_that_no_longer_stands_for_somebody_is_told_nothing(
    place: Participant, now: datetime
) -> None:
    make_prompt(place)
    write_notifications(now=now)
    before, after = place.user, make_user()
    place.person.user = after
    place.person.save()
    assert isinstance(before, User)
    assert number_new(before, now=now) == 0
    write_notifications(now=now)
    assert number_new(after, now=now) == 1


def test_many_are_written_by_as_many_queries_as_few(now: datetime) -> None:
    def written(number: int) -> int:
        event = make_event(starts_at=now - timedelta(hours=4))
        for _ in range(number):
            make_prompt(make_participant(event, user=make_user()))
        with CaptureQueriesContext(connection) as captured:
            assert write_notifications(now=now) == number
        return len(captured)

    assert written(1) == written(12)
