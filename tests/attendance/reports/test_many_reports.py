"""Reports over many sessions: the rows are those of each session's own report."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.models import SOURCE_LABELS, SessionCalculation, Status
from attendance.reports.filters import ReportFilters
from attendance.reports.serializers import (
    ReportListSerializer,
    SessionReportRowSerializer,
)
from events.models import Event, Participant, Registration, Role
from sessions_app.models import LiveSession, SessionType
from tests.attendance.many_reports import NOW, Many, all_pages, get, make_many
from tests.attendance.pages import AFTERWARDS, be_there, calculate, make_lesson
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

pytestmark = pytest.mark.django_db
PATH = "/api/reports?page_size=500"


@pytest.fixture
def many() -> Many:
    return make_many()


def rows(many: Many, who: str = Role.OWNER, **filters: object) -> list[dict[str, Any]]:
    return list(all_pages(make_client(many.users[who]), f"{PATH}&{urlencode(filters)}"))


# --- The same rows --------------------------------------------------------------------


@pytest.mark.parametrize("who", [*Role.values, "host", "attendee", "stranger"])
def test_the_rows_are_those_of_each_sessions_own_report(who: str) -> None:
    many = make_many(seed=len(who))
    expected = many.rows_of_single_reports(who)
    assert rows(many, who) == expected
    assert bool(expected) == (who != "stranger")


def test_the_generated_sessions_are_of_every_kind(many: Many) -> None:
    found = rows(many)
    assert {row["status"] for row in found} == set(Status.values)
    assert {row["session"]["void"] for row in found} == {True, False}
    assert {row["session"]["nobody_seen"] for row in found} == {True, False}
    assert {bool(row["session"]["calculated_at"]) for row in found} == {True, False}
    assert {row["source"] for row in found} >= {None, "manual", "system_default"}
    waitlisted = set(
        Event.objects.filter(participants__registration=Registration.WAITLISTED)
        .values_list("participants", flat=True)
        .order_by()
    )
    came = Counter(
        bool(row["session"]["calculated_at"])
        for row in found
        if row["participant"]["id"] in waitlisted
    )
    assert came[True]
    assert came[False]


def test_pages_cut_the_rows_anywhere_and_lose_none(many: Many) -> None:
    client = make_client(many.users[Role.OWNER])
    whole = get(client, PATH)
    assert whole["count"] == len(whole["results"]) > 60
    assert list(all_pages(client, "/api/reports?page_size=7")) == whole["results"]
    first = get(client, "/api/reports")
    assert len(first["results"]) == 50
    assert first["next"].endswith("/api/reports?page=2")


def test_the_list_has_the_declared_fields(many: Many) -> None:
    page = get(make_client(many.users[Role.OWNER]), PATH)
    assert page.keys() == ReportListSerializer().fields.keys()
    assert page["results"][0].keys() == SessionReportRowSerializer().fields.keys()


def test_strangers_are_no_rows() -> None:
    session, [ana] = make_lesson("Ana")
    be_there(session, ana)
    be_there(session, None)
    calculate(session)
    client = make_client(make_member(session.event.organization))
    page = get(client, "/api/reports")
    assert [row["participant"]["name"] for row in page["results"]] == ["Ana"]


def test_evidence_is_read_only_of_sessions_with_facts_not_yet_calculated() -> None:
    session, [ana, ben, _cem] = make_lesson("Ana Ben Cem")
    Participant.objects.exclude(pk=ana.pk).update(registration=Registration.WAITLISTED)
    for person in (ana, ben):
        be_there(session, person)
    client = make_client(make_member(session.event.organization))

    def found() -> tuple[list[str], int]:
        with CaptureQueriesContext(connection) as captured:
            page = get(client, PATH)
        read = [
            one for one in list(captured) if "sessions_app_connection" in one["sql"]
        ]
        names = [row["participant"]["name"] for row in page["results"]]
        return names, len(read)

    assert found() == (["Ana", "Ben"], 4)
    calculate(session)
    # Otherwise facts of the minute before it may be new.
    SessionCalculation.objects.update(
        calculated_at=timezone.now() + timedelta(minutes=2)
    )
    assert found() == (["Ana", "Ben"], 2)


# --- Filters --------------------------------------------------------------------------


def test_each_filter_leaves_the_rows_that_it_names(many: Many) -> None:
    everything = rows(many)
    some = everything[len(everything) // 2]
    filters: dict[str, Callable[[dict[str, Any]], Any]] = {
        "session_type": lambda row: row["session"]["session_type"],
        "organization": lambda row: row["organization"],
        "event": lambda row: row["event"],
        "session": lambda row: row["session"]["id"],
        "participant": lambda row: row["participant"]["id"],
        "status": lambda row: row["status"],
    }
    for name, value_of in filters.items():
        wanted = value_of(some)
        expected = [row for row in everything if value_of(row) == wanted]
        assert rows(many, **{name: wanted}) == expected
        assert 0 < len(expected) < len(everything)
    by_hand = [row for row in everything if row["source"] == "manual"]
    assert rows(many, source="manual") == by_hand


def test_filters_together_leave_what_fits_all(many: Many) -> None:
    event = many.events[0].pk
    found = rows(many, event=event, status="absent", session_type="quran")
    assert found == [
        row
        for row in rows(many)
        if (row["event"], row["status"]) == (event, "absent")
        and row["session"]["session_type"] == "quran"
    ]


def test_empty_filters_leave_nothing_out(many: Many) -> None:
    empty = dict.fromkeys(ReportFilters().fields, "")
    assert rows(many, **empty) == rows(many)


def begins(session: LiveSession, **filters: str) -> bool:
    """Whether the session with one person in it is found."""
    client = make_client(make_member(session.event.organization))
    return bool(get(client, f"/api/reports?{urlencode(filters)}")["count"])


def lesson_at(moment: datetime, time_zone: str) -> LiveSession:
    event = make_event(make_organization(time_zone=time_zone))
    make_participant(event)
    return make_session(event, starts_at=moment)


def test_dates_are_inclusive_and_of_the_organizations_zone() -> None:
    # 01:30 on 3 March in Riyadh; the event's own zone is UTC.
    session = lesson_at(datetime(2026, 3, 2, 22, 30, tzinfo=UTC), "Asia/Riyadh")
    found = {
        ("from", "2026-03-03"): True,
        ("from", "2026-03-04"): False,
        ("to", "2026-03-03"): True,
        ("to", "2026-03-02"): False,
    }
    assert {given: begins(session, **dict([given])) for given in found} == found
    both = {"from": "2026-03-03", "to": "2026-03-03"}
    assert begins(session, **both)


def test_each_organization_has_its_own_day() -> None:
    late = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    user = make_user()
    for time_zone in ("Asia/Riyadh", "UTC", "America/New_York"):
        session = lesson_at(late, time_zone)
        make_participant(session.event, user=user, name=time_zone)
    client = make_client(user)

    def names(**filters: str) -> set[str]:
        page = get(client, f"/api/reports?{urlencode(filters)}")
        return {row["participant"]["name"] for row in page["results"]}

    assert names(to="2026-03-02") == {"UTC", "America/New_York"}
    assert names(**{"from": "2026-03-03"}) == {"Asia/Riyadh"}


def test_a_day_begins_where_its_midnight_does_not_exist() -> None:
    # In Beirut clocks went from 00:00 to 01:00 on 29 March 2026.
    first = lesson_at(datetime(2026, 3, 28, 22, 0, tzinfo=UTC), "Asia/Beirut")
    assert begins(first, **{"from": "2026-03-29"})
    assert not begins(first, to="2026-03-28")
    last = lesson_at(datetime(2026, 3, 28, 21, 59, tzinfo=UTC), "Asia/Beirut")
    assert not begins(last, **{"from": "2026-03-29"})


def test_instants_are_compared_exactly_and_inclusive() -> None:
    session = lesson_at(datetime(2026, 3, 2, 10, tzinfo=UTC), "Asia/Riyadh")
    found = {
        ("from", "2026-03-02T10:00:00Z"): True,
        ("from", "2026-03-02T13:00:00+03:00"): True,
        ("from", "2026-03-02T10:00:00.000001Z"): False,
        ("to", "2026-03-02T10:00:00Z"): True,
        ("to", "2026-03-02T12:59:59+03:00"): False,
    }
    assert {given: begins(session, **dict([given])) for given in found} == found


def test_a_plus_that_a_query_string_lost_is_understood() -> None:
    session = lesson_at(datetime(2026, 3, 2, 10, tzinfo=UTC), "UTC")
    client = make_client(make_member(session.event.organization))
    path = "/api/reports?from=2026-03-02T13:00:00+03:00"
    assert get(client, path)["count"] == 1


@pytest.mark.parametrize(
    ("name", "value", "names"),
    [
        ("session_type", "math", "interactive_course"),
        ("mode", "nowhere", "in_person"),
        ("status", "here", "excused"),
        ("source", "robot", "livekit_auto"),
        ("organization", "school", "whole number"),
        ("event", "1.5", "whole number"),
        ("session", "x", "whole number"),
        ("from", "yesterday", "2026-03-02"),
        ("from", "2026-02-30", "2026-03-02"),
        ("from", "2026-03-02T10:00:00", "with a zone"),
        ("to", "9999-12-31", "2000 and 2100"),
    ],
)
@pytest.mark.parametrize("path", ["/api/reports", "/api/reports.csv"])
def test_a_bad_value_is_refused_with_its_field_and_what_would_be_right(
    path: str, name: str, value: str, names: str
) -> None:
    answer = make_client(make_user()).get(path, {name: value})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert error["field"] == name
    assert names in error["detail"]


def test_a_time_that_ends_before_it_begins_is_refused() -> None:
    answer = make_client(make_user()).get(
        "/api/reports", {"from": "2026-03-03", "to": "2026-03-02"}
    )
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["to"]


# --- Whose rows -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["organization", "event", "session", "participant"])
def test_what_is_foreign_is_not_found_as_what_does_not_exist(
    name: str, many: Many
) -> None:
    event = many.events[0]
    ids = {
        "organization": event.organization_id,
        "event": event.pk,
        "session": event.sessions.all()[0].pk,
        "participant": event.participants.all()[0].pk,
    }
    client = make_client(make_member(make_organization(), Role.OWNER))
    for value in (ids[name], 0, -1, 10**9, 10**30):
        page = get(client, f"/api/reports?{name}={value}")
        assert (page["count"], page["results"], page["summary"]) == (0, [], [])


def test_only_organizers_get_identities(many: Many) -> None:
    def shown(who: str) -> set[bool]:
        found = rows(many, who, organization=many.events[0].organization_id)
        return {row["participant"]["identity"] is not None for row in found}

    assert shown(Role.ORGANIZER) == {True}
    assert shown(Role.VIEWER) == shown("host") == shown("attendee") == {False}


def test_identities_are_those_of_organizations_that_one_organizes(many: Many) -> None:
    # The owner of one is a viewer of the other.
    shown = {
        (row["organization"], row["participant"]["identity"] is not None)
        for row in rows(many)
    }
    one, other = (event.organization_id for event in many.events)
    assert shown == {(one, True), (other, False)}


def test_a_host_gets_the_whole_report_of_their_own_events_alone() -> None:
    user = make_user()
    hosted, attended = make_event(), make_event()
    for event, role in ((hosted, "host"), (attended, "attendee")):
        make_participant(event, user=user, role=role)
        make_participant(event)
        make_session(event)
    found = get(make_client(user), PATH)["results"]
    assert Counter(row["event"] for row in found) == {hosted.pk: 2, attended.pk: 1}


# --- The summary ----------------------------------------------------------------------


def test_the_summary_counts_the_filtered_rows_by_type_and_status(many: Many) -> None:
    client = make_client(many.users[Role.OWNER])
    for query in ("", "&status=absent", f"&event={many.events[0].pk}"):
        page = get(client, PATH + query)
        counted = Counter(
            (row["session"]["session_type"], row["status"])
            for row in page["results"]
            if not row["session"]["void"]
        )
        for part in page["summary"]:
            of_type = part["session_type"]
            assert part["statuses"] == {
                status: counted[of_type, status] for status in Status.values
            }
            assert part["rows"] == sum(part["statuses"].values()) + part["void"]
        assert sum(part["rows"] for part in page["summary"]) == page["count"]
        types = [part["session_type"] for part in page["summary"]]
        assert types == [name for name in SessionType.values if name in types]


def test_rows_of_cancelled_sessions_count_apart() -> None:
    session, [ana] = make_lesson("Ana")
    make_session(session.event)
    be_there(session, ana)
    calculate(session)
    client = make_client(make_member(session.event.organization))
    [before] = get(client, "/api/reports")["summary"]
    LiveSession.objects.filter(pk=session.pk).update(cancelled_at=AFTERWARDS)
    [after] = get(client, "/api/reports")["summary"]
    assert (before["void"], before["statuses"]["present"]) == (0, 1)
    assert (after["void"], after["statuses"]["present"], after["rows"]) == (1, 0, 2)


# --- Queries --------------------------------------------------------------------------


def queries(client: Any, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        get(client, path)
    return len(captured)


def test_the_number_of_queries_grows_with_nothing() -> None:
    organization = make_organization()
    client = make_client(make_member(organization))
    counts = []
    for number in (2, 12):
        for index in range(number):
            event = make_event(organization)
            session = make_session(event, starts_at=START + index * timedelta(days=1))
            for registration in (*Registration.values, Registration.REGISTERED):
                person = make_participant(event, registration=registration)
                be_there(session, person)
            if index % 2 == 0:
                calculate(session, now=NOW)
                make_session(event, starts_at=session.ends_at)
        path = f"{PATH}&from=2026-01-01&session_type=general"
        counts.append(queries(client, path))
    assert counts[0] == counts[1] <= 19


def test_sources_and_statuses_are_all_that_there_are() -> None:
    fields: Any = ReportFilters().fields
    for name, values in (("status", Status.values), ("source", SOURCE_LABELS)):
        assert [value for value, _label in fields[name].choices] == ["", *values]
