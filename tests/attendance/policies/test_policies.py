"""Which thresholds hold where, over REST."""

from datetime import timedelta
from typing import Any

import pytest

from attendance.completion.completing import complete_event
from attendance.models import Attendance, AttendancePolicy
from attendance.rules.calculation import Policy
from events.models import Organization, Role
from tests.attendance.pages import be_there, calculate
from tests.factories import (
    START,
    make_client,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
DEFAULTS = {
    "grace_minutes": 15,
    "partial_from": 10,
    "present_over": 50,
    "present_regardless_over": 75,
}


def path_of(organization: Organization, session_type: str = "") -> str:
    path = f"/api/organizations/{organization.pk}/policy"
    return f"{path}/{session_type}" if session_type else path


def test_without_any_row_the_defaults_hold_everywhere() -> None:
    session = make_session()
    organization = session.event.organization
    client = make_client(make_member(organization, Role.VIEWER))
    expected = DEFAULTS | {"scope": "default"}
    assert client.get(path_of(organization)).json() == expected
    assert client.get(path_of(organization, "quran")).json() == expected
    assert client.get(f"/api/sessions/{session.pk}/policy").json() == expected


def test_a_new_row_begins_with_the_same_defaults() -> None:
    row = AttendancePolicy.objects.create(organization=make_organization())
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in DEFAULTS} == DEFAULTS
    assert Policy()._asdict() == DEFAULTS


def test_without_any_row_they_decide_about_events_too() -> None:
    """Of two windows of an hour: a tenth, and half, are attended in part."""
    event = make_event(ends_at=START + timedelta(hours=4))
    people = [make_participant(event) for _ in range(4)]
    for number in range(2):
        session = make_session(event, starts_at=START + timedelta(hours=number))
        for person, minutes in zip(people, (5.9, 6, 30, 30.1), strict=True):
            be_there(session, person, (0, minutes))
        calculate(session, now=event.end)
    complete_event(event=event, now=event.end)
    decided = Attendance.objects.filter(event=event, session=None)
    assert list(decided.order_by("participant").values_list("status", flat=True)) == [
        "absent",
        "partial",
        "partial",
        "present",
    ]


def test_the_most_specific_wins_and_says_where_it_comes_from() -> None:
    organization = make_organization()
    event = make_event(organization)
    quran = make_session(event, session_type="quran")
    other = make_session(event)
    client = make_client(make_member(organization, Role.OWNER))

    def graces() -> list[tuple[int, str]]:
        answers = [
            client.get(f"/api/sessions/{session.pk}/policy").json()
            for session in (quran, other)
        ]
        return [(answer["grace_minutes"], answer["scope"]) for answer in answers]

    client.put(path_of(organization), {"grace_minutes": 1})
    assert graces() == [(1, "organization"), (1, "organization")]
    client.put(path_of(organization, "quran"), {"grace_minutes": 2})
    assert graces() == [(2, "session_type"), (1, "organization")]
    client.put(f"/api/sessions/{quran.pk}/policy", {"grace_minutes": 3})
    assert graces() == [(3, "session"), (1, "organization")]


def test_another_organizations_rows_count_for_nothing() -> None:
    AttendancePolicy.objects.create(organization=make_organization(), grace_minutes=1)
    session = make_session()
    client = make_client(make_member(session.event.organization))
    answer = client.get(f"/api/sessions/{session.pk}/policy").json()
    assert answer["scope"] == "default"


def test_put_replaces_the_whole_row() -> None:
    organization = make_organization()
    client = make_client(make_member(organization, Role.ADMIN))
    path = path_of(organization)
    client.put(path, {"grace_minutes": 5, "present_over": 60})
    answer = client.put(path, {"grace_minutes": 7})
    assert answer.json() == DEFAULTS | {"grace_minutes": 7, "scope": "organization"}
    assert AttendancePolicy.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"grace_minutes": -1}, "grace_minutes"),
        ({"grace_minutes": 1441}, "grace_minutes"),
        ({"grace_minutes": "soon"}, "grace_minutes"),
        ({"partial_from": 101}, "partial_from"),
        ({"partial_from": None}, "partial_from"),
        ({"present_over": 5}, "present_over"),
        ({"present_over": 80}, "present_over"),
    ],
)
def test_a_bad_threshold_is_named(sent: dict[str, Any], field: str) -> None:
    organization = make_organization()
    client = make_client(make_member(organization, Role.OWNER))
    answer = client.put(path_of(organization), sent)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not AttendancePolicy.objects.exists()


def test_an_unknown_session_type_is_404_and_names_those_there_are() -> None:
    organization = make_organization()
    client = make_client(make_member(organization, Role.OWNER))
    answer = client.get(path_of(organization, "party"))
    assert answer.status_code == 404
    assert "interactive_course" in answer.json()["detail"]


def test_attendees_read_the_policy_of_their_session() -> None:
    session = make_session()
    user = make_user()
    make_participant(session.event, user=user)
    answer = make_client(user).get(f"/api/sessions/{session.pk}/policy")
    assert answer.status_code == 200
