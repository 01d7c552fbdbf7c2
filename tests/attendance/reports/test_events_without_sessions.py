"""Events without sessions among many reports: REST and the table for spreadsheets."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.completion.completing import complete_event
from attendance.reports import many_reports
from events.models import Event, EventState, Registration, Role, User
from sessions_app.models import LiveSession
from sessions_app.services import cancel_event
from tests.attendance.many_reports import NOW, all_pages, get
from tests.attendance.meetups import come, decide, make_meetup, minute_of, named
from tests.attendance.reports.test_csv_file import table
from tests.factories import (
    START,
    make_attendance,
    make_client,
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def meetup() -> Event:
    """Ana came, Ben was excused, of Cem nothing is known; Dan only waits."""
    event = make_meetup("Ana Ben Cem")
    make_participant(event, name="Dan", registration=Registration.WAITLISTED)
    come(event, "Ana", 5)
    decide(event, "Ben", "excused")
    return event


@pytest.fixture
def organizer(meetup: Event) -> User:
    return make_member(meetup.organization)


def rows(user: User, **filters: object) -> list[dict[str, Any]]:
    path = f"/api/reports?page_size=500&{urlencode(filters)}"
    return list(all_pages(make_client(user), path))


def names(user: User, **filters: object) -> list[str]:
    return [row["participant"]["name"] for row in rows(user, **filters)]


def test_a_row_is_the_decision_about_the_event(meetup: Event, organizer: User) -> None:
    about = {
        "session": None,
        "event": meetup.pk,
        "organization": meetup.organization_id,
    }
    path = f"/api/events/{meetup.pk}/attendance"
    of_event = get(make_client(organizer), path)["results"]
    expected = [{**about, **row} for row in of_event]
    found = rows(organizer)
    assert found == [row for row in expected if row["participant"]["name"] != "Dan"]
    assert [(row["status"], row["source"]) for row in found] == [
        ("present", "check_in"),
        ("excused", "manual"),
        ("unknown", None),
    ]


def test_who_is_not_expected_has_a_row_once_something_is_decided(
    meetup: Event, organizer: User
) -> None:
    gone = make_participant(meetup, name="Eve", registration=Registration.CANCELLED)
    make_participant(meetup, name="Fay", registration=Registration.CANCELLED)
    make_participant(meetup, name="Gus", registration=Registration.WALK_IN)
    make_participant(meetup, name="Hal", registration=Registration.VIEWED)
    make_attendance(gone, status="absent", source="system_default")
    decide(meetup, "Dan", "absent")
    assert names(organizer) == ["Ana", "Ben", "Cem", "Dan", "Eve", "Gus"]


def test_an_event_with_sessions_has_their_rows_alone(
    meetup: Event, organizer: User
) -> None:
    sessions = {make_session(meetup).pk, make_session(meetup, cancelled_at=NOW).pk}
    assert {row["session"]["id"] for row in rows(organizer)} == sessions


def statuses(user: User) -> list[tuple[bool, str, str]]:
    """Of each row: whether it is about a session, the name, and the status."""
    return [
        (row["session"] is not None, row["participant"]["name"], row["status"])
        for row in rows(user)
    ]


def test_what_was_decided_at_the_door_stands_beside_cancelled_sessions(
    meetup: Event, organizer: User
) -> None:
    decided = [row for row in statuses(organizer) if row[2] != "unknown"]
    session = make_session(meetup, cancelled_at=NOW)
    make_attendance(named(meetup, "Cem"), session, status="present")
    void = [("Ana", "unknown"), ("Ben", "unknown"), ("Cem", "present")]
    assert statuses(organizer) == [*decided, *((True, *row) for row in void)]
    summary = get(make_client(organizer), "/api/reports")["summary"]
    assert [(one["session_type"], one["rows"], one["void"]) for one in summary] == [
        ("general", 3, 3),
        (None, len(decided), 0),
    ]
    written = table(make_client(organizer))
    assert [row["void"] for row in written] == ["false"] * len(decided) + ["true"] * 3


def test_an_event_that_was_cancelled_with_its_sessions_has_rows_of_what_was_decided(
    meetup: Event, organizer: User
) -> None:
    make_session(meetup)
    cancel_event(event=meetup, now=NOW)
    of_events = [row for row in statuses(organizer) if not row[0]]
    assert of_events == [(False, "Ana", "present"), (False, "Ben", "excused")]
    assert {row["void"] for row in table(make_client(organizer))} == {"true"}


def test_they_stand_among_sessions_by_the_start_of_the_event(
    meetup: Event, organizer: User
) -> None:
    for hours in (-1, 0, 1):
        event = make_event(meetup.organization)
        make_participant(event, name=f"{hours}h")
        make_session(event, starts_at=START + timedelta(hours=hours))
    later = make_meetup("Zoe", meetup.organization)
    make_participant(later, name="Abe")
    assert names(organizer) == ["1h", "Abe", "Zoe", "Ana", "Ben", "Cem", "0h", "-1h"]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"status": "present"}, ["Ana"]),
        ({"status": "unknown"}, ["Cem"]),
        ({"source": "manual"}, ["Ben"]),
        ({"session_type": "general"}, []),
        ({"mode": "in_person"}, []),
        ({"session": "0"}, []),
        ({"from": "2026-03-02", "to": "2026-03-02"}, ["Ana", "Ben", "Cem"]),
        ({"from": "2026-03-03"}, []),
        ({"to": "2026-03-01"}, []),
        ({"from": "2026-03-02T10:00:00Z"}, ["Ana", "Ben", "Cem"]),
        ({"from": "2026-03-02T10:00:00.000001Z"}, []),
    ],
)
def test_filters_leave_the_rows_that_they_name(
    given: dict[str, str], found: list[str], organizer: User
) -> None:
    assert names(organizer, **given) == found


def test_filters_by_id_find_them(meetup: Event, organizer: User) -> None:
    other = make_meetup("Zoe", make_organization())
    make_membership(other.organization, organizer)
    ana = named(meetup, "Ana")
    everybody = ["Ana", "Ben", "Cem"]
    assert names(organizer, organization=meetup.organization_id) == everybody
    assert names(organizer, event=meetup.pk) == everybody
    assert names(organizer, participant=ana.pk) == ["Ana"]
    assert names(organizer, person=ana.person_id) == ["Ana"]
    path = f"/api/people/{ana.person_id}/attendance"
    [row] = get(make_client(organizer), path)["results"]
    assert (row["session"], row["event"]) == (None, meetup.pk)


def test_a_day_is_that_of_the_organization() -> None:
    late = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    school = make_organization(time_zone="Asia/Riyadh")
    make_meetup("Ana", school, starts_at=late)
    user = make_member(school)
    assert names(user, **{"from": "2026-03-03", "to": "2026-03-03"}) == ["Ana"]
    assert names(user, to="2026-03-02") == []


def test_sessions_are_found_by_where_they_are_held(organizer: User) -> None:
    for mode in ("online", "in_person", "hybrid"):
        session = make_session(mode=mode)
        make_participant(session.event, name=mode)
        make_membership(session.event.organization, organizer)
    for mode in ("online", "in_person", "hybrid"):
        [row] = rows(organizer, mode=mode)
        assert (row["participant"]["name"], row["session"]["mode"]) == (mode, mode)


@pytest.mark.parametrize("who", [Role.OWNER, Role.VIEWER, "host", "attendee", "nobody"])
def test_they_are_visible_as_the_rows_of_sessions_are(who: str, meetup: Event) -> None:
    user = make_user()
    if who in Role.values:
        make_membership(meetup.organization, user, who)
    elif who != "nobody":
        make_participant(meetup, name="Me", role=who, user=user)
    everybody = {"Ana", "Ben", "Cem"}
    seen = {"host": everybody | {"Me"}, "attendee": {"Me"}, "nobody": set()}
    found = rows(user)
    assert {row["participant"]["name"] for row in found} == seen.get(who, everybody)
    shown = {row["participant"]["identity"] is not None for row in found}
    assert shown <= {who == Role.OWNER}
    addresses = {row["participant"]: row["email"] for row in table(make_client(user))}
    sees_addresses = who in Role.values
    for name in everybody & set(addresses):
        assert bool(addresses[name]) == sees_addresses


def test_the_summary_counts_them_apart(meetup: Event, organizer: User) -> None:
    make_session(event := make_event(meetup.organization))
    make_participant(event)
    of_sessions, of_events = get(make_client(organizer), "/api/reports")["summary"]
    assert (of_sessions["session_type"], of_sessions["rows"]) == ("general", 1)
    assert (of_events["session_type"], of_events["rows"]) == (None, 3)
    counted = {name: n for name, n in of_events["statuses"].items() if n}
    assert counted == {"present": 1, "excused": 1, "unknown": 1}


def test_rows_of_cancelled_events_are_void(meetup: Event, organizer: User) -> None:
    Event.objects.update(state=EventState.CANCELLED)
    page = get(make_client(organizer), "/api/reports")
    [summary] = page["summary"]
    assert (page["count"], summary["void"], summary["rows"]) == (3, 3, 3)
    assert not any(summary["statuses"].values())
    assert {row["void"] for row in table(make_client(organizer))} == {"true"}


def test_who_became_absent_when_it_was_completed_says_so(
    meetup: Event, organizer: User
) -> None:
    complete_event(event=meetup, now=minute_of(meetup, 130))
    [cem] = rows(organizer, status="absent")
    assert cem["source"] == "system_default"
    assert cem["explanation"] == "Absent: nothing shows that they came"


def test_pages_cut_the_rows_anywhere_and_lose_none(
    meetup: Event, organizer: User
) -> None:
    for number in range(4):
        make_meetup("Uma Vic Wim", meetup.organization)
        session = make_session(make_event(meetup.organization))
        for _ in range(number):
            make_participant(session.event)
    whole = rows(organizer)
    paged = list(all_pages(make_client(organizer), "/api/reports?page_size=4"))
    assert paged == whole
    assert len(whole) == 3 + 4 * 3 + 6


def test_the_table_has_them_in_the_same_order(
    meetup: Event, organizer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_meetup("Uma Vic", meetup.organization, title=f"Meetup {number}")
        session = make_session(make_event(meetup.organization), mode="hybrid")
        make_participant(session.event)
        make_participant(session.event)
    expected = [
        (
            str(row["session"]["id"]) if row["session"] else "",
            row["session"]["mode"] if row["session"] else "",
            str(row["event"]),
            row["participant"]["name"],
            row["explanation"],
        )
        for row in rows(organizer)
    ]
    for rows_at_once in (1, 3, 5, 2000):
        monkeypatch.setattr(many_reports, "ROWS_AT_ONCE", rows_at_once)
        columns = ("session_id", "mode", "event_id", "participant", "explanation")
        written = table(make_client(organizer))
        assert [tuple(row[name] for name in columns) for row in written] == expected


def test_the_columns_of_the_session_are_empty_but_for_the_times() -> None:
    meetup = make_meetup("Ana", title="Tea", time_zone="Asia/Riyadh", ends_at=None)
    come(meetup, "Ana", 5)
    [row] = table(make_client(make_member(meetup.organization)))
    columns = ("session_id", "session_title", "session_type", "mode", "ended_at")
    assert {row[name] for name in columns} == {""}
    assert row["event_title"] == "Tea"
    assert (row["starts_at"], row["ends_at"]) == (
        "2026-03-02 13:00:00",
        "2026-03-02 15:00:00",
    )
    assert (row["status"], row["source"]) == ("present", "check_in")
    assert row["checked_in_at"] == "2026-03-02 13:05:00"


def queries(client: Any, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        get(client, path)
    return len(captured)


def test_the_number_of_queries_grows_with_nothing() -> None:
    organization = make_organization()
    client = make_client(make_member(organization))
    counts = []
    for number in (2, 12):
        for _ in range(number):
            for name in ("Ana", "Ben"):
                meetup = make_meetup(name, organization)
                come(meetup, name)
            session = make_session(make_event(organization))
            make_participant(session.event)
        counts.append(queries(client, "/api/reports?page_size=500"))
    assert counts[0] == counts[1] <= 22
    LiveSession.objects.all().delete()
    assert queries(client, "/api/reports?page_size=500") <= 15
