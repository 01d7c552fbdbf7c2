"""People who were asked by mail, and the links that they got."""

import re
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from events.models import Event, Organization, Participant
from notifications.prompts.preparing import prepare_due_prompts
from notifications.prompts.sending import send_due_prompts
from tests.events.public.registrations import html_of
from tests.factories import make_event, make_organization, make_participant

LINK = re.compile(r"https?://[^\s\"<>]+/[au]/[\w-]+/[^\s\"<>]*")


class Asked(NamedTuple):
    """Somebody's place, their mail, and the paths of its page and of its end."""

    place: Participant
    message: EmailMultiAlternatives

    @property
    def links(self) -> list[str]:
        """The paths of all links, with their query strings."""
        found = LINK.findall(f"{self.message.body} {html_of(self.message)}")
        urls = [urlsplit(url) for url in sorted(set(found))]
        return [f"{url.path}?{url.query}".rstrip("?") for url in urls]

    @property
    def path(self) -> str:
        [path] = {link.partition("?")[0] for link in self.links if "/a/" in link}
        return path

    @property
    def stop(self) -> str:
        [path] = {link for link in self.links if "/u/" in link}
        return path


def event_over(organization: Organization | None = None, **fields: Any) -> Event:
    """An event of two hours that ended two hours ago."""
    begins = timezone.now() - timedelta(hours=4)
    usual: dict[str, Any] = {"title": "Async Django", "starts_at": begins}
    usual["ends_at"] = begins + timedelta(hours=2)
    organization = organization or make_organization(name="Berlin Pythonistas")
    return make_event(organization, **(usual | fields))


def ask(place: Participant | None = None, **person: Any) -> Asked:
    """Ask somebody who is on the roster of an event that is over, by mail."""
    if place is None:
        usual = {"name": "Amal", "email": "amal@example.com"}
        place = make_participant(event_over(), **(usual | person))
    prepare_due_prompts(now=timezone.now())
    mail.outbox.clear()
    send_due_prompts(now=timezone.now())
    [message] = [sent for sent in mail.outbox if sent.to == [place.email]]
    assert isinstance(message, EmailMultiAlternatives)
    return Asked(place, message)
