"""Stars and texts: who gives them, when, and what they earn."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum

from attendance.decisions.answering import answer
from attendance.feedback.giving import give_feedback
from attendance.feedback.ratings import ratings_of
from attendance.models import EngagementEntry, Feedback
from core.errors import RuleBroken
from events.models import ParticipantRole, Registration
from tests.factories import START, make_event, make_participant

pytestmark = pytest.mark.django_db

SOON = START + timedelta(hours=3)


def test_new_feedback_replaces_the_old_one_and_points_follow() -> None:
    place = make_participant()
    give_feedback(place, rating=2, text="Too loud", now=SOON)
    give_feedback(place, rating=5, now=SOON)
    feedback = Feedback.objects.get(participant=place)
    assert (feedback.rating, feedback.text) == (5, "")
    total = EngagementEntry.objects.filter(participant=place).aggregate(
        total=Sum("points")
    )
    assert total == {"total": 2}


@pytest.mark.parametrize(
    ("place", "given", "code"),
    [
        ({}, {"rating": 0}, "out_of_range"),
        ({}, {"rating": 6}, "out_of_range"),
        ({}, {"rating": 3, "text": "x" * 2001}, "too_long"),
        ({}, {"rating": 3, "now": START - timedelta(minutes=1)}, "not_begun"),
        ({}, {"rating": 3, "now": SOON + timedelta(days=14)}, "too_late"),
        ({"role": ParticipantRole.HOST}, {"rating": 3}, "is_host"),
        ({"registration": Registration.CANCELLED}, {"rating": 3}, "not_registered"),
        ({"registration": Registration.VIEWED}, {"rating": 3}, "was_not_there"),
    ],
)
def test_what_is_refused_says_why(
    place: dict[str, Any], given: dict[str, Any], code: str
) -> None:
    participant = make_participant(make_event(), **place)
    with pytest.raises(RuleBroken) as refused:
        give_feedback(participant, **{"now": SOON} | given)
    assert refused.value.code == code
    assert not Feedback.objects.exists()


def test_who_said_no_gives_none_and_stars_from_before_do_not_count() -> None:
    event = make_event()
    places = [make_participant(event) for _ in range(6)]
    for place in places:
        give_feedback(place, rating=4, now=SOON)
    answer(places[0], attended=False, by=None, now=SOON)
    with pytest.raises(RuleBroken) as refused:
        give_feedback(places[0], rating=1, now=SOON)
    assert refused.value.code == "was_not_there"
    assert ratings_of(event).count == 5
    answer(places[0], attended=True, by=None, now=SOON)
    assert ratings_of(event).count == 6
