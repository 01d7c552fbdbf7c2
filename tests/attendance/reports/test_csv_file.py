"""The table for spreadsheets: the same rows and values as in REST, and harmless."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from attendance.report_rows.serializers import ReportRowSerializer
from attendance.reports import many_reports
from attendance.reports.csv_file import COLUMNS, harmless
from events.models import Role
from sessions_app.models import LiveSession
from tests.attendance.many_reports import NOW, all_pages, make_many
from tests.attendance.pages import be_there, calculate, make_lesson
from tests.factories import (
    START,
    make_client,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

PATH = "/api/reports.csv"


def table(client: APIClient, query: str = "", **headers: Any) -> list[dict[str, str]]:
    """The rows of the file, as any reader of CSV gets them."""
    with time_machine.travel(NOW, tick=False):
        answer: Any = client.get(f"{PATH}?{query}", headers=headers)
        assert answer.status_code == 200
        content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline=""), strict=True))


def of_session(session: LiveSession) -> dict[str, str]:
    """The only row of a session's table, as an organizer gets it."""
    client = make_client(make_member(session.event.organization))
    [row] = table(client, f"session={session.pk}")
    return row


# --- The same values ------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("who", [Role.OWNER, "host", "attendee"])
def test_every_value_is_that_of_the_api(
    who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = make_many(seed=7)
    monkeypatch.setattr(many_reports, "ROWS_AT_ONCE", 5)
    client = make_client(many.users[who])
    written = table(client)
    expected = list(all_pages(client, "/api/reports?page_size=500"))
    assert len(written) == len(expected) > 0
    for cells, row in zip(written, expected, strict=True):
        # Who sees addresses is another test's business.
        del cells["email"]
        assert read_back(cells) == flat(row)


def read_back(cells: dict[str, str]) -> dict[str, Any]:
    """What the cells say, in the types of the API."""
    zone = ZoneInfo(cells["time_zone"])
    day = cells["starts_at"][:10]
    row: dict[str, Any] = {
        name: _unescaped(value) or None for name, value in cells.items()
    }
    for name in (
        "void",
        "derived",
        "is_auto_calculated",
        "is_late",
        "self_reported",
    ):
        row[name] = {"true": True, "false": False, None: None}[row[name]]
    for name in cells:
        if row[name] is None:
            continue
        if name.endswith(("_at", "_time")):
            row[name] = datetime.fromisoformat(row[name]).replace(tzinfo=zone)
        elif name.endswith(("_id", "_seconds", "_minutes", "_count", "_attempts")):
            row[name] = int(row[name])
    row["percentage"] = row["percentage"] and float(row["percentage"])
    row["intervals"] = [
        _interval(text, day, zone) for text in cells["intervals"].split("; ") if text
    ]
    return row


def _interval(text: str, day: str, zone: ZoneInfo) -> tuple[datetime, datetime, bool]:
    clocks = text.removesuffix(" (inferred)")
    joined, left = (
        datetime.fromisoformat(clock if "-" in clock else f"{day} {clock}")
        for clock in clocks.split("\u2013")
    )
    return joined.replace(tzinfo=zone), left.replace(tzinfo=zone), text != clocks


def _unescaped(text: str) -> str:
    return text[1:] if harmless(text[1:]) == text else text


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the API with the names of the columns; what has none is left out."""
    session = LiveSession.objects.get(pk=row["session"]["id"])
    values = {
        **row,
        "session_id": session.pk,
        "session_title": row["session"]["title"],
        "session_type": row["session"]["session_type"],
        "mode": row["session"]["mode"],
        "event_id": row["event"],
        "event_title": session.event.title,
        "organization_id": row["organization"],
        "organization_name": session.event.organization.name,
        "starts_at": row["session"]["starts_at"],
        "ends_at": row["session"]["ends_at"],
        "ended_at": row["session"]["ended_at"],
        "time_zone": session.event.time_zone,
        "void": row["session"]["void"],
        "participant": row["participant"]["name"],
        "participant_id": row["participant"]["id"],
        "role": row["participant"]["role"],
        "marked_by": row["marked_by"] and row["marked_by"]["username"],
        "notes": row["notes"] or None,
        "self_reported": row["self_reported"] and row["self_reported"]["attended"],
        "self_reported_at": row["self_reported"]
        and row["self_reported"]["answered_at"],
        "intervals": [
            (
                datetime.fromisoformat(interval["joined_at"]),
                datetime.fromisoformat(interval["left_at"]),
                interval["inferred"],
            )
            for interval in row["intervals"]
        ],
    }
    names = [name for name in COLUMNS if name != "email"]
    for name in names:
        if name.endswith(("_at", "_time")) and values[name]:
            values[name] = datetime.fromisoformat(values[name])
    return {name: values[name] for name in names}


def test_columns_are_the_fields_of_the_report_rows_and_of_the_session() -> None:
    fields = set(ReportRowSerializer().fields)
    assert fields - set(COLUMNS) == {"linked_identities"}
    assert not [name for name in COLUMNS if "identit" in name]
    assert len(set(COLUMNS)) == len(COLUMNS)


@pytest.mark.django_db
def test_the_filters_are_those_of_the_api() -> None:
    many = make_many(seed=3)
    client = make_client(many.users[Role.OWNER])
    query = f"status=absent&event={many.events[0].pk}&to=2026-03-19"
    with time_machine.travel(NOW, tick=False):
        found = client.get(f"/api/reports?{query}&page_size=500").json()["results"]
    assert [row["participant"]["name"] for row in found] == [
        row["participant"] for row in table(client, query)
    ]


# --- Times ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_times_are_those_of_the_events_clocks() -> None:
    session, [ana] = make_lesson("Ana", time_zone="Asia/Riyadh")
    be_there(session, ana, (3.5, 20))
    be_there(session, ana, (30, None))
    calculate(session)
    row = of_session(session)
    assert row["time_zone"] == "Asia/Riyadh"
    assert row["starts_at"] == "2026-03-02 13:00:00"
    assert row["meeting_enter_time"] == "2026-03-02 13:03:30"
    assert row["intervals"] == "13:03:30–13:20:00; 13:30:00–14:00:00 (inferred)"  # noqa: RUF001


@pytest.mark.django_db
def test_fractions_of_seconds_are_kept_and_another_day_is_named() -> None:
    session, [ana] = make_lesson(
        "Ana", starts_at=START + timedelta(hours=13, minutes=30)
    )
    be_there(session, ana, (0.0005, 45))
    calculate(session, now=NOW)
    row = of_session(session)
    assert row["meeting_enter_time"] == "2026-03-02 23:30:00.030"
    assert row["intervals"] == "23:30:00.030–2026-03-03 00:15:00"  # noqa: RUF001


# --- Formulas -------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+44 20",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    "  =1",
    "\u00a0=1",
    "\u200b=1",
    "\u200f=1",
    "＝1",  # noqa: RUF001
    "＋1",  # noqa: RUF001
    "－1",  # noqa: RUF001
    "＠x",  # noqa: RUF001
]
HARMLESS = ["Ana", "1-2", "a=b", "", "'quoted", "آنا", "  Ana", "(=1)", "3 + 4"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("separator", [";", "\t", "\n", "; "])
def test_nor_does_one_hide_behind_what_separates_cells_elsewhere(
    separator: str,
) -> None:
    """Where commas are decimal, spreadsheets begin a cell after a semicolon."""
    before, after = separator[:1], separator[1:]
    assert harmless(f"Ana{separator}=1") == f"Ana{before}'{after}=1"
    assert harmless(f"Ana{separator}1; 2") == f"Ana{separator}1; 2"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.django_db
def test_every_column_with_text_of_people_is_harmless() -> None:
    evil = "=cmd|'/C calc'!A0"
    organization = make_organization(name=evil)
    event = make_event(organization, title=evil)
    session = make_session(event, title=evil)
    ana = make_participant(event, name=evil, email="=a@example.com")
    be_there(session, ana)
    calculate(session)
    by = make_user("+by")
    session.attendances.update(
        source="manual", marked_by=by, marked_at=START, notes=evil
    )
    [row] = table(make_client(make_member(organization)), "")
    for name, value in row.items():
        assert not value.lstrip().startswith(("=", "+", "-", "@")), name
    names = ("session_title", "event_title", "organization_name", "participant")
    assert {row[name] for name in (*names, "notes")} == {f"'{evil}"}
    assert row["email"] == "'=a@example.com"
    assert row["marked_by"] == "'+by"


@pytest.mark.django_db
def test_numbers_stay_numbers() -> None:
    session, [ana] = make_lesson("Ana")
    be_there(session, ana, (3.5, 55.5))
    calculate(session)
    row = of_session(session)
    figures = ("attended_seconds", "percentage", "late_minutes", "join_count")
    assert [row[name] for name in figures] == ["3120", "86.67", "3", "1"]


@pytest.mark.django_db
def test_texts_with_lines_quotes_and_commas_come_back_whole() -> None:
    name = 'A "quoted", one\nand another line'
    session = make_session()
    make_participant(session.event, name=name)
    assert of_session(session)["participant"] == name


# --- The file -------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "attendance-until-2026-03-22.csv"),
        ("session=7", "attendance-session-7.csv"),
        ("to=2026-03-09", "attendance-until-2026-03-09.csv"),
        (
            "from=2026-03-02&to=2026-03-09T10:00:00Z",
            "attendance-from-2026-03-02-until-2026-03-09.csv",
        ),
    ],
)
def test_it_is_a_file_to_keep_in_utf8_that_spreadsheets_know(
    query: str, name: str
) -> None:
    with time_machine.travel(NOW, tick=False):
        answer: Any = make_client(make_user()).get(f"{PATH}?{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Cache-Control"] == "private, no-store"
    content = b"".join(answer.streaming_content)
    assert content == b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["text/csv", "application/json", "text/html, */*"])
def test_it_comes_whatever_the_client_would_like(accept: str) -> None:
    assert table(make_client(make_user()), accept=accept) == []


@pytest.mark.django_db
def test_explanations_are_in_the_language_of_who_asked() -> None:
    session, [ana] = make_lesson("Ana")
    be_there(session, ana)
    calculate(session)
    client = make_client(make_member(session.event.organization))
    [english] = table(client)
    [arabic] = table(client, **{"accept-language": "ar"})
    assert english["explanation"].startswith("Present")
    assert arabic["explanation"].startswith("حاضر")


# --- Whose addresses ------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (Role.ORGANIZER, {"ana@example.com", "ben@example.com", "host@example.com"}),
        (Role.VIEWER, {"ana@example.com", "ben@example.com", "host@example.com"}),
        ("host", {"host@example.com", ""}),
        ("attendee", {"ana@example.com"}),
    ],
)
def test_addresses_are_for_members_and_for_oneself(who: str, seen: set[str]) -> None:
    event = make_event()
    users = {"host": make_user(), "attendee": make_user()}
    make_participant(event, email="ben@example.com")
    make_participant(event, email="ana@example.com", user=users["attendee"])
    make_participant(event, email="host@example.com", user=users["host"], role="host")
    make_session(event)
    user = users.get(who) or make_member(event.organization, who)
    assert {row["email"] for row in table(make_client(user))} == seen


# --- As much at once as fits ----------------------------------------------------------


def make_history(sessions: int, people: int) -> LiveSession:
    """Calculated sessions of one event, and one that is not."""
    session = make_session()
    roster = [make_participant(session.event) for _ in range(people)]
    make_participant(session.event, registration="waitlisted")
    for index in range(1, sessions + 1):
        at = START - index * timedelta(days=1)
        one = make_session(session.event, starts_at=at)
        for person in roster:
            be_there(one, person)
        calculate(one)
    return session


@pytest.mark.django_db
def test_the_number_of_queries_grows_with_the_chunks_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last = make_history(sessions=5, people=2)
    client = make_client(make_member(last.event.organization))
    counts = {}
    # Two rows a session: six sessions are read at once, or three, or two, or one.
    for rows_at_once, chunks in ((12, 1), (6, 2), (4, 3), (1, 6)):
        monkeypatch.setattr(many_reports, "ROWS_AT_ONCE", rows_at_once)
        with CaptureQueriesContext(connection) as captured:
            assert len(table(client)) == 12
        counts[chunks] = len(captured)
    of_one = counts[2] - counts[1]
    assert of_one <= 10
    assert [counts[n] - counts[1] for n in (2, 3, 6)] == [
        of_one,
        2 * of_one,
        5 * of_one,
    ]


@pytest.mark.django_db
def test_one_chunk_needs_the_same_queries_however_many_people_are_in_it() -> None:
    counts = []
    for sessions, people in ((2, 2), (6, 8)):
        last = make_history(sessions, people)
        client = make_client(make_member(last.event.organization))
        with CaptureQueriesContext(connection) as captured:
            assert len(table(client)) == (sessions + 1) * people
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 16
