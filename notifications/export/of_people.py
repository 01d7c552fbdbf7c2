"""What the export has of the people for whom the account stands.

It is what they may see on pages and over REST: who decided about them is in it, the
changes that organizers make of people and rosters are not. An identity from elsewhere
that also stands for somebody else's person is left out with all that it did.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from attendance.decisions.serializers import ChangeSerializer
from attendance.models import (
    AnnouncedAbsence,
    AttendanceChange,
    Contest,
    EngagementEntry,
    Feedback,
    OwnAnswer,
)
from attendance.own_record.history import history_of, read_entries
from attendance.own_record.serializers import RecordedSerializer, entry_as_dict
from events.models import KnownIdentity, Participant, Person, User
from notifications.export.of_account import Rows
from notifications.models import AttendancePrompt, Notification
from sessions_app.models import Connection, LiveSession, PresenceEvent

ROWS_AT_ONCE = 200


def _people(user: User, now: datetime) -> Rows:
    names = (
        *("id", "name", "email", "external_id", "time_zone", "language"),
        *("show_on_leaderboard", "consented_at", "consent_withdrawn_at", "created_at"),
    )
    people = Person.objects.filter(user=user).order_by("pk")
    for person in people.select_related("organization"):
        identities = _identities_from_elsewhere(user).filter(person=person)
        yield {
            "organization": person.organization.name,
            **{name: getattr(person, name) for name in names},
            "identities": list(identities.values("identity", "created_at")),
        }


def _places(user: User, now: datetime) -> Rows:
    names = (
        *("id", "role", "registration", "cancelled_at", "waitlisted_at", "identity"),
        *("show_on_profile", "show_to_other_orgs", "created_at"),
    )
    for place in _places_of(user).select_related("event__organization"):
        yield {
            "person": place.person_id,
            "name": place.name,
            "organization": place.event.organization.name,
            "event": place.event_id,
            "event_title": place.event.title,
            **{name: getattr(place, name) for name in names},
            "enrolled": [
                {"from": span.start, "until": span.end} for span in place.enrolled
            ],
        }


def _decisions(user: User, now: datetime) -> Rows:
    found = history_of(Q(participant__person__user=user), now=now)
    ids = list(found.values_list("pk", flat=True))
    for first in range(0, len(ids), ROWS_AT_ONCE):
        some = found.filter(pk__in=ids[first : first + ROWS_AT_ONCE])
        for entry in read_entries(some, now=now):
            yield RecordedSerializer(entry_as_dict(entry)).data


def _changes(user: User, now: datetime) -> Rows:
    changes = AttendanceChange.objects.filter(participant__person__user=user)
    read = changes.select_related("actor", "reason").order_by("pk")
    for change in read.iterator(ROWS_AT_ONCE):
        yield ChangeSerializer(change).data


def _connections(user: User, now: datetime) -> Rows:
    names = ("room_name", "identity", "name", "kind", "joined_at", "left_at")
    more = ("aborted_at", "inferred_left_at", "end_reason")
    yield from _connections_of(user).values(*names, *more).iterator(ROWS_AT_ONCE)


def _facts(user: User, now: datetime) -> Rows:
    """Yield what LiveKit told of them; rooms and what else it tells are left out."""
    own = _connections_of(user)
    facts = PresenceEvent.objects.filter(
        room_name__in=own.values("room_name"), identity__in=own.values("identity")
    ).order_by("pk")
    for fact in facts.iterator(ROWS_AT_ONCE):
        payload = fact.payload if isinstance(fact.payload, dict) else {}
        yield {
            "event": fact.event,
            "occurred_at": fact.occurred_at,
            "received_at": fact.received_at,
            "room_name": fact.room_name,
            "participant": payload.get("participant"),
        }


def _values(
    model: type[Any], place: str, *names: str
) -> Callable[[User, datetime], Rows]:
    """Return what yields some columns of rows that belong to a place."""

    def rows(user: User, now: datetime) -> Rows:
        mine = {f"{place}__person__user": user}
        found = model.objects.filter(**mine).order_by("pk")
        yield from found.values(*names).iterator(ROWS_AT_ONCE)

    return rows


def _notifications(user: User, now: datetime) -> Rows:
    rows = Notification.objects.filter(user=user).order_by("pk")
    yield from rows.values("id", "type", "prompt", "created_at", "read_at")


def _places_of(user: User) -> QuerySet[Participant]:
    return Participant.everybody.filter(person__user=user).order_by("pk")


def _identities_from_elsewhere(user: User) -> QuerySet[KnownIdentity]:
    links = KnownIdentity.objects.filter(person__user=user)
    of_others = KnownIdentity.objects.exclude(person__user=user).values("identity")
    return links.exclude(identity__in=of_others).order_by("pk")


def _connections_of(user: User) -> QuerySet[Connection]:
    """Return connections under their own identities; under others in their events."""
    own = _places_of(user).order_by().values("identity")
    rooms = LiveSession.objects.filter(event__participants__person__user=user)
    linked = _identities_from_elsewhere(user).order_by().values("identity")
    return Connection.objects.filter(
        Q(identity__in=own)
        | Q(identity__in=linked, room_name__in=rooms.values("room_name"))
    ).order_by("pk")


_CONTEST = ("attendance", "text", "contested_at", "settled_at", "answer")
_ABSENCE = ("session", "reason", "announced_at", "withdrawn_at", "settled_at")
_PROMPT = ("number", "due_at", "sent_at", "snoozed_at", "answered_at", "not_mailed")
_PLACE = "participant"

OF_PEOPLE: dict[str, Callable[[User, datetime], Rows]] = {
    "people": _people,
    "places": _places,
    "decisions": _decisions,
    "changes_of_decisions": _changes,
    "own_answers": _values(OwnAnswer, _PLACE, _PLACE, "session", "attended", "at"),
    "feedback": _values(Feedback, _PLACE, _PLACE, "rating", "text", "updated_at"),
    "contests": _values(Contest, "attendance__participant", *_CONTEST),
    "announced_absences": _values(
        AnnouncedAbsence, _PLACE, _PLACE, *_ABSENCE, "confirmed"
    ),
    "points": _values(EngagementEntry, _PLACE, _PLACE, "session", "points", "at"),
    "prompts": _values(AttendancePrompt, _PLACE, "id", _PLACE, *_PROMPT),
    "notifications": _notifications,
    "connections": _connections,
    "facts": _facts,
}
