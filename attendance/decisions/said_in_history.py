"""What somebody said of the decisions about them, for the page of the history.

Source: docs/rules.md 193.
"""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from attendance.models import AnnouncedAbsence, Contest
from attendance.wording.said import AbsenceInWords, ContestInWords
from events.accounts.clocks import zone_of
from events.models import Participant

SHOWN_AT_MOST = 50


class SaidInHistory(NamedTuple):
    """The newest contests and announced absences of a participant."""

    contests: list[ContestInWords]
    absences: list[AbsenceInWords]

    @classmethod
    def of(
        cls, person: Participant, *, with_contests: bool, with_reasons: bool
    ) -> "SaidInHistory":
        """Read them; withdrawn absences are left out.

        Args:
            person: With their event loaded.
            with_contests: The reader may read what they contest.
            with_reasons: The reader may read why they announced an absence.
        """
        zone = ZoneInfo(zone_of(person.event))
        contests = Contest.objects.filter(attendance__participant=person)
        absences = AnnouncedAbsence.objects.filter(
            participant=person, withdrawn_at=None
        )
        of_contest = ("attendance__session", "attendance__event", "change")
        of_absence = ("session", "participant__event", "announced_by")
        return cls(
            [
                ContestInWords.of(each, zone)
                for each in contests.select_related(
                    *of_contest, "contested_by", "settled_by"
                )[:SHOWN_AT_MOST]
            ]
            if with_contests
            else [],
            [
                AbsenceInWords.of(each, zone, with_reason=with_reasons)
                for each in absences.select_related(*of_absence, "settled_by")[
                    :SHOWN_AT_MOST
                ]
            ],
        )
