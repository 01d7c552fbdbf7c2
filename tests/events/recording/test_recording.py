"""What people read before they join, and their consent to being recorded."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from events.models import Organization, Participant, Person, PersonChange, Role, User
from events.roster.personal_links import personal_path
from sessions_app.models import LiveSession, Mode
from tests.attendance.pages import signed_in
from tests.factories import (
    START,
    make_client,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_person,
    make_session,
    make_user,
)
from tests.forms import send, wrong
from tests.written import written

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
USUAL = "When you join, your attendance is recorded"
OWN = "We record who comes."
CONSENT = "I consent to attendance being recorded"
WITHDRAW = "Withdraw consent"


@pytest.fixture(autouse=True)
def _livekit(settings: Settings) -> None:
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    settings.LIVEKIT_API_KEY = "key"
    settings.LIVEKIT_API_SECRET = "secret" * 6


def running(**organization: Any) -> LiveSession:
    event = make_event(make_organization(name="Al-Noor", **organization))
    return make_session(event, starts_at=timezone.now() - HOUR / 4)


def attendee(session: LiveSession, **fields: Any) -> tuple[Participant, User, Client]:
    user = make_user()
    place = make_participant(session.event, user=user, **fields)
    return place, user, make_client(user)


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.unescape(answer.content.decode())


def agree(client: Client, person: int, *, consents: bool = True) -> Any:
    return client.patch(
        f"/api/me/people/{person}",
        {"consents_to_recording": consents},
        content_type="application/json",
    )


def token(client: Client, session: LiveSession, **sent: Any) -> Any:
    return client.post(f"/api/sessions/{session.pk}/join-token", sent)


def press(place: Participant, consents: str) -> Any:
    return Client().post(f"{personal_path(place)}consent/", {"consents": consents})


def person_of(place: Participant) -> Person:
    return Person.objects.get(pk=place.person_id)


# --- What people read -----------------------------------------------------------------


@pytest.mark.parametrize(("notice", "read"), [("", USUAL), (OWN, OWN)])
def test_it_stands_wherever_somebody_joins(notice: str, read: str) -> None:
    session = running(recording_notice=notice)
    place, _user, client = attendee(session)
    for text in (
        page(Client(), personal_path(place)),
        page(client, f"/sessions/{session.pk}/"),
        page(client, f"/account/people/{place.person_id}/recording/"),
    ):
        assert read in text
        assert (USUAL in text) == (not notice)
        assert CONSENT not in text
    [over_rest] = client.get("/api/me/people").json()["results"]
    assert read in over_rest["recording_notice"]
    assert over_rest["consent_required"] is False


def test_where_nobody_joins_it_does_not_stand() -> None:
    session = running()
    session.mode = Mode.IN_PERSON
    session.save()
    place, _user, client = attendee(session)
    assert USUAL not in page(Client(), personal_path(place))
    assert USUAL not in page(client, f"/sessions/{session.pk}/")


@pytest.mark.parametrize(
    ("mode", "is_led"), [("online", True), ("hybrid", True), ("in_person", False)]
)
def test_an_account_is_led_to_it_where_something_is_held_online(
    mode: str, is_led: bool
) -> None:
    session = running()
    session.mode = mode
    session.save()
    place, user, _client = attendee(session)
    client = signed_in(user)
    path = f"/account/people/{place.person_id}/recording/"
    assert (path in page(client, "/account/invitations/")) == is_led
    send(client, path, consents="yes")
    assert path in page(client, "/account/invitations/")


def test_who_does_not_join_is_not_told() -> None:
    session = running(consent_required=True)
    organizer = make_client(make_member(session.event.organization))
    assert USUAL not in page(organizer, f"/sessions/{session.pk}/")


def test_a_text_of_several_lines_is_shown_as_lines_and_not_as_html() -> None:
    session = running(recording_notice="One.\n\n<b>Two</b>.")
    place, _user, _client = attendee(session)
    shown = Client().get(personal_path(place)).content.decode()
    assert "<p>One.</p>" in shown
    assert "&lt;b&gt;Two&lt;/b&gt;" in shown


def test_admins_set_both_on_the_settings_page_and_over_rest() -> None:
    organization = make_organization(name="Al-Noor")
    by = make_member(organization, Role.ADMIN)
    admin, browser = make_client(by), signed_in(by)
    path = f"/organizations/{organization.pk}/settings/"
    assert USUAL in page(admin, path)
    assert "Hosts too." in page(admin, path)
    kept = {"name": "Al-Noor", "time_zone": "UTC", "language": "en"}
    asked = {"recording_notice": "One.\r\nTwo.", "consent_required": "on"}
    assert send(browser, path, **kept, **asked).status_code == 302
    rest = f"/api/organizations/{organization.pk}"
    read = admin.get(rest).json()
    assert read["recording_notice"] == "One.\nTwo."
    assert read["consent_required"] is True
    changed = admin.patch(rest, {"recording_notice": "", "consent_required": False})
    assert changed.status_code == 200
    organization.refresh_from_db()
    assert (organization.recording_notice, organization.consent_required) == ("", False)
    too_long = {"recording_notice": "x" * 2001}
    assert set(wrong(send(browser, path, **kept, **too_long))) == {"recording_notice"}
    assert admin.patch(rest, too_long).status_code == 400
    organizer = make_client(make_member(organization))
    assert organizer.patch(rest, {"consent_required": True}).status_code == 403


def test_superusers_set_both_in_the_admin() -> None:
    organization = make_organization()
    client = signed_in(make_user(is_staff=True, is_superuser=True))
    path = f"/admin/events/organization/{organization.pk}/change/"
    kept = {"name": "Al-Noor", "time_zone": "UTC", "language": "en"}
    sent = kept | {"recording_notice": OWN, "consent_required": "on"}
    assert client.post(path, sent).status_code == 302
    organization.refresh_from_db()
    assert organization.recording_notice == OWN
    assert organization.consent_required


# --- Where consent is required --------------------------------------------------------


def test_nobody_joins_before_they_consent() -> None:
    session = running(consent_required=True)
    place, _user, client = attendee(session, name="Ali")
    refused = token(client, session)
    assert refused.status_code == 409
    told = refused.json()
    assert told["type"].endswith("consent_missing")
    assert told["person"] == place.person_id
    assert "Ali must first consent to attendance being recorded" in told["detail"]
    assert "personal link" in told["detail"]
    assert agree(client, place.person_id).status_code == 200
    assert token(client, session).status_code == 200


@pytest.mark.parametrize("role", ["attendee", "host"])
def test_organizers_get_no_token_for_whose_consent_is_missing(role: str) -> None:
    """Organizers and hosts on the roster are asked like everybody else."""
    session = running(consent_required=True)
    organizer = make_member(session.event.organization)
    place = make_participant(session.event, user=organizer, role=role)
    client = make_client(organizer)
    assert token(client, session).status_code == 409
    assert token(client, session, participant=place.pk).status_code == 409
    agree(client, place.person_id)
    assert token(client, session, participant=place.pk).status_code == 200


def test_on_the_page_of_the_personal_link_one_consents_and_then_joins() -> None:
    session = running(consent_required=True)
    place = make_participant(session.event)
    path = personal_path(place)
    assert CONSENT in page(Client(), path)
    assert f"{path}join/" not in page(Client(), path)
    refused = Client().post(f"{path}join/")
    assert refused.status_code == 409
    assert CONSENT in refused.content.decode()
    assert press(place, "yes")["Location"] == path
    assert f"{path}join/" in page(Client(), path)
    assert CONSENT not in page(Client(), path)
    assert Client().post(f"{path}join/").status_code == 200


def test_the_page_of_the_session_leads_signed_in_attendees_to_consent() -> None:
    session = running(consent_required=True)
    place, user, client = attendee(session)
    path = f"/account/people/{place.person_id}/recording/"
    shown = page(client, f"/sessions/{session.pk}/")
    assert CONSENT in shown
    assert f'action="{path}"' in shown
    assert path in page(client, "/account/invitations/")
    browser = signed_in(user)
    assert browser.post(path, {"consents": "yes"})["Location"] == path
    assert WITHDRAW in page(client, path)
    assert token(client, session).status_code == 200


def test_a_parent_consents_for_each_child() -> None:
    session = running(consent_required=True)
    ali, mother, client = attendee(session, name="Ali")
    sara = make_participant(session.event, user=mother, name="Sara")
    agree(client, ali.person_id)
    assert token(client, session, participant=ali.pk).status_code == 200
    assert token(client, session, participant=sara.pk).status_code == 409
    shown = page(client, f"/sessions/{session.pk}/")
    assert shown.count(CONSENT) == 1
    assert shown.count(WITHDRAW) == 1


def test_it_holds_at_all_events_of_the_organization_and_at_no_other() -> None:
    session = running(consent_required=True)
    place, user, client = attendee(session)
    agree(client, place.person_id)
    now = timezone.now()
    again = make_session(make_event(session.event.organization), starts_at=now)
    make_participant(again.event, person=place.person)
    elsewhere = running(consent_required=True)
    make_participant(elsewhere.event, user=user)
    assert token(client, again).status_code == 200
    assert token(client, elsewhere).status_code == 409


def test_opening_the_pages_consents_to_nothing() -> None:
    session = running(consent_required=True)
    place, _user, client = attendee(session)
    with CaptureQueriesContext(connection) as queries:
        page(Client(), personal_path(place))
        page(client, f"/account/people/{place.person_id}/recording/")
    assert written(queries) == []
    assert Client().get(f"{personal_path(place)}consent/").status_code == 405


def test_nobody_consents_for_somebody_else() -> None:
    session = running(consent_required=True)
    place, _user, _client = attendee(session)
    others = [
        make_client(make_user()),
        make_client(make_member(session.event.organization, Role.OWNER)),
    ]
    path = f"/account/people/{place.person_id}/recording/"
    for other in others:
        assert agree(other, place.person_id).status_code == 404
        assert other.get(path).status_code == 404
        assert other.post(path, {"consents": "yes"}, "multipart").status_code == 404
    owner, given = others[1], {"consented_at": "2026-01-01T00:00:00Z"}
    owner.patch(f"/api/people/{place.person_id}", given)
    assert person_of(place).consented_at is None


# --- Withdrawing ----------------------------------------------------------------------


@pytest.mark.parametrize("is_required", [True, False])
def test_who_withdraws_joins_no_more_until_they_consent_again(
    *, is_required: bool
) -> None:
    session = running(consent_required=True)
    place, _user, client = attendee(session)
    path = personal_path(place)
    press(place, "yes")
    assert WITHDRAW in page(Client(), path)
    Organization.objects.update(consent_required=is_required)
    press(place, "no")
    assert token(client, session).status_code == 409
    assert f"{path}join/" not in page(Client(), path)
    press(place, "yes")
    assert token(client, session).status_code == 200


def test_it_can_be_withdrawn_when_nothing_can_be_joined() -> None:
    place = make_participant(make_event(make_organization(consent_required=True)))
    assert USUAL not in page(Client(), personal_path(place))
    press(place, "yes")
    assert WITHDRAW in page(Client(), personal_path(place))


def test_members_see_on_which_day_on_the_roster_and_on_the_persons_page() -> None:
    session = running(consent_required=True)
    place, _user, client = attendee(session)
    hosting = make_user()
    make_participant(session.event, user=hosting, role="host")
    agree(client, place.person_id)
    told = "withdrew consent on"
    organizer = make_client(make_member(session.event.organization))
    roster = f"/events/{session.event_id}/people/"
    of_person = f"/people/{place.person_id}/"
    assert told not in page(organizer, roster)
    assert "given on" in page(organizer, of_person)
    agree(client, place.person_id, consents=False)
    Person.objects.filter(pk=place.person_id).update(
        consented_at=START, consent_withdrawn_at=START
    )
    assert f"{told} Mon 2 Mar 2026" in page(organizer, roster)
    assert f"{told} Mon 2 Mar 2026" in page(organizer, of_person)
    assert told not in page(make_client(hosting), roster)
    read = organizer.get(f"/api/people/{place.person_id}").json()
    assert read["consent_withdrawn_at"] == "2026-03-02T10:00:00Z"


@pytest.mark.parametrize("said", ["", "maybe", "YES"])
def test_only_a_button_that_was_pressed_changes_anything(said: str) -> None:
    place = make_participant()
    press(place, said)
    assert person_of(place).consented_at is None
    press(place, "yes")
    press(place, said)
    assert person_of(place).consents_to_recording


def test_withdrawing_what_was_never_given_changes_nothing() -> None:
    place, _user, client = attendee(running(consent_required=True))
    assert agree(client, place.person_id, consents=False).status_code == 200
    assert person_of(place).consent_withdrawn_at is None
    assert not PersonChange.objects.filter(person=place.person_id).exists()


@pytest.mark.parametrize("leaves", [True, False])
def test_consent_ends_with_the_account_that_gave_it(*, leaves: bool) -> None:
    session = running(consent_required=True)
    place, _user, client = attendee(session)
    agree(client, place.person_id)
    organizer = make_client(make_member(session.event.organization))
    path = f"/api/people/{place.person_id}"
    if leaves:
        assert client.delete(f"/api/me/people/{place.person_id}").status_code == 204
    else:
        assert organizer.patch(path, {"user": "somebody else"}).status_code == 200
    assert organizer.get(path).json()["consented_at"] is None
    refused = token(organizer, session, participant=place.pk)
    assert refused.json()["person"] == place.person_id
    [change, _given] = organizer.get(f"{path}/changes").json()["results"]
    assert change["before"]["consents_to_recording"] is True
    assert change["after"]["consents_to_recording"] is False


def test_what_was_withdrawn_stays_so_without_the_account() -> None:
    place, _user, client = attendee(running(consent_required=True))
    for consents in (True, False):
        agree(client, place.person_id, consents=consents)
    client.delete(f"/api/me/people/{place.person_id}")
    assert person_of(place).consent_withdrawn_at is not None


def test_consent_by_the_personal_link_stays_when_an_account_comes() -> None:
    session = running(consent_required=True)
    place = make_participant(session.event, email="")
    press(place, "yes")
    user = make_user("amina")
    organizer = make_client(make_member(session.event.organization))
    organizer.patch(f"/api/people/{place.person_id}", {"user": "amina"})
    client = make_client(user)
    assert token(client, session).status_code == 200
    assert user.people.get().consents_to_recording


# --- The record -----------------------------------------------------------------------


def test_the_log_has_who_consented_when_and_each_once() -> None:
    session = running(consent_required=True)
    place, user, client = attendee(session)
    for _twice in range(2):
        agree(client, place.person_id)
    for _twice in range(2):
        press(place, "no")
    organizer = make_client(make_member(session.event.organization))
    changes = organizer.get(f"/api/people/{place.person_id}/changes").json()["results"]
    assert [(each["before"], each["after"]) for each in changes] == [
        ({"consents_to_recording": True}, {"consents_to_recording": False}),
        ({"consents_to_recording": False}, {"consents_to_recording": True}),
    ]
    assert changes[0]["actor"] is None
    assert changes[1]["actor"]["id"] == user.pk
    shown = page(organizer, f"/people/{place.person_id}/")
    assert "by the personal link" in shown
    assert "Consents to attendance being recorded" in shown


def test_consenting_again_keeps_the_newest_instants() -> None:
    place, _user, client = attendee(running(consent_required=True))
    for consents in (True, False, True):
        agree(client, place.person_id, consents=consents)
    person = person_of(place)
    assert person.consented_at is not None
    assert person.consent_withdrawn_at is None
    [told] = client.get("/api/me/people").json()["results"]
    assert told["consents_to_recording"] is True
    assert told["consent_withdrawn_at"] is None


@pytest.mark.parametrize("given", [None, START + HOUR])
def test_the_database_takes_no_withdrawal_of_what_was_not_given(given: Any) -> None:
    person = make_person()
    person.consented_at, person.consent_withdrawn_at = given, START
    name = "person_withdraws_consent_that_was_given"
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        person.save()
