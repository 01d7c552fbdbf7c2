"""Whom we ask what, against an oracle that reads the rules and none of our code."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from core.spans import Span
from notifications.prompts.asking import read_asked
from tests.factories import (
    START,
    make_attendance,
    make_event,
    make_organization,
    make_participant,
    make_session,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
# An event lasts six hours; a session one; they lie two hours apart.
END = START + 6 * HOUR
LONG_AGO, IN_LONG = START - timedelta(days=999), START + timedelta(days=999)
MACHINES = ["livekit_auto", "whiteboard_auto", "check_in"]
PEOPLE = ["manual", "parent_reported", "admin_override"]
OTHERS = ["self_reported", "system_default"]
SPANS = {
    "always": [Span(None, None)],
    "from the beginning": [Span(START, None)],
    "from the middle": [Span(START + 3 * HOUR, None)],
    "until the middle": [Span(None, START + 3 * HOUR)],
    "until just the end": [Span(None, END)],
    "before": [Span(None, START)],
    "after": [Span(END, None)],
}


class Decision(NamedTuple):
    status: str
    source: str
    derived: bool = False


class Someone(NamedTuple):
    role: str
    registration: str
    enrolled: str
    # At each session, then at the event as a whole.
    decisions: list[Decision | None]


class Asking(NamedTuple):
    sessions: list[bool]
    prompt_viewers: bool
    asks_how: bool
    people: list[Someone]


decisions = st.none() | st.builds(
    Decision,
    st.sampled_from(["present", "late", "partial", "absent", "excused"]),
    st.sampled_from([*MACHINES, *PEOPLE, *OTHERS]),
    st.just(False),
)
of_events = decisions | st.builds(
    Decision,
    st.sampled_from(["present", "absent"]),
    st.sampled_from(["livekit_auto", "manual"]),
    st.just(True),
)


@st.composite
def askings(draw: st.DrawFn) -> Asking:
    sessions = draw(st.lists(st.booleans(), max_size=3))
    one = st.builds(
        Someone,
        st.sampled_from(["attendee"] * 5 + ["host"]),
        st.sampled_from(
            ["registered"] * 6 + ["walk_in", "waitlisted", "cancelled", "viewed"]
        ),
        st.sampled_from(list(SPANS)),
        st.tuples(*[decisions] * len(sessions), of_events).map(list),
    )
    people = draw(st.lists(one, min_size=1, max_size=6))
    return Asking(sessions, draw(st.booleans()), draw(st.booleans()), people)


@given(askings())
def test_everybody_is_asked_what_the_rules_say(asking: Asking) -> None:
    with transaction.atomic():
        found = read_asked(places_of(asking))
        assert [one.question and one.question.value for one in found] == [
            expected(asking, person) for person in asking.people
        ]
        transaction.set_rollback(True)


def expected(asking: Asking, person: Someone) -> str | None:
    """What the rules say, in their own order."""
    if person.role == "host":
        return None
    held = [n for n, is_cancelled in enumerate(asking.sessions) if not is_cancelled]
    at_sessions = [person.decisions[n] for n in held]
    as_a_whole = person.decisions[-1]
    if is_away(as_a_whole):
        return None
    decided = [one for one in at_sessions if one]
    if decided and all(map(is_away, decided)):
        return None
    if person.registration == "viewed":
        return "whether" if asking.prompt_viewers else None
    if person.registration != "registered" or not belongs(person, held):
        return None
    seen = any(map(was_seen, [*at_sessions, as_a_whole]))
    if seen or len(held) > 1:
        return "how" if asking.asks_how else None
    return "whether"


def is_away(decision: Decision | None) -> bool:
    return (
        decision is not None
        and not decision.derived
        and decision.source in PEOPLE
        and decision.status in ("absent", "excused")
    )


def was_seen(decision: Decision | None) -> bool:
    return (
        decision is not None
        and not decision.derived
        and decision.source in (*MACHINES, *PEOPLE)
        and decision.status in ("present", "late")
    )


def belongs(person: Someone, held: list[int]) -> bool:
    """Whether somebody is enrolled at the end of a course, or while else it lasted."""
    [span] = SPANS[person.enrolled]
    since, until = span.start or LONG_AGO, span.end or IN_LONG
    if len(held) > 1:
        return since < END <= until
    begins = START + 2 * HOUR * held[0] if held else START
    return since < END and begins < until


def places_of(asking: Asking) -> list[int]:
    organization = make_organization(asks_how_it_was=asking.asks_how)
    event = make_event(organization, ends_at=END, prompt_viewers=asking.prompt_viewers)
    sessions = [
        make_session(
            event,
            starts_at=START + 2 * HOUR * number,
            cancelled_at=START if is_cancelled else None,
        )
        for number, is_cancelled in enumerate(asking.sessions)
    ]
    ids = []
    for person in asking.people:
        fields: dict[str, Any] = {"enrolled": SPANS[person.enrolled]}
        if person.registration == "cancelled":
            fields = {}
        if person.registration == "waitlisted":
            fields["waitlisted_at"] = START
        place = make_participant(
            event, role=person.role, registration=person.registration, **fields
        )
        for session, decision in zip([*sessions, None], person.decisions, strict=True):
            if decision:
                make_attendance(place, session, **decision._asdict())
        ids.append(place.pk)
    return ids


@pytest.mark.parametrize("number", [1, 50])
def test_many_are_read_by_one_query(number: int) -> None:
    event = make_event()
    ids = [make_participant(event).pk for _ in range(number)]
    with CaptureQueriesContext(connection) as queries:
        assert len(read_asked(ids)) == number
    assert len(queries) == 1
