"""Pages that ask before something is deleted: what it is, and how much goes with it."""

import re

import pytest

from events.models import Event
from tests.attendance.pages import signed_in, text
from tests.factories import make_event, make_member, make_participant, make_session

pytestmark = pytest.mark.django_db


def said(event: Event, path: str) -> str:
    page = signed_in(make_member(event.organization)).get(path).content.decode()
    return re.sub("[\u2068\u2069]", "", text(page))


def test_the_heading_names_what_is_deleted() -> None:
    event = make_event(title="Algebra")
    session = make_session(event, title="Week 1")
    place = make_participant(event, name="Ana")
    for path, heading in {
        f"/events/{event.pk}/delete/": "Delete the event Algebra",
        f"/sessions/{session.pk}/delete/": "Delete the session Week 1",
        f"/people/{place.person_id}/delete/": "Delete Ana",
        f"/participants/{place.pk}/remove/": "Remove Ana from the roster",
    }.items():
        assert heading in said(event, path)


def test_how_much_goes_with_it_is_said() -> None:
    event = make_event()
    path = f"/events/{event.pk}/delete/"
    page = said(event, path)
    assert "its roster." not in page
    assert "deleted." not in page
    make_session(event)
    ana = make_participant(event)
    make_participant(event)
    page = said(event, path)
    assert "2 people leave its roster." in page
    assert "1 session is deleted." in page
    assert "They leave 1 roster." in said(event, f"/people/{ana.person_id}/delete/")
