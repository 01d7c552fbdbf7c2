"""The part of a page that lets readers mark people and undo changes.

Its texts are in the language that is active when they are read.
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
    Attendance,
    AttendanceChange,
    Status,
    source_label,
)
from attendance.report_rows.people_filter import ALL
from attendance.rules.precedence import is_automatic
from attendance.wording.phrases import clock_beside
from attendance.wording.sentences import name_of
from core.names import isolated
from events.accounts.clocks import zone_of


def chooses_all(query: Mapping[str, str]) -> bool:
    """Return whether the address asks to tick everybody shown for a mark."""
    return query.get("choose") == ALL


class UndoOffer(NamedTuple):
    """The newest change of a decision, in words, and the decision after undoing it."""

    change_id: int
    done: str
    afterwards: str


class MarkingPanel:
    """What one reader may mark and undo at one place.

    Attributes:
        longest_reason: Maximum length of a reason, in characters.

    Args:
        place: The session, or the event for course results.
        rights: What the reader may do in the event.
        decisions: The decisions about the people who are shown.
        grace_minutes: The grace period of the session.
        chooses_all: Everybody shown is ticked already.
        refused: A mark that was just refused: its people and texts are filled in again.
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
        self._zone = ZoneInfo(zone_of(place.event))

    @property
    def may_override(self) -> bool:
        return self._rights.administers

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """Values and labels of the statuses that somebody can be marked with."""
        return [(str(value), str(label)) for value, label in MARKS]

    @cached_property
    def radios(self) -> SafeString:
        """Radio buttons for the statuses, rendered once for all rows."""
        return format_html_join(
            "",
            '<label class="s-{0}"><input type="radio" name="status" value="{0}"'
            " required> {1}</label>",
            self.statuses,
        )

    @cached_property
    def undoable(self) -> Mapping[int, UndoOffer]:
        """By participant id, the change that the reader may undo."""
        outcomes = undoable(
            self._place, self._decisions, grace_minutes=self._grace_minutes
        )
        return {
            person: self._undo_offer(outcome)
            for person, outcome in outcomes.items()
            if self._rights.may_undo(outcome.change, self._place)
        }

    def _undo_offer(self, outcome: AfterUndo) -> UndoOffer:
        change = outcome.change
        return UndoOffer(
            change_id=change.pk,
            done=self._done(change, decides_again=outcome.decides_again),
            afterwards=self._in_words(outcome.status, outcome.source),
        )

    def _done(self, change: AttendanceChange, *, decides_again: bool) -> str:
        """Return what a change did, who made it, and when."""
        if decides_again:
            text = _("Decided again by %(name)s, %(time)s: %(after)s.")
        elif change.repeats:
            text = _("Confirmed by %(name)s, %(time)s: %(after)s.")
        elif change.undoes_id is None:
            text = _("Decided by %(name)s, %(time)s: %(after)s. Before: %(before)s.")
        else:
            text = _("Undone by %(name)s, %(time)s: %(after)s. Before: %(before)s.")
        return text % {
            "before": self._in_words(change.from_status, change.from_source),
            "after": self._in_words(change.to_status, change.source),
            "name": isolated(name_of(change.actor)),
            "time": clock_beside(change.at, self._zone, beside=self._beside),
        }

    def _in_words(self, status: str, source: str | None) -> str:
        """Return the label of a status, with that of its source.

        A course result with the source of a calculation follows from the sessions.
        """
        label = str(Status(status).label)
        if source is None:
            return label
        is_derived = self._place.session is None and is_automatic(source)
        return _("%(status)s (%(source)s)") % {
            "status": label,
            "source": source_label(source, derived=is_derived),
        }

    @property
    def _beside(self) -> datetime:
        return (self._place.session or self._place.event).starts_at
