"""From the end of an event to the report: mail, link, answer."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from attendance.models import Attendance, OwnAnswer, Status
from notifications.prompts.preparing import prepare_due_prompts
from notifications.prompts.sending import send_due_prompts
from tests.factories import make_event, make_participant

pytestmark = pytest.mark.django_db


def test_who_was_not_seen_is_asked_and_says_that_they_were_there() -> None:
    now = timezone.now()
    event = make_event(starts_at=now - timedelta(hours=4))
    place = make_participant(event, name="Amal", email="amal@example.com")
    assert prepare_due_prompts(now=now).written == 1
    assert send_due_prompts(now=now).sent == 1
    assert send_due_prompts(now=now).sent == 0
    [message] = mail.outbox
    assert message.to == ["amal@example.com"]
    [path] = set(re.findall(r"/a/[\w-]+/", str(message.body)))
    browser = Client(enforce_csrf_checks=True)
    assert browser.get(path).status_code == 200
    assert not OwnAnswer.objects.exists()
    browser.post(path, {"attended": "yes"})
    decision = Attendance.objects.get(participant=place)
    assert (decision.status, decision.source) == (Status.PRESENT, "self_reported")
    assert OwnAnswer.objects.get().attended
