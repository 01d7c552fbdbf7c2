"""Whether an organization asks people after events, by form and REST."""

import pytest

from events.models import Role
from tests.attendance.pages import signed_in, text
from tests.factories import make_client, make_event, make_member, make_organization
from tests.forms import send

pytestmark = pytest.mark.django_db

KEPT = {"name": "Al-Noor", "time_zone": "UTC", "language": "en"}
TIMES = {"starts_at": "2026-07-01T10:00", "ends_at": "2026-07-01T11:00"}


def test_an_organization_asks_unless_its_settings_say_otherwise() -> None:
    organization = make_organization()
    assert (organization.sends_prompts, organization.asks_how_it_was) == (True, True)
    client = signed_in(make_member(organization, Role.ADMIN))
    path = f"/organizations/{organization.pk}/settings/"
    send(client, path, **KEPT, sends_prompts="on")
    organization.refresh_from_db()
    assert (organization.sends_prompts, organization.asks_how_it_was) == (True, False)
    send(client, path, **KEPT, asks_how_it_was="on")
    organization.refresh_from_db()
    assert (organization.sends_prompts, organization.asks_how_it_was) == (False, True)


def test_the_form_names_where_people_are_asked() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.ADMIN))
    page = client.get(f"/organizations/{organization.pk}/settings/")
    assert "by mail and under Notifications" in text(page.content.decode())


def test_so_it_is_over_rest() -> None:
    organization = make_organization()
    path = f"/api/organizations/{organization.pk}"
    off = {"sends_prompts": False, "asks_how_it_was": False}
    client = make_client(make_member(organization, Role.ADMIN))
    assert client.get(path).json().items() >= dict.fromkeys(off, True).items()
    assert client.patch(path, off).json().items() >= off.items()
    organization.refresh_from_db()
    now = organization.sends_prompts, organization.asks_how_it_was
    assert now == (False, False)


def test_an_event_asks_onlookers_if_its_form_says_so() -> None:
    event = make_event()
    client = signed_in(make_member(event.organization))
    path = f"/events/{event.pk}/edit/"
    send(client, path, title="Open day", **TIMES, prompt_viewers="on")
    event.refresh_from_db()
    assert event.prompt_viewers
    send(client, path, title="Open day", **TIMES)
    event.refresh_from_db()
    assert not event.prompt_viewers
