"""What a page offers whoever may mark: statuses, the override, and taking back.

Made and rendered under the reader's language.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from attendance.choice import ALL
from attendance.forms import MARKS
from attendance.models import Attendance, AttendanceChange, DecisionSource, Status
from attendance.rights import Rights
from attendance.rows import Place
from attendance.shapes import name_of
from attendance.undoing import Outcome, undoable
from attendance.wording import clock


def chooses_all(query: Mapping[str, str]) -> bool:
    """Whether the address says that everybody shown is chosen for a mark."""
    return query.get("choose") == ALL


class TakingBack(NamedTuple):
    """The newest change of a decision, what it did, and what undoing it leaves."""

    change_id: int
    done: str
    status: str
    label: str
    source: str


class MarkingDesk:
    """What one reader may decide at one place.

    Args:
        place: The session, or the event as a whole.
        rights: What the reader may do there.
        decisions: Those of the people who are shown.
        grace_minutes: By which a check-in there would be late.
        chooses_all: Everybody shown is chosen already.
    """

    def __init__(
        self,
        place: Place,
        rights: Rights,
        decisions: Sequence[Attendance],
        *,
        grace_minutes: int = 0,
        chooses_all: bool = False,
    ) -> None:
        self.chooses_all = chooses_all
        self._place = place
        self._rights = rights
        self._decisions = {one.participant_id: one for one in decisions}
        self._grace_minutes = grace_minutes
        self._zone = ZoneInfo(place.event.time_zone)

    @property
    def may_override(self) -> bool:
        """Admins and owners do."""
        return self._rights.administers

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """What somebody can be marked as."""
        return [(str(value), str(label)) for value, label in MARKS]

    @cached_property
    def undoable(self) -> Mapping[int, TakingBack]:
        """By participant, what the reader may take back."""
        outcomes = undoable(
            self._place, self._decisions, grace_minutes=self._grace_minutes
        )
        return {
            person: self._taking_back(outcome)
            for person, outcome in outcomes.items()
            if self._rights.may_undo(outcome.change, self._place)
        }

    def _taking_back(self, outcome: Outcome) -> TakingBack:
        change = outcome.change
        source = DecisionSource(outcome.source).label if outcome.source else ""
        return TakingBack(
            change_id=change.pk,
            done=self._done(change),
            status=outcome.status,
            label=str(Status(outcome.status).label),
            source=str(source),
        )

    def _done(self, change: AttendanceChange) -> str:
        """What the newest change did, who made it, and when."""
        values = {
            "before": Status(change.from_status).label,
            "after": Status(change.to_status).label,
            "name": f"\u2068{name_of(change.actor)}\u2069",
            "time": clock(change.at, self._zone, beside=self._beside),
        }
        if change.undoes_id is not None:
            return (
                _("Taken back by %(name)s, %(time)s: %(before)s → %(after)s.") % values
            )
        return _("Said by %(name)s, %(time)s: %(before)s → %(after)s.") % values

    @property
    def _beside(self) -> datetime:
        return (self._place.session or self._place.event).starts_at
