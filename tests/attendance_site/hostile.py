"""Values that make no sense, and one of everything to throw them at."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import cycle
from typing import Any, NamedTuple

from django.db import transaction
from django.test import Client
from django.utils import timezone

from attendance.absences.announcing import announce
from attendance.contests.contesting import contest
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from core.digests import digest_of
from events.models import Role, User, Visibility
from events.public.claims import Claim, token_of
from events.roster.personal_links import token_of as link_of
from notifications.models import PromptToken
from tests.attendance_site.routes import routes
from tests.events.accounts.devices import make_passkey
from tests.factories import (
    make_access_request,
    make_connection,
    make_event,
    make_invitation,
    make_membership,
    make_notification,
    make_organization,
    make_participant,
    make_presence_event,
    make_prompt,
    make_session,
    make_user,
)

# Python reads no more than 4300 digits as a number.
MANY_DIGITS = "9" * 5000
TIMES = ("0000-01-01", "10000-01-01", "9999-12-31T23:59:59-23:59")
KINDS = (
    (MANY_DIGITS,),
    (str(2**70), str(2**63)),
    ("1e400", "NaN", "²", "-1"),
    ("a\0b",),
    ("", "\x1b[2J\x7f\ufffe", "%_\\"),
    TIMES[::-1],
)

FORM = "application/x-www-form-urlencoded"


def in_turn(kinds: Iterable[Iterable[str]]) -> Iterator[tuple[str, ...]]:
    """Yield one value of each kind for one place, the next ones for the next.

    Every value at every place would take minutes.
    """
    return zip(*map(cycle, kinds), strict=True)


class World(NamedTuple):
    """Somebody who may do everything, and what there is to do it to."""

    user: User
    ids: dict[str, object]

    def fill(self, route: str, by: str = "") -> str:
        """Put ids where a route has parameters: what stands before says of what.

        ``by`` instead of them; of the admin's only that makes sense.
        """
        return "/" + re.sub(
            r"([\w-]*)/<[^>]+>",
            lambda found: f"{found[1]}/{by or self.ids[found[1]]}",
            route.replace("admin/<", "admin//<"),
        )


def make_world() -> World:
    organization = make_organization()
    user = make_user(is_staff=True, is_superuser=True)
    membership = make_membership(organization, user, Role.OWNER)
    event = make_event(
        organization,
        visibility=Visibility.PUBLIC,
        registration_open=True,
        starts_at=timezone.now() + timedelta(days=1),
    )
    person = make_participant(event, user=user)
    session = make_session(event)
    make_connection(session, identity="guest")
    make_presence_event(session)
    prompt = make_prompt(person)
    place = Place(event, session)
    mark(place, [Mark(person, "late")], by=user, now=timezone.now())
    decision = person.attendances.get(session=session)
    contested = contest(decision, text="No.", by=None, now=timezone.now())
    ahead = make_session(event, starts_at=event.starts_at)
    [absence] = announce(
        person, sessions=[ahead.pk], reason="Ill.", by=None, now=timezone.now()
    )
    make_session(event, starts_at=event.starts_at)
    PromptToken.objects.create(participant=person, digest=digest_of("token"))
    return World(
        user,
        {
            "attendance": decision.pk,
            "contest": decision.pk,
            "contests": contested.pk,
            "places": person.pk,
            "absence": absence.pk,
            "absences": absence.pk,
            "organizations": organization.pk,
            "members": membership.pk,
            "events": event.pk,
            "people": person.person_id,
            "access-requests": make_access_request().pk,
            "check-in": person.pk,
            "participants": person.pk,
            "sessions": session.pk,
            "users": user.pk,
            "prompts": prompt.pk,
            "notifications": make_notification(prompt).pk,
            "attendance-changes": person.attendance_changes.get().pk,
            "policy": "quran",
            "c": "BBBBBBC",
            "e": event.pk,
            "p": link_of(person),
            "confirm": token_of(
                Claim(event.pk, "Ana", "ana@example.com", "en", timezone.now())
            ),
            "invitations": make_invitation(organization, user, by=user).pk,
            "memberships": membership.pk,
            "passkeys": make_passkey(user).pk,
            "i": "token",
            "a": "token",
            "u": "token",
            "elsewhere": "unknown",
        },
    )


def pages() -> Iterator[str]:
    """Yield the routes that people open."""
    machines = ("api/", "admin/", "health/", "sign-out/")
    return (route for route in routes() if not route.startswith(machines))


class Sender:
    """Sends requests and notes which of them crashed."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=False)
        if user:
            self.client.force_login(user)
        self.sent = 0
        self.crashed: dict[str, str] = {}

    def takes(self, method: str, address: str) -> bool:
        """Whether there is anything to try."""
        return self.client.generic(method, address).status_code != 405

    def send(
        self, method: str, address: str, body: str | bytes = "", **more: Any
    ) -> bytes:
        """Return what was answered; take back what the request did."""
        with transaction.atomic():
            answer: Any = self.client.generic(method, address, body, **more)
            content = b"".join(answer)
            transaction.set_rollback(True)
        self.sent += 1
        if answer.status_code >= 500:
            told = getattr(answer, "exc_info", None) or (None, answer.status_code)
            asked = f"{method} {address[:200]} {body[:200]!r}"
            self.crashed[asked] = repr(told[1])[:200]
        return content
