"""What superusers see of organizations without a role there, and how it is marked.

Each page and route of the rights tables is asked by one in ``test_pages.py`` and
``test_routes.py``.
"""

import pytest

from attendance.models import AttendanceChange
from events.models import Role, User
from tests.attendance.pages import signed_in, text
from tests.factories import (
    make_client,
    make_event,
    make_membership,
    make_organization,
    make_participant,
    make_session,
    make_user,
)
from tests.forms import send

pytestmark = pytest.mark.django_db
MARK = "You see this as a superuser"
MARK_OF_LISTS = "You see all organizations, as a superuser."


@pytest.fixture
def superuser() -> User:
    return make_user(is_superuser=True)


def test_where_they_have_a_role_nothing_is_marked(superuser: User) -> None:
    event = make_event()
    client = signed_in(superuser)
    assert MARK in client.get(f"/events/{event.pk}/").content.decode()
    assert MARK_OF_LISTS in client.get("/events/").content.decode()
    make_membership(event.organization, superuser, Role.VIEWER)
    assert MARK not in client.get(f"/events/{event.pk}/").content.decode()
    assert MARK_OF_LISTS not in client.get("/events/").content.decode()


def test_reports_and_what_is_not_there_are_no_matter_of_one_organization(
    superuser: User,
) -> None:
    session = make_session()
    client = signed_in(superuser)
    assert MARK in client.get(f"/sessions/{session.pk}/").content.decode()
    assert MARK_OF_LISTS in client.get("/reports/").content.decode()
    missing = client.get(f"/sessions/{session.pk + 1}/")
    assert missing.status_code == 404
    assert MARK not in missing.content.decode()


def test_their_lists_have_every_organization(superuser: User) -> None:
    events = [make_event(title=f"Course {number}") for number in range(3)]
    page = text(signed_in(superuser).get("/events/").content.decode())
    assert all(event.title in page for event in events)
    answer = make_client(superuser).get("/api/organizations").json()
    assert {(o["id"], o["role"]) for o in answer["results"]} == {
        (event.organization_id, None) for event in events
    }


def test_what_they_do_stands_in_the_log_with_their_account(superuser: User) -> None:
    session = make_session()
    person = make_participant(session.event)
    send(
        signed_in(superuser),
        f"/sessions/{session.pk}/mark/",
        participant=person.pk,
        status="late",
    )
    assert AttendanceChange.objects.get().actor == superuser


def test_they_see_what_an_owner_sees(superuser: User) -> None:
    organization = make_organization()
    event = make_event(organization)
    make_participant(event, name="Ana", email="ana@example.com")
    client = make_client(superuser)
    [row] = client.get(f"/api/events/{event.pk}/participants").json()["results"]
    assert row["email"] == "ana@example.com"
    assert row["identity"]


def test_an_account_that_is_staff_only_sees_nothing_more() -> None:
    event = make_event()
    staff = signed_in(make_user(is_staff=True))
    assert staff.get(f"/events/{event.pk}/").status_code == 404
