"""The accounts and rows with which pages are tried."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from attendance.absences.announcing import announce
from attendance.contests.contesting import contest
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import AttendanceChange, Status
from events.models import Event, EventState, Organization, Participant, Role, User
from tests.factories import (
    START,
    make_access_request,
    make_event,
    make_invitation,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

World = tuple[dict[str, User], dict[str, Any]]


def make_world() -> World:
    """Somebody of each role, and the ids that stand in addresses."""
    organization = make_organization()
    users = _users(organization)
    events = _events(organization, users)
    return users, {
        "organization": organization.pk,
        "member": make_membership(organization, role=Role.VIEWER).pk,
        "other_owner": make_membership(organization, role=Role.OWNER).pk,
        "membership": users["viewer"].memberships.get().pk,
        "asked": make_access_request().pk,
        "session_type": "quran",
        "code": "BBBBBBC",
        **_ids_of_events(events),
        **_ids_of_invitations(organization, users),
        **_ids_of_decisions(events, users["owner"]),
    }


def _users(organization: Organization) -> dict[str, User]:
    users = {role.value: make_member(organization, role) for role in Role}
    users["stranger"] = make_member(make_organization(), Role.OWNER)
    users["superuser"] = make_user(is_superuser=True)
    make_user("somebody")
    users["attendee"], users["host"] = make_user(), make_user()
    return users


def _events(organization: Organization, users: dict[str, User]) -> list[Event]:
    """Events with a host and an attendee: a draft, two published, one of each state."""
    events = [
        make_event(organization, state=EventState.DRAFT),
        make_event(organization),
        make_event(organization, state=EventState.COMPLETED),
        make_event(organization),
        make_event(organization, starts_at=timezone.now() - timedelta(hours=4)),
    ]
    for each in events:
        make_participant(each, user=users["host"], role="host")
        make_participant(each, user=users["attendee"])
    return events


def _ids_of_events(events: list[Event]) -> dict[str, int]:
    event, published, completed, bare, over = events
    return {
        "event": event.pk,
        "open": published.pk,
        "completed": completed.pk,
        # On which nothing hangs.
        "bare": bare.pk,
        "over": over.pk,
        "session_of_bare": make_session(bare).pk,
    }


def _ids_of_invitations(
    organization: Organization, users: dict[str, User]
) -> dict[str, int]:
    named = make_invitation(organization, users["attendee"], by=users["owner"])
    linked = make_invitation(
        organization,
        by=users["owner"],
        token_digest=b"x",
        expires_at=timezone.now() + timedelta(days=14),
    )
    return {"invitation": named.pk, "linked": linked.pk}


def _ids_of_decisions(events: list[Event], by: User) -> dict[str, int]:
    """What is decided about the attendee of the first event, and what they say."""
    event, now = events[0], timezone.now()
    session, other = make_session(event), make_participant(event)
    own = event.participants.get(role="attendee", person__user__isnull=False)
    about_event = _marked(Place(event, None), own, by)
    about_session = _marked(Place(event, session), own, by)
    contested = make_participant(event)
    _marked(Place(event, None), contested, by)
    said = contest(contested.attendances.get(), text="No.", by=None, now=now)
    soon, later = (
        make_session(event, starts_at=now + timedelta(days=days)) for days in (1, 2)
    )
    [absence] = announce(own, sessions=[soon.pk], reason="Ill.", by=None, now=now)
    return {
        "session": session.pk,
        "ahead": later.pk,
        "participant": own.pk,
        "own": own.person_id,
        "other": other.pk,
        "person": other.person_id,
        "decision": own.attendances.get(session=session).pk,
        "about_event": about_event.pk,
        "about_session": about_session.pk,
        "contest": said.pk,
        "absence": absence.pk,
    }


def _marked(place: Place, person: Participant, by: User) -> AttendanceChange:
    mark(place, [Mark(person, Status.ABSENT)], by=by, now=START)
    return AttendanceChange.objects.latest("pk")
