"""A person's attendance over all events, over REST."""

import pytest

from events.models import Participant
from tests.attendance.many_reports import all_pages, get, make_many
from tests.factories import make_client, make_event, make_participant, make_session

pytestmark = pytest.mark.django_db


def test_its_rows_are_those_of_the_single_reports() -> None:
    many = make_many()
    first, second = many.events
    ana = Participant.objects.get(event=first, person__user=many.users["attendee"])
    other = make_participant(first, name="Else")
    client = make_client(many.users["owner"])
    for place in (ana, other):
        rows = list(all_pages(client, f"/api/people/{place.person_id}/attendance"))
        expected = [
            row
            for row in many.rows_of_single_reports("owner")
            if row["participant"]["id"] == place.pk
        ]
        assert rows == expected
        assert rows
        assert second.pk not in {row["event"] for row in rows}


def test_it_is_over_all_events_of_the_organization_and_takes_filters() -> None:
    many = make_many()
    [event, _elsewhere] = many.events
    place = event.participants.first()
    assert place
    again = make_event(event.organization)
    make_participant(again, person=place.person)
    session = make_session(again)
    client = make_client(many.users["viewer"])
    path = f"/api/people/{place.person_id}/attendance"
    events = {row["event"] for row in all_pages(client, path)}
    assert events == {event.pk, again.pk}
    only = get(client, f"{path}?event={again.pk}&person=1")
    assert [row["session"]["id"] for row in only["results"]] == [session.pk]
    assert client.get(f"{path}?from=x").status_code == 400
