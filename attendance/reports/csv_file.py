"""Rows of reports as a CSV file for spreadsheets, with the same values as in REST.

The file is UTF-8 with a byte order mark, without which spreadsheets garble Arabic
names. Times are in the time zone of the event, which has a column; nothing is rounded.
Texts that a spreadsheet would run as formulas begin with an apostrophe.

Source: docs/rules.md 80; OWASP, "CSV Injection".
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.http import StreamingHttpResponse
from django.utils import translation

from attendance.report_rows.report import Report, ReportRow
from attendance.reports.many_reports import OccasionReport, ReportRows
from attendance.rules.calculation import Interval
from attendance.rules.instants import instant

BYTE_ORDER_MARK = "\ufeff"

COLUMNS = (
    "session_id",
    "session_title",
    "session_type",
    "event_id",
    "event_title",
    "organization_id",
    "organization_name",
    "starts_at",
    "ends_at",
    "ended_at",
    "time_zone",
    "void",
    "participant",
    "participant_id",
    "email",
    "role",
    "status",
    "computed_status",
    "source",
    "attended_seconds",
    "attended_minutes",
    "percentage",
    "meeting_enter_time",
    "meeting_leave_time",
    "is_late",
    "late_minutes",
    "join_count",
    "failed_attempts",
    "is_auto_calculated",
    "attendance_calculated_at",
    "explanation",
    "intervals",
    "marked_by",
    "marked_at",
    "notes",
    "updated_at",
    "derived",
    "checked_in_at",
    "check_in_received_at",
    "check_in_method",
    "self_reported",
    "self_reported_at",
    "mode",
)

_BEGIN_FORMULAS = frozenset("=+-@")
_ARE_STRIPPED = frozenset("\t\r\n")
# In many countries spreadsheets split cells at semicolons, so that a new cell may begin
# inside a text that is quoted as one.
_CELLS = re.compile(r"(?<=[;\t\r\n])")


def csv_response(rows: ReportRows, *, language: str) -> StreamingHttpResponse:
    """Return all rows as a CSV file, which is generated while it is sent."""
    return StreamingHttpResponse(
        as_csv(rows.chunks(), language=language),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{rows.name}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


def as_csv(chunks: Iterable[list[OccasionReport]], *, language: str) -> Iterator[str]:
    """Yield the text of the file: the heading, then one piece for each chunk.

    Args:
        chunks: Reports; read lazily.
        language: The language of the explanations. It is activated for each piece,
            because they are read after the request's own language has been deactivated.
    """
    yield BYTE_ORDER_MARK + _lines([COLUMNS])
    chunks = iter(chunks)
    while True:
        with translation.override(language):
            chunk = next(chunks, None)
            text = _lines(_rows(chunk)) if chunk is not None else ""
        if chunk is None:
            return
        yield text


def _lines(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _rows(reports: Iterable[OccasionReport]) -> Iterator[list[object]]:
    for report in reports:
        zone = ZoneInfo(report.event.time_zone)
        about = _about(report)
        for row in report.rows:
            values = about | _values(report, row, zone, beside=about["starts_at"])
            yield [_cell(values[name], zone) for name in COLUMNS]


def _about(report: OccasionReport) -> dict[str, Any]:
    event = report.event
    return {
        **_of_session(report),
        "event_id": event.pk,
        "event_title": event.title,
        "organization_id": event.organization_id,
        "organization_name": event.organization.name,
        "time_zone": event.time_zone,
        "void": report.is_void,
    }


def _of_session(report: OccasionReport) -> dict[str, Any]:
    """Return the session; without one only the times, which are the event's."""
    if not isinstance(report, Report):
        empty = ("session_id", "session_title", "session_type", "mode", "ended_at")
        times = {"starts_at": report.event.starts_at, "ends_at": report.event.end}
        return dict.fromkeys(empty) | times
    session = report.session
    return {
        "session_id": session.pk,
        "session_title": session.title,
        "session_type": session.session_type,
        "mode": session.mode,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "ended_at": session.ended_at,
    }


def _values(
    report: OccasionReport, row: ReportRow, zone: tzinfo, *, beside: datetime
) -> dict[str, Any]:
    values = report.row_as_dict(row)
    person = values.pop("participant")
    marked_by, answer = values["marked_by"], values["self_reported"]
    return values | {
        "participant": person["name"],
        "participant_id": person["id"],
        "email": report.visibility.address_of(row.participant),
        "role": person["role"],
        "intervals": "; ".join(
            _interval(interval, beside, zone) for interval in row.intervals
        ),
        "marked_by": marked_by and marked_by["username"],
        "self_reported": answer and answer["attended"],
        "self_reported_at": answer and answer["answered_at"],
    }


def _interval(interval: Interval, beside: datetime, zone: tzinfo) -> str:
    joined, left = (
        _clock(instant(moment), beside, zone)
        for moment in (interval.joined_at, interval.left_at)
    )
    return f"{joined}\u2013{left}" + (" (inferred)" if interval.inferred else "")


def _clock(moment: datetime, beside: datetime, zone: tzinfo) -> str:
    """Return the time, preceded by its date if ``beside`` is on another date."""
    date, _, time = _local(moment, zone).partition(" ")
    return time if date == f"{beside.astimezone(zone):%Y-%m-%d}" else f"{date} {time}"


def _local(moment: datetime, zone: tzinfo) -> str:
    """Return the local date and time, with the fraction of a second if there is one."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    is_whole = local.microsecond % 1000 == 0 and local.microsecond
    return local.isoformat(" ", timespec="milliseconds" if is_whole else "auto")


def _cell(value: object, zone: tzinfo) -> object:
    """Return the content of a cell: numbers stay numbers, None becomes empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _local(value, zone)
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """Return a text no part of which a spreadsheet reads as a formula."""
    first, *further = _CELLS.split(text)
    first = f"'{first}" if first[:1] in _ARE_STRIPPED else _as_text(first)
    return first + "".join(map(_as_text, further))


def _as_text(cell: str) -> str:
    return f"'{cell}" if _is_formula(cell) else cell


def _is_formula(text: str) -> bool:
    """Return whether a text begins like a formula, invisible characters ignored."""
    for char in text:
        # Also in full width, as Chinese and Japanese keyboards write them.
        if unicodedata.normalize("NFKC", char) in _BEGIN_FORMULAS:
            return True
        # Skip separators, control and format characters.
        if unicodedata.category(char)[0] not in "ZC":
            return False
    return False
