"""Rosters from files: over REST, on the page, and again."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.models import Attendance, AttendanceChange
from core.body_limits import ROSTER_FILE_BYTES
from events.forms import RosterFileForm
from events.models import Event, Participant, Registration
from events.roster.importing import import_roster
from tests.attendance.calculated import attend, calculate
from tests.attendance.pages import signed_in, text
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    return make_event()


def send(event: Event, content: str | bytes, query: str = "") -> Any:
    file = SimpleUploadedFile(
        "people.csv", content.encode() if isinstance(content, str) else content
    )
    client = make_client(make_member(event.organization))
    path = f"/api/events/{event.pk}/participants/import{query}"
    return client.post(path, {"file": file}, format="multipart")


def taken(event: Event, content: str, query: str = "") -> Any:
    answer = send(event, content, query)
    assert answer.status_code == 200
    return answer.json()


def roster(event: Event) -> list[tuple[str, str, str, str]]:
    return list(
        event.participants.order_by("pk").values_list(
            "name", "email", "role", "registration"
        )
    )


def details(answer: Any) -> dict[int, dict[str, str]]:
    """What is wrong, by line and field."""
    return {
        one["line"]: {error["field"]: error["detail"] for error in one["errors"]}
        for one in answer["results"]
        if one["errors"]
    }


# --- New people, and again ----------------------------------------------------------

FILE = (
    "name;email;role;registration;time_zone;language\r\n"
    "Ana;ana@example.com;host;;Asia/Riyadh;ar\r\n"
    "Ben;;;waitlisted;;\r\n"
)


def test_each_line_becomes_a_person(event: Event) -> None:
    answer = taken(event, FILE)
    ana, ben = event.participants.order_by("pk")
    assert answer == {
        "created": 2,
        "updated": 0,
        "unknown_columns": [],
        "results": [
            {"line": 2, "text": "Ana, ana@example.com, host, , Asia/Riyadh, ar"}
            | {"status": "created", "participant": ana.pk, "errors": []},
            {"line": 3, "text": "Ben, , , waitlisted"}
            | {"status": "created", "participant": ben.pk, "errors": []},
        ],
    }
    assert roster(event) == [
        ("Ana", "ana@example.com", "host", "registered"),
        ("Ben", "", "attendee", "waitlisted"),
    ]
    assert (ana.time_zone, ana.language) == ("Asia/Riyadh", "ar")
    assert len(ana.identity) > 20
    assert ana.identity != ben.identity


def test_the_same_file_again_doubles_nobody(event: Event) -> None:
    first = taken(event, FILE)
    before = list(event.participants.order_by("pk").values())
    again = taken(event, FILE)
    assert (again["created"], again["updated"]) == (0, 2)
    assert [one["participant"] for one in again["results"]] == [
        one["participant"] for one in first["results"]
    ]
    assert list(event.participants.order_by("pk").values()) == before


def test_who_has_the_address_is_changed_and_nobody_else(event: Event) -> None:
    old = make_participant(event, name="A.", email="Ana@Example.com", role="host")
    make_participant(name="Elsewhere", email="ana@example.com")
    answer = taken(event, "name,email,registration\nAna,ana@example.COM,cancelled")
    assert answer["results"][0]["participant"] == old.pk
    assert roster(event) == [("Ana", "Ana@Example.com", "host", "cancelled")]
    assert (
        Participant.objects.get(person__name="Elsewhere").registration == "registered"
    )


def test_an_empty_cell_and_a_missing_column_change_nothing(event: Event) -> None:
    make_participant(
        event,
        name="Ana",
        email="ana@example.com",
        registration="cancelled",
        language="ar",
        time_zone="Asia/Riyadh",
    )
    before = event.participants.values().get()
    taken(event, "name,email,language,role\nAna,ana@example.com,,")
    assert event.participants.values().get() == before


def test_who_only_looked_and_stands_in_the_file_is_registered(event: Event) -> None:
    person = make_participant(event, email="ana@example.com", registration="viewed")
    taken(event, "name,email\nAna,ana@example.com")
    person.refresh_from_db()
    assert person.registration == Registration.REGISTERED


# --- Without an address ---------------------------------------------------------------


def test_without_an_address_the_name_says_who_it_is(event: Event) -> None:
    old = make_participant(event, name="José  Pérez", email="")
    taken(event, "name,role\njosé pérez,host")
    assert roster(event) == [("josé pérez", "", "host", "registered")]
    old.refresh_from_db()
    assert old.role == "host"


def test_an_accent_makes_another_person(event: Event) -> None:
    make_participant(event, name="Jose", email="")
    assert taken(event, "name\nJosé")["created"] == 1


@pytest.mark.parametrize("emails", [["ana@example.com"], ["", ""]])
def test_nobody_is_taken_for_a_namesake(event: Event, emails: list[str]) -> None:
    for email in emails:
        make_participant(event, name="Ana", email=email)
    before = roster(event)
    answer = send(event, "name,role\nAna,host")
    assert answer.status_code == 400
    assert "show who is meant" in details(answer.json())[2]["email"]
    assert roster(event) == before


def test_an_address_is_never_given_to_a_namesake(event: Event) -> None:
    make_participant(event, name="Ana", email="")
    assert taken(event, "name,email\nAna,ana@example.com")["created"] == 1


# --- Accounts -------------------------------------------------------------------------


def test_accounts_are_found_by_verified_addresses_alone(event: Event) -> None:
    verified = make_user(email="Ana@example.com", email_verified_at=timezone.now())
    make_user(email="ben@example.com")
    make_user(
        email="eva@example.com", email_verified_at=timezone.now(), is_active=False
    )
    taken(
        event,
        "name,email\nAna,ana@EXAMPLE.com\nBen,ben@example.com\nEva,eva@example.com",
    )
    people = dict(event.participants.values_list("name", "user"))
    assert people == {"Ana": verified.pk, "Ben": None, "Eva": None}


def test_an_account_has_one_place_on_a_roster(event: Event) -> None:
    account = make_user(email="ana@example.com", email_verified_at=timezone.now())
    child = make_participant(event, name="Ana's child", email="", user=account)
    taken(event, "name,email\nAna,ana@example.com")
    assert event.participants.get(person__user=account) == child
    assert event.participants.get(person__name="Ana").user is None


# --- Wrong lines ----------------------------------------------------------------------

WRONG = (
    "name,email,role\n"
    "Ana,ana@example.com,host\n"
    "\n"
    "Ben,ben(at)example.com,teacher\n"
    "Eva,ANA@example.com,\n"
)


def test_with_a_wrong_line_nothing_is_stored(event: Event) -> None:
    answer = send(event, WRONG)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "tag:rollcall,2026:wrong_lines"
    assert problem["detail"] == "2 of 3 rows have errors. Nothing was imported."
    assert [one["field"] for one in problem["errors"]] == ["file"]
    assert (problem["created"], problem["updated"]) == (0, 0)
    assert [(one["line"], one["status"]) for one in problem["results"]] == [
        (2, "not_stored"),
        (4, "error"),
        (5, "error"),
    ]
    assert problem["results"][1]["text"] == "Ben, ben(at)example.com, teacher"
    assert details(problem) == {
        4: {
            "email": "“ben(at)example.com” is not an email address.",
            "role": "“teacher” is not one of: host, attendee.",
        },
        5: {"email": "Row 2 has the same address."},
    }
    assert not event.participants.exists()


def test_partial_stores_the_right_lines(event: Event) -> None:
    answer = taken(event, WRONG, "?partial=true")
    assert answer["created"] == 1
    assert list(details(answer)) == [4, 5]
    assert roster(event) == [("Ana", "ana@example.com", "host", "registered")]


def test_the_same_name_twice_without_addresses_is_told(event: Event) -> None:
    answer = send(event, "name\nAna\n ana ")
    assert "Row 2 has the same name" in details(answer.json())[3]["email"]


def test_a_huge_line_is_told_and_the_others_are_taken(event: Event) -> None:
    text = f"name,email\nAna,a@b.de\n{'x' * 1_000_000},c@d.de\nBen,e@f.de"
    answer = taken(event, text, "?partial=1")
    assert details(answer) == {3: {"name": "At most 200 characters."}}
    assert answer["created"] == 2
    assert len(json.dumps(answer)) < 1000


@pytest.mark.parametrize(
    ("query", "field"), [("?partial=maybe", "partial"), ("", "file")]
)
def test_a_request_that_is_wrong_names_the_field(
    event: Event, query: str, field: str
) -> None:
    client = make_client(make_member(event.organization))
    path = f"/api/events/{event.pk}/participants/import{query}"
    answer = client.post(path, {"other": "x"}, format="multipart")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_only_multipart_is_read(event: Event) -> None:
    client = make_client(make_member(event.organization))
    path = f"/api/events/{event.pk}/participants/import"
    assert client.post(path, {"file": "x"}, format="json").status_code == 415


def test_over_8_mib_is_too_large(event: Event) -> None:
    assert send(event, b"x" * (ROSTER_FILE_BYTES + 1)).status_code == 413
    file = SimpleUploadedFile("people.csv", b"name\nAna")
    answer = make_client(make_member(event.organization)).post(
        f"/api/events/{event.pk}/participants/import",
        {"file": file},
        format="multipart",
        headers={"Content-Length": str(2 * ROSTER_FILE_BYTES)},
    )
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["field"] == "file"


# --- What was decided stays -----------------------------------------------------------


def test_a_cancellation_keeps_the_past(event: Event) -> None:
    lesson = make_session(event)
    ana = make_participant(event, name="Ana", email="ana@example.com")
    attend(lesson, ana)
    calculate(lesson)
    before = list(Attendance.objects.values("participant", "status", "source"))
    assert before[0]["status"] == "present"
    taken(event, "name,email,registration\nAna,ana@example.com,cancelled")
    calculate(lesson)
    ana.refresh_from_db()
    assert ana.registration == Registration.CANCELLED
    assert list(Attendance.objects.values("participant", "status", "source")) == before
    assert AttendanceChange.objects.filter(participant=ana).count() == 1
    assert ana.engagement_entries.get().points == 10


# --- How much it costs ----------------------------------------------------------------


def many(number: int) -> bytes:
    lines = [f"Person {n},p{n}@example.com" for n in range(number)]
    lines += [f"Nobody {n}," for n in range(number)]
    return "\n".join(["name,email", *lines]).encode()


@pytest.mark.parametrize("again", [False, True])
def test_the_queries_are_as_many_for_two_people_as_for_hundreds(
    event: Event, again: bool
) -> None:
    counts = []
    for number in (1, 400):
        if again:
            import_roster(event=event, content=many(number))
        with CaptureQueriesContext(connection) as queries:
            import_roster(event=event, content=many(number))
        counts.append(len(queries))
        if not again:
            event.participants.all().delete()
    assert counts[0] == counts[1]


# --- The page -------------------------------------------------------------------------


def on_page(event: Event, content: str, **data: str) -> str:
    client = signed_in(make_member(event.organization))
    file = SimpleUploadedFile("people.csv", content.encode())
    path = f"/events/{event.pk}/people/import/"
    answer = client.post(path, {"file": file} | data)
    assert answer.status_code == 200
    return text(answer.content.decode())


def test_the_page_says_what_became_of_each_line(event: Event) -> None:
    make_participant(event, email="ben@example.com")
    said = on_page(event, "name,email,Group\nAna,\nBen,ben@example.com,7")
    assert "1 person was added." in said
    assert "1 was already on the roster and now matches the file." in said
    assert "2 Ana added 3 Ben already there" in said
    assert "Columns that were ignored: Group" in said
    assert event.participants.count() == 2


def test_of_too_large_a_body_the_file_is_not_said_to_be_missing() -> None:
    """It is not kept, so the form has none."""
    form = RosterFileForm({}, {}, is_cut_off=True)
    assert form.errors == {"file": ["The file is larger than 8 MiB."]}


def test_the_page_names_wrong_lines_first_and_stores_nothing(event: Event) -> None:
    said = on_page(event, WRONG)
    assert "2 rows have errors. Nothing was imported." in said
    assert said.index(
        "4 Ben, ben(at)example.com, teacher email : “ben(at)example.com”"
    ) < said.index("2 Ana valid")
    assert not event.participants.exists()
    said = on_page(event, WRONG, partial="on")
    assert "1 person was added." in said
    assert "there already" not in said
    assert "2 rows have errors." in said


@pytest.mark.parametrize(
    ("content", "said"), [("", "empty"), ("Ana,x@y.de", "must name the columns")]
)
def test_the_page_tells_what_is_no_roster_at_the_file(
    event: Event, content: str, said: str
) -> None:
    assert said in on_page(event, content)
    assert not event.participants.exists()
