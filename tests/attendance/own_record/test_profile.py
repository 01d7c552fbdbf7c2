"""Who sees what of an account's public profile: every combination."""

from itertools import product
from typing import Any, NamedTuple

import pytest

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import Feedback
from events.models import Organization, Participant, Role, User
from tests.factories import (
    START,
    make_attendance,
    make_client,
    make_event,
    make_membership,
    make_organization,
    make_participant,
    make_person,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


class Case(NamedTuple):
    """Who looks, what the person shows, and for how many people the account stands."""

    viewer: str
    show_on_profile: bool
    show_to_other_orgs: bool
    people: str


VIEWERS = {
    "oneself": [],
    "viewer": [("host", Role.VIEWER)],
    "organizer": [("host", Role.ORGANIZER)],
    "admin": [("host", Role.ADMIN)],
    "owner": [("host", Role.OWNER)],
    "member of both": [("host", Role.VIEWER), ("other", Role.VIEWER)],
    "member elsewhere": [("other", Role.VIEWER)],
    "owner elsewhere": [("other", Role.OWNER)],
    "signed in": [],
    "on the same roster": [],
    "host of the event": [],
    "superuser": [],
}
SEE_ALL = {
    "oneself",
    "viewer",
    "organizer",
    "admin",
    "owner",
    "member of both",
    "superuser",
}
OF_OTHERS = {"member elsewhere", "owner elsewhere"}
PEOPLE = {
    "one": True,
    "one, in two organizations": True,
    "two of one organization": False,
    "two of two organizations": False,
}
CASES = [Case(*case) for case in product(VIEWERS, (False, True), (False, True), PEOPLE)]


def expected(case: Case) -> str:
    """What the promise says: everything, the status, or nothing."""
    if case.viewer in SEE_ALL:
        return "all"
    if not PEOPLE[case.people] or not case.show_on_profile:
        return "nothing"
    if case.viewer in OF_OTHERS and not case.show_to_other_orgs:
        return "nothing"
    return "status"


def make_place(case: Case, owner: User, organization: Organization) -> Participant:
    """At an event of the host, where they were marked, with a reason."""
    event = make_event(organization)
    place = make_participant(
        event,
        name="Amal Haddad",
        user=owner,
        show_on_profile=case.show_on_profile,
        show_to_other_orgs=case.show_to_other_orgs,
    )
    marks = [Mark(place, "late", "Missed the secret bus")]
    marker = make_user("secretmarker")
    mark(Place(event, make_session(event)), marks, by=marker, now=START)
    if case.people == "two of one organization":
        make_person(organization, name="Basil Haddad", user=owner)
    if case.people == "two of two organizations":
        make_person(make_organization(), name="Basil Haddad", user=owner)
    if case.people == "one, in two organizations":
        make_person(make_organization(), name="amal  HADDAD", user=owner)
    return place


def make_viewer(case: Case, owner: User, place: Participant) -> User:
    if case.viewer == "oneself":
        return owner
    viewer = make_user(is_superuser=case.viewer == "superuser")
    organizations = {"host": place.event.organization, "other": make_organization()}
    for where, role in VIEWERS[case.viewer]:
        make_membership(organizations[where], viewer, role)
    if case.viewer == "on the same roster":
        make_participant(place.event, user=viewer)
    if case.viewer == "host of the event":
        make_participant(place.event, user=viewer, role="host")
    return viewer


def profile(owner: User, viewer: User) -> list[dict[str, Any]]:
    answer = make_client(viewer).get(f"/api/users/{owner.pk}/attendance")
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()["results"]
    assert answer.json()["count"] == len(rows)
    return rows


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)))
def test_each_viewer_sees_exactly_what_they_may(case: Case) -> None:
    owner = make_user()
    place = make_place(case, owner, make_organization(name="Host school"))
    rows = profile(owner, make_viewer(case, owner, place))
    shown = expected(case)
    assert len(rows) == (0 if shown == "nothing" else 1)
    for row in rows:
        assert row["status"] == "late"
        assert row["event"]["title"] == place.event.title
        assert row["organization"]["name"] == "Host school"
        told = str(row)
        for secret in ("Amal", "secret bus", "secretmarker"):
            assert (secret in told) == (shown == "all"), secret
        assert place.identity not in told


@pytest.mark.parametrize("name", VIEWERS)
def test_stars_and_text_are_shown_to_oneself_alone(name: str) -> None:
    case, owner = Case(name, True, True, "one"), make_user()
    place = make_place(case, owner, make_organization())
    Feedback.objects.create(participant=place, rating=1, text="Too loud")
    rows = profile(owner, make_viewer(case, owner, place))
    told = {"rating": 1, "text": "Too loud"} if name == "oneself" else None
    assert [row["feedback"] for row in rows] == [told]


def test_anonymous_people_see_none(api: Any) -> None:
    assert api.get(f"/api/users/{make_user().pk}/attendance").status_code == 401


def test_unknown_empty_and_hidden_profiles_answer_alike() -> None:
    hidden = make_place(Case("", False, True, "one"), make_user(), make_organization())
    viewer = make_client(make_user())
    answers = [
        viewer.get(f"/api/users/{pk}/attendance")
        for pk in (hidden.user_id, make_user().pk, 999_999_999)
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (200, b'{"count":0,"next":null,"previous":null,"results":[]}')
    }


def test_outsiders_see_neither_what_is_undecided_nor_what_was_cancelled() -> None:
    place = make_participant(user=make_user())
    make_attendance(place, make_session(place.event))
    cancelled = make_session(place.event, cancelled_at=START)
    make_attendance(place, cancelled, status="present")
    assert place.user
    assert len(profile(place.user, place.user)) == 2
    assert profile(place.user, make_user()) == []


def test_outsiders_see_the_status_and_where_and_nothing_else() -> None:
    place = make_participant(user=make_user())
    session = make_session(place.event, title="Lesson 1")
    make_attendance(
        place,
        session,
        status="present",
        attended_seconds=60,
        intervals=[[0, 1, False]],
        first_seen_at=START,
        checked_in_at=START,
        check_in_received_at=START,
        check_in_method="staff",
        self_attended=True,
        self_answered_at=START,
    )
    assert place.user
    [row] = profile(place.user, make_user())
    told = {name for name, value in row.items() if value not in (None, "", [])}
    assert told == {"organization", "event", "session", "status", "derived", "void"}
