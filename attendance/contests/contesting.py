"""Contesting a decision, and settling that.

Every path (REST, pages, personal links) uses these services. The event is locked first,
then the session, then the contest, so that a contest and a mark, a calculation, a
cancellation or another settlement at the same time come one after the other. Callers
check permissions first.

Source: docs/rules.md 191, 192, 193.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import Attendance, AttendanceChange, Contest, Status
from attendance.rules.precedence import ADMIN_OVERRIDE, MANUAL
from core.errors import Conflict, Invalid
from events.locks import lock_event
from events.models import EventState, User
from sessions_app.locks import lock_session


@transaction.atomic
def contest(
    decision: Attendance, *, text: str, by: User | None, now: datetime
) -> Contest:
    """Keep that somebody says that the decision about them is wrong.

    Args:
        decision: What is contested.
        text: What is wrong with it.
        by: The account that was signed in; None if it came by a personal link.
        now: The present time.

    Raises:
        Conflict: The session or the event is cancelled, nothing is decided, or the
            decision is contested already.
    """
    _lock_place(decision)
    decision = Attendance.objects.select_related("event", "session").get(pk=decision.pk)
    if why_not := why_not_contested(decision):
        raise why_not
    if standing := decision.contests.filter(settled_at=None).first():
        raise Conflict(
            "already_contested",
            _("You have said so already. It is not settled yet."),
            contest=standing.pk,
        )
    return Contest.objects.create(
        organization_id=decision.organization_id,
        attendance=decision,
        text=text,
        contested_by=by,
        contested_at=now,
        contested_status=decision.status,
    )


def why_not_contested(decision: Attendance) -> Conflict | None:
    """Return why a decision cannot be contested at all; None if it can be."""
    if decision.event.state == EventState.CANCELLED:
        return Conflict("event_cancelled", _("The event is cancelled."))
    if decision.session is not None and decision.session.cancelled_at is not None:
        return Conflict(
            "session_cancelled", _("The session was cancelled. Nothing counts there.")
        )
    if decision.status == Status.UNKNOWN:
        return Conflict("nothing_decided", _("Nothing is decided yet."))
    return None


@transaction.atomic
def settle(
    contest: Contest,
    *,
    status: str | None,
    notes: str,
    by: User,
    now: datetime,
    may_unlock: bool = False,
) -> Contest:
    """Settle a contest, by another status or by leaving the one that stands.

    Args:
        contest: What is to be settled.
        status: The status to mark the person with; None: what stands is right.
        notes: What the organizer says to the person. It is no reason of the mark, which
            hosts read, too.
        by: The organizer.
        now: The present time.
        may_unlock: They may change a status that an admin locked. It stays locked.

    Raises:
        Invalid: Neither a status nor an answer is given.
        Conflict: It is settled already; or the person cannot be marked, because the
            session or event is cancelled, they had cancelled, or an admin locked it.
    """
    if status is None and not notes.strip():
        raise Invalid(
            "no_answer",
            _("Say why the status stays, or choose another one."),
            field="notes",
        )
    decision = contest.attendance
    _lock_place(decision)
    contest = Contest.objects.select_for_update(no_key=True).get(pk=contest.pk)
    if contest.settled_at is not None:
        raise Conflict("already_settled", _("Somebody has settled this already."))
    if status is not None:
        contest.change = _mark(decision, status, by, now, may_unlock)
    contest.settled_at, contest.settled_by, contest.answer = now, by, notes
    contest.save(update_fields=["settled_at", "settled_by", "answer", "change"])
    return contest


def _mark(
    decision: Attendance,
    status: str,
    by: User,
    now: datetime,
    may_unlock: bool,
) -> AttendanceChange | None:
    """Mark the person; return the change, or None if the mark changed nothing."""
    decision.refresh_from_db(fields=["source"])
    is_locked = decision.source == ADMIN_OVERRIDE
    changes = AttendanceChange.objects.filter(
        participant=decision.participant_id, session=decision.session_id
    )
    before = changes.order_by("-pk").first()
    with override(decision.event.organization.language):
        note = gettext("Settled after it was contested.")
    mark(
        Place(decision.event, decision.session),
        [Mark(decision.participant, status, note)],
        source=ADMIN_OVERRIDE if is_locked and may_unlock else MANUAL,
        by=by,
        now=now,
    )
    after = changes.order_by("-pk").first()
    return None if after == before else after


def _lock_place(decision: Attendance) -> None:
    lock_event(decision.event_id)
    if decision.session_id is not None:
        lock_session(decision.session_id)
