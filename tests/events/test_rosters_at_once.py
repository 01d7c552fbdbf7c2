"""Several people who change one roster at the same moment, over REST."""

from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from events.models import Event, Participant, Person
from tests.at_once import at_once
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_participant,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_address_is_added_once_whoever_adds_it_at_once() -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    path = f"/api/events/{event.pk}/participants"

    def add() -> int:
        fields = {"name": "Ana", "email": "ana@example.org"}
        return int(client.post(path, fields, format="json").status_code)

    def add_by_file() -> int:
        file = SimpleUploadedFile("roster.csv", b"name,email\nAna,ana@example.org\n")
        return int(
            client.post(
                f"{path}/import", {"file": file}, format="multipart"
            ).status_code
        )

    answers = Counter(at_once([add, add_by_file] * 6))
    assert answers.keys() <= {200, 201, 409}
    assert event.participants.get().email == "ana@example.org"


def test_two_files_at_once_double_nobody_on_one_roster_or_two() -> None:
    """The second waits, and finds whom the first has added."""
    event = make_event()
    rosters = [event, event, make_event(event.organization)]
    client = make_client(make_member(event.organization))
    lines = [f"Child {n},home@example.org,{n}" for n in range(20)]

    def add(roster: Event, order: int) -> int:
        content = "\n".join(["name,email,external_id", *lines[::order]])
        file = SimpleUploadedFile("roster.csv", content.encode())
        path = f"/api/events/{roster.pk}/participants/import"
        return int(client.post(path, {"file": file}, format="multipart").status_code)

    requests = [
        lambda roster=roster, order=order: add(roster, order)
        for roster in rosters
        for order in (1, -1)
    ]
    assert at_once(requests) == [200] * 6
    assert Person.objects.count() == 20
    assert Participant.objects.count() == 40


def test_of_those_who_take_one_number_at_once_one_has_it() -> None:
    """New people in two events, by file too, and a change: nobody gets an error."""
    event = make_event()
    other = make_event(event.organization)
    client = make_client(make_member(event.organization))
    known = make_participant(event)

    def add(roster: Event, name: str) -> int:
        fields = {"name": name, "external_id": "7"}
        path = f"/api/events/{roster.pk}/participants"
        return int(client.post(path, fields, format="json").status_code)

    def add_by_file() -> int:
        file = SimpleUploadedFile("roster.csv", b"name,external_id\nEva,7\n")
        path = f"/api/events/{event.pk}/participants/import"
        return int(client.post(path, {"file": file}, format="multipart").status_code)

    def change() -> int:
        fields = {"external_id": "7"}
        path = f"/api/participants/{known.pk}"
        return int(client.patch(path, fields, format="json").status_code)

    answers = at_once(
        [lambda: add(event, "Ana"), lambda: add(other, "Ben"), add_by_file, change]
    )
    assert sorted(answers)[0] in (200, 201)
    assert set(sorted(answers)[1:]) <= {400, 409}
    assert Person.objects.filter(external_id="7").count() == 1


def test_a_person_is_renamed_and_checked_in_at_once() -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    people = [make_participant(event, registration="waitlisted") for _ in range(6)]

    def rename(pk: int) -> int:
        fields = {"name": "Another name"}
        answer = client.patch(f"/api/participants/{pk}", fields, format="json")
        return int(answer.status_code)

    def check_in(pk: int) -> int:
        return int(client.post(f"/api/participants/{pk}/check-in", {}).status_code)

    requests = [
        lambda act=act, pk=person.pk: act(pk)
        for person in people
        for act in (rename, check_in)
    ]
    assert set(at_once(requests)) == {200}


def test_a_person_is_changed_in_the_admin_and_over_rest_at_once() -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    people = [make_participant(event) for _ in range(6)]
    admin = Client()
    admin.force_login(make_user(is_staff=True, is_superuser=True))

    def by_admin(person: Participant) -> int:
        address = reverse("admin:events_participant_change", args=[person.pk])
        fields = {
            "name": "By the admin",
            "email": "",
            "role": "attendee",
            "registration": "registered",
            "time_zone": "",
            "language": "",
        }
        # The page shows what else there is: nothing of it is asked for.
        return int(admin.post(address, fields).status_code)

    def by_rest(person: Participant) -> int:
        path = f"/api/participants/{person.pk}"
        return int(client.patch(path, {"name": "By REST"}).status_code)

    requests = [
        lambda act=act, person=person: act(person)
        for person in people
        for act in (by_admin, by_rest)
    ]
    assert set(at_once(requests)) == {200, 302}
