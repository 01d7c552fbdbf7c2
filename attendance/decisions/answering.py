"""Answers of people to "did you attend?".

An answer decides only where nothing else does but the default: it never beats what
people marked, a check-in, or what was measured, and is kept beside them. It decides
again if they are taken back. Every path (the link of a mail, REST, the own page) uses
this service.

Source: docs/rules.md 176, 177, 178.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.decisions.checking_in import place_of_check_in
from attendance.decisions.locked_rows import DecisionBefore, lock_decisions
from attendance.decisions.marking import has_place
from attendance.decisions.place import Place
from attendance.decisions.written_decisions import decide, write_and_log
from attendance.models import Attendance, OwnAnswer
from attendance.rules.precedence import SELF_REPORTED, answer_replaces
from attendance.rules.statuses import of_answer
from attendance.signals import own_answer_given
from core.errors import Conflict
from events.locks import lock_event, lock_people
from events.models import Participant, Registration, User
from events.roster.places import rejoin
from sessions_app.ends import end_of

# How long after the end of an event people answer, and change their answers.
ANSWERS_COUNT_FOR = timedelta(days=14)
# Within this time two opposite answers are more likely a slip than a change of mind.
WITHIN_SECONDS = timedelta(seconds=10)


@transaction.atomic
def answer(
    participant: Participant, *, attended: bool, by: User | None, now: datetime
) -> Attendance | None:
    """Keep somebody's own answer, and let it decide if nothing of higher rank does.

    In an event of exactly one session it is about that session, else about the event.
    Of several answers the latest counts; repeating one changes nothing.

    Args:
        participant: The person's place. A yes makes an onlooker a walk-in; their no is
            kept, and decides nothing.
        attended: Whether they say that they were there.
        by: The account that was signed in; None if the answer came by a link.
        now: The present time.

    Returns:
        The decision that stands; None if there is none about an onlooker.

    Raises:
        Conflict: It is too early or too late to answer, the person had cancelled, or
            the event is cancelled.
    """
    event = participant.event
    lock_people(event.organization_id)
    event = lock_event(event.pk)
    participant = Participant.everybody.get(pk=participant.pk)
    participant.event = event
    place = place_of_check_in(Place(event, None))
    must_be_time_to_answer(place, now)
    must_have_place(place, participant)
    if participant.registration == Registration.VIEWED and attended:
        participant = rejoin(participant, Registration.WALK_IN, by=by)
        participant.event = event
    if participant.registration == Registration.VIEWED:
        if last_answer(participant) is not attended:
            _keep(place, participant, attended, by, now)
        decision = None
    else:
        decision = lock_decisions(place, [participant])[participant.pk]
        _write(place, decision, participant, attended, by=by, now=now)
    own_answer_given.send(Participant, participant=participant, now=now)
    return decision


def _write(
    place: Place,
    decision: Attendance,
    participant: Participant,
    attended: bool,
    *,
    by: User | None,
    now: datetime,
) -> None:
    if decision.self_attended is attended:
        return
    _keep(place, participant, attended, by, now)
    before = DecisionBefore(decision.status, decision.source)
    last = decision.self_answered_at
    decision.self_answered_twice = last is not None and now - last <= WITHIN_SECONDS
    decision.self_attended, decision.self_answered_at = attended, now
    decision.updated_at = now
    reasons = {}
    if answer_decides(decision):
        let_answer_decide(decision)
        reasons[participant.pk] = ""
    write_and_log(
        place, {participant.pk: decision}, {participant.pk: before}, reasons, by=by
    )


def _keep(
    place: Place,
    participant: Participant,
    attended: bool,
    by: User | None,
    now: datetime,
) -> None:
    OwnAnswer.objects.create(
        organization_id=place.event.organization_id,
        participant=participant,
        session=place.session,
        attended=attended,
        actor=by,
        at=now,
    )


def last_answer(participant: Participant) -> bool | None:
    """Return what somebody said last, whatever it decided; None before any answer."""
    answers = OwnAnswer.objects.filter(participant=participant)
    return answers.order_by("-pk").values_list("attended", flat=True).first()


def answer_decides(decision: Attendance) -> bool:
    """Return whether the own answer that is kept wins over what stands."""
    return decision.self_attended is not None and answer_replaces(
        decision.source, marked=decision.is_marked, derived=decision.derived
    )


def let_answer_decide(decision: Attendance) -> None:
    """Set the fields of a decision to those of the own answer, without saving it."""
    answered_at = decision.self_answered_at
    if decision.self_attended is None or answered_at is None:
        raise ValueError("there is no own answer")
    updated_at = decision.updated_at
    decide(
        decision,
        of_answer(decision.self_attended),
        SELF_REPORTED,
        notes="",
        by=None,
        now=answered_at,
    )
    decision.updated_at = updated_at


def answers_count_until(place: Participant) -> datetime:
    """Return until when somebody may answer, and change their answer."""
    return end_of(place.event) + ANSWERS_COUNT_FOR


def must_be_time_to_answer(place: Place, now: datetime) -> None:
    """Refuse answers, and feedback, before the beginning and 14 days after the end.

    Raises:
        Conflict: It is too early, or too late.
    """
    begins_at = place.session.starts_at if place.session else place.event.starts_at
    if now < begins_at:
        raise Conflict(
            "not_begun",
            _("It has not begun, so nobody can have been there yet."),
            starts_at=begins_at,
        )
    until = end_of(place.event) + ANSWERS_COUNT_FOR
    if now >= until:
        raise Conflict(
            "too_late",
            _("Answers count until 14 days after the end. Ask an organizer instead."),
            until=until,
        )


def must_have_place(place: Place, participant: Participant) -> None:
    """Refuse answers, and feedback, of people who had cancelled before.

    Raises:
        Conflict: They are not registered.
    """
    if participant.registration == Registration.VIEWED:
        return
    if not has_place(place, participant):
        raise Conflict(
            "not_registered",
            _("%(name)s is not registered for this event.")
            % {"name": participant.name},
        )
