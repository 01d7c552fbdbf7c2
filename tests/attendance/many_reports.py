"""Many sessions in every state that a report can have, in two organizations."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import time_machine

from attendance.calculating.sessions import calculate_session, say_held
from attendance.models import Attendance, Status
from events.models import Event, Participant, Registration, Role, User
from sessions_app.models import LiveSession, SessionType
from tests.attendance.pages import be_there, try_in_vain
from tests.factories import (
    START,
    make_attendance,
    make_client,
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

NOW = START + timedelta(days=20, minutes=30)
STATES = (
    "calculated",
    "calculated",
    "running",
    "ahead",
    "not calculated",
    "nobody seen",
    "counted as absent",
    "cancelled",
    "marked",
    "more came since",
)


@dataclass
class Many:
    """The users by what they are, and the sessions, newest first."""

    users: dict[str, User]
    events: list[Event]
    sessions: list[LiveSession] = field(default_factory=list)

    def visible_to(self, who: str) -> list[LiveSession]:
        seen = set(LiveSession.objects.visible_to(self.users[who]))
        return [session for session in self.sessions if session in seen]

    def rows_of_single_reports(self, who: str) -> list[dict[str, Any]]:
        """The rows of each visible session's own report, one after the other."""
        client = make_client(self.users[who])
        rows: list[dict[str, Any]] = []
        for session in self.visible_to(who):
            report = get(client, f"/api/sessions/{session.pk}/attendance")
            about = {
                "session": report["session"],
                "event": session.event_id,
                "organization": session.event.organization_id,
            }
            rows.extend({**about, **row} for row in report["results"])
        return rows


def make_many(number: int = len(STATES), *, seed: int = 1) -> Many:
    """Sessions in each state, several times; people of every registration."""
    random = Random(seed)  # noqa: S311
    events = [
        make_event(make_organization(time_zone="Asia/Riyadh"), time_zone="Asia/Riyadh"),
        make_event(make_organization(time_zone="UTC"), time_zone="America/New_York"),
    ]
    users = {role: make_member(events[0].organization, role) for role in Role.values}
    users |= {"host": make_user(), "attendee": make_user(), "stranger": make_user()}
    make_membership(events[1].organization, users["owner"], Role.VIEWER)
    for event in events:
        make_participant(event, user=users["host"], role="host", name="Zoe")
        make_participant(event, user=users["attendee"], name="Ana")
        for registration in [*Registration.values, Registration.WAITLISTED]:
            for _ in range(2):
                make_participant(event, registration=registration)
    many = Many(users, events)
    for index in range(number):
        many.sessions.append(_session(random, STATES[index % len(STATES)], events))
    many.sessions.sort(key=lambda s: (s.starts_at, s.pk), reverse=True)
    return many


def _session(random: Random, state: str, events: list[Event]) -> LiveSession:
    event = random.choice(events)
    days = {"running": 20, "ahead": 21}.get(state, random.randint(0, 18))
    session = make_session(
        event,
        starts_at=START + timedelta(days=days),
        session_type=random.choice(SessionType.values),
    )
    people = list(event.participants.order_by("pk"))
    if state not in ("nobody seen", "counted as absent", "ahead"):
        _let_them_come(random, session, people)
    if state in ("not calculated", "running", "ahead"):
        return session
    calculate_session(session, now=NOW, force=True)
    if state == "counted as absent":
        say_held(session, actor=make_member(event.organization), now=NOW)
    elif state == "cancelled":
        LiveSession.objects.filter(pk=session.pk).update(cancelled_at=NOW)
        session.refresh_from_db()
    elif state == "marked":
        _mark(random, session, people)
    elif state == "more came since":
        _let_them_come(random, session, people)
    return session


def _let_them_come(
    random: Random, session: LiveSession, people: list[Participant]
) -> None:
    for person in random.sample(people, len(people) // 2):
        first = random.randint(-5, 40)
        last = first + random.randint(1, 60)
        be_there(session, person, (first, random.choice([last, last + 0.5, None])))
    try_in_vain(session, random.choice(people).identity, 3)
    be_there(session, None, (5, 20))


def _mark(random: Random, session: LiveSession, people: list[Participant]) -> None:
    by = make_member(session.event.organization)
    statuses = random.sample(Status.values[1:], 5)
    for person, status in zip(random.sample(people, 5), statuses, strict=True):
        decision = Attendance.objects.filter(session=session, participant=person)
        mark = {
            "status": status,
            "source": "manual",
            "marked_by": by,
            "marked_at": NOW,
            "notes": random.choice(["", "was ill", "=1+1"]),
        }
        if not decision.update(**mark):
            make_attendance(person, session, **mark)


def get(client: Any, path: str, *, now: datetime = NOW) -> Any:
    with time_machine.travel(now, tick=False):
        answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def all_pages(client: Any, path: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of every page."""
    url: str | None = path
    while url:
        page = get(client, url)
        yield from page["results"]
        url = page["next"]
