"""Each corner case of who it is by name: from signed webhooks to the decision.

The lesson is from 10:00 to 11:00; times are minutes after 10:00.
"""

import pytest

from attendance.evidence.session_evidence import read_strangers
from attendance.models import Attendance, SessionCalculation
from events.models import Participant, Registration
from sessions_app.models import LiveSession
from tests.attendance.reading import Row, calculate, decision, present, row
from tests.factories import make_link, make_participant
from tests.webhooks import Room, deliver_all

pytestmark = pytest.mark.django_db

# Who is a person


@pytest.mark.parametrize("kind", ["AGENT", "EGRESS", "INGRESS"])
def test_machines_are_nobody(
    room: Room, ana: Participant, ben: Participant, kind: str
) -> None:
    deliver_all(*room.stay(ana, 0, 60, kind=kind), *room.stay(ben, 0, 60))
    assert row(room.session, ana) == Row("absent", [], [], 0)


@pytest.mark.parametrize("flag", ["agent", "recorder", "hidden"])
def test_who_is_hidden_or_records_all_the_time_is_nobody(
    room: Room, ana: Participant, ben: Participant, flag: str
) -> None:
    hidden = {"permission": {flag: True}}
    deliver_all(*room.stay(ana, 0, 60, **hidden), *room.stay(ben, 0, 60))
    assert row(room.session, ana) == Row("absent", [], [], 0)


def test_who_is_hidden_in_the_middle_was_there_all_the_time(
    room: Room, ana: Participant
) -> None:
    hidden = {"permission": {"hidden": True}}
    deliver_all(room.joined(ana, 0), room.left(ana, 0, 60, **hidden))
    assert row(room.session, ana) == present((0, 60))


@pytest.mark.parametrize("kind", ["SIP", "CONNECTOR", "BRIDGE", "ROBOT"])
def test_callers_and_kinds_that_are_not_known_are_people(
    room: Room, ana: Participant, kind: str
) -> None:
    deliver_all(*room.stay(ana, 0, 60, kind=kind))
    assert row(room.session, ana) == present((0, 60))


def test_only_machines_in_the_room_means_that_nobody_was_seen(
    room: Room, ana: Participant
) -> None:
    deliver_all(
        *room.stay("agent", 0, 60, kind="AGENT"),
        *room.stay("recorder", 0, 60, permission={"recorder": True}),
    )
    calculate(room.session)
    assert not Attendance.objects.exists()
    assert SessionCalculation.objects.get().people_seen == 0


# Aborts


def test_an_abort_alone_is_a_failed_attempt_and_no_presence(
    room: Room, ana: Participant, ben: Participant
) -> None:
    deliver_all(room.aborted(ana, 5, 6), *room.stay(ben, 0, 60))
    stored = decision(room.session, ana)
    assert (stored.status, stored.failed_attempts) == ("absent", 1)
    assert (stored.first_attempt_at, stored.last_attempt_at) == (room.at(5),) * 2


def test_seven_attempts_are_counted_with_their_first_and_last(
    room: Room, ana: Participant, ben: Participant
) -> None:
    minutes = (1, 2, 3, 5, 6, 8, 9)
    deliver_all(*(room.aborted(ana, m, m + 1) for m in minutes), *room.stay(ben, 0, 60))
    stored = decision(room.session, ana)
    assert (stored.status, stored.failed_attempts, stored.join_count) == (
        "absent",
        7,
        0,
    )
    assert stored.first_attempt_at == room.at(1)
    assert stored.last_attempt_at == room.at(9)


def test_failed_attempts_alone_mean_that_nobody_was_seen(
    room: Room, ana: Participant
) -> None:
    deliver_all(room.aborted(ana, 5, 6), room.aborted(ana, 7, 8))
    calculate(room.session)
    assert not Attendance.objects.exists()


def test_who_got_through_at_last_is_present_and_the_attempts_stay_beside(
    room: Room, ana: Participant
) -> None:
    deliver_all(
        room.aborted(ana, 1, 2), room.aborted(ana, 3, 4), *room.stay(ana, 5, 60)
    )
    stored = decision(room.session, ana)
    assert (stored.status, stored.failed_attempts, stored.join_count) == (
        "present",
        2,
        1,
    )


def test_an_abort_just_over_61_seconds_is_a_stay(room: Room, ana: Participant) -> None:
    deliver_all(room.aborted(ana, 0, 40))
    stored = decision(room.session, ana)
    assert (stored.status, stored.failed_attempts) == ("present", 0)
    assert row(room.session, ana) == present((0, 40))


@pytest.mark.parametrize(("seconds", "attempts"), [(61, 1), (62, 0)])
def test_61_seconds_are_still_an_attempt(
    room: Room, ana: Participant, ben: Participant, seconds: int, attempts: int
) -> None:
    deliver_all(room.aborted(ana, 5, 5 + seconds / 60), *room.stay(ben, 0, 60))
    assert decision(room.session, ana).failed_attempts == attempts


def test_an_abort_ends_a_connection_known_from_its_join(
    room: Room, ana: Participant
) -> None:
    deliver_all(room.joined(ana, 0), room.aborted(ana, 0, 45))
    assert row(room.session, ana) == present((0, 45))


def test_an_abort_within_a_minute_of_a_join_is_a_short_stay(
    room: Room, ana: Participant
) -> None:
    deliver_all(room.joined(ana, 0), room.aborted(ana, 0, 0.5))
    stored = decision(room.session, ana)
    assert (stored.attended_seconds, stored.failed_attempts) == (30, 0)


def test_abort_and_leave_the_earlier_counts(room: Room, ana: Participant) -> None:
    deliver_all(room.aborted(ana, 0, 50), room.left(ana, 0, 55))
    assert row(room.session, ana) == present((0, 50))


# Who is on the roster


def test_presence_of_a_stranger_makes_the_roster_absent_and_is_listed(
    room: Room, ana: Participant
) -> None:
    deliver_all(*room.stay("stranger", 0, 60))
    stored = decision(room.session, ana)
    assert (stored.status, stored.source) == ("absent", "livekit_auto")
    [stranger] = read_strangers(room.session.pk)
    assert (stranger.identity, stranger.name) == ("stranger", "Stranger")


def test_nobody_seen_leaves_everyone_unknown_without_rows(
    room: Room, ana: Participant
) -> None:
    deliver_all(room.started(0), room.finished(60))
    calculate(room.session)
    assert not Attendance.objects.exists()
    assert SessionCalculation.objects.get().people_seen == 0


@pytest.mark.parametrize(
    ("registration", "came", "status"),
    [
        (Registration.REGISTERED, True, "present"),
        (Registration.REGISTERED, False, "absent"),
        (Registration.WALK_IN, True, "present"),
        (Registration.WALK_IN, False, "absent"),
        (Registration.WAITLISTED, True, "present"),
        (Registration.WAITLISTED, False, None),
        (Registration.CANCELLED, True, None),
        (Registration.CANCELLED, False, None),
        (Registration.VIEWED, True, None),
        (Registration.VIEWED, False, None),
    ],
)
def test_who_gets_a_row(
    room: Room, ben: Participant, registration: str, came: bool, status: str | None
) -> None:
    somebody = make_participant(room.session.event, registration=registration)
    deliver_all(*room.stay(ben, 0, 60), *room.stay(somebody, 0, 60) * came)
    calculate(room.session)
    found = Attendance.objects.filter(participant=somebody).first()
    assert (found.status if found else None) == status
    is_stranger = came and status is None
    assert len(read_strangers(room.session.pk)) == is_stranger


def test_who_waited_for_a_place_and_was_not_there_after_all_is_not_absent(
    room: Room, ana: Participant, lesson: LiveSession
) -> None:
    """Their presence was somebody else's: the link that said so is taken back."""
    waiting = make_participant(lesson.event, registration=Registration.WAITLISTED)
    link = make_link(waiting, "who?")
    deliver_all(*room.stay("who?", 0, 60))
    assert decision(lesson, waiting).status == "present"
    link.delete()
    stored = decision(lesson, waiting)
    assert (stored.status, stored.source, stored.computed_status) == (
        "unknown",
        None,
        None,
    )


def test_a_walk_in_who_was_seen_before_being_added_is_found(
    room: Room, ana: Participant, lesson: LiveSession
) -> None:
    deliver_all(*room.stay("guest", 0, 60))
    calculate(lesson)
    guest = make_participant(
        lesson.event, registration=Registration.WALK_IN, identity="guest"
    )
    assert row(lesson, guest) == present((0, 60))


def test_a_hosts_presence_counts_like_everybodys(room: Room) -> None:
    host = make_participant(room.session.event, role="host")
    deliver_all(*room.stay(host, 0, 60))
    assert row(room.session, host) == present((0, 60))


# Identities


def test_a_participants_own_identity_comes_before_what_somebody_linked(
    room: Room, ana: Participant, ben: Participant, lesson: LiveSession
) -> None:
    make_link(ben, ana.identity)
    deliver_all(*room.stay(ana, 0, 60))
    assert row(lesson, ana) == present((0, 60))
    assert row(lesson, ben).status == "absent"


def test_of_two_links_the_newer_counts(
    room: Room, ana: Participant, ben: Participant, lesson: LiveSession
) -> None:
    for person in (ana, ben):
        make_link(person, "x")
    deliver_all(*room.stay("x", 0, 60))
    assert row(lesson, ben) == present((0, 60))
    assert row(lesson, ana).status == "absent"


def test_a_link_to_somebody_of_another_event_means_nobody_here(
    room: Room, ana: Participant, lesson: LiveSession
) -> None:
    elsewhere = make_participant()
    make_link(elsewhere, "x")
    deliver_all(*room.stay("x", 0, 60))
    assert row(lesson, ana).status == "absent"
    assert [one.identity for one in read_strangers(lesson.pk)] == ["x"]
