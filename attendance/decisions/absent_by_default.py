"""Who is absent by default at a session, once a decision about them is taken back.

Source: docs/rules.md 33, 47, 117.
"""

from functools import cached_property

from attendance.decisions.place import Place
from attendance.evidence.enrolled import expected_then
from attendance.evidence.proof import read_proofs
from attendance.models import Attendance, SessionCalculation
from attendance.rules.proof import Proof
from events.models import ParticipantRole


class AbsentByDefault:
    """People of whom nothing would be known, at a session that was held without them.

    Hosts are not; nobody is at an event as a whole, nor at a session that was not
    calculated yet.

    Args:
        place: The session, or the event, with the decisions as they stand.
    """

    def __init__(self, place: Place) -> None:
        self._place = place

    def includes(self, decision: Attendance, *, without: Proof) -> bool:
        """Return whether somebody is absent, of whom nothing else is known.

        Args:
            decision: The row about them.
            without: What the decision that is taken back had proved.
        """
        session = self._place.session
        if session is None or self._proof is None:
            return False
        is_held = self._proof.without(without).proves(session.mode)
        return is_held and decision.participant_id in self._expected

    @cached_property
    def _proof(self) -> Proof | None:
        calculated = SessionCalculation.objects.filter(
            session=self._place.session, calculated_at__isnull=False
        )
        if self._place.session is None or not calculated.exists():
            return None
        return read_proofs([self._place.session.pk])[self._place.session.pk]

    @cached_property
    def _expected(self) -> set[int]:
        if self._place.session is None:
            return set()
        attendees = self._place.event.participants.filter(role=ParticipantRole.ATTENDEE)
        expected = attendees.alias(
            is_expected=expected_then(self._place.session)
        ).filter(is_expected=True)
        return set(expected.values_list("pk", flat=True))
