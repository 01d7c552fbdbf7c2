"""An evening two days ago, of which people were asked whether they attended.

Some have answered, one will be reminded, some cannot be asked by mail. All mails count
as sent, so that loading the demonstration sends none but the reminder, the next day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from attendance.completion.completing import complete_event
from attendance.decisions.answering import answer
from attendance.decisions.checking_in import check_in
from attendance.decisions.place import Place
from attendance.feedback.giving import give_feedback
from attendance.models import CheckInMethod
from attendance_site.demo.events import DAY, event_of
from attendance_site.demo.people import SELDOM, Person
from attendance_site.simulation import ownership
from core.addresses import folded_address
from events.accounts.clocks import zone_of_place
from events.models import Event, Organization, Participant
from notifications.models import (
    AttendancePrompt,
    NotMailed,
    PromptedEvent,
    PromptOptOut,
)
from notifications.prompts.preparing import AFTER_THE_END
from notifications.prompts.snoozing import next_nine

TITLE = "Poetry evening"
BEGINS_AT, LASTS = 18, timedelta(hours=2)
# Asked for again when the last one is no longer among what people answer.
HELD_WITHIN = timedelta(days=12)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of the evening, and what they answered.

    Attributes:
        came: They were checked in at the door.
        said: What they said when they were asked whether they came, in order.
        stars: How many stars they gave; 0 if none.
        text: What they wrote.
        has_address: A mail can reach them.
        declines: They want no such mails.
        snoozes: They asked to be reminded.
    """

    name: str
    came: bool = False
    said: Sequence[bool] = ()
    stars: int = 0
    text: str = ""
    has_address: bool = True
    declines: bool = False
    snoozes: bool = False

    @property
    def email(self) -> str:
        name = self.name.lower().replace(" ", ".")
        return f"{name}@example.com" if self.has_address else ""


READERS = (
    Reader("Ruth Amsel", came=True, stars=5, text="The best evening of this autumn."),
    Reader("Idris Toure", came=True, stars=4, text="More time to talk, please."),
    Reader("Mira Kovac", came=True, stars=4),
    Reader("Hassan Darwish", came=True, stars=2, text="قاعة باردة جدا"),
    Reader("Greta Holm", came=True, stars=5, text="Thank you for the tea!"),
    Reader("Pavel Dvorak", came=True, stars=5),
    Reader("Selma Yildiz", came=True, said=(False,)),
    Reader("Leo Brandt", came=True),
    Reader("Nora Quist", said=(True,), stars=4, text="I came late, by the side door."),
    Reader("Adam Roth", said=(False,)),
    Reader("Zeynep Acar", said=(False, True)),
    Reader("Ivan Petrov"),
    Reader("Lucia Romano"),
    Reader("Karim Mansour", snoozes=True),
    Reader("Elsa Lund", has_address=False),
    Reader("Victor Hugo Diaz", declines=True),
)


def hold(organization: Organization, now: datetime) -> Event:
    """Return the last evening, which is held if there was none lately."""
    held = ownership.events().filter(
        organization=organization,
        title__startswith=TITLE,
        starts_at__gt=now - HELD_WITHIN,
    )
    return held.first() or _hold(organization, now)


def _hold(organization: Organization, now: datetime) -> Event:
    local = (now - 2 * DAY).astimezone(ZoneInfo(organization.time_zone))
    starts_at = local.replace(hour=BEGINS_AT, minute=0)
    event = event_of(
        organization,
        f"{TITLE}, {local.day} {local:%B}",
        (starts_at, starts_at + LASTS),
        [Person(reader.name, reader.email, SELDOM) for reader in READERS],
    )
    places = {place.name: place for place in event.participants.all()}
    everybody = [(places[reader.name], reader) for reader in READERS]
    for minute, (place, reader) in enumerate(everybody):
        if reader.came:
            at = starts_at + minute * timedelta(minutes=1)
            by, method = ownership.account(), CheckInMethod.STAFF
            check_in(Place(event, None), place, method=method, by=by, now=at)
    complete_event(event=event, now=now)
    asked_at = event.end + AFTER_THE_END
    _ask(event, everybody, asked_at)
    for number, (place, reader) in enumerate(everybody, start=1):
        _answer(place, reader, asked_at + number * timedelta(minutes=20))
    return event


def _ask(
    event: Event, everybody: Sequence[tuple[Participant, Reader]], at: datetime
) -> None:
    """Write what would stand here had the mails been sent."""
    AttendancePrompt.objects.bulk_create(
        _prompt(event, place, reader, at) for place, reader in everybody
    )
    PromptedEvent.objects.create(
        event=event, due_at=at, roster_changed_at=event.roster_changed_at
    )
    PromptOptOut.objects.bulk_create(
        PromptOptOut(
            organization=event.organization, folded_email=folded_address(reader.email)
        )
        for _place, reader in everybody
        if reader.declines
    )


def _prompt(
    event: Event, place: Participant, reader: Reader, at: datetime
) -> AttendancePrompt:
    reason = ""
    if not reader.has_address:
        reason = NotMailed.NO_ADDRESS
    elif reader.declines:
        reason = NotMailed.DECLINED
    return AttendancePrompt(
        organization=event.organization,
        participant=place,
        due_at=at,
        sent_at=None if reason else at,
        not_mailed=reason,
    )


def _answer(place: Participant, reader: Reader, at: datetime) -> None:
    for seconds, attended in enumerate(reader.said):
        when = at + timedelta(seconds=4 * seconds)
        answer(place, attended=attended, by=None, now=when)
    if reader.stars:
        give_feedback(place, rating=reader.stars, text=reader.text, now=at)
    if reader.snoozes:
        _remind(place, at)


def _remind(place: Participant, at: datetime) -> None:
    """Let somebody be asked again in a few days at 9:00, which is after today."""
    first = place.prompts.get()
    first.snoozed_at = at
    first.save(update_fields=["snoozed_at"])
    again = next_nine(at + 3 * DAY, zone_of_place(place))
    AttendancePrompt.objects.create(
        organization=first.organization,
        participant=place,
        number=2,
        due_at=again,
        send_at=again,
    )
