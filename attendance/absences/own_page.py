"""The page on which somebody announces that they will not come, signed in or not.

Source: docs/rules.md 208, 209.
"""

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
    """One announced absence; ``state`` says what became of it."""

    title: str
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
        own = list(absences().filter(participant=place)[:SHOWN_AT_MOST])
        self.announced = [self._line(each) for each in own]

    @property
    def when(self) -> str:
        return day_and_times(self.event.starts_at, self.event.end, self.zone)

    def _line(self, each: AnnouncedAbsence) -> OwnAbsence:
        occasion = each.session or self.event
        return OwnAbsence(
            title=occasion.title,
            when=day_and_times(occasion.starts_at, occasion.end, self.zone),
            state=self._state(each),
            may_withdraw=each.settled_at is None,
            absence=AbsenceInWords.of(each, self.zone),
        )

    def _state(self, each: AnnouncedAbsence) -> str:
        """Return what became of it; what is decided since stands in their record."""
        if each.settled_at is None:
            return _("Not answered yet.")
        if not each.confirmed:
            return _("Not confirmed: ask an organizer if you do not know why.")
        return _("Confirmed.")
