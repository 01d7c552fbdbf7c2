"""A simulated session: prepared, sent, ended, calculated, and its report compared.

The lesson has a clock of its own, which may run faster than real time. It starts in the
past and reaches the present at the end of the lesson. So no fact is in the future, and
meanwhile the session's page shows a running session.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from attendance.calculating.sessions import calculate_session
from attendance_site.simulation import instance, ownership, parts
from attendance_site.simulation.expectation import (
    ReportedRow,
    expect_person,
    expect_stranger,
    person_row,
    stranger_row,
)
from attendance_site.simulation.livekit import (
    SimulatedPerson,
    SimulatedRoom,
    WebhookSender,
)
from attendance_site.simulation.parts import (
    AGENT,
    GUEST,
    MINUTE,
    PHONE,
    Part,
    Scene,
)
from attendance_site.simulation.report_client import read_report, reader_of
from events.models import (
    Organization,
    ParticipantRole,
    User,
)
from events.roster.adding import add_participant
from events.services import create_event, publish_event
from sessions_app.models import LiveSession, SessionType
from sessions_app.services import end_session, schedule_session

SLUG = "simulated-lessons"
# Seconds after the lesson's start at which the room opens, the last webhook is sent,
# and the schedule ends. The schedule ends last, so that the session runs until then.
FIRST, LAST, SCHEDULED = -7 * MINUTE, 62 * MINUTE, 75 * MINUTE
# Shares of the deliveries that are sent late, and that are sent twice.
DELAYED, COPIED = 0.2, 0.15

NAMES = (
    "Amina Hadid",
    "Yusuf Karim",
    "Maria Lopes",
    "Tom Becker",
    "Omar Nasser",
    "Lena Fischer",
    "Noor Aziz",
    "Ivan Petrov",
    "Sara Lindqvist",
    "Huda Salem",
    "Chen Wei",
    "Fatima Zahra",
    "Jonas Weber",
    "Aisha Bello",
)


class Delivery(NamedTuple):
    """A body, and when it is sent, in seconds after the lesson's start."""

    second: int
    body: dict[str, Any]


class Played(NamedTuple):
    """What a person really did; ``story`` says it in words. Agents are in no report."""

    name: str
    story: str
    presence: list[tuple[int, int]]
    attempts: int
    on_roster: bool
    in_report: bool = True


@dataclass(slots=True)
class ComparedLine:
    """What the report should say about a person, and what it says; None: no row."""

    name: str
    story: str
    expected: ReportedRow | None
    reported: ReportedRow | None

    @property
    def agrees(self) -> bool:
        return self.expected == self.reported


@dataclass(slots=True)
class Simulation:
    """One simulated session.

    Attributes:
        window: Length of the session in seconds, from its start to its actual end.
        reader: The user who reads the report.
        copies: The number of deliveries that are sent a second time.
        disordered: The number of deliveries that are sent after a later one.
    """

    session: LiveSession
    reader: User
    seed: int
    window: int
    deliveries: list[Delivery]
    played: list[Played]
    copies: int
    disordered: int
    lines: list[ComparedLine] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{settings.PUBLIC_URL}/sessions/{self.session.pk}/"

    @property
    def agrees(self) -> bool:
        return all(line.agrees for line in self.lines)


# --- The play -------------------------------------------------------------------------


@transaction.atomic
def prepare(
    *,
    organization: Organization | None,
    participants: int,
    seed: int,
    speed: float,
    now: datetime,
) -> Simulation:
    """Create an event with its roster and session, and decide all that will happen.

    Args:
        organization: The event's organization; None: the one for simulations.
        participants: The number of people on the roster, at least 1.
        seed: The same seed gives the same simulation.
        speed: How many times faster than real time the lesson runs, at least 1;
            ``inf`` sends everything at once.
        now: When the simulation begins.

    Raises:
        NotOurs: somebody else created the organization for simulations.
        NoReader: nobody may read the report.
    """
    random = Random(seed)  # noqa: S311
    behind = LAST - (LAST - FIRST) / speed
    starts_at = (now - timedelta(seconds=behind)).replace(microsecond=0)
    session = _session(organization, participants, seed, starts_at)
    closing = random.randint(52 * MINUTE, 58 * MINUTE)
    room = SimulatedRoom(session.room_name, starts_at + timedelta(seconds=FIRST))
    played = list(_play(session, room, closing, random))
    room.finish(starts_at + timedelta(seconds=closing))
    deliveries = [
        Delivery(int(body["createdAt"]) - int(starts_at.timestamp()), body)
        for body in room.deliveries
    ]
    late = _delayed(deliveries, random)
    copies = _copies(late, random)
    return Simulation(
        session=session,
        reader=reader_of(session.event.organization),
        seed=seed,
        window=closing + random.randint(-2 * MINUTE, 2 * MINUTE),
        deliveries=sorted(late + copies, key=lambda delivery: delivery.second),
        played=played,
        copies=len(copies),
        disordered=_disordered(late),
    )


def _session(
    organization: Organization | None,
    participants: int,
    seed: int,
    starts_at: datetime,
) -> LiveSession:
    ours = organization is None
    organization = organization or ownership.ensure_organization(
        slug=SLUG, name="Simulated sessions (demo)", time_zone="UTC", language="en"
    )
    ends_at = starts_at + timedelta(seconds=SCHEDULED)
    event = publish_event(
        event=create_event(
            organization=organization,
            title=f"Simulated session, seed {seed}",
            starts_at=starts_at,
            ends_at=ends_at,
        )
    )
    if ours:
        ownership.mark(event)
    for name in _names(participants):
        is_host = name == NAMES[0]
        role = ParticipantRole.HOST if is_host else ParticipantRole.ATTENDEE
        add_participant(event=event, name=name, role=role)
    return schedule_session(
        event=event,
        title=event.title,
        session_type=SessionType.ACADEMIC,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _names(number: int) -> list[str]:
    further = (f"Student {n}" for n in range(len(NAMES) + 1, number + 1))
    return [*NAMES[:number], *further]


def _play(
    session: LiveSession, room: SimulatedRoom, closing: int, random: Random
) -> Iterator[Played]:
    """Let everybody play a part: first the roster in order, then the strangers."""
    roster = session.event.participants.order_by("pk")
    cast: list[tuple[SimulatedPerson, Part, bool]] = [
        (SimulatedPerson(participant.identity, participant.name), part, True)
        for participant, part in zip(roster, _parts(), strict=False)
    ]
    cast += [(PHONE, parts.leaves_early, False), (GUEST, parts.late, False)]
    for person, part, on_roster in [*cast, (AGENT, parts.host, False)]:
        scene = Scene(
            room,
            person,
            starts_at=session.starts_at,
            closing=closing,
            random=random,
        )
        story = part(scene)
        yield Played(
            person.name,
            story,
            scene.presence,
            scene.attempts,
            on_roster,
            in_report=person is not AGENT,
        )


def _parts() -> Iterator[Part]:
    yield parts.host
    while True:
        yield from parts.OF_PEOPLE


def _delayed(deliveries: list[Delivery], random: Random) -> list[Delivery]:
    """Return the deliveries, about every fifth of them up to ten minutes later."""
    return [
        Delivery(min(second + random.randint(10, 600), LAST), body)
        if random.random() < DELAYED
        else Delivery(second, body)
        for second, body in deliveries
    ]


def _copies(deliveries: list[Delivery], random: Random) -> list[Delivery]:
    """Return copies of some deliveries, up to five minutes later."""
    return [
        Delivery(min(second + random.randint(0, 300), LAST), body)
        for second, body in deliveries
        if random.random() < COPIED
    ]


def _disordered(deliveries: list[Delivery]) -> int:
    """Count deliveries that are sent after one that happened later."""
    newest, number = 0, 0
    for _second, body in sorted(deliveries, key=lambda delivery: delivery.second):
        happened = int(body["createdAt"])
        number += happened < newest
        newest = max(newest, happened)
    return number


# --- Holding it -----------------------------------------------------------------------


def hold(
    simulation: Simulation,
    *,
    speed: float,
    on_delivery: Callable[[Delivery], None] | None = None,
) -> None:
    """Send all webhooks, end the session, and calculate it.

    Args:
        simulation: The result of :func:`prepare`, just now.
        speed: The same as for :func:`prepare`.
        on_delivery: Called with each delivery after it was accepted.

    Raises:
        NotDelivered: the endpoint does not answer, or refuses.
    """
    began = time.monotonic()

    def wait_for(second: int) -> None:
        due = began + (second - FIRST) / speed
        time.sleep(max(0.0, due - time.monotonic()))

    with closing(WebhookSender(instance.webhook_url(), **instance.keys())) as sender:
        for delivery in simulation.deliveries:
            wait_for(delivery.second)
            sender.send(delivery.body)
            if on_delivery:
                on_delivery(delivery)
    # The session's end must not be in the future.
    wait_for(LAST)
    session = simulation.session
    ended_at = session.starts_at + timedelta(seconds=simulation.window)
    simulation.session = end_session(
        session=session, ended_at=ended_at, now=timezone.now()
    )
    calculate_session(simulation.session, now=timezone.now(), force=True)


def compare(simulation: Simulation) -> None:
    """Read the report over REST, and add each row to ``simulation.lines``.

    Raises:
        NoReport: the report could not be read.
    """
    report = read_report(simulation.session, simulation.reader)
    people = {row["participant"]["name"]: person_row(row) for row in report["results"]}
    strangers = {row["name"]: stranger_row(row) for row in report["unmatched"]}
    for played in simulation.played:
        rows = people if played.on_roster else strangers
        simulation.lines.append(
            ComparedLine(
                played.name,
                played.story,
                _expected(played, simulation.window, report["session"]["policy"]),
                rows.pop(played.name, None),
            )
        )
    for name, row in [*people.items(), *strangers.items()]:
        simulation.lines.append(ComparedLine(name, "did not take part", None, row))


def _expected(
    played: Played, window: int, policy: Mapping[str, int]
) -> ReportedRow | None:
    if not played.in_report:
        return None
    if played.on_roster:
        return expect_person(
            played.presence, played.attempts, window=window, policy=policy
        )
    return expect_stranger(played.presence, played.attempts, window=window)
