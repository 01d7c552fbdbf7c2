"""The page that a personal link opens: whoever has the link needs no account."""

import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance_site import logs
from core.secret_links import without_secrets
from events.models import Event, EventState, Participant, Registration, Role
from events.roster.adding import add_participant
from events.roster.personal_links import personal_path, personal_url, renew_link
from events.roster.places import change_participant
from events.services import update_event
from sessions_app.models import Mode
from tests.attendance.pages import be_there, calculate
from tests.events.public.registrations import meetup, register
from tests.factories import (
    START,
    make_client,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)
from tests.written import written

pytestmark = pytest.mark.django_db


def page(place: Participant) -> str:
    answer = Client().get(personal_path(place))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


# --- The link -------------------------------------------------------------------------


def test_unknown_and_old_links_look_alike() -> None:
    place, other = make_participant(), make_participant()
    old = personal_path(place)
    renew_link(place=place)
    digest = personal_path(other).partition("-")[2]
    answers = [
        Client().get(path)
        for path in (
            old,
            f"{old}cancel/",
            f"/p/{place.pk}-{digest}",
            "/p/nonsense/",
            f"/p/{2**80}-{digest}",
            f"/p/{other.pk + 1000}-{digest}",
            f"/p/{place.pk}-/",
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert Client().get(personal_path(place)).status_code == 200


def test_it_is_not_stored_anywhere() -> None:
    place = make_participant()
    token = personal_path(place).split("/")[2].partition("-")[2]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p::text FROM events_participant p WHERE id = %s", [place.pk]
        )
        assert token not in str(cursor.fetchall())


def test_onlookers_have_no_page() -> None:
    place = make_participant(registration=Registration.VIEWED)
    assert Client().get(personal_path(place)).status_code == 404


@pytest.mark.parametrize("rest", ["", "cancel/"])
def test_opening_it_writes_nothing_and_checks_nobody_in(rest: str) -> None:
    place = make_participant(meetup())
    with CaptureQueriesContext(connection) as queries:
        for _twice in range(2):
            Client().get(personal_path(place) + rest)
            Client().head(personal_path(place) + rest)
    assert written(queries) == []


@pytest.mark.parametrize("path", ["", "cancel/", "unknown"])
def test_it_is_kept_from_caches_other_sites_and_search_engines(path: str) -> None:
    place = make_participant(meetup())
    address = "/p/unknown/" if path == "unknown" else personal_path(place) + path
    answer = Client().get(address)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert 'content="noindex' in answer.content.decode()


def test_the_secret_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    place = make_participant()
    path = personal_path(place)
    renew_link(place=place)
    with caplog.at_level(logging.DEBUG):
        Client().get(path)
        Client().get("/e/confirm/secret:secret/")
    assert caplog.records
    lines = [logs.json_formatter().format(record) for record in caplog.records]
    assert any("/p/" in line for line in lines)
    assert not any(path.split("/")[2] in line or "secret:" in line for line in lines)


def test_of_a_text_only_the_secret_is_left_out() -> None:
    told = without_secrets("GET https://x.org/p/12-abc_D/cancel/?a=1 404, /people/3/")
    assert told == "GET https://x.org/p/…/cancel/?a=1 404, /people/3/"


def test_nothing_of_whoever_is_signed_in_stands_on_it() -> None:
    user = make_user(first_name="Signed", last_name="In")
    answer = make_client(user).get(personal_path(make_participant()))
    assert "Signed In" not in answer.content.decode()


# --- Organizers -----------------------------------------------------------------------


def test_only_organizers_see_it_over_rest() -> None:
    attendee = make_user()
    place = make_participant(user=attendee)
    organization = place.event.organization
    seen = {
        name: make_client(user).get(f"/api/participants/{place.pk}").json()
        for name, user in {
            "organizer": make_member(organization),
            "viewer": make_member(organization, Role.VIEWER),
            "attendee": attendee,
        }.items()
    }
    assert {name: row["personal_url"] for name, row in seen.items()} == {
        "organizer": personal_url(place),
        "viewer": None,
        "attendee": None,
    }


def test_organizers_renew_it_over_rest_and_on_its_page() -> None:
    place = make_participant()
    client = make_client(make_member(place.event.organization))
    links = [personal_url(place)]
    answer = client.post(f"/api/participants/{place.pk}/personal-link")
    links.append(answer.json()["personal_url"])
    edit = f"/participants/{place.pk}/edit/"
    assert links[-1] in client.get(edit).content.decode()
    assert client.post(f"/participants/{place.pk}/personal-link/").status_code == 302
    place.refresh_from_db()
    links.append(personal_url(place))
    assert links[-1] in client.get(edit).content.decode()
    assert len(set(links)) == 3
    assert [Client().get(link).status_code for link in links] == [404, 404, 200]


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        ("wrong@example.com", "right@example.com", True),
        ("wrong@example.com", "", True),
        ("Ana@example.com", "ana@Example.com", False),
        ("", "ana@example.com", False),
    ],
)
@pytest.mark.parametrize("changed", ["people/{0.person_id}", "participants/{0.pk}"])
def test_it_ends_when_the_address_turns_out_to_be_wrong(
    changed: str, before: str, after: str, *, ends: bool
) -> None:
    place = make_participant(email=before)
    organization = place.event.organization
    again = make_participant(make_event(organization), person=place.person)
    links = [personal_path(place), personal_path(again)]
    organizer = make_client(make_member(organization))
    assert organizer.patch(f"/api/{changed.format(place)}", {"email": after}).json()
    for link in links:
        assert Client().get(link).status_code == (404 if ends else 200)
    shown = organizer.get(f"/api/participants/{again.pk}").json()["personal_url"]
    assert (links[1] not in shown) is ends


def test_the_roster_has_it_for_organizers_alone() -> None:
    place = make_participant()
    organization = place.event.organization
    path = f"/events/{place.event_id}/people/"
    for role, has_it in ((Role.ORGANIZER, True), (Role.VIEWER, False)):
        roster = make_client(make_member(organization, role)).get(path)
        assert (personal_path(place) in roster.content.decode()) is has_it


# --- What it says ---------------------------------------------------------------------


def test_it_says_what_is_recorded_of_this_person_alone() -> None:
    place = make_participant(name="Ana Costa")
    other = make_participant(place.event, name="Somebody Else")
    session = make_session(place.event, title="Fractions")
    be_there(session, place)
    be_there(session, other)
    calculate(session, timezone.now())
    shown = page(place)
    assert "Fractions" in shown
    assert "Present: 60 of 60 minutes" in shown
    assert "Somebody Else" not in shown


def test_a_mark_about_the_whole_event_stands_on_it() -> None:
    place = make_participant()
    by = make_member(place.event.organization)
    event_itself = Place(place.event, None)
    mark(event_itself, [Mark(place, "excused", "Ill.")], by=by, now=START)
    assert "The whole event" in page(place)


def test_who_has_cancelled_still_sees_what_was_recorded() -> None:
    place = make_participant()
    session = make_session(place.event, title="Fractions")
    be_there(session, place)
    calculate(session, timezone.now())
    change_participant(
        participant=place, changes={"registration": Registration.CANCELLED}
    )
    shown = page(place)
    assert "your registration is cancelled" in shown
    assert "Present: 60 of 60 minutes" in shown


def test_what_is_not_calculated_yet_and_what_comes_is_told_too() -> None:
    place = make_participant()
    now = timezone.now()
    make_session(place.event, title="Ahead", starts_at=now + timedelta(days=1))
    make_session(place.event, title="Now", starts_at=now - timedelta(minutes=5))
    shown = page(place)
    assert shown.index("Now") < shown.index("Ahead")
    assert "running now" in shown


def test_before_anything_is_decided_it_says_so_once() -> None:
    place = make_participant()
    seen = make_session(place.event, title="Seen")
    be_there(seen, place)
    make_session(
        place.event, title="In a room", mode=Mode.IN_PERSON, starts_at=timezone.now()
    )
    shown = page(place)
    assert shown.count("Nothing is decided yet.") == 1
    assert shown.count("Nothing is recorded yet.") == 1
    assert "nknown" not in shown.partition("What is recorded of you</h2>")[2]
    calculate(seen, timezone.now())
    assert "Present: 60 of 60 minutes" in page(place)


def test_its_queries_do_not_grow_with_the_sessions() -> None:
    place = make_participant()

    def number() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(place)
        return len(queries)

    make_session(place.event)
    few = number()
    for day in range(1, 9):
        make_session(place.event, starts_at=START + timedelta(days=day))
    assert number() == few


# --- Joining --------------------------------------------------------------------------


@pytest.fixture
def _livekit(settings: Settings) -> None:
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    settings.LIVEKIT_API_KEY = "key"
    settings.LIVEKIT_API_SECRET = "secret" * 6


@pytest.mark.usefixtures("_livekit")
def test_it_gives_what_one_needs_to_join() -> None:
    place = make_participant()
    make_session(place.event, starts_at=timezone.now() - timedelta(minutes=5))
    assert f"{personal_path(place)}join/" in page(place)
    answer = Client().post(f"{personal_path(place)}join/")
    assert answer.status_code == 200
    assert "wss://livekit.example.com" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert Client().get(f"{personal_path(place)}join/").status_code == 405


@pytest.mark.usefixtures("_livekit")
@pytest.mark.parametrize(
    ("mode", "registration"),
    [
        (Mode.IN_PERSON, Registration.REGISTERED),
        (Mode.ONLINE, Registration.CANCELLED),
        (Mode.ONLINE, Registration.WAITLISTED),
    ],
)
def test_nobody_joins_what_is_not_theirs_or_not_online(
    mode: str, registration: str
) -> None:
    place = make_participant(registration=registration)
    make_session(place.event, mode=mode, starts_at=timezone.now())
    assert "join/" not in page(place)
    assert Client().post(f"{personal_path(place)}join/").status_code == 302


def test_without_livekit_nobody_joins(settings: Settings) -> None:
    settings.LIVEKIT_URL = ""
    place = make_participant()
    make_session(place.event, starts_at=timezone.now())
    assert "join/" not in page(place)


# --- Cancelling -----------------------------------------------------------------------


def test_from_a_class_nobody_cancels_by_their_link() -> None:
    """There the organization keeps the register."""
    place = make_participant(make_event(starts_at=timezone.now() + timedelta(days=1)))
    assert "cancel/" not in page(place)
    answer = Client().post(f"{personal_path(place)}cancel/")
    assert answer.status_code == 409
    place.refresh_from_db()
    assert place.registration == Registration.REGISTERED


def test_but_who_registered_themselves_before_it_was_for_members_alone_still_does() -> (
    None
):
    event = meetup(capacity=2)
    ana, ben = register(event, "Ana"), register(event, "Ben")
    cancelled = {"registration": Registration.CANCELLED}
    change_participant(participant=ben, changes=cancelled, by=make_user())
    ben = register(event, "Ben")
    added = add_participant(event=event, name="Cem", by=make_user()).participant
    for place in (added, ben):
        waiting = {"registration": Registration.WAITLISTED}
        change_participant(participant=place, changes=waiting, by=make_user())
    update_event(event=event, changes={"capacity": 5, "visibility": "members"})
    added.refresh_from_db()
    assert added.registration == Registration.REGISTERED
    assert Client().post(f"{personal_path(added)}cancel/").status_code == 409
    for place in (ana, ben):
        assert "cancel/" in page(place)
        assert Client().post(f"{personal_path(place)}cancel/").status_code == 302
        place.refresh_from_db()
        assert place.registration == Registration.CANCELLED


def test_who_has_cancelled_finds_back_while_registration_is_open() -> None:
    event = meetup()
    place = make_participant(event)
    public = f'href="/e/{event.pk}/"'
    assert public not in page(place)
    Client().post(f"{personal_path(place)}cancel/")
    assert public in page(place)
    Event.objects.update(registration_open=False)
    assert public not in page(place)


def test_nor_once_it_has_begun() -> None:
    place = make_participant(meetup(starts_at=timezone.now() - timedelta(minutes=1)))
    assert "cancel/" not in page(place)
    assert Client().post(f"{personal_path(place)}cancel/").status_code == 409


def test_it_needs_no_cookie_and_no_token_of_a_form() -> None:
    """A page that tells no address has no origin: the secret proves who sends."""
    place = make_participant(meetup())
    client = Client(enforce_csrf_checks=True)
    sent = client.post(f"{personal_path(place)}cancel/", headers={"origin": "null"})
    assert sent.status_code == 302
    place.refresh_from_db()
    assert place.registration == Registration.CANCELLED


def test_a_cancelled_event_says_so() -> None:
    place = make_participant(meetup(state=EventState.CANCELLED))
    assert "This event was cancelled." in page(place)
