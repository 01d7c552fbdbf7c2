"""Events of which people were asked, in every state that the page of answers shows."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from attendance.decisions.answering import answer
from attendance.feedback.giving import give_feedback
from events.models import Event, Organization, Participant, User
from events.people.mailboxes import note_refused
from notifications.models import NotMailed
from tests.attendance.pages import be_there, calculate
from tests.factories import make_event, make_participant, make_prompt, make_session

LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschafers"
SAID = (
    (5, "Best evening of the month.\nThank you!"),
    (4, "الصوت كان منخفضا"),
    (4, ""),
    (2, LONG),
    (5, "More tea."),
)


def events_with_answers(
    organization: Organization, by: User, *, now: datetime
) -> dict[str, Model]:
    """One with everything, one that ended just now and has too few answers."""
    just_over = _event(organization, "Book club", now - timedelta(minutes=5))
    for name in (LONG, "نور"):
        make_participant(just_over, name=name)
    refused = make_participant(just_over, name="Ana", email=f"{LONG[:50]}@example.com")
    note_refused(refused.person)
    return {
        "answered": _answered(organization, by, now),
        "just over": just_over,
        "address refused": refused.person,
    }


def _answered(organization: Organization, by: User, now: datetime) -> Event:
    event = _event(organization, "Pottery", now - timedelta(hours=26))
    session = make_session(
        event, title="Pottery", starts_at=event.starts_at, minutes=120
    )

    def place(name: str, **prompt: Any) -> Participant:
        person = make_participant(event, name=name)
        make_prompt(person, due_at=event.end, **prompt)
        return person

    seen = [place(f"Guest {n}", sent_at=now, answered_at=now) for n in range(1, 6)]
    for person in seen:
        be_there(session, person, (0, 120))
    came = place("Ana Costa", sent_at=now)
    away, waiting = place(LONG, sent_at=now), place("نور عزيز", sent_at=now)
    place("Ben", not_mailed=NotMailed.NO_ADDRESS)
    place("Cleo", not_mailed=NotMailed.DECLINED)
    place("Dora", sent_at=now, asked_by=by)
    make_prompt(place("Emil", sent_at=now, snoozed_at=now), number=2, due_at=now)
    later = now + timedelta(hours=9)
    snoozed = place("Finn", sent_at=now, snoozed_at=now)
    make_prompt(snoozed, number=2, due_at=later, send_at=later)
    calculate(session, now)
    for person, (rating, text) in zip(seen, SAID, strict=True):
        give_feedback(person, rating=rating, text=text, now=now)
    answer(came, attended=True, by=None, now=now)
    answer(away, attended=False, by=None, now=now)
    answer(seen[0], attended=False, by=None, now=now)
    answer(waiting, attended=False, by=None, now=now)
    answer(waiting, attended=True, by=None, now=now + timedelta(seconds=3))
    return event


def _event(organization: Organization, title: str, ends_at: datetime) -> Event:
    return make_event(
        organization,
        title=title,
        time_zone="Asia/Riyadh",
        starts_at=ends_at - timedelta(hours=2),
        ends_at=ends_at,
    )
