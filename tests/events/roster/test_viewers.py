"""Who only looked at the page of an event is asked, and shown to no organizer."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.decisions.answering import answer
from events.invitations.answering import accept, invitations_of
from events.models import (
    Event,
    EventView,
    Participant,
    Person,
    PersonChange,
    Registration,
    User,
)
from events.people.lookups import own_place
from events.roster.adding import add_participant
from events.roster.importing import import_roster
from notifications.models import AttendancePrompt
from notifications.prompts.preparing import prepare_due_prompts
from notifications.prompts.sending import send_due_prompts
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_participant,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()
NAME = "Zebulon Quill"


@pytest.fixture
def event() -> Event:
    return make_event(starts_at=NOW - timedelta(hours=4), prompt_viewers=True)


@pytest.fixture
def viewer(event: Event) -> User:
    user = make_user(
        "zebulon", first_name="Zebulon", last_name="Quill", email_verified_at=NOW
    )
    look(event, user)
    return user


def look(event: Event, user: User, *, ago: timedelta = timedelta(hours=5)) -> None:
    EventView.objects.create(event=event, user=user, viewed_at=NOW - ago)


def asked(event: Event) -> set[str]:
    prepare_due_prompts(now=NOW)
    prompts = AttendancePrompt.objects.filter(participant__event=event)
    return set(prompts.values_list("participant__person__name", flat=True))


def test_who_looked_is_asked_once_whether_they_came(event: Event, viewer: User) -> None:
    assert asked(event) == asked(event) == {NAME}
    assert Participant.everybody.get().registration == Registration.VIEWED
    send_due_prompts(now=NOW)
    [message] = mail.outbox
    assert message.to == ["zebulon@example.com"]


def test_an_event_that_does_not_ask_them_gives_them_no_place(
    event: Event, viewer: User
) -> None:
    event.prompt_viewers = False
    event.save()
    assert asked(event) == set()
    assert not Person.objects.exists()


def test_nor_is_who_looked_for_other_reasons_or_has_a_place(event: Event) -> None:
    registered = make_user()
    make_participant(event, user=registered, registration="cancelled")
    parent = make_user()
    for _child in range(2):
        make_person(event.organization, user=parent)
    for user in (
        registered,
        parent,
        make_member(event.organization, "viewer"),
        make_user(is_superuser=True),
        make_user(is_active=False),
        make_user(wants_prompts=False),
    ):
        look(event, user)
    look(event, make_user(), ago=timedelta(hours=1))
    assert asked(event) == set()


def test_who_is_known_already_is_not_made_twice(event: Event, viewer: User) -> None:
    elsewhere = make_event(event.organization)
    known = make_participant(elsewhere, user=viewer, name="Zeb").person
    assert asked(event) == {"Zeb"}
    assert Person.objects.get() == known


def test_an_address_that_is_not_confirmed_is_not_used(
    event: Event, viewer: User
) -> None:
    viewer.email_verified_at = None
    viewer.save()
    asked(event)
    assert Person.objects.get().email == ""


@pytest.mark.parametrize("role", ["owner", "organizer", "viewer"])
def test_no_organizer_sees_them_before_they_say_yes(
    event: Event, viewer: User, role: str
) -> None:
    make_participant(event, name="Ana")
    asked(event)
    member = make_client(make_member(event.organization, role))
    for path in seen_by_organizers(event):
        answer_of = member.get(path)
        assert answer_of.status_code in (200, 403), path
        assert "Quill" not in answer_of.content.decode(), path
        assert "zebulon" not in answer_of.content.decode(), path
    hidden = Participant.everybody.get(only_looked=True)
    for path in (
        f"/api/people/{hidden.person_id}",
        f"/people/{hidden.person_id}/",
        f"/api/participants/{hidden.pk}",
        f"/participants/{hidden.pk}/edit/",
        f"/participants/{hidden.pk}/history/",
    ):
        assert member.get(path).status_code == 404, path
    answer(hidden, attended=True, by=None, now=NOW)
    roster = member.get(f"/events/{event.pk}/people/").content.decode()
    assert "Quill" in roster
    assert Participant.objects.get(pk=hidden.pk).registration == Registration.WALK_IN
    assert member.get(f"/api/people/{hidden.person_id}").status_code == 200


def seen_by_organizers(event: Event) -> list[str]:
    of_event, of_rest = f"/events/{event.pk}", f"/api/events/{event.pk}"
    of_organization = f"/api/organizations/{event.organization_id}"
    return [
        of_event + "/",
        f"{of_event}/people/",
        f"{of_event}/attendance/",
        f"{of_event}/check-in/",
        f"{of_event}/check-in/badges/",
        f"{of_event}/answers/",
        f"/organizations/{event.organization_id}/people/",
        f"/organizations/{event.organization_id}/",
        f"{of_rest}/participants",
        f"{of_rest}/attendance",
        f"{of_rest}/prompts",
        f"{of_rest}/feedback",
        f"{of_organization}/people",
        f"{of_organization}/people?q=quill",
        f"/api/reports?organization={event.organization_id}",
        "/",
    ]


def test_who_says_no_stays_unseen(event: Event, viewer: User) -> None:
    asked(event)
    hidden = Participant.everybody.get()
    answer(hidden, attended=False, by=None, now=NOW)
    assert not Participant.objects.exists()
    member = make_client(make_member(event.organization))
    for path in seen_by_organizers(event):
        assert "Quill" not in member.get(path).content.decode(), path


def test_looking_opens_nothing_to_who_looked(event: Event, viewer: User) -> None:
    asked(event)
    client = Client()
    client.force_login(viewer)
    assert client.get(f"/events/{event.pk}/").status_code == 404
    own = Participant.everybody.get()
    assert client.get(reverse("own_place", args=[own.pk])).status_code == 200


GIVEN: dict[str, Any] = {"name": NAME, "email": "zebulon@example.com"}


def add(event: Event, path: str, given: dict[str, Any]) -> Any:
    """Add somebody as an organizer; return the answer over REST."""
    organizer = make_client(make_member(event.organization))
    url = path.format(event=event.pk, organization=event.organization_id)
    return organizer.post(url, json.dumps(given), content_type="application/json")


@pytest.mark.parametrize("is_same_event", [True, False])
def test_an_organizer_who_adds_them_is_told_nothing_and_adds_somebody_new(
    event: Event, viewer: User, is_same_event: bool
) -> None:
    asked(event)
    hidden = Person.objects.get()
    where = event if is_same_event else make_event(event.organization)
    of_roster = "/api/events/{event}/participants"
    nobody = {"name": NAME, "email": "nobody@example.com"}
    for given in ({**nobody, "new": True}, GIVEN):
        answer_of = add(where, of_roster, given)
        told = answer_of.json()
        assert answer_of.status_code == 201
        assert (told["user"], told["accepted"], told["matched"]) == (None, False, None)
        assert told["person"] != hidden.pk
    client = make_client(viewer)
    assert client.get(f"/api/events/{where.pk}").status_code == 404
    organizer = make_client(make_member(event.organization))
    assert organizer.get(f"/api/people/{hidden.pk}").status_code == 404
    chosen = add(where, of_roster, {**GIVEN, "person": hidden.pk})
    unknown = add(where, of_roster, {**GIVEN, "person": 10**9})
    assert (chosen.status_code, chosen.json()) == (
        unknown.status_code,
        unknown.json(),
    )


def test_nor_by_a_file_or_among_the_people_of_the_organization(
    event: Event, viewer: User
) -> None:
    asked(event)
    added = add(event, "/api/organizations/{organization}/people", GIVEN)
    assert (added.status_code, added.json()["user"]) == (201, None)
    Person.objects.get(pk=added.json()["id"]).delete()
    content = b"name;email\nZebulon Quill;zebulon@example.com\n"
    [line] = import_roster(event=event, content=content).results
    assert line.status == "created"
    assert Participant.objects.get().person.user is None


def test_both_live_side_by_side_and_a_yes_shows_the_other(
    event: Event, viewer: User
) -> None:
    asked(event)
    added = add_participant(event=event, **GIVEN).participant
    [offered] = invitations_of(viewer)
    accept(offered, user=viewer)
    hidden = Participant.everybody.get(only_looked=True)
    assert own_place(event, viewer.pk) == added
    answer(hidden, attended=True, by=None, now=NOW)
    assert set(Participant.objects.all()) == {added, hidden}


def test_a_known_person_who_looked_is_added_as_if_they_had_not(
    event: Event, viewer: User
) -> None:
    known = make_participant(make_event(event.organization), user=viewer, **GIVEN)
    asked(event)
    assert not PersonChange.objects.filter(person=known.person, event=event).exists()
    answer_of = add(event, "/api/events/{event}/participants", GIVEN)
    assert (answer_of.status_code, answer_of.json()["matched"]) == (201, "address")
    [change] = PersonChange.objects.filter(person=known.person, event=event)
    assert change.values.before is None


def test_a_known_person_without_a_place_stays_known(event: Event, viewer: User) -> None:
    known = make_person(event.organization, user=viewer)
    asked(event)
    assert Person.objects.known().get() == known
