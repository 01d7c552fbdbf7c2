"""The filters of reports over many sessions, read from the query string.

REST, the CSV file and the page take the same filters. Ids are not looked up: one that
does not exist and one that the user may not see both find nothing.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from attendance.models import DECISION_SOURCES, Status
from core.fields import YEARS
from sessions_app.models import Mode, SessionType

Moment: TypeAlias = date | datetime

# A plus sign that was not escaped in a query string arrives as a space.
_LOST_PLUS = re.compile(r"(?<=[T\d:.]) (?=\d\d:?\d\d\Z)")


class MomentField(forms.Field):
    """A date, or an instant in the format of RFC 3339."""

    default_error_messages = {
        "invalid": _(
            "“%(value)s” is neither a date like 2026-03-02 nor a time with a "
            "zone like 2026-03-02T10:00:00Z."
        ),
        "year": _("Write a date between the years 2000 and 2100."),
    }

    def to_python(self, value: object) -> Moment | None:
        """Return a date, or an aware datetime; None for an empty value."""
        text = str(value or "").strip()
        if not text:
            return None
        moment = _parsed(text)
        if moment is None:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": text}
            )
        if moment.year not in YEARS:
            raise ValidationError(self.error_messages["year"], code="year")
        return moment


def _parsed(text: str) -> Moment | None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
        instant = parse_datetime(_LOST_PLUS.sub("+", text))
    except ValueError:
        return None
    return instant if instant and instant.tzinfo else None


class _ChoiceField(forms.ChoiceField):
    """An optional choice; its error message lists the values."""

    def __init__(self, choices: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        choices = list(choices)
        self.values = ", ".join(str(value) for value, _label in choices)
        super().__init__(choices=[("", _("all")), *choices], required=False, **kwargs)

    def validate(self, value: str) -> None:
        """Raise ValidationError for an unknown value, in the reader's language."""
        if value and not self.valid_value(value):
            raise ValidationError(
                _("“%(value)s” is not one of: %(values)s."),
                code="invalid_choice",
                params={"value": value, "values": self.values},
            )


# What fields have that were left empty.
NOT_CHOSEN = ("", None)


class ReportFilters(forms.Form):
    """The filters of reports; empty ones are ignored."""

    session_type = _ChoiceField(SessionType.choices, label=_("Type"))
    mode = _ChoiceField(Mode.choices, label=_("Held"))
    organization = forms.IntegerField(required=False, label=_("Organization"))
    event = forms.IntegerField(required=False, label=_("Event"))
    session = forms.IntegerField(required=False, label=_("Session"))
    participant = forms.IntegerField(required=False, label=_("Person"))
    person = forms.IntegerField(required=False, label=_("Person"))
    status = _ChoiceField(Status.choices, label=_("Status"))
    source = _ChoiceField(DECISION_SOURCES, label=_("Decided by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Set here because ``from`` is a keyword of Python.
        self.fields["from"] = MomentField(required=False, label=_("From"))
        self.fields["to"] = MomentField(required=False, label=_("To"))

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it begins."""
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and type(first) is type(last) and last < first:
            self.add_error(
                "to", ValidationError(_("It is before “From”."), code="before_from")
            )
        return self.cleaned_data

    @property
    def names_days(self) -> bool:
        """Whether a bound is a date, which depends on an organization's time zone."""
        bounds = self.cleaned_data["from"], self.cleaned_data["to"]
        return any(bound and not isinstance(bound, datetime) for bound in bounds)

    def of_rows(self, zones: Iterable[str]) -> Q:
        """Return the condition on the rows of many reports.

        Whatever is asked of the session leaves out events without sessions, whose rows
        have none.

        Args:
            zones: The time zones of all organizations whose sessions may be found:
                dates are compared in the organization's own zone.
        """
        chosen = self.cleaned_data
        exact = ("session_type", "mode", "session", "status", "source")
        condition = Q(
            **{name: chosen[name] for name in exact if chosen[name] not in NOT_CHOSEN}
        )
        if chosen["organization"] is not None:
            condition &= Q(event__organization=chosen["organization"])
        if chosen["event"] is not None:
            condition &= Q(event=chosen["event"])
        if chosen["participant"] is not None:
            condition &= Q(pk=chosen["participant"])
        if chosen["person"] is not None:
            condition &= Q(person=chosen["person"])
        return condition & self._time(zones)

    def _time(self, zones: Iterable[str]) -> Q:
        if not self.names_days:
            return self._between(ZoneInfo("UTC"))
        condition = Q(pk__in=[])
        for zone in zones:
            condition |= Q(event__organization__time_zone=zone) & self._between(
                ZoneInfo(zone)
            )
        return condition

    def _between(self, zone: ZoneInfo) -> Q:
        first, last = self.cleaned_data["from"], self.cleaned_data["to"]
        condition = Q()
        if isinstance(first, datetime):
            condition &= Q(starts_at__gte=first)
        elif first:
            condition &= Q(starts_at__gte=_midnight(first, zone))
        if isinstance(last, datetime):
            condition &= Q(starts_at__lte=last)
        elif last:
            condition &= Q(starts_at__lt=_midnight(last + timedelta(days=1), zone))
        return condition


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
