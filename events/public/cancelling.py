"""People cancel for themselves what they registered for themselves.

Source: docs/rules.md 151.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from events.models import (
    NOT_REGISTERED,
    EventState,
    Participant,
    ParticipantRole,
    PersonChange,
    Registration,
    RegistrationNews,
    Visibility,
)
from events.roster.places import change_participant
from events.roster.waiting_list import tell_later

MAY_CANCEL = (Registration.REGISTERED, Registration.WAITLISTED)


def may_cancel(place: Participant, now: datetime) -> bool:
    """Return whether somebody may cancel for themselves.

    That is so where people register themselves, before the event begins. On the roster
    of a class the organization keeps the register, but for those who registered
    themselves before it was one.
    """
    event = place.event
    return (
        event.state == EventState.SCHEDULED
        and now < event.starts_at
        and place.role == ParticipantRole.ATTENDEE
        and place.registration in MAY_CANCEL
        and (event.visibility != Visibility.MEMBERS or _registered_themselves(place))
    )


def _registered_themselves(place: Participant) -> bool:
    """Return whether they once came to the roster without a user who added them.

    Whoever moved up from the waiting list did so before, and is passed over here.
    """
    added = Q(values__before__isnull=True) | Q(
        values__before__registration__in=NOT_REGISTERED
    )
    return PersonChange.objects.filter(
        added,
        person=place.person_id,
        event=place.event_id,
        actor=None,
        values__after__registration__in=MAY_CANCEL,
    ).exists()


@transaction.atomic
def cancel_own(*, place: Participant, now: datetime) -> Participant:
    """Cancel somebody's registration, as they asked for; a mail tells them.

    Twice is once.

    Raises:
        Conflict: They cannot do so themselves.
    """
    if place.registration == Registration.CANCELLED:
        return place
    if not may_cancel(place, now):
        raise Conflict(
            "not_cancelled",
            _("It cannot be cancelled here any more. Tell an organizer instead."),
        )
    cancelled = change_participant(
        participant=place, changes={"registration": Registration.CANCELLED}
    )
    tell_later([cancelled], RegistrationNews.CANCELLED, now=now)
    return cancelled
