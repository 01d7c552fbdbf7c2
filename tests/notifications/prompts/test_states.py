"""What has become of a prompt is told by the database."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import EventState
from notifications.models import AttendancePrompt, NotMailed, PromptState
from tests.factories import make_event, make_participant, make_prompt, make_session

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, PromptState.PENDING),
        ({"due_at": NOW + timedelta(days=1)}, PromptState.PENDING),
        ({"sent_at": NOW}, PromptState.PENDING),
        ({"not_mailed": NotMailed.NO_ADDRESS}, PromptState.PENDING),
        ({"not_mailed": NotMailed.NEEDLESS}, PromptState.EXPIRED),
        ({"snoozed_at": NOW}, PromptState.SNOOZED),
        ({"answered_at": NOW}, PromptState.ANSWERED),
        ({"answered_at": NOW, "not_mailed": NotMailed.NEEDLESS}, PromptState.ANSWERED),
    ],
)
def test_of_one_that_may_be_answered(fields: dict[str, Any], state: str) -> None:
    event = make_event(starts_at=NOW - timedelta(hours=4))
    prompt = make_prompt(make_participant(event), **fields)
    assert _state(prompt) == state


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, PromptState.EXPIRED),
        ({"sent_at": NOW}, PromptState.EXPIRED),
        ({"snoozed_at": NOW}, PromptState.SNOOZED),
        ({"answered_at": NOW}, PromptState.ANSWERED),
    ],
)
def test_of_one_whose_time_is_over(fields: dict[str, Any], state: str) -> None:
    event = make_event(starts_at=NOW - timedelta(days=14, hours=2))
    prompt = make_prompt(make_participant(event), **fields)
    assert _state(prompt) == state


def test_a_last_session_keeps_it_open() -> None:
    event = make_event(starts_at=NOW - timedelta(days=30))
    prompt = make_prompt(make_participant(event))
    session = make_session(event, starts_at=NOW - timedelta(days=14))
    assert _state(prompt) == PromptState.PENDING
    session.cancelled_at = NOW
    session.save()
    assert _state(prompt) == PromptState.EXPIRED


def test_nobody_answers_about_a_cancelled_event() -> None:
    event = make_event(starts_at=NOW - timedelta(hours=4), state=EventState.CANCELLED)
    assert _state(make_prompt(make_participant(event))) == PromptState.EXPIRED


def _state(prompt: AttendancePrompt) -> str:
    with_state = AttendancePrompt.objects.with_state(NOW)
    [state] = with_state.filter(pk=prompt.pk).values_list("state", flat=True)
    assert with_state.filter(state=state).get() == prompt
    return state
