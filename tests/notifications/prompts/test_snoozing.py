"""Asking again tomorrow: once, in their own zone, and not once it is too late."""

from datetime import UTC, datetime, timedelta

import pytest

from attendance.decisions.answering import answer
from attendance.feedback.giving import give_feedback
from core.errors import Conflict
from events.models import Event, EventState, Participant
from notifications.models import AttendancePrompt
from notifications.prompts.preparing import prepare_due_prompts
from notifications.prompts.sending import send_due_prompts
from notifications.prompts.snoozing import snooze
from tests.at_once import at_once
from tests.factories import change_person, make_event, make_participant, make_user

pytestmark = pytest.mark.django_db

STARTS = datetime(2026, 6, 3, 17, tzinfo=UTC)
ENDS = STARTS + timedelta(hours=2)
NOW = ENDS + timedelta(hours=1)


@pytest.fixture
def place() -> Participant:
    event = make_event(starts_at=STARTS, time_zone="Europe/Berlin")
    place = make_participant(event, name="Amal")
    prepare_due_prompts(now=NOW)
    return place


def prompt_of(place: Participant, number: int = 1) -> AttendancePrompt:
    return AttendancePrompt.objects.get(participant=place, number=number)


def refusal(place: Participant, number: int = 1, now: datetime = NOW) -> str:
    with pytest.raises(Conflict) as refused:
        snooze(prompt_of(place, number), now=now)
    assert AttendancePrompt.objects.filter(participant=place).count() == number
    return refused.value.code


def test_they_are_asked_again_at_nine_in_place_of_now(place: Participant) -> None:
    again = snooze(prompt_of(place), now=NOW)
    nine = datetime(2026, 6, 4, 7, tzinfo=UTC)
    assert (again.number, again.due_at, again.send_at) == (2, nine, nine)
    first = prompt_of(place)
    assert (first.snoozed_at, first.send_at) == (NOW, None)
    assert send_due_prompts(now=nine - timedelta(seconds=1)).sent == 0
    assert send_due_prompts(now=nine).sent == 1


@pytest.mark.parametrize(
    ("person", "account", "utc_hour"),
    [
        ("Asia/Kolkata", "America/New_York", 3.5),
        ("", "America/New_York", 13),
        ("", "", 7),
        ("Mars/Olympus_Mons", "America/New_York", 7),
        ("", "Mars/Olympus_Mons", 7),
    ],
)
def test_nine_is_on_the_persons_clocks_else_the_accounts_else_the_events(
    place: Participant, person: str, account: str, utc_hour: float
) -> None:
    change_person(place, time_zone=person, user=make_user(time_zone=account))
    again = snooze(prompt_of(place), now=NOW)
    midnight = datetime(2026, 6, 4, tzinfo=UTC)
    assert again.due_at == midnight + timedelta(hours=utc_hour)


def test_nobody_is_asked_a_third_time(place: Participant) -> None:
    snooze(prompt_of(place), now=NOW)
    assert refusal(place, 2) == "asked_twice"
    with pytest.raises(Conflict) as refused:
        snooze(prompt_of(place), now=NOW)
    assert refused.value.code == "asked_twice"


def test_nobody_who_has_answered_is_asked_again(place: Participant) -> None:
    answer(place, attended=True, by=None, now=NOW)
    assert refusal(place) == "answered"


def test_nor_who_said_how_it_was(place: Participant) -> None:
    give_feedback(place, rating=4, now=NOW)
    assert refusal(place) == "answered"


def test_nor_about_an_event_that_is_cancelled(place: Participant) -> None:
    Event.objects.filter(pk=place.event_id).update(state=EventState.CANCELLED)
    assert refusal(place) == "event_cancelled"


def test_nobody_is_asked_when_answers_count_no_more(place: Participant) -> None:
    until = ENDS + timedelta(days=14)
    assert refusal(place, now=until) == "too_late"
    assert refusal(place, now=until - timedelta(hours=1)) == "too_late"
    again = snooze(prompt_of(place), now=until - timedelta(hours=13))
    assert again.due_at < until


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_is_heard(place: Participant) -> None:
    prompt = prompt_of(place)

    def press() -> str:
        try:
            return str(snooze(prompt, now=NOW).number)
        except Conflict as refused:
            return refused.code

    assert sorted(at_once([press] * 4)) == ["2", *["asked_twice"] * 3]
    assert AttendancePrompt.objects.count() == 2
