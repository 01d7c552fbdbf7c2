"""Links an unmatched identity to the person whom it belongs to, and unlinks it.

Links are stored (``KnownIdentity``), so that the same person is found by them in the
organization's other sessions too (``evidence/known_people.py``). The session where
somebody links or unlinks is calculated anew at once, others when they are due.

Source: docs/rules.md 75, 76.
"""

import logging
from datetime import datetime
from typing import NamedTuple

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from attendance.calculating.sessions import calculate_session
from attendance.evidence.enrolled import has_left
from attendance.evidence.known_people import KNOWN_PEOPLE
from core.errors import Conflict, Invalid, RuleBroken
from core.spans import Span
from events.locks import lock_event, lock_people
from events.models import (
    Event,
    KnownIdentity,
    Participant,
    Registration,
    User,
)
from events.people.changes import Act, record
from events.roster.adding import add_participant
from events.roster.places import rejoin
from sessions_app.models import LiveSession
from sessions_app.sources import stays

logger = logging.getLogger(__name__)


class WalkIn(NamedTuple):
    """Somebody who came without being on the roster."""

    name: str
    email: str = ""
    external_id: str = ""
    person: int | None = None
    new: bool = False


class IdentityMeaning(NamedTuple):
    """The person whom an identity means; ``participant_id`` is None if nobody."""

    participant_id: int | None
    is_linked: bool


_MEANING = f"""
    WITH stay AS MATERIALIZED ({stays("s.id = ANY(%(sessions)s)")}),
    known AS ({KNOWN_PEOPLE})
    SELECT known.participant_id, coalesce(known.is_linked, false)
    FROM stay LEFT JOIN known USING (session_id, identity)
    WHERE stay.identity = %(identity)s
    LIMIT 1
"""


def link_identity(
    *,
    session: LiveSession,
    identity: str,
    participant: Participant | None = None,
    walk_in: WalkIn | None = None,
    by: User,
    now: datetime,
) -> Participant:
    """Link an identity to a person, and calculate the session anew if it has ended.

    A person who had cancelled, or is an onlooker, becomes a walk-in, since they came.
    Linking again corrects the link.

    Args:
        session: A session where the identity was seen, with its event and organization
            already loaded.
        identity: Exactly as LiveKit sent it.
        participant: The person, of the session's event; None if ``walk_in`` is given.
        walk_in: A new person for the roster; None if ``participant`` is given.
        by: The user who links.
        now: The present time, which tells whether the session has ended.

    Returns:
        The person whom the identity now means.

    Raises:
        Invalid: Neither or both people are given, or nobody with this identity was
            seen.
        Conflict: The identity is a participant's own; or the walk-in is on the roster
            already, or it is doubtful who they are (``events.roster.adding``).
    """
    with transaction.atomic():
        lock_people(session.event.organization_id)
        _must_be_free(session, identity)
        person = _person(session, participant, walk_in, by)
        _write_link(session.event, identity, person, by)
    _log("link_identity", session, by, person.pk)
    _calculate(session, now)
    return person


def unlink_identity(
    *, session: LiveSession, identity: str, by: User, now: datetime
) -> None:
    """Remove the links of an identity to the person whom it means in this session.

    Links to them that were made in other events of the organization are removed, too.

    Raises:
        Invalid: The identity is not linked to anybody in this session.
    """
    with transaction.atomic():
        lock_people(session.event.organization_id)
        meaning = _meaning(session, identity)
        if meaning.participant_id is None or not meaning.is_linked:
            raise Invalid(
                "not_linked",
                _("This identity is not linked to anybody in this event."),
                field="identity",
            )
        person = Participant.objects.get(pk=meaning.participant_id)
        _remove(_links(session.event, identity).filter(person=person.person_id), by)
    _log("unlink_identity", session, by, person.pk)
    _calculate(session, now)


def _meaning(session: LiveSession, identity: str) -> IdentityMeaning:
    """Return the person whom the identity means in this session.

    Raises:
        Invalid: Nobody with this identity was seen, or tried to connect.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MEANING, {"sessions": [session.pk], "identity": identity})
        row = cursor.fetchone()
    if row is None:
        raise Invalid(
            "nobody_seen",
            _("Nobody with this identity was seen in this session."),
            field="identity",
        )
    return IdentityMeaning._make(row)


def _must_be_free(session: LiveSession, identity: str) -> None:
    meaning = _meaning(session, identity)
    if meaning.participant_id is not None and not meaning.is_linked:
        owner = Participant.objects.get(pk=meaning.participant_id)
        raise Conflict(
            "own_identity",
            _("This identity belongs to %(name)s: only they can join with it.")
            % {"name": owner.name},
            field="identity",
            participant=owner.pk,
        )


def _person(
    session: LiveSession,
    participant: Participant | None,
    walk_in: WalkIn | None,
    by: User,
) -> Participant:
    if (participant is None) == (walk_in is None):
        raise Invalid(
            "one_of",
            _("Give either a participant or a walk-in."),
            field="participant",
        )
    if walk_in is not None:
        return _walk_in(session.event, walk_in, by)
    assert participant is not None  # noqa: S101  one of the two is given
    is_onlooker = participant.registration == Registration.VIEWED
    if is_onlooker or has_left(participant, session):
        lock_event(session.event_id)
        during = Span(session.starts_at, session.end)
        return rejoin(participant, Registration.WALK_IN, during=during, by=by)
    return participant


def _walk_in(event: Event, walk_in: WalkIn, by: User) -> Participant:
    try:
        added = add_participant(
            event=event,
            **walk_in._asdict(),
            registration=Registration.WALK_IN,
            by=by,
        )
    except RuleBroken as refused:
        refused.field = f"walk_in.{refused.field}"
        raise
    return added.participant


def _write_link(event: Event, identity: str, person: Participant, by: User) -> None:
    """Link the identity to this person; in this event the newest link holds.

    Links to others stay: a tablet may be a family's. But an identity of somebody's own
    means nobody else.
    """
    if person.identity == identity:
        # Needs no link: their own identity, now that they are on the roster again.
        _remove(_links(event, identity).filter(event=event), by)
        return
    own = _links(event, identity).filter(person=person.person_id, event=event)
    is_new = not own.exists()
    own.delete()
    KnownIdentity.objects.create(
        organization_id=event.organization_id,
        identity=identity,
        person_id=person.person_id,
        event=event,
        created_by=by,
    )
    if is_new:
        _record(event, person, None, identity, by)


def _remove(links: models.QuerySet[KnownIdentity], by: User) -> None:
    for link in links.select_related("event"):
        _record(link.event, link, link.identity, None, by)
    links.delete()


def _record(
    event: Event,
    of: Participant | KnownIdentity,
    before: str | None,
    after: str | None,
    by: User,
) -> None:
    act = Act(of.person_id, event.pk, {"identity": before}, {"identity": after})
    record([act], organization_id=event.organization_id, by=by)


def _links(event: Event, identity: str) -> models.QuerySet[KnownIdentity]:
    return KnownIdentity.objects.filter(
        organization=event.organization_id, identity=identity
    )


def _calculate(session: LiveSession, now: datetime) -> None:
    """Calculate a session that has ended; a failure is noted and retried later."""
    if session.cancelled_at is None and session.end <= now:
        calculate_session(session, now=now)


def _log(op: str, session: LiveSession, by: User, person: int) -> None:
    logger.info(
        "Somebody said whom an identity means.",
        extra={
            "op": op,
            "session": session.pk,
            "participant": person,
            "actor": by.pk,
        },
    )
