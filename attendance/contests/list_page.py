"""The page of an organization's contested statuses.

Source: docs/rules.md 192.
"""

from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

from attendance.contests.reading import contests
from attendance.decisions.place import Place
from attendance.decisions.ways_back import path_of_report
from attendance.models import MARKS, Contest, Status
from attendance.wording.phrases import day_and_times
from attendance.wording.said import ContestInWords
from core.row_ids import row_id
from events.accounts.clocks import zone_of
from events.models import Organization, Participant

CONTESTS_A_PAGE = 50
SETTLED = "settled"


class ContestLine(NamedTuple):
    """One contest, with what it is about; ``label`` is the status that stands now."""

    person: Participant
    title: str
    of: str
    when: str
    path: str
    tone: str
    label: str
    contest: ContestInWords


class ContestsPage:
    """The contests of an organization, in words of the language that is active.

    Args:
        organization: Whose they are.
        state: ``settled``; anything else: those that are open.
        event: The id of the only event that is meant; empty: all.
        page: The number of the page, from the address.
    """

    statuses = list(Status.values)
    marks = MARKS

    def __init__(
        self,
        organization: Organization,
        *,
        state: str,
        event: str,
        page: str | None,
    ) -> None:
        self.is_settled = state == SETTLED
        said = {"state": "" if self.is_settled else SETTLED, "event": event}
        self.query_of_others = "?" + urlencode({k: v for k, v in said.items() if v})
        of = contests().filter(organization=organization)
        if event:
            of = of.filter(attendance__event=row_id(event) or 0)
        shown = of.settled() if self.is_settled else of.open()
        self.list: Page[Contest] = Paginator(shown, CONTESTS_A_PAGE).get_page(page)

    @cached_property
    def lines(self) -> list[ContestLine]:
        """The contests of this page, the newest first."""
        return [contest_line(each, may_settle=True) for each in self.list]


def contest_line(each: Contest, *, may_settle: bool) -> ContestLine:
    """Return a contest with what it is about."""
    decision, event = each.attendance, each.attendance.event
    occasion = decision.session or event
    zone = ZoneInfo(zone_of(event))
    return ContestLine(
        person=decision.participant,
        title=occasion.title,
        of=event.title if decision.session else "",
        when=day_and_times(occasion.starts_at, occasion.end, zone),
        path=path_of_report(Place(event, decision.session))
        + f"#p{decision.participant_id}",
        tone=decision.status,
        label=str(Status(decision.status).label),
        contest=ContestInWords.of(each, zone, may_settle=may_settle),
    )
