"""The page of an organization's announced absences.

Source: docs/rules.md 210.
"""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

from attendance.absences.reading import absences, open_together
from attendance.decisions.place import Place
from attendance.decisions.ways_back import path_of_report
from attendance.models import AnnouncedAbsence, Attendance
from attendance.wording.phrases import day_and_times
from attendance.wording.said import AbsenceInWords, came_all_the_same
from core.row_ids import row_id
from events.accounts.clocks import zone_of
from events.models import Organization, Participant
from events.permissions import Viewer

ABSENCES_A_PAGE = 50
SETTLED = "settled"


class AbsenceLine(NamedTuple):
    """One announced absence, with what it is about."""

    person: Participant
    title: str
    of: str
    when: str
    path: str
    absence: AbsenceInWords


class AbsencesPage:
    """The announced absences of an organization, in words of the active language.

    Those that are open stand in the order in which the sessions begin, settled ones the
    newest first.

    Args:
        organization: Whose they are.
        viewer: A member of it.
        state: ``settled``; anything else: those that are open.
        event: The id of the only event that is meant; empty: all.
        page: The number of the page, from the address.
    """

    def __init__(
        self,
        organization: Organization,
        viewer: Viewer,
        *,
        state: str,
        event: str,
        page: str | None,
    ) -> None:
        self.is_settled = state == SETTLED
        said = {"state": "" if self.is_settled else SETTLED, "event": event}
        self.query_of_others = "?" + urlencode({k: v for k, v in said.items() if v})
        self._organizes = viewer.organizes(organization.pk)
        of = absences().filter(organization=organization)
        if event:
            of = of.filter(participant__event=row_id(event) or 0)
        shown = of.settled() if self.is_settled else of.open().soonest_first()
        self.list: Page[AnnouncedAbsence] = Paginator(shown, ABSENCES_A_PAGE).get_page(
            page
        )

    @cached_property
    def lines(self) -> list[AbsenceLine]:
        """The absences of this page."""
        return absence_lines(list(self.list), may_settle=self._organizes)


def absence_lines(
    shown: Sequence[AnnouncedAbsence], *, may_settle: bool
) -> list[AbsenceLine]:
    """Return absences with what they are about, and whether the people came.

    Why they are absent is told only to who may settle it.
    """
    others = open_together(shown)
    people = {each.participant_id for each in shown}
    decisions = {
        (decision.participant_id, decision.session_id): decision
        for decision in Attendance.objects.filter(participant__in=people)
    }
    return [
        _line(
            each,
            others.get(each.pk, 0),
            decisions.get((each.participant_id, each.session_id)),
            may_settle=may_settle,
        )
        for each in shown
    ]


def _line(
    each: AnnouncedAbsence,
    others: int,
    decision: Attendance | None,
    *,
    may_settle: bool,
) -> AbsenceLine:
    place, event = each.participant, each.participant.event
    occasion = each.session or event
    zone = ZoneInfo(zone_of(event))
    return AbsenceLine(
        person=place,
        title=occasion.title,
        of=event.title if each.session else "",
        when=day_and_times(occasion.starts_at, occasion.end, zone),
        path=f"{path_of_report(Place(event, each.session))}#p{place.pk}",
        absence=AbsenceInWords.of(
            each,
            zone,
            came=came_all_the_same(
                decision, (decision and decision.attended_seconds) or 0
            ),
            others=others,
            may_settle=may_settle,
            with_reason=may_settle,
        ),
    )
