"""Feedback: one to five stars and a text of somebody about their event.

Source: docs/rules.md 178.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.decisions.answering import (
    last_answer,
    must_be_time_to_answer,
    must_have_place,
)
from attendance.decisions.place import Place
from attendance.models import LONGEST_REASON, Feedback
from attendance.signals import own_answer_given
from core.errors import Conflict, Invalid
from events.locks import lock_event
from events.models import Participant, ParticipantRole, Registration

FEWEST_STARS, MOST_STARS = 1, 5


@transaction.atomic
def give_feedback(
    participant: Participant, *, rating: int, text: str = "", now: datetime
) -> Feedback:
    """Keep what somebody thought of their event, in place of what they said before.

    Args:
        participant: Their place, with its event loaded.
        rating: One to five stars.
        text: What else they say; may be empty.
        now: The present time.

    Raises:
        Invalid: There are fewer or more stars, or the text is too long.
        Conflict: It is too early or too late, they had cancelled, are a host, said that
            they were not there, or only looked at the page of the event.
    """
    if not FEWEST_STARS <= rating <= MOST_STARS:
        raise Invalid("out_of_range", _("Give one to five stars."), field="rating")
    if len(text) > LONGEST_REASON:
        raise Invalid(
            "too_long",
            _("The text has more than %(number)d characters.")
            % {"number": LONGEST_REASON},
            field="text",
        )
    place = Place(lock_event(participant.event_id), None)
    # Saying yes may just have made an onlooker a walk-in.
    participant = Participant.everybody.get(pk=participant.pk)
    must_be_time_to_answer(place, now)
    must_have_place(place, participant)
    _must_have_been_there(participant)
    feedback, _is_new = Feedback.objects.update_or_create(
        participant=participant, defaults={"rating": rating, "text": text}
    )
    own_answer_given.send(Participant, participant=participant, now=now)
    return feedback


def _must_have_been_there(participant: Participant) -> None:
    if participant.role == ParticipantRole.HOST:
        raise Conflict("is_host", _("Hosts are not asked how their event was."))
    only_looked = participant.registration == Registration.VIEWED
    if only_looked or last_answer(participant) is False:
        raise Conflict(
            "was_not_there", _("Say first that you were there, then how it was.")
        )
