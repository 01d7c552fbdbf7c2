"""Lessons, and their pages as people get them."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.calculating.sessions import calculate_session
from events.models import Participant, Role, User
from sessions_app.models import LiveSession
from tests.factories import (
    START,
    make_connection,
    make_event,
    make_member,
    make_participant,
    make_presence_event,
    make_session,
)

CONTROLS = (
    r'<div class="row-actions">.*?</div>|<label class="choose-one">.*?</label>'
    r'|<a class="button quiet".*?</a>'
)
RUNNING = START + timedelta(minutes=30)
AFTERWARDS = START + timedelta(hours=2)


def make_lesson(
    names: str = "", *, time_zone: str = "UTC", **fields: Any
) -> tuple[LiveSession, list[Participant]]:
    """An hour's session with these people on its roster."""
    event = make_event(time_zone=time_zone, title="Algebra II")
    people = [make_participant(event, name=name) for name in names.split()]
    return make_session(event, title="Quadratic equations", **fields), people


def be_there(
    session: LiveSession,
    person: Participant | None,
    minutes: tuple[float, float | None] = (0, 60),
    **fields: Any,
) -> None:
    """A connection between two minutes of the session; None: nothing ended it."""
    first, last = minutes
    if person:
        fields["identity"] = person.identity
    make_connection(
        session,
        joined_at=session.starts_at + timedelta(minutes=first),
        left_at=None if last is None else session.starts_at + timedelta(minutes=last),
        **fields,
    )
    make_presence_event(session)


def try_in_vain(session: LiveSession, identity: str, minute: int) -> None:
    at = session.starts_at + timedelta(minutes=minute)
    make_connection(
        session,
        identity=identity,
        joined_at=at,
        aborted_at=at + timedelta(seconds=15),
        is_established=False,
    )


def calculate(session: LiveSession, now: datetime = AFTERWARDS) -> None:
    calculate_session(session, now=now, force=True)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def organizer_of(session: LiveSession, **fields: Any) -> User:
    user = make_member(session.event.organization, Role.ORGANIZER)
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()
    return user


def get(
    session: LiveSession,
    user: User | None = None,
    *,
    now: datetime = AFTERWARDS,
    query: str = "",
) -> str:
    """The page of a session as an organizer, or as ``user``, gets it."""
    client = signed_in(user or organizer_of(session))
    with time_machine.travel(now, tick=False):
        answer = client.get(f"/sessions/{session.pk}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def text(markup: str) -> str:
    """What a reader sees, on one line."""
    markup = re.sub(r"<title>.*?</title>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def row_of(page: str, name: str, *, with_controls: bool = False) -> str:
    """The markup of one person's row: what it says, or also what can be done there."""
    rows = re.findall(r'<tr role="row">.*?</tr>', page, flags=re.DOTALL)
    [row] = [row for row in rows if people_of(row) == [name]]
    return str(row) if with_controls else re.sub(CONTROLS, "", row, flags=re.DOTALL)


def bars_of(row: str) -> list[tuple[str, str, bool]]:
    """Each bar's place, its width, and whether it is hatched."""
    return [
        (x, width, "url(#hatch-" in how)
        for how, x, width in re.findall(
            r'<rect ((?:class="seen")|(?:fill="[^"]*"))\s+x="([^"]*)" y="\d+" '
            r'width="([^"]*)"',
            row,
        )
    ]


def people_of(page: str) -> list[str]:
    """Who of the roster is shown."""
    return re.findall(
        r'<th class="person" [^>]*>\s*(?:<strong>)?\s*(?:<a [^>]*>)?<bdi>(.*?)</bdi>',
        page,
    )


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
