"""An hour's lesson with Ana and Ben on its roster."""

import pytest

from events.models import Event, Participant
from sessions_app.models import LiveSession
from tests.factories import make_event, make_participant, make_session
from tests.webhooks import Room

# So that what they assert says which person of which case differs, and how.
pytest.register_assert_rewrite("tests.attendance.modes_lesson")


@pytest.fixture
def event() -> Event:
    return make_event()


@pytest.fixture
def lesson(event: Event) -> LiveSession:
    return make_session(event)


@pytest.fixture
def room(lesson: LiveSession) -> Room:
    return Room(lesson)


@pytest.fixture
def ana(event: Event) -> Participant:
    return make_participant(event, name="Ana")


@pytest.fixture
def ben(event: Event) -> Participant:
    return make_participant(event, name="Ben")
