"""An hour's course that has no session yet, and Ana on its roster."""

from datetime import timedelta

import pytest

from events.models import Event, Participant
from tests.factories import START, make_event, make_participant


@pytest.fixture
def course() -> Event:
    return make_event(ends_at=START + timedelta(hours=1))


@pytest.fixture
def ana(course: Event) -> Participant:
    return make_participant(course, name="Ana")
