"""What a new owner has still to do, each with the page where it is done.

What is done is no longer listed; nothing is stored.

Source: docs/rules.md 143.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from attendance.models import Attendance
from core import mails
from events.models import Event, Organization
from sessions_app import livekit
from sessions_app.models import LiveSession, Mode


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do.

    Attributes:
        title: The text of its link.
        text: Why, or how.
        path: The address of the page where it is done.
    """

    title: str
    text: str
    path: str


def still_to_do(organization: Organization) -> list[Step]:
    """Return what is still to do; nothing once the organization works."""
    event = organization.events.order_by("pk").last()
    return [
        *_events_and_people(organization, event),
        *_sessions(organization, event),
        *_members(organization),
    ]


def _events_and_people(
    organization: Organization, event: Event | None
) -> Iterator[Step]:
    if event is None:
        yield Step(
            _("Create the first event"),
            _("What people sign up for: a course, a class, a meetup."),
            f"{reverse('new_event')}?organization={organization.pk}",
        )
    if not organization.people.exists():
        yield Step(
            _("Add people"),
            _("One by one, from a list that you paste, or from a file."),
            reverse("roster", args=[event.pk])
            if event
            else reverse("new_person", args=[organization.pk]),
        )


def _sessions(organization: Organization, event: Event | None) -> Iterator[Step]:
    if event is None:
        return
    sessions = LiveSession.objects.filter(event__organization=organization)
    modes = set(sessions.order_by().values_list("mode", flat=True).distinct())
    at_door = (
        not modes and Attendance.objects.filter(organization=organization).exists()
    )
    if not modes and not at_door:
        yield Step(
            _("Schedule the first session"),
            _("Or check people in at the door of the event: then it needs none."),
            reverse("new_session", args=[event.pk]),
        )
    if not (livekit.is_set_up() or at_door or modes - {Mode.ONLINE}):
        yield Step(
            _("Meet in person, or connect LiveKit"),
            _(
                "Nobody can join a room yet. Hold sessions in person, or ask whoever "
                "runs this installation to connect it to LiveKit."
            ),
            reverse("new_session", args=[event.pk]),
        )


def _members(organization: Organization) -> Iterator[Step]:
    if organization.memberships.count() < 2:
        yield Step(
            _("Invite a colleague"),
            _("Somebody who helps, and who is there when you are not."),
            f"{reverse('members', args=[organization.pk])}#invite",
        )
    if not mails.reaches_people():
        yield Step(
            _("Set up mail, or tell people yourself"),
            _(
                "This installation sends no mail: ask whoever runs it to set "
                "EMAIL_URL. Until then, invite people and pass on the links yourself."
            ),
            reverse("members", args=[organization.pk]),
        )
