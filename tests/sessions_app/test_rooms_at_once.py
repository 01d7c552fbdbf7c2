"""Several people who take one room at the same moment, over REST."""

from datetime import timedelta

import pytest

from sessions_app.models import LiveSession
from tests.at_once import at_once
from tests.factories import START, make_client, make_event, make_member

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_takes_a_room_at_once_gets_it_or_is_told_who_has_it() -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    fields = {
        "event": event.pk,
        "title": "Lesson",
        "room_name": f"{event.organization.slug}_blue",
        "starts_at": START.isoformat(),
        "ends_at": (START + timedelta(hours=1)).isoformat(),
    }

    def take() -> int:
        return int(client.post("/api/sessions", fields, format="json").status_code)

    answers = sorted(at_once([take] * 12))
    assert answers == [201, *[409] * 11]
    assert LiveSession.objects.count() == 1
