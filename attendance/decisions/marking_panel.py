"""What a page offers whoever may mark: statuses, the override, and taking back.

Made and rendered under the reader's language.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from attendance.decisions.place import Place
from attendance.decisions.refused_marks import RefusedMark
from attendance.decisions.rights import Rights
from attendance.decisions.undoing import AfterUndo, undoable
from attendance.models import (
    LONGEST_REASON,
    MARKS,
    SOURCE_LABELS,
    Attendance,
    AttendanceChange,
    Status,
)
from attendance.report_rows.people_filter import ALL
from attendance.wording.phrases import clock_beside
from attendance.wording.sentences import name_of
from core.names import isolated


def chooses_all(query: Mapping[str, str]) -> bool:
    """Whether the address says that everybody shown is chosen for a mark."""
    return query.get("choose") == ALL


class UndoOffer(NamedTuple):
    """The newest change of a decision, what it did, and what undoing it leaves."""

    change_id: int
    done: str
    afterwards: str


class MarkingPanel:
    """What one reader may decide at one place.

    Attributes:
        longest_reason: How many letters a reason may have.

    Args:
        place: The session, or the event as a whole.
        rights: What the reader may do there.
        decisions: Those of the people who are shown.
        grace_minutes: By which a check-in there would be late.
        chooses_all: Everybody shown is chosen already.
        refused: What was just refused: it is chosen and typed still.
    """

    longest_reason = LONGEST_REASON

    def __init__(
        self,
        place: Place,
        rights: Rights,
        decisions: Sequence[Attendance],
        *,
        grace_minutes: int = 0,
        chooses_all: bool = False,
        refused: RefusedMark | None = None,
    ) -> None:
        self.chooses_all = chooses_all
        self.refused = refused
        self.chosen = frozenset(refused.people if refused else ())
        self._place = place
        self._rights = rights
        self._decisions = {decision.participant_id: decision for decision in decisions}
        self._grace_minutes = grace_minutes
        self._zone = ZoneInfo(place.event.time_zone)

    @property
    def may_override(self) -> bool:
        return self._rights.administers

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """What somebody can be marked as."""
        return [(str(value), str(label)) for value, label in MARKS]

    @cached_property
    def radios(self) -> SafeString:
        """The same to choose from, made once for all rows; nothing is chosen yet."""
        return format_html_join(
            "",
            '<label class="s-{0}"><input type="radio" name="status" value="{0}"'
            " required> {1}</label>",
            self.statuses,
        )

    @cached_property
    def undoable(self) -> Mapping[int, UndoOffer]:
        """By participant, what the reader may take back."""
        outcomes = undoable(
            self._place, self._decisions, grace_minutes=self._grace_minutes
        )
        return {
            person: self._taking_back(outcome)
            for person, outcome in outcomes.items()
            if self._rights.may_undo(outcome.change, self._place)
        }

    def _taking_back(self, outcome: AfterUndo) -> UndoOffer:
        change = outcome.change
        return UndoOffer(
            change_id=change.pk,
            done=self._done(change, says_again=outcome.says_again),
            afterwards=in_words(outcome.status, outcome.source),
        )

    def _done(self, change: AttendanceChange, *, says_again: bool) -> str:
        """What the newest change did, who made it, and when."""
        if says_again:
            text = _("Decided again by %(name)s, %(time)s: %(after)s.")
        elif change.repeats:
            text = _("Confirmed by %(name)s, %(time)s: %(after)s.")
        elif change.undoes_id is None:
            text = _("Decided by %(name)s, %(time)s: %(after)s. Before: %(before)s.")
        else:
            text = _("Undone by %(name)s, %(time)s: %(after)s. Before: %(before)s.")
        return text % {
            "before": in_words(change.from_status, change.from_source),
            "after": in_words(change.to_status, change.source),
            "name": isolated(name_of(change.actor)),
            "time": clock_beside(change.at, self._zone, beside=self._beside),
        }

    @property
    def _beside(self) -> datetime:
        return (self._place.session or self._place.event).starts_at


def in_words(status: str, source: str | None) -> str:
    """Return a decision with who or what decided."""
    label = str(Status(status).label)
    if source is None:
        return label
    return _("%(status)s (%(source)s)") % {
        "status": label,
        "source": SOURCE_LABELS[source],
    }
