"""The page on which somebody announces that they will not come, signed in or not.

Source: docs/rules.md 208, 209.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.absences.announcing import Ahead
from attendance.absences.reading import absences
from attendance.models import AnnouncedAbsence
from attendance.wording.phrases import day_and_times
from attendance.wording.said import AbsenceInWords
from events.accounts.clocks import zone_of
from events.models import Participant

# The newest of them are shown.
SHOWN_AT_MOST = 50


class OwnAbsence(NamedTuple):
    """One announced absence; ``state`` says what became of it.

    ``of`` is the title of the session's event, beside that of the session; else empty.
    """

    place: Participant
    title: str
    of: str
    when: str
    state: str
    may_withdraw: bool
    absence: AbsenceInWords


class OwnAbsencesPage:
    """The page, in words of the language that is active.

    Args:
        place: The person's place, with event and organization loaded.
        now: The present time.
    """

    def __init__(self, place: Participant, *, now: datetime) -> None:
        self.place = place
        self.event = place.event
        self.zone = ZoneInfo(zone_of(place.event))
        self.ahead = Ahead(place, now)
        self.announced = own_absences([place.pk])

    @property
    def when(self) -> str:
        return day_and_times(self.event.starts_at, self.event.end, self.zone)


def own_absences(places: Collection[int]) -> list[OwnAbsence]:
    """Return what was announced of some places, the newest first, by one query."""
    found = absences().filter(participant__in=places)
    return [_line(each) for each in found[:SHOWN_AT_MOST]]


def _line(each: AnnouncedAbsence) -> OwnAbsence:
    event = each.participant.event
    occasion, zone = each.session or event, ZoneInfo(zone_of(event))
    return OwnAbsence(
        place=each.participant,
        title=occasion.title,
        of=event.title if each.session else "",
        when=day_and_times(occasion.starts_at, occasion.end, zone),
        state=_state(each),
        may_withdraw=each.settled_at is None,
        absence=AbsenceInWords.of(each, zone),
    )


def _state(each: AnnouncedAbsence) -> str:
    """Return what became of it; what is decided since stands in their record."""
    if each.settled_at is None:
        return _("Not answered yet.")
    if not each.confirmed:
        return _("Not confirmed: ask an organizer if you do not know why.")
    return _("Confirmed.")
