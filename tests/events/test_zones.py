"""Zones of one machine are taken nowhere, and work where they stand already."""

import pytest

from events.models import Participant
from events.roster.importing import import_roster
from tests.factories import make_client, make_event, make_member, make_organization

pytestmark = pytest.mark.django_db

NO_ZONES = ("localtime", "posixrules", "Factory")


@pytest.mark.parametrize("zone", NO_ZONES)
def test_they_are_refused_over_rest_and_in_files(zone: str) -> None:
    organization = make_organization()
    event = make_event(organization)
    client = make_client(make_member(organization, "owner"))
    said = f"“{zone}” is not a time zone. Write a name like Asia/Riyadh or UTC."
    for path in (
        f"/api/organizations/{organization.pk}",
        f"/api/events/{event.pk}",
        "/api/me",
    ):
        answer = client.patch(path, {"time_zone": zone})
        assert answer.status_code == 400
        [error] = answer.json()["errors"]
        assert (error["field"], error["detail"]) == ("time_zone", said)
    content = f"name,time_zone\nAna,{zone}".encode()
    [line] = import_roster(event=event, content=content, partial=True).results
    assert [error.field for error in line.errors] == ["time_zone"]
    assert not Participant.objects.exists()


def test_where_they_stand_already_everything_else_can_be_changed() -> None:
    organization = make_organization(time_zone="localtime")
    event = make_event(organization, time_zone="localtime")
    client = make_client(make_member(organization, "owner"))
    for path in (f"/events/{event.pk}/", f"/events/{event.pk}/check-in/?session="):
        assert client.get(path).status_code == 200
    answer = client.patch(f"/api/events/{event.pk}", {"title": "New"})
    assert (answer.status_code, answer.json()["title"]) == (200, "New")
