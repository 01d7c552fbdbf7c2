"""What people thought of an event, as its organization gets it: without names."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.feedback.ratings import ratings_of
from attendance.models import Feedback
from events.models import Event, Role
from tests.factories import make_client, make_event, make_member, make_participant

pytestmark = pytest.mark.django_db


def rate(event: Event, *ratings: int, texts: tuple[str, ...] = ()) -> None:
    for number, rating in enumerate(ratings):
        text = texts[number] if number < len(texts) else ""
        person = make_participant(event)
        Feedback.objects.create(participant=person, rating=rating, text=text)


def over_rest(event: Event, role: str = Role.ORGANIZER) -> Any:
    client = make_client(make_member(event.organization, role))
    return client.get(f"/api/events/{event.pk}/feedback").json()


def test_below_five_only_their_number_shows() -> None:
    event = make_event()
    rate(event, 1, 5, 5, 4, texts=("Never again",))
    assert over_rest(event) == {
        "count": 4,
        "median": None,
        "stars": None,
        "texts": [],
        "hidden": "Shown once 5 people have answered.",
    }


def test_from_five_on_median_stars_and_texts_show() -> None:
    event = make_event()
    rate(event, 5, 4, 2, 5, 1, texts=("Zany", "Good", " ", "", "Cold room"))
    rate(make_event(event.organization), 1)
    assert over_rest(event, Role.VIEWER) == {
        "count": 5,
        "median": 4,
        "stars": {"1": 1, "2": 1, "3": 0, "4": 1, "5": 2},
        # In the order of the alphabet: that of answers would tell who wrote what.
        "texts": ["Cold room", "Good", "Zany"],
        "hidden": None,
    }


def test_the_median_of_an_even_number_lies_between_two() -> None:
    event = make_event()
    rate(event, 1, 2, 3, 4, 5, 5)
    assert ratings_of(event).median == 3.5


@pytest.mark.parametrize("number", [5, 50])
def test_however_many_answered_it_is_one_query(number: int) -> None:
    event = make_event()
    rate(event, *[3] * number)
    with CaptureQueriesContext(connection) as captured:
        assert ratings_of(event).count == number
    assert len(captured) == 1
