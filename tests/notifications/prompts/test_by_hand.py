"""Asking by hand: whom, when, and what the answer says of each."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from events.models import Event, Participant, User
from notifications.models import AttendancePrompt, NotMailed, PromptOptOut
from notifications.prompts.by_hand import ask_by_hand, plan_by_hand
from notifications.prompts.preparing import prepare_due_prompts
from notifications.prompts.sending import send_due_prompts
from tests.factories import (
    make_attendance,
    make_client,
    make_event,
    make_member,
    make_participant,
    make_prompt,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def event() -> Event:
    """An event that ended ten minutes ago: nobody is asked by itself yet."""
    ends_at = NOW - timedelta(minutes=10)
    return make_event(starts_at=ends_at - timedelta(hours=2), ends_at=ends_at)


@pytest.fixture
def organizer(event: Event) -> User:
    return make_member(event.organization)


def ask(event: Event, by: User, *chosen: Participant) -> dict[str, str]:
    """Ask by hand, and return what was done about each by name."""
    ids = [place.pk for place in chosen] or None
    plans = ask_by_hand(event, chosen=ids, by=by, now=NOW)
    return {plan.place.name: plan.outcome.value for plan in plans}


def test_whoever_is_to_be_asked_is_asked_at_once_and_only_once(
    event: Event, organizer: User
) -> None:
    make_participant(event, name="Ana")
    assert ask(event, organizer) == {"Ana": "asked"}
    assert ask(event, organizer) == {"Ana": "already_asked"}
    [prompt] = AttendancePrompt.objects.all()
    assert (prompt.due_at, prompt.asked_by) == (NOW, organizer)
    assert send_due_prompts(now=NOW).sent == 1
    assert ask(event, organizer) == {"Ana": "already_asked"}
    assert prepare_due_prompts(now=NOW + timedelta(hours=1)).written == 0
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"role": "host"}, "not_to_be_asked"),
        ({"registration": "waitlisted"}, "not_to_be_asked"),
        ({"registration": "walk_in"}, "not_to_be_asked"),
        ({"email": ""}, "no_address"),
        ({"email": "", "user": make_user}, "notified"),
        ({"user": lambda: make_user(wants_prompts=False)}, "declined"),
    ],
)
def test_nobody_is_asked_by_hand_who_would_not_be_asked_by_itself(
    event: Event, organizer: User, fields: dict[str, Any], outcome: str
) -> None:
    made = {name: v() if callable(v) else v for name, v in fields.items()}
    make_participant(event, name="Ana", **made)
    assert ask(event, organizer) == {"Ana": outcome}
    assert AttendancePrompt.objects.exists() == (outcome == "notified")


@pytest.mark.parametrize("everywhere", [True, False])
def test_an_address_that_wants_none_gets_none(
    event: Event, organizer: User, everywhere: bool
) -> None:
    make_participant(event, name="Ana", email="ana@example.com")
    make_participant(event, name="Ben", email="ben@example.com")
    where = None if everywhere else event.organization
    PromptOptOut.objects.create(folded_email="ana@example.com", organization=where)
    elsewhere = make_event().organization
    PromptOptOut.objects.create(folded_email="ben@example.com", organization=elsewhere)
    assert ask(event, organizer) == {"Ana": "declined", "Ben": "asked"}


def test_who_has_answered_is_not_asked(event: Event, organizer: User) -> None:
    ana, ben = (make_participant(event, name=name) for name in ("Ana", "Ben"))
    make_attendance(
        ana,
        status="absent",
        source="self_reported",
        self_attended=False,
        self_answered_at=NOW,
        marked_at=NOW,
    )
    make_prompt(ben, answered_at=NOW)
    assert ask(event, organizer) == {"Ana": "answered", "Ben": "answered"}


def test_who_asked_to_be_reminded_is_left_in_peace(
    event: Event, organizer: User
) -> None:
    ana = make_participant(event, name="Ana")
    make_prompt(ana, sent_at=NOW, snoozed_at=NOW)
    assert ask(event, organizer) == {"Ana": "already_asked"}
    later = NOW + timedelta(hours=9)
    make_prompt(ana, number=2, due_at=later, send_at=later)
    assert ask(event, organizer) == {"Ana": "already_asked"}


def test_a_mail_that_could_not_go_goes_once_the_address_is_mended(
    event: Event, organizer: User
) -> None:
    ana = make_participant(event, name="Ana", email="")
    prompt = make_prompt(ana, not_mailed=NotMailed.NO_ADDRESS)
    assert ask(event, organizer) == {"Ana": "no_address"}
    ana.person.email = "ana@example.com"
    ana.person.save()
    assert ask(event, organizer) == {"Ana": "asked"}
    assert send_due_prompts(now=NOW).sent == 1
    prompt.refresh_from_db()
    assert (prompt.sent_at, prompt.asked_by) == (NOW, organizer)


def test_an_address_that_was_refused_is_not_tried_again(
    event: Event, organizer: User
) -> None:
    ana = make_participant(event, name="Ana", email="ana@example.com")
    ana.person.refused_email = "ana@example.com"
    ana.person.save()
    assert ask(event, organizer) == {"Ana": "refused"}


def test_only_the_chosen_are_asked_and_only_of_this_roster(
    event: Event, organizer: User
) -> None:
    ana, _ben = (make_participant(event, name=name) for name in ("Ana", "Ben"))
    assert ask(event, organizer, ana) == {"Ana": "asked"}
    client = make_client(organizer)
    path = f"/api/events/{event.pk}/prompts"
    stranger = make_participant()
    refused = client.post(path, {"participants": [stranger.pk]}, format="json")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "participants"
    sent = client.post(path, {}, format="json")
    assert sent.json()["asked"] == 1
    assert [one["outcome"] for one in sent.json()["results"]] == [
        "already_asked",
        "asked",
    ]


def test_what_waits_because_prompts_are_off_goes_by_hand(
    event: Event, organizer: User
) -> None:
    event.organization.sends_prompts = False
    event.organization.save()
    later = NOW + timedelta(hours=1)
    prompt = make_prompt(make_participant(event, name="Ana"), send_at=later)
    assert send_due_prompts(now=NOW).sent == 0
    assert ask(event, organizer) == {"Ana": "asked"}
    assert ask(event, organizer) == {"Ana": "already_asked"}
    assert send_due_prompts(now=NOW).sent == 1
    prompt.refresh_from_db()
    assert prompt.sent_at == NOW


@pytest.mark.parametrize(
    ("ended", "state", "code"),
    [
        (timedelta(minutes=1), "scheduled", "not_ended"),
        (-timedelta(days=14, minutes=1), "completed", "too_late"),
        (-timedelta(hours=1), "draft", "not_held"),
        (-timedelta(hours=1), "cancelled", "not_held"),
    ],
)
def test_not_before_the_end_nor_when_answers_do_not_count(
    ended: timedelta, state: str, code: str
) -> None:
    ends_at = timezone.now() + ended
    event = make_event(
        starts_at=ends_at - timedelta(hours=1), ends_at=ends_at, state=state
    )
    make_participant(event)
    client = make_client(make_member(event.organization))
    refused = client.post(f"/api/events/{event.pk}/prompts", {}, format="json")
    assert refused.status_code == 409
    assert refused.json()["type"].endswith(code)
    assert not AttendancePrompt.objects.exists()


def test_an_organization_that_asks_nobody_by_itself_may_ask_by_hand(
    event: Event, organizer: User
) -> None:
    event.organization.sends_prompts = False
    event.organization.save()
    make_participant(event, name="Ana")
    assert prepare_due_prompts(now=NOW + timedelta(hours=1)).written == 0
    assert ask(event, organizer) == {"Ana": "asked"}
    assert send_due_prompts(now=NOW).sent == 1


@pytest.mark.parametrize("number", [2, 20])
def test_however_many_are_on_the_roster_it_asks_the_database_as_often(
    event: Event, number: int, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        make_participant(event, user=make_user())
    with django_assert_num_queries(4):
        assert len(plan_by_hand(event)) == number
