"""People cancel for themselves what they registered for themselves.

Source: docs/rules.md 151.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from events.models import (
    EventState,
    Participant,
    ParticipantRole,
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
    of a class the organization keeps the register.
    """
    event = place.event
    return (
        event.visibility != Visibility.MEMBERS
        and event.state == EventState.SCHEDULED
        and now < event.starts_at
        and place.role == ParticipantRole.ATTENDEE
        and place.registration in MAY_CANCEL
    )


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
