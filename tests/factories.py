"""Rows for tests: one plain function for each, with only what a test cares about."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from rest_framework.test import APIClient

from attendance.models import Attendance, AttendanceChange, Status
from attendance.rules.precedence import SELF_REPORTED, SOURCES_OF_PEOPLE
from core.spans import Span
from events.models import (
    AccessRequest,
    Event,
    EventState,
    Invitation,
    KnownIdentity,
    Membership,
    Organization,
    Participant,
    Person,
    Registration,
    Role,
    User,
)
from events.people.services import COLUMNS
from notifications.models import AttendancePrompt, Notification, NotificationType
from sessions_app.models import Connection, LiveSession, PresenceEvent
from sessions_app.sources import LIVEKIT

# An hour's lesson that ended long before any test runs.
START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

_numbers = count(1)


def make_user(username: str = "", **fields: Any) -> User:
    """An account without a password: sign in with ``client.force_login``."""
    username = username or f"user{next(_numbers)}"
    email = fields.pop("email", f"{username}@example.com")
    fields.setdefault("password", "!")
    return User.objects.create(username=username, email=email, **fields)


def make_organization(**fields: Any) -> Organization:
    number = next(_numbers)
    fields.setdefault("name", f"School {number}")
    fields.setdefault("slug", f"school-{number}")
    return Organization.objects.create(**fields)


def make_membership(
    organization: Organization | None = None,
    user: User | None = None,
    role: str = Role.ORGANIZER,
) -> Membership:
    return Membership.objects.create(
        organization=organization or make_organization(),
        user=user or make_user(),
        role=role,
    )


def make_member(organization: Organization, role: str = Role.ORGANIZER) -> User:
    """A new user with this role in the organization."""
    return make_membership(organization, role=role).user


def make_event(organization: Organization | None = None, **fields: Any) -> Event:
    fields.setdefault("title", f"Course {next(_numbers)}")
    fields.setdefault("starts_at", START)
    fields.setdefault("ends_at", fields["starts_at"] + timedelta(hours=2))
    fields.setdefault("time_zone", "UTC")
    fields.setdefault("state", EventState.SCHEDULED)
    return Event.objects.create(
        organization=organization or make_organization(), **fields
    )


def make_person(organization: Organization | None = None, **fields: Any) -> Person:
    number = next(_numbers)
    fields.setdefault("name", f"Person {number}")
    fields.setdefault("email", f"person{number}@example.com")
    return Person.objects.create(
        organization=organization or make_organization(), **fields
    )


def make_participant(event: Event | None = None, **fields: Any) -> Participant:
    """A place on a roster; without ``person`` of a new person.

    Who cancelled did so before any session, unless told otherwise.
    """
    event = event or make_event()
    of_person = {name: fields.pop(name) for name in COLUMNS if name in fields}
    if "person" not in fields:
        fields["person"] = make_person(event.organization, **of_person)
    if fields.get("registration") == Registration.CANCELLED:
        at = fields.setdefault("cancelled_at", START - timedelta(days=365))
        fields.setdefault("enrolled", [Span(None, at)])
    return Participant.objects.create(event=event, **fields)


def change_person(participant: Participant, **fields: Any) -> None:
    """Change the person of a place, such as their name."""
    for name, value in fields.items():
        setattr(participant.person, name, value)
    participant.person.save()


def make_participants(event: Event, names: Iterable[str]) -> list[Participant]:
    """Places of new people without addresses, made at once."""
    people = Person.objects.bulk_create(
        Person(organization=event.organization, name=name) for name in names
    )
    return Participant.objects.bulk_create(
        Participant(event=event, person=person) for person in people
    )


def make_link(participant: Participant, identity: str) -> KnownIdentity:
    """What somebody said at the unmatched desk."""
    return KnownIdentity.objects.create(
        organization=participant.event.organization,
        identity=identity,
        person=participant.person,
        event=participant.event,
    )


def make_access_request(**fields: Any) -> AccessRequest:
    """A visitor who asks to be let in."""
    usual = {"name": "Ana Costa", "email": "ana@example.com", "purpose": "Two classes"}
    return AccessRequest.objects.create(**usual | fields)


def make_invitation(
    organization: Organization, user: User | None = None, **fields: Any
) -> Invitation:
    """An account that was named for the role of a viewer, or a person's place."""
    if "person" not in fields:
        fields.setdefault("role", Role.VIEWER)
    return Invitation.objects.create(
        organization=organization,
        user=user,
        username=user.username if user else "",
        invited_by=fields.pop("by"),
        **fields,
    )


def make_session(
    event: Event | None = None, *, minutes: int = 60, **fields: Any
) -> LiveSession:
    """A session of ``minutes`` in a room of its own."""
    event = event or make_event()
    number = next(_numbers)
    fields.setdefault("title", f"Lesson {number}")
    fields.setdefault("room_name", f"{event.organization.slug}_room{number}")
    fields.setdefault("starts_at", START)
    fields.setdefault("ends_at", fields["starts_at"] + timedelta(minutes=minutes))
    return LiveSession.objects.create(event=event, **fields)


def make_presence_event(session: LiveSession, **fields: Any) -> PresenceEvent:
    """A stored fact of the session's room, unless told otherwise a join."""
    event_id = fields.pop("event_id", f"EV_{next(_numbers)}")
    fields.setdefault("event", "participant_joined")
    fields.setdefault("room_name", session.room_name)
    fields.setdefault("occurred_at", session.starts_at)
    fields.setdefault("signed_by", "testkey")
    fields.setdefault("body_sha256", hashlib.sha256(event_id.encode()).digest())
    fields.setdefault("marks", [])
    fields.setdefault("payload", {"id": event_id, "event": fields["event"]})
    return PresenceEvent.objects.create(source=LIVEKIT, event_id=event_id, **fields)


def make_connection(session: LiveSession, **fields: Any) -> Connection:
    """A person's established connection to the session's room, from its start."""
    fields.setdefault("sid", f"PA_{next(_numbers)}")
    fields.setdefault("source", LIVEKIT)
    fields.setdefault("room_name", session.room_name)
    fields.setdefault("identity", f"identity{next(_numbers)}")
    fields.setdefault("joined_at", session.starts_at)
    fields.setdefault("is_plain", True)
    fields.setdefault("is_established", True)
    return Connection.objects.create(**fields)


def make_attendance(
    participant: Participant, session: LiveSession | None = None, **fields: Any
) -> Attendance:
    """A decision; without ``session`` the one about the whole event."""
    event = participant.event
    if fields.get("status", Status.UNKNOWN) != Status.UNKNOWN:
        fields.setdefault("source", "livekit_auto")
    if fields.get("source") in SOURCES_OF_PEOPLE and not fields.get("derived"):
        fields.setdefault("marked_at", START)
        if fields["source"] == SELF_REPORTED:
            fields.setdefault("self_attended", fields["status"] != Status.ABSENT)
            fields.setdefault("self_answered_at", fields["marked_at"])
    return Attendance.objects.create(
        organization=event.organization,
        event=event,
        session=session,
        participant=participant,
        **fields,
    )


def make_attendance_change(
    participant: Participant, session: LiveSession | None = None, **fields: Any
) -> AttendanceChange:
    fields.setdefault("from_status", Status.UNKNOWN)
    fields.setdefault("to_status", Status.PRESENT)
    fields.setdefault("source", "livekit_auto")
    fields.setdefault("batch", next(_numbers))
    return AttendanceChange.objects.create(
        organization=participant.event.organization,
        participant=participant,
        session=session,
        **fields,
    )


def make_prompt(participant: Participant, **fields: Any) -> AttendancePrompt:
    """The first "did you attend?" to somebody, which is due since the event ended."""
    fields.setdefault("due_at", participant.event.end)
    return AttendancePrompt.objects.create(
        organization=participant.event.organization, participant=participant, **fields
    )


def make_notification(prompt: AttendancePrompt, **fields: Any) -> Notification:
    """The notification of a prompt in the bell of whose account it is."""
    user = prompt.participant.user
    if user is None:
        raise ValueError("there is no account")
    return Notification.objects.create(
        user=user,
        organization_id=prompt.organization_id,
        type=NotificationType.ATTENDANCE_PROMPT,
        prompt=prompt,
        **fields,
    )


def make_client(user: User) -> APIClient:
    """A client of pages and REST with the session of a signed-in user."""
    client = APIClient()
    client.force_login(user)
    return client
