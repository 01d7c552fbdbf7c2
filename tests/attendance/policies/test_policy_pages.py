"""Thresholds on pages: what they mean in words, and that calculations use them."""

from datetime import timedelta

import pytest

from attendance.completion.completing import complete_event
from attendance.models import Attendance, AttendancePolicy
from attendance.policies.in_words import policy_in_words
from attendance.rules.calculation import Policy
from events.models import Role
from tests.attendance.pages import be_there, calculate, make_lesson, signed_in, text
from tests.factories import (
    START,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_session,
)
from tests.forms import assert_told, send, wrong

pytestmark = pytest.mark.django_db
DEFAULTS = Policy()._asdict()


def test_five_minutes_of_grace_set_on_the_page_decide_the_next_calculation() -> None:
    session, [ana] = make_lesson("Ana")
    be_there(session, ana, (10, 50))
    calculate(session)
    assert Attendance.objects.get().status == "present"
    organization = session.event.organization
    client = signed_in(make_member(organization, Role.OWNER))
    path = f"/organizations/{organization.pk}/policy/"
    settings = client.get(f"/organizations/{organization.pk}/settings/")
    assert f'href="{path}"' in settings.content.decode()
    answer = send(client, path, **DEFAULTS | {"grace_minutes": 5})
    assert answer["Location"] == f"/organizations/{organization.pk}/settings/"
    assert Attendance.objects.get().status == "present"
    calculate(session)
    decision = Attendance.objects.get()
    assert (decision.status, decision.grace_minutes) == ("late", 5)


def test_settings_say_what_the_thresholds_mean() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.ADMIN))
    path = f"/organizations/{organization.pk}/settings/"
    page = text(client.get(path).content.decode())
    assert "Who comes within 15 minutes of the start is on time." in page
    assert "The defaults of this installation." in page
    send(
        client,
        f"/organizations/{organization.pk}/policy/quran/",
        **DEFAULTS | {"grace_minutes": 1},
    )
    page = text(client.get(path).content.decode())
    assert "Who comes within 1 minute of the start is on time." in page
    assert "Set for sessions of this type." in page


@pytest.mark.parametrize(
    ("policy", "meaning"),
    [
        (Policy(), "Who comes within 15 minutes of the start is on time."),
        (
            Policy(),
            "Who is there for less than 10 % of the time is absent, and up to 50 % "
            "partial. Who is there for longer is present if they were on time, else "
            "late; over 75 % everybody is present, however late they come.",
        ),
        (Policy(grace_minutes=0), "Who is not there at the start is late."),
        (
            Policy(partial_from=0),
            "Who is there for up to 50 % of the time is partial.",
        ),
        (
            Policy(present_regardless_over=50),
            "Who is there for longer is present, however late they come.",
        ),
        (
            Policy(present_regardless_over=100),
            "Who is there for longer is present if they were on time, else late.",
        ),
    ],
)
def test_it_is_said_in_words(policy: Policy, meaning: str) -> None:
    assert meaning in policy_in_words(policy)


AT_DOOR = (
    "Who is checked in at the door within 15 minutes of the start is present, and "
    "later late, however long they stay."
)
ONLINE = "over 75 % everybody is present"


@pytest.mark.parametrize(
    ("mode", "speaks_of_door", "speaks_of_length"),
    [("online", False, True), ("in_person", True, False), ("hybrid", True, True)],
)
def test_a_session_is_told_of_what_is_known_where_it_is_held(
    mode: str, speaks_of_door: bool, speaks_of_length: bool
) -> None:
    session, _people = make_lesson(mode=mode)
    client = signed_in(make_member(session.event.organization))
    page = text(client.get(f"/sessions/{session.pk}/policy/").content.decode())
    assert (AT_DOOR in page) == speaks_of_door
    assert (ONLINE in page) == speaks_of_length


def test_what_is_for_several_sessions_speaks_of_the_door_last() -> None:
    assert policy_in_words(Policy()).endswith(AT_DOOR)
    assert policy_in_words(Policy(grace_minutes=0)).endswith(
        "Who is checked in at the door by the start is present, and later late, "
        "however long they stay."
    )


def test_the_most_specific_place_that_a_page_sets_holds() -> None:
    """A session's before its event's, that before its type's, that before others."""
    session, _people = make_lesson()
    event, organization = session.event, session.event.organization
    client = signed_in(make_member(organization, Role.OWNER))

    def holds() -> tuple[int, str]:
        answer = client.get(f"/api/sessions/{session.pk}/policy").json()
        return answer["grace_minutes"], answer["scope"]

    places = [
        (f"/organizations/{organization.pk}/policy/", 1, "organization"),
        (f"/organizations/{organization.pk}/policy/general/", 2, "session_type"),
        (f"/events/{event.pk}/policy/", 3, "event"),
        (f"/sessions/{session.pk}/policy/", 4, "session"),
    ]
    for path, grace, scope in places:
        send(client, path, **DEFAULTS | {"grace_minutes": grace})
        assert holds() == (grace, scope)
    for path, grace, scope in places[::-1]:
        assert holds() == (grace, scope)
        assert "inherit" in client.get(path).content.decode()
        send(client, path, inherit="1")
        assert "inherit" not in client.get(path).content.decode()
    assert holds() == (15, "default")
    assert not AttendancePolicy.objects.exists()


def test_an_events_thresholds_are_its_own_alone() -> None:
    event = make_event()
    session, other = make_session(event), make_session(make_event(event.organization))
    client = signed_in(make_member(event.organization))
    send(client, f"/events/{event.pk}/policy/", **DEFAULTS | {"grace_minutes": 3})
    graces = [
        client.get(f"/api/sessions/{each.pk}/policy").json()["grace_minutes"]
        for each in (session, other)
    ]
    assert graces == [3, 15]


def test_course_results_follow_the_thresholds_of_their_event() -> None:
    """Of two sessions of an hour 60 % were attended."""
    event = make_event(ends_at=START + timedelta(hours=4))
    person = make_participant(event)
    for number in range(2):
        session = make_session(event, starts_at=START + timedelta(hours=number))
        be_there(session, person, (0, 36))
        calculate(session, now=event.end)
    client = signed_in(make_member(event.organization))
    send(client, f"/events/{event.pk}/policy/", **DEFAULTS | {"present_over": 70})
    complete_event(event=event, now=event.end)
    assert Attendance.objects.get(session=None).status == "partial"
    report = client.get(f"/events/{event.pk}/attendance/").content.decode()
    assert "60 %" in text(report)


def test_thresholds_that_do_not_ascend_are_told_at_their_field() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.OWNER))
    path = f"/organizations/{organization.pk}/policy/"
    assert_told(
        send(client, path, **DEFAULTS | {"present_over": 5}),
        "present_over",
        "The thresholds must be in ascending order.",
    )
    answer = send(client, path, **DEFAULTS | {"grace_minutes": 1441})
    assert set(wrong(answer)) == {"grace_minutes"}
    assert not AttendancePolicy.objects.exists()


def test_a_type_that_there_is_not_has_no_page() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.OWNER))
    path = f"/organizations/{organization.pk}/policy/party/"
    assert client.get(path).status_code == 404


def test_a_deleted_event_takes_its_thresholds_along() -> None:
    event = make_event()
    client = signed_in(make_member(event.organization))
    send(client, f"/events/{event.pk}/policy/", **DEFAULTS | {"grace_minutes": 3})
    send(client, f"/events/{event.pk}/delete/")
    assert not AttendancePolicy.objects.exists()
