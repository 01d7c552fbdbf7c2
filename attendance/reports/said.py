"""What people say of the rows of a report: contests, and announced absences.

Organizers read all of it, hosts the announced absences, viewers these without their
reasons, attendees what they said themselves. Organizers settle contests; whoever may
mark confirms absences.

Source: docs/rules.md 192, 193, 210, 211.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from attendance.absences.reading import absences_at, open_together
from attendance.contests.reading import contests_of
from attendance.decisions.checking_in import place_of_check_in
from attendance.decisions.place import Place
from attendance.decisions.rights import Rights
from attendance.models import MARKS, AnnouncedAbsence, Attendance, Status
from attendance.report_rows.report import ReportRow
from attendance.wording.said import (
    AbsenceInWords,
    ContestInWords,
    came_all_the_same,
)
from events.accounts.clocks import zone_of


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one row.

    Attributes:
        contests: Of the decision, the newest first.
        absences: Announced of the session, or the event, the newest first.
        contestable: The id of the decision, if the reader may contest it; else None.
    """

    contests: Collection[ContestInWords] = ()
    absences: Collection[AbsenceInWords] = ()
    contestable: int | None = None

    @property
    def marks(self) -> Any:
        """Values and labels of what a contest can be settled with."""
        return MARKS

    def __bool__(self) -> bool:
        """Return whether there is anything to tell or to do."""
        return bool(self.contests or self.absences or self.contestable)


NOTHING = Said()


def said_at(
    place: Place, rows: Iterable[ReportRow], rights: Rights, *, is_void: bool
) -> Mapping[int, Said]:
    """Return what was said of the rows of a report, by participant id.

    Takes a constant number of queries.

    Args:
        place: The session, or the event.
        rows: The rows that the reader sees.
        rights: What the reader may do in the event.
        is_void: Nothing counts here, so nothing is settled.
    """
    shown = {row.participant.pk: row for row in rows}
    reads_contests = rights.organizes or not rights.reads_all
    reads_reasons = rights.decides or not rights.reads_all
    decisions = [row.attendance.pk for row in shown.values() if row.attendance]
    contests = contests_of([pk for pk in decisions if pk]) if reads_contests else {}
    absences = absences_at(place, shown)
    others = open_together([a for own in absences.values() for a in own])
    may_settle = _may_settle(place, absences, rights) if not is_void else {}
    zone = ZoneInfo(zone_of(place.event))
    found = {}
    for pk, row in shown.items():
        decision = row.attendance
        found[pk] = Said(
            [
                ContestInWords.of(
                    each, zone, may_settle=rights.organizes and not is_void
                )
                for each in (contests.get(decision.pk, []) if decision else [])
            ],
            [
                AbsenceInWords.of(
                    each,
                    zone,
                    came=_came(row) if rights.reads_all else "",
                    others=others.get(each.pk, 0),
                    may_settle=may_settle.get(each.session_id is None, False),
                    with_reason=reads_reasons,
                )
                for each in absences.get(pk, [])
            ],
            None if rights.reads_all or is_void else _contestable(decision),
        )
    return found


def _may_settle(
    place: Place, absences: Mapping[int, list[AnnouncedAbsence]], rights: Rights
) -> dict[bool, bool]:
    """Return whether the reader may settle what is about the event itself, or not."""
    may = {False: rights.may_mark(place)}
    if any(each.session_id is None for own in absences.values() for each in own):
        may[True] = rights.may_mark(place_of_check_in(Place(place.event, None)))
    return may


def _came(row: ReportRow) -> str:
    length = sum(left - joined for joined, left, _inferred in row.intervals)
    return came_all_the_same(row.attendance, length // 1_000_000)


def _contestable(decision: Attendance | None) -> int | None:
    if decision is None or decision.status == Status.UNKNOWN:
        return None
    return decision.pk
