"""Rosters from files: over REST, on the page, and again."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.models import Attendance, AttendanceChange
from core.body_limits import ROSTER_FILE_BYTES
from events.models import (
    Event,
    Person,
    Registration,
)
from events.roster.importing import import_roster
from tests.attendance.calculated import attend, calculate
from tests.events.roster.imports import details, everything, roster, send, taken
from tests.events.roster.wrong_file import WRONG
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_participant,
    make_participants,
    make_session,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    return make_event()


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
            | {"status": "created", "participant": ana.pk}
            | {"errors": [], "candidates": []},
            {"line": 3, "text": "Ben, , , waitlisted"}
            | {"status": "created", "participant": ben.pk}
            | {"errors": [], "candidates": []},
        ],
    }
    assert roster(event) == [
        ("Ana", "ana@example.com", "host", "registered"),
        ("Ben", "", "attendee", "waitlisted"),
    ]
    assert (ana.time_zone, ana.language) == ("Asia/Riyadh", "ar")
    assert len(ana.identity) > 20
    assert ana.identity != ben.identity


AGAIN = (
    "name,email,external_id,role,registration,time_zone,enrolled_from,enrolled_until\n"
    "Ana,ana@example.com,1,host,,UTC,2026-01-01,2027-01-01\n"
    "Ben,ben@example.com,,,waitlisted,,,\n"
    "Eva,,3,,,,2026-01-01,\n"
    "Tom,ben@example.com,4,,cancelled,,2026-01-01,2026-02-01\n"
)


def test_the_same_file_again_changes_nothing(event: Event) -> None:
    make_session(event)
    first = taken(event, AGAIN)
    before = everything(event)
    again = taken(event, AGAIN)
    assert (first["created"], again["created"], again["updated"]) == (4, 0, 4)
    assert [one["participant"] for one in again["results"]] == [
        one["participant"] for one in first["results"]
    ]
    assert everything(event) == before


def test_whoever_has_address_and_name_is_changed_and_nobody_else(event: Event) -> None:
    ana = make_participant(event, name="Ana", email="Ana@Example.com", role="host")
    elsewhere = make_participant(name="Ana", email="ana@example.com")
    answer = taken(event, "name,email,registration\nANA,ana@example.COM,cancelled")
    assert answer["results"][0]["participant"] == ana.pk
    assert roster(event) == [("Ana", "Ana@Example.com", "host", "cancelled")]
    elsewhere.refresh_from_db()
    assert elsewhere.registration == "registered"


def test_a_known_address_with_another_name_is_somebody_new(event: Event) -> None:
    """Renaming is for people alone: brothers and sisters share an address."""
    make_participant(event, name="Ana", email="home@example.com")
    assert taken(event, "name,email\nBen,home@example.com")["created"] == 1
    assert [name for name, *_ in roster(event)] == ["Ana", "Ben"]


def test_siblings_with_one_address_stay_who_they_are_over_two_files(
    event: Event,
) -> None:
    both = "name,email\nAna Lopes,home@example.com\nEva Lopes,HOME@example.com"
    assert taken(event, both)["created"] == 2
    other = make_event(event.organization)
    assert taken(other, f"{both}\nTom Lopes,home@example.com")["created"] == 3
    assert Person.objects.count() == 3
    assert taken(event, both)["updated"] == 2


def test_a_person_of_another_roster_gets_a_place_and_nobody_is_doubled(
    event: Event,
) -> None:
    elsewhere = make_participant(
        make_event(event.organization), name="Ana", email="ana@example.com"
    )
    taken(event, "name,email,external_id\nana,ANA@example.com,7")
    place = event.participants.get()
    assert place.person == elsewhere.person
    assert (place.name, place.email) == ("Ana", "ana@example.com")
    assert place.external_id == "7"


def test_an_empty_cell_and_a_missing_column_change_nothing(event: Event) -> None:
    make_participant(
        event, name="Ana", email="ana@example.com", role="host", time_zone="Asia/Riyadh"
    )
    before = everything(event)
    taken(event, "name,email,language,role\nAna,ana@example.com,,")
    assert everything(event) == before


@pytest.mark.parametrize("registration", ["viewed", "cancelled"])
def test_who_stands_in_the_file_is_registered_again(
    event: Event, registration: str
) -> None:
    place = make_participant(
        event, name="Ana", email="ana@example.com", registration=registration
    )
    begun = timezone.now()
    make_session(event)
    answer = taken(event, "name,email\nAna,ana@example.com")
    assert answer["results"][0]["participant"] == place.pk
    place.refresh_from_db()
    assert place.registration == Registration.REGISTERED
    assert place.cancelled_at is None
    assert place.latest.end is None
    assert place.latest.start
    assert place.latest.start > begun


# --- The number -----------------------------------------------------------------------


def test_the_number_says_who_it_is_whatever_the_address(event: Event) -> None:
    """An address that somebody has is not replaced: an account may hang on it."""
    ana = make_participant(event, name="Ana", email="old@example.com", external_id="7")
    answer = taken(event, "name,email,external_id,role\nANA,new@example.com,7,host")
    assert answer["results"][0]["participant"] == ana.pk
    assert roster(event) == [("Ana", "old@example.com", "host", "registered")]


def test_a_number_of_somebody_with_another_name_is_doubtful_line_by_line(
    event: Event,
) -> None:
    ben = make_participant(event, name="Ben", email="b@example.com", external_id="7")
    content = "name,email,external_id\nAna,a@example.com,7\nEva,e@example.com,8"
    answer = send(event, content)
    assert answer.status_code == 400
    assert not event.participants.exclude(pk=ben.pk).exists()
    answer = taken(event, content, "?partial=true")
    assert details(answer) == {
        2: {
            "external_id": "This is the student number of Ben (b@example.com, 7). "
            "Correct it, or the name."
        }
    }
    [refused, stored] = answer["results"]
    assert refused["candidates"] == [
        {"person": ben.person_id, "name": "Ben"}
        | {"email": "b@example.com", "external_id": "7"}
    ]
    assert (refused["participant"], stored["status"]) == (None, "created")
    assert [name for name, *_ in roster(event)] == ["Ben", "Eva"]


def test_another_number_than_theirs_is_doubtful(event: Event) -> None:
    make_participant(event, name="Ana", email="a@example.com", external_id="5")
    answer = send(event, "name,email,external_id\nAna,a@example.com,7")
    assert details(answer.json()) == {
        2: {
            "external_id": "This may be Ana (a@example.com, 5). Correct the student "
            "number."
        }
    }


def test_several_with_this_name_and_address_are_told_apart_by_number(
    event: Event,
) -> None:
    for number in ("1", "2"):
        make_participant(event, name="Ana", email="a@b.de", external_id=number)
    answer = send(event, "name,email\nAna,a@b.de").json()
    assert "Ana (a@b.de, 1), Ana (a@b.de, 2). Add the" in details(answer)[2]["name"]
    assert len(answer["results"][0]["candidates"]) == 2
    content = "name,email,external_id\nAna,a@b.de,2\nAna,a@b.de,1"
    assert taken(event, content)["updated"] == 2


# --- Names first ----------------------------------------------------------------------


def test_addresses_that_come_later_are_given_to_the_same_people(event: Event) -> None:
    names = ["Ana Lopes", "Ben", "محمد"]
    taken(event, "\n".join(["name", *names]))
    first = list(event.participants.order_by("pk").values_list("pk", "person"))
    rows = ['"Lopes, Ana",a@b.de', "BEN,b@b.de", "مُحَمَّد,m@b.de"]
    answer = taken(event, "\n".join(["name,email", *rows]))
    assert (answer["created"], answer["updated"]) == (0, 3)
    assert list(event.participants.order_by("pk").values_list("pk", "person")) == first
    assert [row[:2] for row in roster(event)] == list(
        zip(names, ["a@b.de", "b@b.de", "m@b.de"], strict=True)
    )


@pytest.mark.parametrize("emails", [["ana@example.com"], [""], ["", ""]])
def test_a_name_alone_is_nobody_of_the_roster(event: Event, emails: list[str]) -> None:
    for email in emails:
        make_participant(event, name="Ana", email=email)
    before = everything(event)
    answer = send(event, "name,role\nAna,host")
    assert answer.status_code == 400
    assert "show who is meant" in details(answer.json())[2]["name"]
    assert len(answer.json()["results"][0]["candidates"]) == len(emails)
    assert everything(event) == before


def test_of_two_without_address_nobody_is_given_one(event: Event) -> None:
    for _ in range(2):
        make_participant(event, name="Ana", email="")
    assert taken(event, "name,email\nAna,ana@example.com")["created"] == 1
    assert [email for _name, email, *_ in roster(event)] == ["", "", "ana@example.com"]


def test_who_is_on_another_roster_alone_is_not_meant_by_name(event: Event) -> None:
    make_participant(make_event(event.organization), name="Ana", email="")
    assert taken(event, "name,email\nAna,ana@example.com")["created"] == 1
    assert Person.objects.count() == 2


def test_of_very_many_namesakes_the_first_are_named(event: Event) -> None:
    make_participants(event, ["Ana"] * 12)
    answer = send(event, "name\nAna").json()
    said = "This may be Ana, Ana, Ana, …. Add the address"
    assert said in details(answer)[2]["name"]
    assert len(answer["results"][0]["candidates"]) == 10


# --- Line after line ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "field", "said"),
    [
        (["Ana,a@b.de,", "ANA,A@b.de,"], "line", "Row 2 is about the same person."),
        (["Ana,a@b.de,1", "Ana,c@d.de,1"], "line", "Row 2 is about the same person."),
        (["Ana,,", "Ana,a@b.de,"], "line", "Row 2 is about the same person."),
        (["Old,o@b.de,", "Old,O@b.de,"], "line", "Row 2 is about the same person."),
        (["Bare,b@b.de,", "Bare,B@b.de,"], "line", "Row 2 is about the same person."),
        (["Old,o@b.de,1", "Old,,1"], "line", "Row 2 is about the same person."),
        (["Ana,a@b.de,", "Ana,,"], "name", "Row 2 has the same name. Add addresses"),
        (["Ana,,", "Ana,,1"], "name", "Row 2 has the same name. Add addresses"),
        (
            ["Ana,a@b.de,1", "Ben,b@b.de,1"],
            "external_id",
            "Row 2 has the same student number, and another name.",
        ),
        (
            ["Ana,a@b.de,1", "Ana,a@b.de,2"],
            "external_id",
            "Row 2 may be the same person, with another student number.",
        ),
        (["Old,o@b.de,1", "Ben,b@b.de,1"], "external_id", "number of Old (o@b.de, 1)"),
        (["Bare,b@b.de,", "Bare,,"], "name", "This may be Bare (b@b.de). Add"),
    ],
)
def test_a_line_that_may_mean_somebody_of_an_earlier_line_is_refused(
    event: Event, lines: list[str], field: str, said: str
) -> None:
    make_participant(event, name="Old", email="o@b.de")
    make_participant(event, name="Bare", email="")
    content = "\n".join(["name,email,external_id", *lines])
    answer = taken(event, content, "?partial=1")
    assert list(details(answer)) == [3]
    assert said in details(answer)[3][field]
    # What is refused is not stored, and what was stored is the same.
    assert taken(event, f"name,email,external_id\n{lines[0]}", "?partial=1")
    assert event.participants.count() == 2 + lines[0].startswith("Ana")


def test_of_namesakes_the_first_gets_the_address_and_the_second_is_new(
    event: Event,
) -> None:
    """As if they were added one after the other."""
    bare = make_participant(event, name="Ana", email="")
    answer = taken(event, "name,email\nAna,a@b.de\nAna,c@d.de")
    assert [one["status"] for one in answer["results"]] == ["updated", "created"]
    bare.refresh_from_db()
    assert bare.email == "a@b.de"
    assert event.participants.count() == 2


# --- Wrong lines ----------------------------------------------------------------------


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
        5: {"line": "Row 2 is about the same person."},
    }
    assert not event.participants.exists()


def test_partial_stores_the_right_lines(event: Event) -> None:
    answer = taken(event, WRONG, "?partial=true")
    assert answer["created"] == 1
    assert list(details(answer)) == [4, 5]
    assert roster(event) == [("Ana", "ana@example.com", "host", "registered")]


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


def many(number: int, columns: str, *values: str) -> bytes:
    """A file of people with numbers in their names and values."""
    line = ",".join(["Person {n}", *values])
    lines = (line.replace("{n}", str(n)) for n in range(number))
    return "\n".join([columns, *lines]).encode()


FILES = [
    ("name,email", ""),
    ("name,email,language", "p{n}@example.com", "ar"),
    ("name,email,registration", "p{n}@example.com", "cancelled"),
    ("name,email,external_id", "p{n}@example.com", "{n}"),
    ("name,email,external_id", "p{n}@example.com", "{n}"),
]


def test_the_queries_are_as_many_for_two_people_as_for_hundreds() -> None:
    """New, given an address, cancelled, registered again, and nothing to change."""
    counts = []
    for number in (2, 300):
        event = make_event()
        make_session(event)
        for file in FILES:
            with CaptureQueriesContext(connection) as queries:
                done = import_roster(event=event, content=many(number, *file))
            assert done.wrong == 0
            counts.append(len(queries))
        assert Person.objects.filter(organization=event.organization).count() == number
    assert counts[: len(FILES)] == counts[len(FILES) :]
