"""REST of organizations, members, events and rosters, as people use it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import (
    Event,
    EventState,
    EventView,
    Membership,
    Role,
)
from tests.answers import errors
from tests.factories import (
    START,
    make_client,
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_user,
)

pytestmark = pytest.mark.django_db


# --- Me -------------------------------------------------------------------------------


def test_me_says_who_i_am_and_what_where() -> None:
    membership = make_membership(role=Role.VIEWER)
    me = make_client(membership.user).get("/api/me").json()
    assert me["username"] == membership.user.username
    assert me["wants_prompts"] is True
    assert me["organizations"] == [
        {
            "id": membership.organization.pk,
            "slug": membership.organization.slug,
            "name": membership.organization.name,
            "role": "viewer",
        }
    ]


def test_my_name_language_and_zone_can_be_changed() -> None:
    client = make_client(make_user(first_name="Al", last_name="Old"))
    changes = {"name": "عمر", "language": "ar", "time_zone": "Asia/Riyadh"}
    answer = client.patch("/api/me", changes)
    assert answer.status_code == 200
    assert changes.items() <= client.get("/api/me").json().items()


def test_my_new_address_counts_when_it_is_confirmed() -> None:
    user = make_user(email_verified_at=timezone.now())
    client = make_client(user)
    answer = client.patch("/api/me", {"email": user.email.upper()}).json()
    assert (answer["email"], answer["new_email"]) == (user.email.upper(), "")
    assert answer["email_verified"]
    answer = client.patch("/api/me", {"email": "other@example.com"}).json()
    assert answer["email"] == user.email.upper()
    assert (answer["email_verified"], answer["new_email"]) == (
        True,
        "other@example.com",
    )


def test_my_user_name_is_not_mine_to_change() -> None:
    user = make_user("alice")
    make_client(user).patch("/api/me", {"username": "bob"})
    user.refresh_from_db()
    assert user.username == "alice"


@pytest.mark.parametrize(
    ("field", "value"),
    [("time_zone", "Mars/Base"), ("language", "xx"), ("email", "nobody")],
)
def test_a_bad_value_of_mine_is_named(field: str, value: str) -> None:
    answer = make_client(make_user()).patch("/api/me", {field: value})
    assert answer.status_code == 400
    assert list(errors(answer)) == [field]


# --- Organizations and members --------------------------------------------------------


def test_whoever_makes_an_organization_owns_it() -> None:
    user = make_user()
    answer = make_client(user).post(
        "/api/organizations",
        {"name": "Noor Academy", "time_zone": "Asia/Riyadh", "language": "ar"},
    )
    assert answer.status_code == 201
    assert answer.json()["slug"] == "noor-academy"
    assert answer.json()["role"] == "owner"
    assert user.memberships.get().role == Role.OWNER


def test_a_slug_that_is_made_is_free_also_for_names_without_latin_letters() -> None:
    client = make_client(make_user())
    slugs = [
        client.post("/api/organizations", {"name": name}).json()["slug"]
        for name in ("Noor", "Noor", "أكاديمية", "a_b", "A_-B", "_", "x" * 200)
    ]
    assert len(set(slugs)) == len(slugs)
    assert all(slug and "_" not in slug for slug in slugs)


def test_a_slug_with_underscore_is_400_and_a_taken_one_409() -> None:
    client = make_client(make_user())
    bad = client.post("/api/organizations", {"name": "A", "slug": "a_b"})
    assert (bad.status_code, list(errors(bad))) == (400, ["slug"])
    assert client.post("/api/organizations", {"name": "A", "slug": "a"}).status_code
    taken = client.post("/api/organizations", {"name": "A", "slug": "a"})
    assert (taken.status_code, list(errors(taken))) == (409, ["slug"])


def test_a_slug_never_changes() -> None:
    organization = make_organization(slug="school")
    client = make_client(make_member(organization, Role.OWNER))
    path = f"/api/organizations/{organization.pk}"
    assert client.patch(path, {"slug": "school", "name": "New"}).status_code == 200
    answer = client.patch(path, {"slug": "other"})
    assert (answer.status_code, errors(answer)) == (400, {"slug": "never_changes"})


def test_superusers_add_members_by_name_or_by_verified_address() -> None:
    organization = make_organization()
    root = make_user(is_superuser=True)
    make_membership(organization, root, Role.OWNER)
    client = make_client(root)
    path = f"/api/organizations/{organization.pk}/members"
    make_user("alice")
    make_user("bob", email="Bob@example.com", email_verified_at=timezone.now())
    make_user("carol", email="carol@example.com")
    by_name = client.post(path, {"username": "alice", "role": "viewer"})
    assert (by_name.status_code, by_name.json()["username"]) == (201, "alice")
    by_address = client.post(path, {"email": "bob@EXAMPLE.com", "role": "admin"})
    assert (by_address.status_code, by_address.json()["username"]) == (201, "bob")
    unverified = client.post(path, {"email": "carol@example.com", "role": "admin"})
    assert (unverified.status_code, list(errors(unverified))) == (400, ["email"])
    assert client.get(path).json()["count"] == 3


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"role": "viewer"}, 400, "username"),
        ({"username": "a", "email": "a@b.de", "role": "viewer"}, 400, "username"),
        ({"username": "alice", "role": "king"}, 400, "role"),
        ({"username": "alice"}, 400, "role"),
        ({"username": "known", "role": "viewer"}, 409, "username"),
    ],
)
def test_a_member_that_cannot_be_added_says_why(
    sent: dict[str, str], status: int, field: str
) -> None:
    organization = make_organization()
    make_user("alice")
    make_membership(organization, make_user("known"))
    client = make_client(make_member(organization, Role.OWNER))
    answer = client.post(f"/api/organizations/{organization.pk}/members", sent)
    assert (answer.status_code, list(errors(answer))) == (status, [field])


def test_the_last_owner_cannot_go() -> None:
    owner = make_membership(role=Role.OWNER)
    client = make_client(owner.user)
    path = f"/api/organizations/{owner.organization.pk}/members/{owner.pk}"
    assert client.delete(path).status_code == 409
    assert client.patch(path, {"role": "viewer"}).status_code == 409
    make_membership(owner.organization, role=Role.OWNER)
    assert client.delete(path).status_code == 204


def test_only_owners_make_and_unmake_owners() -> None:
    organization = make_organization()
    owner = make_membership(organization, role=Role.OWNER)
    make_membership(organization, role=Role.OWNER)
    admin = make_membership(organization, role=Role.ADMIN)
    client = make_client(admin.user)
    members = f"/api/organizations/{organization.pk}/members"
    new = {"username": make_user().username, "role": "owner"}
    assert client.post(members, new).status_code == 403
    assert client.patch(f"{members}/{admin.pk}", {"role": "owner"}).status_code == 403
    assert client.patch(f"{members}/{owner.pk}", {"role": "admin"}).status_code == 403
    assert client.delete(f"{members}/{owner.pk}").status_code == 403
    as_owner = make_client(owner.user)
    answer = as_owner.patch(f"{members}/{admin.pk}", {"role": "owner"})
    assert answer.json()["role"] == "owner"


def test_anybody_may_give_up_their_own_role() -> None:
    viewer = make_membership(role=Role.VIEWER)
    other = make_membership(viewer.organization, role=Role.VIEWER)
    client = make_client(viewer.user)
    members = f"/api/organizations/{viewer.organization.pk}/members"
    assert client.delete(f"{members}/{other.pk}").status_code == 403
    assert client.delete(f"{members}/{viewer.pk}").status_code == 204
    assert not Membership.objects.filter(pk=viewer.pk).exists()


def test_a_member_of_another_organization_is_not_found_under_this_one() -> None:
    owner = make_membership(role=Role.OWNER)
    foreign = make_membership()
    client = make_client(owner.user)
    path = f"/api/organizations/{owner.organization.pk}/members/{foreign.pk}"
    assert client.patch(path, {"role": "viewer"}).status_code == 404


# --- Events ---------------------------------------------------------------------------


def test_an_event_begins_as_a_draft_in_its_organizations_zone() -> None:
    organization = make_organization(time_zone="Asia/Riyadh")
    client = make_client(make_member(organization))
    answer = client.post(
        "/api/events",
        {
            "organization": organization.pk,
            "title": "Tajwid",
            "starts_at": "2026-03-02T13:00:00+03:00",
            "ends_at": None,
        },
    )
    assert answer.status_code == 201
    event = answer.json()
    assert event["state"] == "draft"
    assert event["time_zone"] == "Asia/Riyadh"
    assert event["starts_at"] == "2026-03-02T10:00:00Z"
    assert client.get(f"/api/events/{event['id']}").json() == event


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": "2026-03-02T10:00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "starts_at"),
        ({"ends_at": "9999-12-31T23:59:59Z"}, "ends_at"),
        ({"ends_at": "2026-03-02T09:00:00Z"}, "ends_at"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"title": ""}, "title"),
        ({"time_zone": "Riyadh"}, "time_zone"),
        ({"organization": 0}, "organization"),
        ({"organization": None}, "organization"),
    ],
)
def test_a_bad_event_names_the_field(changes: dict[str, Any], field: str) -> None:
    organization = make_organization()
    client = make_client(make_member(organization))
    sent = {
        "organization": organization.pk,
        "title": "Tajwid",
        "starts_at": "2026-03-02T10:00:00Z",
    }
    answer = client.post("/api/events", sent | changes)
    assert (answer.status_code, list(errors(answer))) == (400, [field])


def test_a_foreign_and_an_unknown_organization_look_alike() -> None:
    foreign = make_organization()
    client = make_client(make_member(make_organization()))
    answers = [
        client.post(
            "/api/events",
            {"organization": pk, "title": "x", "starts_at": "2026-03-02T10:00:00Z"},
        ).json()
        for pk in (foreign.pk, foreign.pk + 1000)
    ]
    for answer, pk in zip(answers, (foreign.pk, foreign.pk + 1000), strict=True):
        answer["errors"][0]["detail"] = answer["errors"][0]["detail"].replace(
            str(pk), "N"
        )
    assert answers[0] == answers[1]


@pytest.mark.parametrize("odd", [1.0, 1.9, True, 10**30, "x", [1], {}])
def test_only_a_whole_number_is_an_id(odd: object) -> None:
    client = make_client(make_member(make_organization(pk=1)))
    sent = {"title": "A", "starts_at": "2026-03-02T10:00:00Z"}
    assert client.post("/api/events", sent | {"organization": 1}).status_code == 201
    answer = client.post("/api/events", sent | {"organization": odd})
    assert (answer.status_code, list(errors(answer))) == (400, ["organization"])


def test_an_event_stays_with_its_organization() -> None:
    event = make_event()
    user = make_member(event.organization)
    other = make_membership(user=user).organization
    answer = make_client(user).patch(
        f"/api/events/{event.pk}", {"organization": other.pk}
    )
    assert errors(answer) == {"organization": "never_changes"}


def test_one_end_of_an_event_cannot_pass_the_other() -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    late = (START + timedelta(days=1)).isoformat()
    answer = client.patch(f"/api/events/{event.pk}", {"starts_at": late})
    assert errors(answer) == {"ends_at": "ends_before_start"}


def test_the_state_changes_by_its_own_routes_only() -> None:
    event = make_event(state=EventState.DRAFT)
    client = make_client(make_member(event.organization))
    client.patch(f"/api/events/{event.pk}", {"state": "completed"})
    assert client.get(f"/api/events/{event.pk}").json()["state"] == "draft"
    for _ in range(2):
        answer = client.post(f"/api/events/{event.pk}/publish")
        assert (answer.status_code, answer.json()["state"]) == (200, "scheduled")
    Event.objects.update(state=EventState.COMPLETED)
    assert client.post(f"/api/events/{event.pk}/publish").status_code == 409
    assert client.post(f"/api/events/{event.pk}/cancel").status_code == 409


def test_events_can_be_asked_for_by_organization_and_state() -> None:
    user = make_user()
    events = [make_event(make_membership(user=user).organization) for _ in range(2)]
    make_event(events[0].organization, state=EventState.DRAFT)
    client = make_client(user)
    path = f"/api/events?organization={events[0].organization.pk}&state=scheduled"
    assert [row["id"] for row in client.get(path).json()["results"]] == [events[0].pk]


def test_a_filter_does_not_tell_which_organizations_there_are() -> None:
    foreign = make_organization()
    client = make_client(make_user())
    for pk in (foreign.pk, foreign.pk + 1000):
        answer = client.get(f"/api/events?organization={pk}")
        assert (answer.status_code, answer.json()["count"]) == (200, 0)


def test_looking_at_an_event_is_remembered_once() -> None:
    event = make_event()
    client = make_client(make_member(event.organization, Role.VIEWER))
    first = client.post(f"/api/events/{event.pk}/views")
    again = client.post(f"/api/events/{event.pk}/views")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert EventView.objects.count() == 1
