"""The page that imports a roster from a file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.forms import RosterFileForm
from events.models import Event
from tests.attendance.pages import signed_in, text
from tests.events.roster.wrong_file import WRONG
from tests.factories import make_event, make_member, make_participant

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    return make_event()


def on_page(event: Event, content: str, **data: str) -> str:
    client = signed_in(make_member(event.organization))
    file = SimpleUploadedFile("people.csv", content.encode())
    path = f"/events/{event.pk}/people/import/"
    answer = client.post(path, {"file": file} | data)
    assert answer.status_code == 200
    return text(answer.content.decode())


def test_the_page_says_what_became_of_each_line(event: Event) -> None:
    make_participant(event, name="Ben", email="ben@example.com")
    said = on_page(event, "name,email,Group\nAna,\nBen,ben@example.com,7")
    assert "1 person was added." in said
    assert "1 was already on the roster. Their name, and the address" in said
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
