"""The admin of people and places: written by the services, refused at the field."""

import pytest
from django.test import Client

from events.models import Participant, Person
from tests.events.people.changes import changes_of
from tests.factories import make_organization, make_person, make_session, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def superuser() -> Client:
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def test_a_number_of_somebody_else_is_told_at_its_field(superuser: Client) -> None:
    organization = make_organization()
    make_person(organization, external_id="7")
    ana = make_person(organization, name="Ana")
    sent = {"name": "Ana", "external_id": "7"}
    answer = superuser.post(f"/admin/events/person/{ana.pk}/change/", sent)
    assert answer.context["adminform"].form.errors == {
        "external_id": ["Somebody else has this student number."]
    }
    ana.refresh_from_db()
    assert ana.external_id == ""


def test_what_is_written_of_people_and_places_is_logged(superuser: Client) -> None:
    event = make_session().event  # Which is over: who comes now comes late.
    organization = event.organization_id
    sent = {"organization": organization, "name": "Ana"}
    superuser.post("/admin/events/person/add/", sent)
    ana = Person.objects.get()
    sent = {"event": event.pk, "person": ana.pk, "role": "attendee"}
    superuser.post("/admin/events/participant/add/", sent)
    place = Participant.objects.get()
    path = f"/admin/events/participant/{place.pk}/change/"
    superuser.post(path, {"role": "host", "show_to_other_orgs": "on"})
    place.refresh_from_db()
    assert (place.role, place.show_to_other_orgs) == ("host", True)
    assert place.latest.start is not None
    _person, added, changed = changes_of(ana)
    assert added[2]["enrolled"] == [[place.latest.start.isoformat(), None]]
    assert changed[1:] == ({"role": "attendee"}, {"role": "host"})
