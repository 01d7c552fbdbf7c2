"""The page of the reports of many sessions: filters, summary, and rows by session.

The rows of each session are shown as on its own report, those of events without
sessions as on the page of their attendance.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from attendance.models import Status
from attendance.reports.filters import ReportFilters
from attendance.reports.groups import EventGroup, Group, group_of
from attendance.reports.many_reports import ReportRows, TypeSummary
from attendance.wording.phrases import capitalized, count_statuses
from core.row_ids import row_id
from core.times import short_day
from events.accounts.clocks import zone_at
from events.models import Event, Organization, Participant, Person, User
from sessions_app.models import SessionType

ROWS_A_PAGE = 50
EVENTS_OFFERED = 200

SHOWN = ("session_type", "mode", "organization", "event", "status", "from", "to")


class ReportsPage:
    """The filters that were chosen, and the rows that they leave.

    Args:
        query: The query parameters. If ``to`` is missing, it is today, so that future
            sessions do not come before all others; if it is empty, they do.
        user: The reader.
        now: The present time.
    """

    def __init__(self, query: QueryDict, *, user: User, now: datetime) -> None:
        self.statuses = list(Status.values)
        self._user = user
        self._now = now
        data = query.copy()
        if "to" not in data:
            data["to"] = self._today().isoformat()
        self.filters = ReportFilters(data)
        self._offer_choices()
        self.groups: list[Group | EventGroup] = []
        self.is_valid = self.filters.is_valid()
        if self.is_valid:
            rows = ReportRows(self.filters, user=user, now=now)
            self.summary = rows.summary
            pages: Paginator[Participant] = Paginator(rows, ROWS_A_PAGE)  # type: ignore[arg-type]
            self.list: Page[Participant] = pages.get_page(query.get("page"))
            reports = rows.read(self.list.object_list)
            self.groups = [group_of(report, now=now) for report in reports]

    # The filters

    @property
    def fields(self) -> list[BoundField]:
        """The fields to show; that of organizations only if there are several."""
        names = [name for name in SHOWN if name in self.filters.fields]
        if len(self._organizations) < 2 and not self.filters["organization"].value():
            names.remove("organization")
        return [self.filters[name] for name in names]

    @property
    def kept(self) -> list[BoundField]:
        """Filters of the address that have no visible field."""
        return [f for f in self.filters if f.name not in SHOWN and f.value()]

    @cached_property
    def wrong(self) -> list[str]:
        """The errors of filters that have no visible field."""
        return [str(error) for field in self.kept for error in field.errors]

    @property
    def csv_query(self) -> str:
        """The query string of the CSV file with the same rows."""
        query = QueryDict(mutable=True)
        query.update({f.name: f.value() for f in self.filters if f.value()})
        return query.urlencode()

    @cached_property
    def person(self) -> Participant | None:
        """The person who was filtered by; None without, or if not visible."""
        wanted = self.filters.cleaned_data.get("participant")
        if not wanted:
            return None
        people = Participant.objects.visible_to(self._user)
        return people.select_related("event__organization").filter(pk=wanted).first()

    @cached_property
    def whole_person(self) -> Person | None:
        """The person at all their events who was filtered by; None as above."""
        wanted = self.filters.cleaned_data.get("person")
        if not wanted:
            return None
        people = Person.objects.visible_to(self._user)
        return people.select_related("organization").filter(pk=wanted).first()

    @property
    def may_open_person(self) -> bool:
        """Whether the reader may open the page of :attr:`whole_person`."""
        person = self.whole_person
        own = {each.pk for each in self.own_organizations}
        return person is not None and person.organization_id in own

    @cached_property
    def _organizations(self) -> list[Any]:
        events = Event.objects.visible_to(self._user)
        own = Organization.objects.visible_to(self._user)
        return list(
            Organization.objects.filter(
                Q(pk__in=events.values("organization")) | Q(pk__in=own)
            ).annotate(is_own=Exists(own.filter(pk=OuterRef("pk"))))
        )

    @property
    def own_organizations(self) -> list[Organization]:
        """The organizations whose people the reader may see."""
        return [each for each in self._organizations if each.is_own]

    def _offer_choices(self) -> None:
        """Fill the choices with the organizations and events that the reader sees."""
        fields = self.filters.fields
        organizations = [(o.pk, o.name) for o in self._organizations]
        fields["organization"].widget = _select(organizations)
        events = Event.objects.visible_to(self._user)
        organization = row_id(self.filters.data.get("organization", ""))
        if organization is not None:
            events = events.filter(organization=organization)
        titles = events.values_list("pk", "title", "starts_at", "time_zone")
        fields["event"].widget = _select(
            (pk, f"{title} ({short_day(starts_at, zone_at(pk, zone))})")
            for pk, title, starts_at, zone in titles[:EVENTS_OFFERED]
        )
        for name in ("from", "to"):
            value = self.filters.data.get(name, "")
            # Browsers do not show an instant in a date field.
            fields[name].widget.input_type = "text" if "T" in value else "date"

    def _today(self) -> date:
        """Return the latest of the organizations' current dates.

        With the reader's own date, sessions just held where it is already tomorrow
        would be left out.
        """
        zones = {organization.time_zone for organization in self._organizations}
        days = [self._now.astimezone(ZoneInfo(zone)).date() for zone in zones]
        return max(days, default=self._now.date())

    # What there is

    @property
    def types(self) -> list["TypeLine"]:
        return [TypeLine(part) for part in self.summary]

    @cached_property
    def zone(self) -> str:
        """The time zone of all times; empty if there are several, or none."""
        zones = {group.zone for group in self.groups}
        return zones.pop() if len(zones) == 1 else ""


class TypeLine:
    """One session type in the summary, or events without sessions.

    Only a session type can be filtered by.
    """

    def __init__(self, part: TypeSummary) -> None:
        self.session_type = part.session_type
        self.label = (
            capitalized(str(SessionType(part.session_type).label))
            if part.session_type
            else _("Events without sessions")
        )
        self.counts = count_statuses(part.statuses)
        self.void = part.void


def _select(choices: Iterable[tuple[int, str]]) -> forms.Select:
    return forms.Select(choices=[("", _("all")), *choices])
