"""An organization's own page, its settings, and what a new owner has still to do."""

import re

import pytest
from pytest_django import Settings

from attendance.organization.start import still_to_do
from attendance.points.ledger import PointsPerStatus, points_per_status_in
from events.models import Organization, Role
from sessions_app.models import Mode
from tests.attendance.pages import signed_in, text
from tests.factories import (
    make_attendance,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_person,
    make_session,
)
from tests.forms import send, wrong

pytestmark = pytest.mark.django_db


def to_do(organization: Organization) -> list[str]:
    return [step.title for step in still_to_do(organization)]


# --- Still to do --------------------------------------------------------------------


def test_each_thing_to_do_leads_to_its_page_and_is_gone_when_done(
    settings: Settings,
) -> None:
    settings.EMAIL_URL, settings.LIVEKIT_URL = "consolemail://", ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    organization = make_organization()
    owner = signed_in(make_member(organization, Role.OWNER))
    for step in still_to_do(organization):
        assert owner.get(step.path).status_code == 200
    assert to_do(organization) == [
        "Create the first event",
        "Add people",
        "Invite a colleague",
        "Set up mail, or tell people yourself",
    ]
    event = make_event(organization)
    for step in still_to_do(organization):
        assert owner.get(step.path).status_code == 200
    assert to_do(organization) == [
        "Add people",
        "Schedule the first session",
        "Meet in person, or connect LiveKit",
        "Invite a colleague",
        "Set up mail, or tell people yourself",
    ]
    make_person(organization)
    session = make_session(event)
    assert to_do(organization) == [
        "Meet in person, or connect LiveKit",
        "Invite a colleague",
        "Set up mail, or tell people yourself",
    ]
    session.mode = Mode.IN_PERSON
    session.save()
    make_member(organization)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert to_do(organization) == []


def test_livekit_is_no_thing_to_do_where_it_is_connected(settings: Settings) -> None:
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    organization = make_session().event.organization
    assert "Meet in person, or connect LiveKit" not in to_do(organization)


def test_who_meets_at_a_door_needs_neither_session_nor_livekit(
    settings: Settings,
) -> None:
    settings.LIVEKIT_URL = ""
    event = make_event()
    make_attendance(make_participant(event), status="present", source="check_in")
    assert set(to_do(event.organization)) <= {
        "Invite a colleague",
        "Set up mail, or tell people yourself",
    }


def test_only_who_administers_is_told_what_is_to_do() -> None:
    organization = make_organization()
    path = f"/organizations/{organization.pk}/"
    for role, told in ((Role.ORGANIZER, False), (Role.ADMIN, True)):
        page = signed_in(make_member(organization, role)).get(path).content.decode()
        assert ("Still to do" in page) == told
        assert (f"{path}settings/" in page) == told


def test_the_first_thing_is_the_button_to_press() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.OWNER))
    page = client.get(f"/organizations/{organization.pk}/").content.decode()
    [path] = re.findall(r'class="button first" href="(.*?)"', page)
    assert path == f"/events/new/?organization={organization.pk}"


# --- Settings -----------------------------------------------------------------------


def test_name_language_and_zone_are_set_and_the_page_stays() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.ADMIN))
    path = f"/organizations/{organization.pk}/settings/"
    school = {"name": "Al-Noor", "time_zone": "Asia/Riyadh", "language": "en"}
    assert send(client, path, **school)["Location"] == path
    organization.refresh_from_db()
    assert (organization.name, organization.time_zone) == ("Al-Noor", "Asia/Riyadh")
    assert set(wrong(send(client, path, **school | {"name": ""}))) == {"name"}


def test_every_setting_says_in_a_sentence_what_it_means() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.OWNER))
    page = client.get(f"/organizations/{organization.pk}/settings/").content.decode()
    control = r'<(?:input|select|textarea)[^>]* id="id_(\w+)"'
    fields = set(re.findall(control, page))
    assert fields == {
        "name",
        "time_zone",
        "language",
        "recording_notice",
        "consent_required",
        "sends_prompts",
        "asks_how_it_was",
    }
    for field in fields:
        [said] = re.findall(rf'id="id_{field}_helptext">(.*?)</p>', page, re.DOTALL)
        assert said.strip().endswith("."), field


def test_points_are_set_and_said_in_words() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.OWNER))
    path = f"/organizations/{organization.pk}/"
    worth = PointsPerStatus(present=7, late=5, partial=3, feedback=2)
    send(client, f"{path}points/", **worth._asdict())
    assert points_per_status_in([organization.pk])[organization.pk] == worth
    page = text(client.get(f"{path}settings/").content.decode())
    assert "Present gives 7 points, late 5, partial 3, feedback 2." in page
    refused = send(client, f"{path}points/", **worth._asdict() | {"late": "many"})
    assert set(wrong(refused)) == {"late"}


def test_totals_follow_at_once() -> None:
    person = make_participant()
    make_attendance(person, status="present", source="manual")
    organization = person.event.organization
    client = signed_in(make_member(organization, Role.OWNER))
    worth = PointsPerStatus(present=7, late=0, partial=0, feedback=0)
    send(client, f"/organizations/{organization.pk}/points/", **worth._asdict())
    entries = person.engagement_entries.values_list("points", flat=True)
    assert sum(entries) == 7
