"""People who were asked about an event, in every state that their page can show."""

from datetime import datetime, timedelta

from django.db.models import Model

from attendance.decisions.answering import answer
from attendance.feedback.giving import give_feedback
from core.digests import digest_of
from events.models import Participant
from notifications.models import AttendancePrompt, PromptToken
from notifications.prompts.opting_out import opt_out
from notifications.prompts.preparing import prepare_due_prompts
from notifications.prompts.snoozing import snooze
from tests.attendance.pages import be_there, calculate
from tests.factories import (
    make_event,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

LONG = "Async Django in practice, with everything that can go wrong between two awaits"
# Whose link it is, by the words for the places.
PROMPTED = {
    f"{word}, asked": f"token-of-{word.replace(' ', '-')}"
    for word in ("new", "long", "answered", "snoozed", "seen", "stopped", "has account")
}


def people_prompted(*, now: datetime) -> dict[str, Model]:
    """Their places by a word each; the link of each has the token of its word."""
    organization = make_organization(name="Berlin Python Community")
    times = {"starts_at": now - timedelta(hours=4), "ends_at": now - timedelta(hours=2)}
    event = make_event(
        organization, title="Async Django", time_zone="Europe/Berlin", **times
    )
    session = make_session(event, starts_at=event.starts_at)
    seen = make_participant(event, name="Sara Lindqvist")
    be_there(session, seen)
    calculate(session, session.ends_at + timedelta(minutes=10))
    other = make_event(organization, title=LONG, time_zone="Asia/Riyadh", **times)
    places = {
        "new": make_participant(other, name="Amal"),
        "long": make_participant(other, name=LONG),
        "answered": make_participant(
            other, name="\u0646\u0648\u0631 \u0639\u0632\u064a\u0632"
        ),
        "snoozed": make_participant(other, name="Omar"),
        "seen": seen,
        "stopped": make_participant(other, name="Zaid"),
        "has account": make_participant(other, name="Huda", user=make_user()),
    }
    for word, place in places.items():
        secret = PROMPTED[f"{word}, asked"]
        PromptToken.objects.create(participant=place, digest=digest_of(secret))
    prepare_due_prompts(now=now)
    answer(places["answered"], attended=True, by=None, now=now)
    give_feedback(places["answered"], rating=4, text="More tea.", now=now)
    snooze(first_of(places["snoozed"]), now=now)
    for whose in (organization, None):
        opt_out(places["stopped"].email, whose)
    return {f"{word}, asked": place for word, place in places.items()}


def first_of(place: Participant) -> AttendancePrompt:
    return AttendancePrompt.objects.get(participant=place, number=1)
