"""Announcing an absence, and withdrawing it.

Every path (the own page, personal links) uses these services; only the person's own
people and links reach them. The event is locked first, so that announcing, withdrawing,
confirming, and cancelling come one after the other.

Source: docs/rules.md 208, 209.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.evidence.enrolled import expected_at
from attendance.models import AnnouncedAbsence, Attendance, Status
from core.errors import Conflict, Invalid
from events.locks import lock_event
from events.models import EXPECTED, Event, EventState, Participant, User
from sessions_app.models import LiveSession


class Ahead:
    """What somebody can still announce to miss.

    Attributes:
        sessions: Sessions to come at which they are expected, the next one first.
        whole_event: The event has no sessions, and has not begun.
    """

    def __init__(self, place: Participant, now: datetime) -> None:
        self._place, self._event = place, place.event
        self._now = now
        is_on = place.registration in EXPECTED and self._event.state in (
            EventState.DRAFT,
            EventState.SCHEDULED,
        )
        sessions = list(self._uncancelled()) if is_on else []
        taken = self._taken() if is_on else set()
        self.sessions: Sequence[LiveSession] = [
            session
            for session in sessions
            if session.starts_at > now
            and expected_at(place, session)
            and session.pk not in taken
        ]
        self.whole_event = (
            is_on and not sessions and self._event.starts_at > now and None not in taken
        )

    def __bool__(self) -> bool:
        """Return whether there is anything to announce."""
        return self.whole_event or bool(self.sessions)

    def _uncancelled(self) -> Sequence[LiveSession]:
        sessions = LiveSession.objects.uncancelled().filter(event=self._event)
        return list(sessions.order_by("starts_at", "pk"))

    def _taken(self) -> set[int | None]:
        """Return where it is announced already, or they are excused."""
        announced = AnnouncedAbsence.objects.filter(
            participant=self._place, settled_at=None, withdrawn_at=None
        )
        excused = Attendance.objects.filter(
            participant=self._place, status=Status.EXCUSED
        )
        return {
            session
            for rows in (announced, excused)
            for session in rows.values_list("session", flat=True)
        }


@transaction.atomic
def announce(
    place: Participant,
    *,
    sessions: Collection[int],
    reason: str,
    by: User | None,
    now: datetime,
) -> list[AnnouncedAbsence]:
    """Keep that somebody will not come, and why.

    Args:
        place: The person's place.
        sessions: The ids of the sessions that they will miss; none if the event has no
            sessions.
        reason: Why.
        by: The account that was signed in; None if it came by a personal link.
        now: The present time.

    Raises:
        Invalid: No session is named where there are some, or one of another event.
        Conflict: It has begun, is announced already, or they are not registered.
    """
    event = lock_event(place.event_id)
    place = Participant.objects.select_related("person").get(pk=place.pk)
    place.event = event
    _must_be_on(place, event)
    missed = _missed(event, Ahead(place, now), set(sessions))
    return AnnouncedAbsence.objects.bulk_create(
        AnnouncedAbsence(
            organization_id=event.organization_id,
            participant=place,
            session=session,
            reason=reason,
            announced_by=by,
            announced_at=now,
            announced_for=(session or event).starts_at,
        )
        for session in missed
    )


def _must_be_on(place: Participant, event: Event) -> None:
    if event.state == EventState.CANCELLED:
        raise Conflict("event_cancelled", _("The event is cancelled."))
    if place.registration not in EXPECTED:
        raise Conflict(
            "not_registered",
            _("%(name)s is not registered for this event.") % {"name": place.name},
        )


def _missed(
    event: Event, ahead: Ahead, chosen: set[int]
) -> Sequence[LiveSession | None]:
    """Return the sessions that were chosen; one None for an event without any."""
    if ahead.whole_event and not chosen:
        return [None]
    of_event = LiveSession.objects.filter(event=event)
    if of_event.filter(pk__in=chosen).count() != len(chosen):
        raise Invalid(
            "does_not_exist",
            _("The event has no session with this ID."),
            field="sessions",
        )
    if not ahead:
        raise Conflict(
            "nothing_ahead",
            _("There is nothing to announce: it has begun, or is announced already."),
        )
    if not chosen:
        raise Invalid("required", _("Choose what they will miss."), field="sessions")
    missed = [session for session in ahead.sessions if session.pk in chosen]
    if len(missed) != len(chosen):
        raise Conflict(
            "not_ahead",
            _("One of these has begun, is cancelled, or is announced already."),
            field="sessions",
        )
    return missed


@transaction.atomic
def withdraw(absence: AnnouncedAbsence, *, now: datetime) -> AnnouncedAbsence:
    """Take an announcement back; twice is once.

    Raises:
        Conflict: An organizer has confirmed it, or not, already.
    """
    lock_event(absence.participant.event_id)
    absence = AnnouncedAbsence.objects.select_for_update(no_key=True).get(pk=absence.pk)
    if absence.settled_at is not None:
        raise Conflict(
            "already_settled",
            _("An organizer has answered this already. Tell them instead."),
        )
    if absence.withdrawn_at is None:
        absence.withdrawn_at = now
        absence.save(update_fields=["withdrawn_at"])
    return absence
