"""What is recorded about people as their own page shows it, in words.

Texts are in the language that is active when they are made.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from attendance.models import Status
from attendance.own_record.history import Entry
from attendance.reports.rows_in_words import PresenceBar, RowsInWords
from attendance.wording.phrases import clock_range
from attendance.wording.timeline import Axis
from core.times import short_date
from events.accounts.clocks import zone_of
from events.models import Participant


class RecordedLine(NamedTuple):
    """What is recorded about somebody at a session or event.

    Attributes:
        pk: The id of the decision.
        place: Whose it is.
        of: The title of the session's event, beside that of the session; else empty.
        zone: The time zone of ``when``.
        label: The status; empty as long as nothing is decided.
        may_answer: Their own answer still counts.
        presence: When they were in the room; None where nobody looked.
    """

    pk: int
    place: Participant
    title: str
    of: str
    when: str
    zone: str
    tone: str
    label: str
    sentence: str
    is_void: bool
    may_answer: bool
    presence: PresenceBar | None
    amount: str
    share: str


def lines_of(entries: Iterable[Entry], *, now: datetime) -> list[RecordedLine]:
    """Return entries of the history in words, in the same order."""
    return [_line(entry, now) for entry in entries]


def common_zone(lines: Iterable[RecordedLine]) -> str:
    """Return the only time zone of lines; empty if there are several, or none."""
    zones = {line.zone for line in lines}
    return zones.pop() if len(zones) == 1 else ""


def _seen(entry: Entry) -> tuple[PresenceBar | None, str, str]:
    """Return when, how long, and for which share of the session they were there."""
    report = entry.report
    if report is None or not entry.row.is_computed or not entry.row.intervals:
        return None, "", ""
    axis = Axis(*report.window, get_language_bidi())
    words = RowsInWords(
        report, axis, asks_whether_held=False, is_ahead=False, is_running=False
    )
    row = words.person(entry.row)
    return row.presence, row.amount, row.share


def _line(entry: Entry, now: datetime) -> RecordedLine:
    session, event, row = entry.session, entry.event, entry.row
    occasion, zone = session or event, ZoneInfo(zone_of(event))
    status = Status(row.status)
    is_open = status == Status.UNKNOWN and row.calculated_at is None
    day, today = (
        moment.astimezone(zone).date() for moment in (occasion.starts_at, now)
    )
    presence, amount, share = _seen(entry)
    return RecordedLine(
        pk=entry.pk,
        place=entry.place,
        title=occasion.title,
        of=event.title if session else "",
        when=_("%(date)s, %(time)s")
        % {
            "date": short_date(day, beside=today),
            "time": clock_range(occasion.starts_at, occasion.end, zone),
        },
        zone=str(zone),
        tone=Status.UNKNOWN.value if entry.is_void else status.value,
        label="" if status == Status.UNKNOWN else str(status.label),
        sentence=_("Nothing is decided yet.") if is_open else row.explanation,
        is_void=entry.is_void,
        may_answer=not entry.is_void and now < entry.answers_until,
        presence=presence,
        amount=amount,
        share=share,
    )
