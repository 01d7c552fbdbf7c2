"""People register themselves: from the public page to the roster."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from events.models import Event, Participant, Registration, Visibility
from tests.factories import make_event

pytestmark = pytest.mark.django_db


def meetup(**fields: Any) -> Event:
    usual = {
        "title": "Repair café",
        "visibility": Visibility.PUBLIC,
        "registration_open": True,
        "starts_at": timezone.now() + timedelta(days=3),
    }
    return make_event(**(usual | fields))


def ask(event: Event, name: str, email: str) -> str:
    """Ask to register on the page; return the path of the link in the mail."""
    answer = Client().post(f"/e/{event.pk}/", {"name": name, "email": email})
    assert answer.status_code == 302
    message = mail.outbox[-1]
    assert message.to == [email]
    link = re.escape(settings.PUBLIC_URL) + r"(/e/confirm/\S+/)"
    [path] = re.findall(link, str(message.body))
    return str(path)


def test_from_the_public_page_to_the_roster() -> None:
    event = meetup()
    client = Client()
    assert "Repair café" in client.get(f"/e/{event.pk}/").content.decode()
    path = ask(event, "Ana Costa", "ana@example.com")
    assert not Participant.objects.exists()
    assert client.get(path).status_code == 200
    assert not Participant.objects.exists()
    answer = client.post(path)
    place = Participant.objects.get()
    assert (place.name, place.email) == ("Ana Costa", "ana@example.com")
    assert place.registration == Registration.REGISTERED
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "Ana Costa" in page.content.decode()
