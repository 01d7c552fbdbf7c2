"""People register themselves: from the public page to the roster."""

import re
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from events.models import (
    EventState,
    Participant,
    ParticipantRole,
    Person,
    Registration,
    Visibility,
)
from events.roster.personal_links import personal_path, renew_link
from events.roster.places import change_participant
from tests.events.public.registrations import (
    ask,
    confirming_path,
    html_of,
    meetup,
    register,
)
from tests.factories import make_event, make_participant, make_person, make_user
from tests.written import written

pytestmark = pytest.mark.django_db

ANA = {"name": "Ana Costa", "email": "ana@example.com"}


def test_from_the_public_page_to_the_roster() -> None:
    event = meetup()
    client = Client()
    assert "Repair café" in client.get(f"/e/{event.pk}/").content.decode()
    path = ask(event, *ANA.values())
    answer = client.post(path)
    place = Participant.objects.get()
    assert (place.name, place.email, place.event) == (*ANA.values(), event)
    assert place.registration == Registration.REGISTERED
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "Ana Costa" in page.content.decode()


def test_an_address_that_counts_as_anothers_is_to_be_typed_anew() -> None:
    event = meetup()
    sent = ANA | {"email": "\N{KELVIN SIGN}im@example.com"}
    page = Client().post(f"/e/{event.pk}/", sent)
    assert page.status_code == 200
    assert "Type this address anew" in page.content.decode()
    assert mail.outbox == []


def test_nothing_is_stored_before_somebody_confirms() -> None:
    """Scanners open the links of mails."""
    event = meetup()
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        path = ask(event, *ANA.values())
        for _opened in range(2):
            assert client.get(path).status_code == 200
            assert client.head(path).status_code == 200
    assert written(queries) == []


def test_confirmed_twice_is_once() -> None:
    event = meetup()
    path = ask(event, *ANA.values())
    assert Client().post(path).status_code == 302
    again = Client().post(path)
    assert "registered already" in again.content.decode()
    assert Participant.objects.count() == Person.objects.count() == 1


def test_a_link_to_confirm_does_not_open_a_page_whose_link_was_renewed() -> None:
    path = ask(meetup(), *ANA.values())
    Client().post(path)
    place = renew_link(place=Participant.objects.get())
    again = Client().post(path)
    assert "Location" not in again
    assert personal_path(place) not in again.content.decode()


def test_a_link_to_confirm_tells_nobody_who_registers() -> None:
    token = ask(meetup(), *ANA.values()).split("/")[3]
    readable = b64decode(token, altchars=b"-_")
    assert b"Ana" not in readable
    assert b"ana@example.com" not in readable


@pytest.mark.parametrize("known", ["nobody", "on the roster", "elsewhere", "account"])
def test_the_answer_is_the_same_whatever_is_known_of_the_address(known: str) -> None:
    event = meetup()
    if known == "on the roster":
        make_participant(event, **ANA)
    elif known == "elsewhere":
        make_person(event.organization, **ANA)
    elif known == "account":
        make_user(email=ANA["email"], email_verified_at=timezone.now())
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(f"/e/{event.pk}/", ANA)
    assert (answer.status_code, answer["Location"]) == (302, f"/e/{event.pk}/")
    assert len(mail.outbox) == 1
    assert "Costa" not in str(mail.outbox[0].body)
    asked = [query["sql"] for query in queries.captured_queries]
    assert not any("events_person" in sql or "events_user" in sql for sql in asked)
    assert "You get a mail" in client.get(answer["Location"]).content.decode()


def test_the_mail_is_text_and_html_in_the_language_of_the_page() -> None:
    event = meetup()
    Client().post(f"/e/{event.pk}/", ANA, headers={"accept-language": "ar"})
    [message] = mail.outbox
    page = html_of(message)
    assert '<html lang="ar" dir="rtl">' in page
    assert confirming_path(str(message.body)) in page


# --- Links ----------------------------------------------------------------------------


def test_links_that_are_over_or_forged_look_alike() -> None:
    path = ask(meetup(), *ANA.values())
    forged = path[:-30] + ("A" if path[-30] != "A" else "B") + path[-29:]
    unknown = [Client().get(forged), Client().get("/e/confirm/nonsense/")]
    with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1)):
        unknown += [Client().get(path), Client().post(path)]
    assert {answer.status_code for answer in unknown} == {404}
    assert len({answer.content for answer in unknown}) == 1
    assert not Participant.objects.exists()


def test_a_link_tells_no_other_site_and_no_cache() -> None:
    answer = Client().get(ask(meetup(), *ANA.values()))
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]


def test_an_old_link_takes_nothing_back_that_was_cancelled_since() -> None:
    event = meetup()
    path = ask(event, *ANA.values())
    Client().post(path)
    place = Participant.objects.get()
    cancelled = {"registration": Registration.CANCELLED}
    change_participant(participant=place, changes=cancelled)
    Client().post(path)
    place.refresh_from_db()
    assert place.registration == Registration.CANCELLED
    Client().post(ask(event, *ANA.values()))
    place.refresh_from_db()
    assert place.registration == Registration.REGISTERED


# --- Who is meant ---------------------------------------------------------------------


def test_a_known_person_is_found_by_address_and_name() -> None:
    event = meetup()
    person = make_person(event.organization, name="Costa, Ana", email=ANA["email"])
    assert register(event, *ANA.values()).person == person


def test_nobody_is_meant_by_the_name_alone() -> None:
    """Else anybody could take somebody's place by typing their name."""
    event = meetup()
    standing = make_participant(event, name="Ana Costa", email="")
    place = register(event, *ANA.values())
    assert place.person != standing.person
    standing.person.refresh_from_db()
    assert standing.email == ""


def test_nor_by_the_address_alone() -> None:
    event = meetup()
    mother = make_person(event.organization, name="Rita Costa", email=ANA["email"])
    assert register(event, *ANA.values()).person != mother


def test_who_is_doubtful_is_somebody_new_and_only_once() -> None:
    event = meetup()
    for _double in range(2):
        make_person(event.organization, **ANA)
    assert register(event, *ANA.values()) == register(event, *ANA.values())
    assert Person.objects.count() == 3


def test_a_host_who_cancelled_comes_back_as_an_attendee() -> None:
    event = meetup()
    make_participant(
        event,
        **ANA,
        role=ParticipantRole.HOST,
        registration=Registration.CANCELLED,
    )
    assert register(event, *ANA.values()).role == ParticipantRole.ATTENDEE


# --- What is open ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"visibility": Visibility.MEMBERS},
        {"state": EventState.DRAFT},
    ],
)
def test_what_is_not_for_everybody_is_unknown(fields: dict[str, Any]) -> None:
    event = meetup(**fields)
    answers = [Client().get(f"/e/{event.pk}/"), Client().post(f"/e/{event.pk}/", ANA)]
    assert {answer.status_code for answer in answers} == {404}
    assert mail.outbox == []


@pytest.mark.parametrize(
    "fields",
    [
        {"registration_open": False},
        {"state": EventState.CANCELLED},
        {"state": EventState.COMPLETED},
        {"starts_at": timezone.now() - timedelta(days=1)},
    ],
)
def test_where_nobody_can_register_the_page_has_no_form(fields: dict[str, Any]) -> None:
    event = meetup(**fields)
    page = Client().get(f"/e/{event.pk}/")
    assert page.status_code == 200
    assert 'name="email"' not in page.content.decode()
    assert Client().post(f"/e/{event.pk}/", ANA).status_code == 409
    assert mail.outbox == []


def test_a_link_to_confirm_shows_no_event_that_is_for_members_again() -> None:
    event = meetup()
    path = ask(event, *ANA.values())
    event.visibility = Visibility.MEMBERS
    event.save()
    answers = [Client().get(path), Client().post(path)]
    assert {answer.status_code for answer in answers} == {404}
    assert not any(event.title in answer.content.decode() for answer in answers)


def test_who_confirms_too_late_is_told() -> None:
    event = meetup()
    path = ask(event, *ANA.values())
    event.registration_open = False
    event.save()
    answer = Client().post(path)
    assert answer.status_code == 409
    assert "any more" in answer.content.decode()
    assert not Participant.objects.exists()


def test_the_page_shows_nobody() -> None:
    event = meetup()
    make_participant(event, name="Somebody Secret")
    assert "Somebody Secret" not in Client().get(f"/e/{event.pk}/").content.decode()


def test_only_what_is_listed_may_be_found_by_search_engines() -> None:
    for visibility, is_hidden in ((Visibility.LINK, True), (Visibility.PUBLIC, False)):
        event = meetup(visibility=visibility)
        page = Client().get(f"/e/{event.pk}/").content.decode()
        assert ("noindex" in page) is is_hidden


# --- Mails ---------------------------------------------------------------------------


def test_a_mail_server_that_is_away_is_told(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = Client().post(f"/e/{meetup().pk}/", ANA)
    assert answer.status_code == 503
    assert "could not be sent" in answer.content.decode()


# --- Views and the first page ---------------------------------------------------------


def test_a_signed_in_user_is_recorded_once_a_day() -> None:
    event, user = meetup(), make_user()
    client = Client()
    client.force_login(user)
    now = timezone.now()
    client.get(f"/e/{event.pk}/")
    Client().get(f"/e/{event.pk}/")
    first = event.event_views.get().last_viewed_at
    with time_machine.travel(now + timedelta(hours=5)):
        client.get(f"/e/{event.pk}/")
    assert event.event_views.get().last_viewed_at == first
    with time_machine.travel(now + timedelta(days=1, minutes=1)):
        client.get(f"/e/{event.pk}/")
    assert event.event_views.get().last_viewed_at > first


def test_the_first_page_lists_the_next_public_events() -> None:
    for number in range(21):
        starts_at = timezone.now() + timedelta(days=number + 1)
        meetup(title=f"Tea {number:02}", starts_at=starts_at)
    meetup(title="Linked", visibility=Visibility.LINK)
    meetup(title="Draft", state=EventState.DRAFT)
    make_event(title="Of members", starts_at=timezone.now() + timedelta(days=1))
    meetup(title="Over", starts_at=timezone.now() - timedelta(days=1))
    page = Client().get("/").content.decode()
    listed = re.findall(r"<bdi>(Tea \d\d|Linked|Draft|Of members|Over)</bdi>", page)
    assert listed == [f"Tea {number:02}" for number in range(20)]
    assert "invitation" in page


def test_who_asked_for_another_page_gets_only_the_form() -> None:
    meetup(title="Tea")
    assert "Tea" not in Client().get("/?next=/events/").content.decode()
