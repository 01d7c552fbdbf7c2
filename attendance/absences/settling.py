"""Confirming announced absences, or not.

Confirming marks the person as excused, also before the session begins. Why they do not
come stays at the announcement: more people read notes than reasons. Such a mark proves
nothing about the session, as no excuse does, and is undone like any other. Callers
check permissions first (``decisions/rights.py``).

Source: docs/rules.md 210.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from attendance.decisions.checking_in import place_of_check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import AnnouncedAbsence, Status
from attendance.rules.precedence import PARENT_REPORTED
from core.errors import Conflict
from events.locks import lock_event
from events.models import User
from sessions_app.locks import lock_session


def place_of(absence: AnnouncedAbsence) -> Place:
    """Return what a confirmation marks.

    What was announced of an event without sessions is about its session, if it has got
    exactly one since.
    """
    place = Place(absence.participant.event, absence.session)
    return place_of_check_in(place)


@transaction.atomic
def settle(
    absence: AnnouncedAbsence,
    *,
    confirmed: bool,
    with_others: bool,
    by: User,
    now: datetime,
) -> list[AnnouncedAbsence]:
    """Confirm an announced absence, which excuses the person, or do not.

    Args:
        absence: The absence; with its participant's event loaded.
        confirmed: Whether to excuse the person. If not, nothing is marked.
        with_others: Settle all that was announced with it, as far as it is open.
        by: The user who decides.
        now: The present time.

    Returns:
        Those that are settled now.

    Raises:
        Conflict: It is settled or withdrawn; or the person cannot be marked, because
            the session or event is cancelled, they had cancelled, or an admin locked
            the status.
    """
    lock_event(absence.participant.event_id)
    rows = _lock(absence, with_others=with_others)
    places = [place_of(row) for row in rows]
    # All sessions before any decision: see the order of locks.
    for session_id in sorted({p.session.pk for p in places if p.session}):
        lock_session(session_id)
    with override(absence.participant.event.organization.language):
        note = _("Announced beforehand.")
    for row, place in zip(rows, places, strict=True):
        row.settled_at, row.settled_by, row.confirmed = now, by, confirmed
        if confirmed:
            mark(
                place,
                [Mark(row.participant, Status.EXCUSED, note)],
                source=PARENT_REPORTED,
                by=by,
                now=now,
            )
    AnnouncedAbsence.objects.bulk_update(
        rows, ["settled_at", "settled_by", "confirmed"]
    )
    return rows


def _lock(absence: AnnouncedAbsence, *, with_others: bool) -> list[AnnouncedAbsence]:
    rows = AnnouncedAbsence.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("participant__event__organization", "session")
    own = rows.select_related("participant__person").get(pk=absence.pk)
    if own.withdrawn_at is not None:
        raise Conflict("withdrawn", _("They have withdrawn this."))
    if own.settled_at is not None:
        raise Conflict("already_settled", _("Somebody has settled this already."))
    if not with_others:
        return [own]
    together = AnnouncedAbsence.objects.open().filter(
        participant=own.participant_id, announced_at=own.announced_at
    )
    others = together.exclude(pk=own.pk).values_list("pk", flat=True)
    found = rows.select_related("participant__person").filter(pk__in=list(others))
    return [own, *found.order_by("pk")]
