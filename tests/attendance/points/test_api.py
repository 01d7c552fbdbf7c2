"""REST of points: who reads them, what they are made of, points per status."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Organization, Participant, Role, User
from events.roster.places import change_participant
from tests.factories import (
    START,
    change_person,
    make_client,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Organization:
    return make_organization()


@pytest.fixture
def owner(school: Organization) -> APIClient:
    return make_client(make_member(school, Role.OWNER))


def give(school: Organization, status: str, **fields: Any) -> Participant:
    """Somebody of an event of their own, of which this was decided."""
    shows = fields.pop("shows", True)
    person = make_participant(make_event(school), **fields)
    change_person(person, show_on_leaderboard=shows)
    place = Place(person.event, None)
    mark(place, [Mark(person, status)], by=make_user(), now=START)
    return person


def points(reader: User, of: User) -> Any:
    return make_client(reader).get(f"/api/users/{of.pk}/points").json()


def board(reader: APIClient, school: Organization) -> list[tuple[int, str, int]]:
    answer = reader.get(f"/api/organizations/{school.pk}/leaderboard").json()
    return [(row["rank"], row["name"], row["total"]) for row in answer["results"]]


def test_a_total_is_the_sum_of_its_entries_newest_first(school: Organization) -> None:
    user = make_user()
    first = give(school, "present", user=user)
    second = give(school, "late", user=user)
    answer = points(user, user)
    assert answer["total"] == 17
    assert [entry["points"] for entry in answer["entries"]] == [7, 10]
    newest = answer["entries"][0]
    assert newest.pop("at").endswith("Z")
    assert newest == {
        "id": newest["id"],
        "organization": school.pk,
        "event": second.event.pk,
        "session": None,
        "participant": second.pk,
        "person": second.person_id,
        "change": second.attendance_changes.get().pk,
        "points": 7,
    }
    assert answer["entries"][1]["participant"] == first.pk
    assert (answer["next"], answer["previous"]) == (None, None)


def test_who_has_none_has_nothing() -> None:
    user = make_user()
    answer = points(user, user)
    assert (answer["total"], answer["people"]) == (0, [])


def test_a_parent_reads_what_each_child_has(school: Organization) -> None:
    parent = make_user()
    ana = make_person(school, name="Ana", user=parent)
    give(school, "present", name="Ben", user=parent)
    give(school, "present", person=ana)
    give(school, "late", person=ana)
    answer = points(parent, parent)
    assert answer["total"] == 27
    people = [(one["name"], one["total"]) for one in answer["people"]]
    assert people == [("Ana", 17), ("Ben", 10)]
    assert answer["people"][0]["person"] == ana.pk


def test_organizers_read_what_was_given_in_their_organizations_alone(
    school: Organization,
) -> None:
    user = make_user()
    give(school, "present", user=user)
    give(make_organization(), "present", user=user)
    assert points(user, user)["total"] == 20
    answer = points(make_member(school), user)
    assert (answer["total"], len(answer["entries"])) == (10, 1)


def test_the_leaderboard_shows_whoever_shows_it(
    school: Organization, owner: APIClient
) -> None:
    for name, status in [("Ana", "present"), ("Ben", "late"), ("Cem", "absent")]:
        give(school, status, name=name)
    give(school, "present", name="Dan", shows=False)
    give(school, "present", name="Teacher", role="host")
    give(make_organization(), "present", name="Eve")
    assert board(owner, school) == [(1, "Ana", 10), (2, "Ben", 7)]


def test_points_are_a_persons_and_equals_share_a_rank(
    school: Organization, owner: APIClient
) -> None:
    """Sisters with one account and one address are two lines."""
    mother = make_user()
    people = [
        make_person(school, name=name, user=mother, email=mother.email)
        for name in ("Ana", "Ben", "Cem")
    ]
    for status, person in [("present", 0), ("partial", 1), ("late", 0), ("partial", 2)]:
        give(school, status, person=people[person])
    assert board(owner, school) == [(1, "Ana", 17), (2, "Ben", 4), (2, "Cem", 4)]


def test_the_leaderboard_is_for_members_and_people_on_rosters(
    school: Organization,
) -> None:
    user = make_user()
    path = f"/api/organizations/{school.pk}/leaderboard"
    assert make_client(user).get(path).status_code == 404
    person = give(school, "present", user=user)
    assert make_client(user).get(path).status_code == 200
    change_participant(participant=person, changes={"registration": "cancelled"})
    assert make_client(user).get(path).status_code == 404


def test_totals_follow_a_changed_mapping(
    school: Organization, owner: APIClient
) -> None:
    user = make_user()
    give(school, "present", user=user)
    path = f"/api/organizations/{school.pk}/points"
    defaults = {"present": 10, "late": 7, "partial": 4, "feedback": 2}
    assert owner.get(path).json() == defaults
    assert owner.put(path, {"present": 3}).json() == defaults | {"present": 3}
    assert owner.get(path).json() == defaults | {"present": 3}
    assert points(user, user)["total"] == 3


@pytest.mark.parametrize("worth", [-1, 10_001, 1.5, "many", None])
def test_what_decisions_cannot_be_worth(
    school: Organization, owner: APIClient, worth: Any
) -> None:
    answer = owner.put(f"/api/organizations/{school.pk}/points", {"late": worth})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["late"]
