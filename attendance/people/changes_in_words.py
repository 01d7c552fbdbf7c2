"""The log of what changed about a person, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.wording.sentences import name_of
from core.spans import Span, always
from core.times import short_day
from events.models import Event, ParticipantRole, PersonChange, Registration
from events.roster.enrolment_in_words import enrolment_in_words

LABELS = {
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("Email"),
    "external_id": gettext_lazy("Student number"),
    "user": gettext_lazy("Account"),
    "invited_account": gettext_lazy("Account that was asked"),
    "time_zone": gettext_lazy("Time zone"),
    "language": gettext_lazy("Language"),
    "show_on_leaderboard": gettext_lazy("Show on the leaderboard"),
    "consents_to_recording": gettext_lazy("Consents to attendance being recorded"),
    "role": gettext_lazy("Role"),
    "registration": gettext_lazy("Registration"),
    "enrolled": gettext_lazy("Enrolled"),
    "identity": gettext_lazy("Linked identity"),
}


class ChangedValue(NamedTuple):
    """One value, before and after; empty if there was none."""

    label: str
    before: str
    after: str


class ChangeLine(NamedTuple):
    """One change, in words; without values if they have been erased.

    ``event`` is None for changes of the person, and if the event is gone.
    """

    when: str
    who: str
    is_person: bool
    event: Event | None
    what: str
    values: list[ChangedValue]


def change_line(
    change: PersonChange, events: Mapping[int, Event], zone: str
) -> ChangeLine:
    """Return a change in words.

    Args:
        change: With actor and values already loaded.
        events: The events of changes by id; those that are gone are missing.
        zone: The time zone of the organization; enrolment is told in the event's.
    """
    is_erased = not hasattr(change, "values")
    before, after = (None, None) if is_erased else _values(change)
    event = events.get(change.event_id or 0)
    told = ZoneInfo(event.time_zone if event else zone)
    names = [name for name in LABELS if name in (before or {}) or name in (after or {})]
    return ChangeLine(
        when=_("%(date)s, %(time)s")
        % {
            "date": short_day(change.at, zone),
            "time": f"{change.at.astimezone(ZoneInfo(zone)):%H:%M}",
        },
        who=name_of(change.actor) or _nobody(after),
        is_person=change.actor is not None,
        event=event,
        what=_("Values erased") if is_erased else _what(change, before, after),
        values=[
            ChangedValue(
                str(LABELS[name]),
                _in_words(name, (before or {}).get(name), told),
                _in_words(name, (after or {}).get(name), told),
            )
            for name in names
        ],
    )


Values = Mapping[str, Any] | None


def _nobody(after: Values) -> str:
    """Return what stands for who acted without an account."""
    if "consents_to_recording" in (after or {}):
        return _("by the personal link")
    return _("automatically")


def _values(change: PersonChange) -> tuple[Values, Values]:
    return change.values.before, change.values.after


def _what(change: PersonChange, before: Values, after: Values) -> str:
    is_place = change.event_id is not None
    if before is None:
        return _("Added to the roster") if is_place else _("Added")
    if after is None:
        return _("Removed from the roster") if is_place else _("Removed")
    return _("Changed")


def _in_words(name: str, value: Any, zone: ZoneInfo) -> str:
    """Return a logged value as people read it; "" for none."""
    if name == "enrolled" and value is not None:
        return _enrolled(value, zone)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    labels: Mapping[str, Any] = {
        "role": dict(ParticipantRole.choices),
        "registration": dict(Registration.choices),
        "language": dict(settings.LANGUAGES),
    }.get(name, {})
    return str(labels.get(value, value or ""))


def _enrolled(spans: list[list[str | None]], zone: ZoneInfo) -> str:
    read = tuple(Span(*map(_instant, span)) for span in spans)
    if read == always():
        return _("for the whole event")
    bounds = [bound for span in read for bound in span if bound]
    beside = max(bounds, default=datetime.now(zone)).astimezone(zone).date()
    return enrolment_in_words(read, zone, beside=beside)


def _instant(bound: str | None) -> datetime | None:
    return None if bound is None else datetime.fromisoformat(bound)
