"""On whose clocks pages show times: the person's own, the account's, the event's."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Participant, Role, User
from events.roster.personal_links import personal_path
from sessions_app.models import LiveSession
from tests.attendance.pages import signed_in
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RIYADH, PARIS, LIMA = "Asia/Riyadh", "Europe/Paris", "America/Lima"
CLOCKS = {RIYADH: "15:00", PARIS: "13:00", LIMA: "07:00"}


def lesson() -> LiveSession:
    return make_session(make_event(time_zone=RIYADH, starts_at=NOON), starts_at=NOON)


def attendee(session: LiveSession, user: User, zone: str = "") -> Participant:
    place = make_participant(session.event, user=user, time_zone=zone)
    by = make_member(session.event.organization)
    mark(Place(session.event, session), [Mark(place, "present", "")], by=by, now=NOON)
    return place


def pages_of(session: LiveSession) -> list[str]:
    of_event = f"/events/{session.event_id}/"
    return ["/", of_event, f"/sessions/{session.pk}/"]


def starts(client: Client, path: str) -> set[str]:
    """The clocks on which the lesson begins, on a page."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    found = re.findall(r"\b(\d\d:00)\W+\d\d:00", answer.content.decode())
    return set(found)


@pytest.mark.parametrize(
    ("of_person", "of_account", "shown"),
    [(LIMA, PARIS, LIMA), (LIMA, "", LIMA), ("", PARIS, PARIS), ("", "", RIYADH)],
)
def test_attendees_read_their_own_zone_else_the_accounts_else_the_events(
    of_person: str, of_account: str, shown: str
) -> None:
    session = lesson()
    user = make_user(time_zone=of_account)
    place = attendee(session, user, of_person)
    client = signed_in(user)
    for path in pages_of(session):
        assert starts(client, path) == {CLOCKS[shown]}, path
    for path in (
        f"/events/{session.event_id}/",
        f"/sessions/{session.pk}/",
        "/",
        personal_path(place),
    ):
        assert shown in client.get(path).content.decode(), path


@pytest.mark.parametrize(
    ("of_person", "of_account", "shown"),
    [(LIMA, PARIS, LIMA), ("", PARIS, PARIS), ("", "", RIYADH)],
)
def test_a_personal_link_has_the_clocks_of_its_person_whoever_opens_it(
    of_person: str, of_account: str, shown: str
) -> None:
    session = lesson()
    place = attendee(session, make_user(time_zone=of_account), of_person)
    reader = make_user(time_zone="Asia/Tokyo")
    for client in (Client(), signed_in(reader)):
        assert starts(client, personal_path(place)) == {CLOCKS[shown]}
    # Whoever reads another page next has their own again.
    assert CLOCKS[RIYADH] in starts(make_public(session), f"/e/{session.event_id}/")


def make_public(session: LiveSession) -> Client:
    session.event.visibility = "public"
    session.event.state = "scheduled"
    session.event.ends_at = None
    session.event.save()
    return Client()


def test_of_a_parents_children_the_zone_counts_that_they_share() -> None:
    session = lesson()
    mother = make_user(time_zone=PARIS)
    attendee(session, mother, LIMA)
    other = attendee(session, mother, LIMA)
    client, path = signed_in(mother), f"/sessions/{session.pk}/"
    assert starts(client, path) == {CLOCKS[LIMA]}
    other.person.time_zone = RIYADH
    other.person.save()
    assert starts(client, path) == {CLOCKS[PARIS]}
    other.person.time_zone = ""
    other.person.save()
    assert starts(client, path) == {CLOCKS[PARIS]}


def test_each_event_has_the_zone_of_the_person_there() -> None:
    here, there = lesson(), lesson()
    user = make_user()
    attendee(here, user, LIMA)
    attendee(there, user)
    client = signed_in(user)
    assert starts(client, f"/sessions/{here.pk}/") == {CLOCKS[LIMA]}
    assert starts(client, f"/sessions/{there.pk}/") == {CLOCKS[RIYADH]}
    assert starts(client, "/") == {CLOCKS[LIMA], CLOCKS[RIYADH]}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OWNER])
def test_members_read_the_zone_of_the_event_though_a_person_has_another(
    role: Role,
) -> None:
    session = lesson()
    user = make_member(session.event.organization, role)
    attendee(session, user, LIMA)
    attendee(session, make_user(), LIMA)
    client = signed_in(user)
    for path in (*pages_of(session), f"/events/{session.event_id}/attendance/"):
        assert starts(client, path) <= {CLOCKS[RIYADH]}, path


def test_the_profile_changes_the_next_page_and_rest_keeps_the_zone_of_the_event() -> (
    None
):
    session = lesson()
    user = make_user()
    place = attendee(session, user)
    client = signed_in(user)
    for zone in (PARIS, ""):
        client.post("/account/", {"name": "A", "language": "", "time_zone": zone})
        for path in (*pages_of(session), personal_path(place)):
            assert starts(client, path) == {CLOCKS[zone or RIYADH]}, path
    place.person.time_zone = LIMA
    place.person.save()
    rest = make_client(user).get(f"/api/sessions/{session.pk}/attendance").json()
    assert rest["session"]["starts_at"] == "2026-03-02T12:00:00Z"


def test_an_event_without_sessions_is_on_the_same_clocks() -> None:
    event = make_event(time_zone=RIYADH, starts_at=NOON, state="scheduled")
    user = make_user()
    make_participant(event, user=user, time_zone=LIMA)
    client = signed_in(user)
    for path in ("/", f"/events/{event.pk}/", f"/events/{event.pk}/attendance/"):
        answer = client.get(path).content.decode()
        assert "07:00" in answer, path
        assert "15:00" not in answer, path


def test_it_is_one_query_however_many_events_a_page_lists() -> None:
    user = make_user()

    def number() -> int:
        with CaptureQueriesContext(connection) as queries:
            signed_in(user).get("/")
        asked = [q["sql"] for q in queries if "HAVING" in q["sql"]]
        return len(asked)

    attendee(lesson(), user, LIMA)
    assert number() == 1
    for _event in range(3):
        attendee(lesson(), user, LIMA)
    assert number() == 1
