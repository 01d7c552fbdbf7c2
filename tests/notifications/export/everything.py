"""A row of everything that is kept of somebody, by table."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.utils import timezone

from attendance.decisions.answering import answer
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.feedback.giving import give_feedback
from attendance.models import AnnouncedAbsence, AttendanceChange, Contest
from events.accounts.authentication import issue_token
from events.models import (
    EventView,
    IdempotentAnswer,
    Organization,
    Participant,
    PersonChange,
    Role,
    User,
)
from events.people.services import update_person
from notifications.models import PromptOptOut, PromptToken
from tests.events.accounts.devices import make_passkey
from tests.factories import (
    make_access_request,
    make_connection,
    make_event,
    make_invitation,
    make_link,
    make_membership,
    make_notification,
    make_participant,
    make_presence_event,
    make_prompt,
    make_session,
)

Rows = dict[str, Model]
"""By table."""


def everything_of(user: User, organization: Organization, by: User) -> Rows:
    """Make a row of each table about an account, which organizers of a school keep."""
    now = timezone.now()
    event = make_event(organization, starts_at=now - timedelta(hours=4))
    session = make_session(event, starts_at=event.starts_at)
    place = make_participant(event, user=user, email=user.email)
    update_person(person=place.person, changes={"name": "Amal"}, by=by)
    marks = [Mark(place, "late", "Bus")]
    here = Place(event, session)
    mark(here, marks, by=by, now=now - timedelta(minutes=1))
    give_feedback(place, rating=4, text="Good", now=now)
    answer(place, attended=True, by=user, now=now)
    link = make_link(place, f"tablet of {user.pk}")
    prompt = make_prompt(place)
    role = make_membership(organization, user, Role.VIEWER)
    rows: list[Model] = [
        user,
        *_of_account(user, organization, by),
        place.person,
        place,
        event,
        session,
        role,
        PersonChange.objects.filter(person=place.person_id).latest("pk").values,
        link,
        *_seen(place, session),
        *_said(place, by),
        prompt,
        make_notification(prompt),
        PromptToken.objects.create(participant=place, digest=b"%d" % place.pk),
        LogEntry.objects.log_actions(by.pk, [place], CHANGE, single_object=True),
    ]
    return {row._meta.db_table: row for row in rows}


def _of_account(user: User, organization: Organization, by: User) -> list[Model]:
    now = timezone.now()
    issue_token(user=user, lifetime=timedelta(days=90))
    session = Session.objects.create(
        session_key=f"key of {user.pk}", session_data="x", expire_date=now
    )
    return [
        EmailAddress.objects.create(user=user, email=user.email),
        SocialAccount.objects.create(user=user, provider="oidc", uid=f"{user.pk}"),
        make_passkey(user),
        UserSession.objects.create(
            user=user, ip="192.0.2.7", session_key=session.session_key
        ),
        user.auth_token_set.get(),  # type: ignore[attr-defined]
        session,
        make_invitation(organization, user, by=by, expires_at=now + timedelta(1)),
        make_access_request(email=user.email),
        EventView.objects.create(user=user, event=make_event(organization)),
        IdempotentAnswer.objects.create(
            user=user,
            path="/",
            key="1",
            fingerprint=b"1",
            body=b"1",
            created_at=now,
        ),
        PromptOptOut.objects.create(folded_email=user.email),
    ]


def _seen(place: Participant, session: Any) -> list[Model]:
    """A connection, and a fact that tells of them."""
    told = {"participant": {"identity": place.identity, "name": "x"}, "room": {}}
    return [
        make_connection(session, identity=place.identity),
        make_presence_event(session, identity=place.identity, payload=told),
    ]


def _said(place: Participant, by: User) -> list[Model]:
    organization, now = place.event.organization, timezone.now()
    decision = place.attendances.get(session__isnull=False)
    change = AttendanceChange.objects.filter(participant=place).latest("pk")
    return [
        decision,
        change.reason,
        place.feedback,
        place.own_answers.get(),
        Contest.objects.create(
            organization=organization,
            attendance=decision,
            text="x",
            contested_at=now,
            settled_at=now,
            answer="x",
        ),
        AnnouncedAbsence.objects.create(
            organization=organization, participant=place, reason="x", announced_at=now
        ),
    ]
