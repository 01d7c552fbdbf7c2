"""The report says what people really did in the rooms of a real LiveKit server."""

import asyncio
import time
from collections.abc import Callable

import aiohttp
import pytest

from tests_livekit.meetings import (
    LIVEKIT_URL,
    Meeting,
    Person,
    Stay,
    passes,
    seconds,
)
from tests_livekit.server import Server

Measured = Callable[[str, object], None]


def test_who_never_got_through_is_absent_and_the_report_says_so(
    meeting: Meeting,
) -> None:
    ana, ben = meeting.invites("ana", "ben")
    ben.joins()
    knock(ana, give_up_after=2)
    # A second connection would end one that LiveKit has not let go of yet.
    meeting.empties(after=1)
    # Longer than LiveKit waits.
    knock(ana, give_up_after=70)
    ben.leaves()
    ended = meeting.empties(after=3)
    meeting.ends()

    row = meeting.row(ana)
    assert (row["status"], row["failed_attempts"]) == ("absent", 2)
    assert row["intervals"] == []
    meeting.tells_the_truth(ben)
    reasons = [one["end_reason"] for one in ended if not one["is_established"]]
    assert sorted(reasons) == ["JOIN_FAILURE", "SIGNAL_CLOSE"]


def knock(person: Person, *, give_up_after: float) -> None:
    """Ask to be let in and never connect, as behind a firewall that lets little by."""

    async def signal_only() -> None:
        url = f"{LIVEKIT_URL}/rtc?protocol=9&access_token={person.token()}"
        async with aiohttp.ClientSession() as http, http.ws_connect(url) as door:
            deadline = time.monotonic() + give_up_after
            while (left := deadline - time.monotonic()) > 0 and not door.closed:
                try:
                    await door.receive(timeout=left)
                except TimeoutError:
                    return

    asyncio.run(signal_only())


def test_everybody_gets_the_status_that_their_time_makes(meeting: Meeting) -> None:
    # Of half a minute; who comes after the start is late.
    meeting.has_policy(grace_minutes=0)
    early, late, brief, absent = meeting.invites("early", "late", "brief", "absent")
    early.joins()
    meeting.begins()
    meeting.reaches(11)
    late.joins()
    meeting.reaches(21)
    brief.joins()
    meeting.reaches(30)
    meeting.ends()
    # A leave is told in whole seconds, rounded down.
    passes(2)
    for person in (early, late, brief):
        person.leaves()
    meeting.empties(after=3)
    meeting.calculates()

    assert meeting.tells_the_truth(early)["status"] == "present"
    assert meeting.tells_the_truth(late)["status"] == "late"
    assert meeting.tells_the_truth(brief)["status"] == "partial"
    assert meeting.tells_the_truth(absent)["status"] == "absent"
    assert meeting.row(early)["percentage"] == 100


def test_who_is_killed_for_good_leaves_when_livekit_notices(
    meeting: Meeting, record_property: Measured
) -> None:
    ana, ben = meeting.invites("ana", "ben")
    ana.joins()
    ben.joins()
    passes(3)
    killed_at = ana.is_killed()
    ended = meeting.empties(after=1)
    ben.leaves()
    meeting.empties(after=2)
    meeting.ends()

    assert [one["end_reason"] for one in ended] == ["CONNECTION_TIMEOUT"]
    [stay] = meeting.tells_the_truth(ana)["intervals"]
    assert not stay["inferred"]
    meeting.tells_the_truth(ben)
    delay = seconds(stay["left_at"]) - killed_at
    record_property("seconds from a client's death to its leave", round(delay, 1))


def test_who_leaves_and_comes_back_has_two_stays(
    meeting: Meeting, record_property: Measured
) -> None:
    ana, ben = meeting.invites("ana", "ben")
    ana.joins()
    ben.joins()
    meeting.begins()
    passes(3)
    ana.leaves()
    passes(8)
    ana.joins()
    passes(2)
    ana.leaves()
    ben.leaves()
    meeting.empties(after=3)
    meeting.ends()

    row = meeting.tells_the_truth(ana)
    assert (row["status"], row["join_count"]) == ("partial", 2)
    assert meeting.tells_the_truth(ben)["status"] == "present"
    delay = seconds(row["intervals"][1]["joined_at"]) - ana.stays[1].begins[0]
    record_property("seconds from calling connect to the join", round(delay, 3))


def test_a_room_that_closes_and_opens_again_is_one_session(meeting: Meeting) -> None:
    [ana] = meeting.invites("ana")
    ana.joins()
    passes(2)
    ana.leaves()
    meeting.hears_of("room_finished")
    ana.joins()
    passes(2)
    ana.leaves()
    meeting.empties(after=2)
    meeting.ends()

    meeting.tells_the_truth(ana)
    assert len({one["room_sid"] for one in meeting.connections()}) == 2


def test_who_is_removed_may_come_back_with_the_same_token(meeting: Meeting) -> None:
    ana, ben = meeting.invites("ana", "ben")
    ana.joins()
    ben.joins()
    passes(3)
    meeting.removes(ana)
    passes(3)
    ana.joins()
    passes(3)
    ana.leaves()
    ben.leaves()
    ended = meeting.empties(after=3)
    meeting.ends()

    meeting.tells_the_truth(ana)
    meeting.tells_the_truth(ben)
    reasons = {one["end_reason"] for one in ended}
    assert reasons == {"PARTICIPANT_REMOVED", "CLIENT_INITIATED"}


def test_who_is_killed_and_back_at_once_was_not_away(meeting: Meeting) -> None:
    [ana] = meeting.invites("ana")
    ana.joins()
    passes(3)
    ana.is_killed()
    passes(2)
    ana.comes_back_at_once()
    passes(3)
    ana.leaves()
    ended = meeting.empties(after=2)
    meeting.ends()

    meeting.tells_the_truth(ana)
    reasons = {one["end_reason"] for one in ended}
    assert reasons == {"DUPLICATE_IDENTITY", "CLIENT_INITIATED"}


def test_a_second_device_takes_the_place_of_the_first(meeting: Meeting) -> None:
    [ana] = meeting.invites("ana")
    ana.joins()
    passes(3)
    phone = ana.another_device()
    meeting.people["phone"] = phone
    phone.joins()
    ana.is_cut_off(phone.stays[0].begins[0])
    passes(3)
    phone.leaves()
    meeting.empties(after=2)
    meeting.ends()

    ana.stays += phone.stays
    assert meeting.tells_the_truth(ana)["join_count"] == 2


def test_a_laptop_that_slept_and_a_lost_signal_are_no_absence(meeting: Meeting) -> None:
    [ana] = meeting.invites("ana")
    ana.joins()
    passes(2)
    with ana.asleep():
        passes(5)
    ana.resumes()
    passes(2)
    ana.leaves()
    meeting.empties(after=1)
    meeting.ends()

    assert meeting.tells_the_truth(ana)["join_count"] == 1


def test_a_client_that_connects_anew_is_hardly_away(meeting: Meeting) -> None:
    [ana] = meeting.invites("ana")
    ana.joins()
    passes(3)
    ana.reconnects()
    passes(3)
    ana.leaves()
    meeting.empties(after=2)
    meeting.ends()

    assert meeting.tells_the_truth(ana)["join_count"] == 2


def test_a_session_cut_short_ends_for_those_inside(meeting: Meeting) -> None:
    ana, ben = meeting.invites("ana", "ben")
    ana.joins()
    passes(10)
    ben.joins()
    passes(3)
    meeting.ends()
    for person in (ana, ben):
        [stay] = meeting.tells_the_truth(person)["intervals"]
        assert stay["inferred"]

    passes(3)
    ana.leaves()
    ben.leaves()
    meeting.empties(after=2)
    meeting.calculates()
    for person in (ana, ben):
        [stay] = meeting.tells_the_truth(person)["intervals"]
        assert not stay["inferred"]
        assert seconds(stay["left_at"]) == pytest.approx(meeting.window[1], abs=0.002)


def test_looking_in_for_a_moment_is_no_presence(meeting: Meeting) -> None:
    ana, ben = meeting.invites("ana", "ben")
    ben.joins()
    for _ in range(2):
        ana.joins()
        ana.leaves()
    meeting.reaches(15)
    ben.leaves()
    meeting.empties(after=3)
    meeting.ends()

    row = meeting.row(ana)
    assert row["status"] == "absent"
    assert row["attended_seconds"] <= 1
    meeting.tells_the_truth(ben)


def test_agents_do_not_count_and_strangers_are_unmatched(meeting: Meeting) -> None:
    [ana] = meeting.invites("ana")
    stranger = meeting.meets("stranger")
    machines = [
        meeting.meets("transcriber", kind="agent", agent=True),
        meeting.meets("recorder", recorder=True),
        meeting.meets("hidden", hidden=True),
    ]
    everybody = [*machines, ana, stranger]
    for person in everybody:
        person.joins()
    passes(4)
    for person in everybody:
        person.leaves()
    meeting.empties(after=len(everybody))
    meeting.ends()

    meeting.tells_the_truth(ana)
    assert list(meeting.unmatched()) == ["stranger"]
    meeting.tells_the_truth(stranger, meeting.unmatched()["stranger"])


def test_a_meeting_of_machines_alone_was_attended_by_nobody(meeting: Meeting) -> None:
    [ana] = meeting.invites("ana")
    agent = meeting.meets("transcriber", kind="agent", agent=True)
    agent.joins()
    passes(2)
    agent.leaves()
    meeting.empties(after=1)
    meeting.ends()

    assert meeting.row(ana)["status"] == "unknown"


def test_after_a_crash_of_the_server_those_who_return_have_two_stays(
    meeting: Meeting, server: Server
) -> None:
    ana, ben, gone = meeting.invites("ana", "ben", "gone")
    for person in (ana, ben, gone):
        person.joins(server.url)
    passes(4)
    crashed_at = time.time()
    server.is_killed()
    gone.is_killed()
    passes(3)
    server.starts()
    ana.has_reconnected(crashed_at)
    ben.has_reconnected(crashed_at)
    # The leave that was lost is inferred from the room's next start.
    gone.stays[-1].ends = ana.stays[0].ends
    passes(4)
    ana.leaves()
    ben.leaves()
    meeting.empties(after=2)
    meeting.ends()

    for person in (ana, ben):
        inferred = [True, False]
        if meeting.came_as_the_room_started(person):
            # What ends in the millisecond in which the next begins is one stay.
            person.stays = [Stay(person.stays[0].begins, person.stays[-1].ends)]
            inferred = [False]
        stays = meeting.tells_the_truth(person)["intervals"]
        assert [stay["inferred"] for stay in stays] == inferred
    [stay] = meeting.tells_the_truth(gone)["intervals"]
    assert stay["inferred"]
    assert {fact["signed_by"] for fact in meeting.facts()} == {"APIprevious"}
