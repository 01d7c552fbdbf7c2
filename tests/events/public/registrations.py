"""Registering as a stranger does, for tests."""

import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from events.models import Event, Participant, Visibility
from events.public.claims import Claim
from events.public.registering import confirm
from tests.factories import make_event


def meetup(**fields: Any) -> Event:
    """A public event in three days for which people register themselves."""
    usual: dict[str, Any] = {
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
    return confirming_path(str(message.body))


def confirming_path(text: str) -> str:
    [path] = re.findall(re.escape(settings.PUBLIC_URL) + r"(/e/confirm/\S+/)", text)
    return str(path)


def html_of(message: mail.EmailMessage) -> str:
    """The page that a mail has beside its text."""
    assert isinstance(message, mail.EmailMultiAlternatives)
    [(page, kind)] = message.alternatives
    assert kind == "text/html"
    return str(page)


def register(event: Event, name: str, email: str = "") -> Participant:
    """Register and confirm, without pages."""
    email = email or f"{name.lower().replace(' ', '.')}@example.com"
    now = timezone.now()
    return confirm(Claim(event.pk, name, email, "en", now), now=now).place
