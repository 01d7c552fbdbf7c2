"""One plain sentence that says how a decision came about, in the reader's language.

It is made from the parts of the decision, so that one decision can be read in any
language and on any clock. Every text that a translator gets is
a whole sentence or a whole clause, with its values by name. Words are about the person
and the time; clock times are 24 hours with Western digits.

Source: docs/architecture.md, "Rules"; the figures come from ``attendance.calculation``.
"""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from attendance.calculation import Policy, Status
from attendance.precedence import (
    ADMIN_OVERRIDE,
    CHECK_IN,
    MANUAL,
    PARENT_REPORTED,
    SELF_REPORTED,
    SYSTEM_DEFAULT,
    WHITEBOARD_AUTO,
)

SHOWN_IN_SECONDS_UNDER = 120
"""Shorter windows and shorter presence are told in seconds, all else in minutes."""

_SOURCES_OF_PEOPLE = {ADMIN_OVERRIDE, MANUAL, PARENT_REPORTED, CHECK_IN, SELF_REPORTED}

_ENDS_OF_SENTENCES = (".", "!", "?", "…", "؟", "。")

BEGINNING: dict[str, Promise] = {
    Status.UNKNOWN: pgettext_lazy("status that begins a sentence", "Unknown"),
    Status.PRESENT: pgettext_lazy("status that begins a sentence", "Present"),
    Status.LATE: pgettext_lazy("status that begins a sentence", "Late"),
    Status.PARTIAL: pgettext_lazy("status that begins a sentence", "Partial"),
    Status.ABSENT: pgettext_lazy("status that begins a sentence", "Absent"),
    Status.EXCUSED: pgettext_lazy("status that begins a sentence", "Excused"),
}
COMPUTED: dict[str, Promise] = {
    Status.PRESENT: pgettext_lazy("status that was computed", "present"),
    Status.LATE: pgettext_lazy("status that was computed", "late"),
    Status.PARTIAL: pgettext_lazy("status that was computed", "partial"),
    Status.ABSENT: pgettext_lazy("status that was computed", "absent"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The parts of a decision that its sentence may need.

    Instants are aware datetimes in any zone; lengths whole seconds, rounded down.

    Attributes:
        status: The final status, a value of ``calculation.Status``.
        computed_status: What the calculation said; None before any, or if it saw
            nobody at all.
        source: Who or what decided (``attendance.precedence``); None before that.
        attended_seconds: Presence inside the window; None if nothing was computed,
            as are the next two.
        window_seconds: Length of the window.
        percentage: Share of the window, 0 to 100, two decimals, half up.
        window_starts_at: Start of the window (of the event, for an event's decision).
            A mark made on another day than this is shown with its date.
        first_seen_at: First moment of presence inside the window; None: never seen.
        last_seen_at: End of the last presence inside the window, not of the window.
        late_seconds: From the window's start to ``first_seen_at``.
        is_late: First seen after the grace.
        interval_count: Visits: presences united over all devices and connections.
        end_inferred: The end of the last presence is inferred.
        policy: The policy that gave the computed status; None if nothing was computed.
        failed_attempts: Attempts to connect that never got through.
        first_attempt_at: When the first of them was made; None without any.
        last_attempt_at: When the last of them was made; None without any.
        marked_by_name: Who marked, checked in or applied a suggestion; empty if a
            machine decided, if the person did it for themselves, or is forgotten.
        marked_at: When they did; for ``self_reported`` when it was answered.
        notes: What they wrote.
        nobody_seen: The calculation saw no person at all in this session.
        calculated: The session has been calculated.
    """

    status: str
    computed_status: str | None = None
    source: str | None = None
    attended_seconds: int | None = None
    window_seconds: int | None = None
    percentage: Decimal | None = None
    window_starts_at: datetime | None = None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    late_seconds: int | None = None
    is_late: bool = False
    interval_count: int = 0
    end_inferred: bool = False
    policy: Policy | None = None
    failed_attempts: int = 0
    first_attempt_at: datetime | None = None
    last_attempt_at: datetime | None = None
    marked_by_name: str = ""
    marked_at: datetime | None = None
    notes: str = ""
    nobody_seen: bool = False
    calculated: bool = False


def explain(decision: Decision, zone: tzinfo) -> str:
    """Say in one sentence, in the active language, how a decision came about.

    Args:
        decision: Its parts.
        zone: The zone whose clock the reader looks at.

    Returns:
        Plain text, not escaped for HTML. Names and notes are isolated where the
        language runs from right to left.

    Raises:
        KeyError: The status is not known.
    """
    if decision.source == SYSTEM_DEFAULT:
        return _by_default(decision, zone)
    if decision.source in _SOURCES_OF_PEOPLE or decision.marked_by_name:
        return _by_a_person(decision, zone)
    if decision.status == Status.UNKNOWN:
        return _unknown(decision, zone)
    if decision.computed_status not in (None, decision.status):
        return _by_a_person(decision, zone)  # who applied a suggestion is forgotten
    return _by_what_was_seen(decision, zone)


def _unknown(decision: Decision, zone: tzinfo) -> str:
    if not decision.calculated:
        return _("Unknown: not calculated yet")
    if not decision.nobody_seen:
        return _("Unknown: nothing decided yet")
    if attempts := _attempts(decision, zone):
        return _(
            "Unknown: %(attempts)s, never got through; nobody was seen in this session"
        ) % {"attempts": attempts}
    return _("Unknown: nobody was seen in this session. Was it held?")


def _by_default(decision: Decision, zone: tzinfo) -> str:
    attempts = _attempts(decision, zone)
    if decision.nobody_seen and attempts:
        return _(
            "Absent: %(attempts)s, never got through; nobody was seen in this session, "
            "and an organizer counted everyone as absent"
        ) % {"attempts": attempts}
    if decision.nobody_seen:
        return _(
            "Absent: nobody was seen in this session, "
            "and an organizer counted everyone as absent"
        )
    if attempts:
        return _never_seen(decision, zone)
    return _("Absent: nothing showed that they came")


# What a machine saw


def _by_what_was_seen(decision: Decision, zone: tzinfo) -> str:
    if decision.attended_seconds is None:
        return _("%(status)s: follows from the sessions") % {
            "status": BEGINNING[decision.status]
        }
    if decision.first_seen_at is None and not decision.attended_seconds:
        return _never_seen(decision, zone)
    if decision.first_seen_at is None or decision.policy is None:
        return _("%(status)s: %(amount)s") % {
            "status": BEGINNING[decision.status],
            "amount": _amount(decision),
        }
    policy = decision.policy
    sentence = _rule(decision, policy) % {
        "amount": _amount(decision),
        "arrival": _arrival(decision, decision.first_seen_at, policy, zone),
        "visits": _visits(decision, zone),
        "partial_from": policy.partial_from,
        "present_over": policy.present_over,
        "regardless_over": policy.present_regardless_over,
    }
    return _with_remarks(sentence, decision, zone)


def _never_seen(decision: Decision, zone: tzinfo) -> str:
    if attempts := _attempts(decision, zone):
        return _("Absent: %(attempts)s, never got through") % {"attempts": attempts}
    return _("Absent: never seen in this session")


def _rule(decision: Decision, policy: Policy) -> str:
    """The sentence of the rule that gave the status, its values still to be put in."""
    if decision.status == Status.PRESENT and decision.is_late:
        return _(
            "Present: %(amount)s, %(arrival)s; "
            "over %(regardless_over)d %%, so present all the same"
        )
    if decision.status == Status.PRESENT:
        return _("Present: %(amount)s, %(arrival)s")
    if decision.status == Status.PARTIAL:
        return _("Partial: %(amount)s, %(visits)s")
    if decision.status == Status.ABSENT:
        return _("Absent: %(amount)s, under %(partial_from)d %%")
    if policy.present_over == 50:
        return _(
            "Late: %(amount)s, %(arrival)s; "
            "over half, but not over %(regardless_over)d %%"
        )
    return _(
        "Late: %(amount)s, %(arrival)s; "
        "over %(present_over)d %%, but not over %(regardless_over)d %%"
    )


def _amount(decision: Decision) -> str:
    """How long somebody was there, of how long: 52 of 60 minutes (86.67 %)."""
    attended, window = decision.attended_seconds or 0, decision.window_seconds or 0
    if window < SHOWN_IN_SECONDS_UNDER:
        text = ngettext(
            "%(attended)d of %(window)d second (%(percentage)s %%)",
            "%(attended)d of %(window)d seconds (%(percentage)s %%)",
            window,
        )
    elif attended < SHOWN_IN_SECONDS_UNDER:
        window //= 60
        text = ngettext(
            "%(attended)d second of %(window)d minutes (%(percentage)s %%)",
            "%(attended)d seconds of %(window)d minutes (%(percentage)s %%)",
            attended,
        )
    else:
        attended, window = attended // 60, window // 60
        text = ngettext(
            "%(attended)d of %(window)d minute (%(percentage)s %%)",
            "%(attended)d of %(window)d minutes (%(percentage)s %%)",
            window,
        )
    percentage = _percentage(decision.percentage or Decimal(0))
    amount = text % {"attended": attended, "window": window, "percentage": percentage}
    if decision.source == WHITEBOARD_AUTO:
        return _("%(amount)s on the whiteboard") % {"amount": amount}
    return amount


def _percentage(percentage: Decimal) -> str:
    """Two decimals, none where both are zero, with the language's own separator."""
    return number_format(percentage, 2 if percentage % 1 else 0)


def _arrival(
    decision: Decision, first_seen_at: datetime, policy: Policy, zone: tzinfo
) -> str:
    """When somebody came, and what the grace says to it."""
    grace = policy.grace_minutes
    late_by = ((decision.late_seconds or 0) - grace * 60) // 60
    if decision.is_late and grace:
        text = _after_the_grace(late_by)
    elif decision.is_late:
        text = _after_the_start(late_by)
    elif decision.attended_seconds == decision.window_seconds:
        text = _throughout(decision)
    elif grace:
        text = ngettext(
            "first seen at %(time)s, within the %(grace)d minute's grace",
            "first seen at %(time)s, within the %(grace)d minutes' grace",
            grace,
        )
    else:
        text = _("first seen at %(time)s")
    time = _clock(first_seen_at, zone)
    return text % {"time": time, "grace": grace, "late_by": late_by}


def _after_the_grace(late_by: int) -> str:
    if not late_by:
        return _("first seen at %(time)s, less than a minute after the grace ended")
    return ngettext(
        "first seen at %(time)s, %(late_by)d minute after the grace ended",
        "first seen at %(time)s, %(late_by)d minutes after the grace ended",
        late_by,
    )


def _after_the_start(late_by: int) -> str:
    """The same under a policy without any grace."""
    if not late_by:
        return _("first seen at %(time)s, less than a minute after the start")
    return ngettext(
        "first seen at %(time)s, %(late_by)d minute after the start",
        "first seen at %(time)s, %(late_by)d minutes after the start",
        late_by,
    )


def _throughout(decision: Decision) -> str:
    if decision.source == WHITEBOARD_AUTO:
        return _("from the start to the end")
    return _("in the room from the start to the end")


def _visits(decision: Decision, zone: tzinfo) -> str:
    count = decision.interval_count
    if count == 1:
        return _("from %(first)s to %(last)s") % {
            "first": _clock(decision.first_seen_at, zone),
            "last": _clock(decision.last_seen_at, zone),
        }
    if count == 2:
        return _("in two visits")
    return ngettext("in %(count)d visit", "in %(count)d visits", count) % {
        "count": count
    }


def _with_remarks(sentence: str, decision: Decision, zone: tzinfo) -> str:
    """Add what the reader should know beside the rule that decided."""
    attempts = _attempts(decision, zone)
    if attempts and decision.status != Status.PRESENT:
        sentence = _("%(sentence)s; %(attempts)s without getting through") % {
            "sentence": sentence,
            "attempts": attempts,
        }
    if decision.end_inferred:
        sentence = _("%(sentence)s; never seen leaving, so counted until %(time)s") % {
            "sentence": sentence,
            "time": _clock(decision.last_seen_at, zone),
        }
    return sentence


def _attempts(decision: Decision, zone: tzinfo) -> str:
    return attempts_in_words(
        decision.failed_attempts,
        decision.first_attempt_at,
        decision.last_attempt_at,
        zone,
    )


def attempts_in_words(
    count: int, first_at: datetime | None, last_at: datetime | None, zone: tzinfo
) -> str:
    """How often somebody tried in vain to connect, and when; empty if never."""
    if not count:
        return ""
    first, last = _clock(first_at, zone), _clock(last_at, zone)
    if count == 1:
        text = _("tried to connect once at %(first)s")
    elif first == last:
        text = ngettext(
            "tried to connect %(count)d time at %(first)s",
            "tried to connect %(count)d times at %(first)s",
            count,
        )
    else:
        text = ngettext(
            "tried to connect %(count)d time between %(first)s and %(last)s",
            "tried to connect %(count)d times between %(first)s and %(last)s",
            count,
        )
    return text % {"count": count, "first": first, "last": last}


# What a person said


def _by_a_person(decision: Decision, zone: tzinfo) -> str:
    notes = " ".join(decision.notes.split())
    computed = COMPUTED.get(decision.computed_status or "")
    if notes and computed and notes.endswith(_ENDS_OF_SENTENCES):
        text = _("%(status)s: %(act)s: “%(notes)s” Computed: %(computed)s.")
    elif notes and computed:
        text = _("%(status)s: %(act)s: “%(notes)s”. Computed: %(computed)s.")
    elif notes:
        text = _("%(status)s: %(act)s: “%(notes)s”")
    elif computed:
        text = _("%(status)s: %(act)s. Computed: %(computed)s.")
    else:
        text = _("%(status)s: %(act)s")
    return text % {
        "status": BEGINNING[decision.status],
        "act": _act(decision, zone),
        "notes": _isolated(notes),
        "computed": computed,
    }


def _act(decision: Decision, zone: tzinfo) -> str:
    """What a person did and when, and who it was if a name is known."""
    if decision.marked_at is None:
        return _("marked by hand")
    if decision.source == SELF_REPORTED:
        text = _own_answer(decision)
    elif decision.marked_by_name:
        text = _act_by_name(decision)
    else:
        text = _act_of_nobody(decision)
    return text % {
        "name": _isolated(decision.marked_by_name),
        "time": _clock_and_day(decision.marked_at, decision.window_starts_at, zone),
    }


def _act_by_name(decision: Decision) -> str:
    if decision.source == CHECK_IN:
        return _("checked in by %(name)s at %(time)s")
    if decision.source == PARENT_REPORTED:
        return _("reported by a parent, marked by %(name)s at %(time)s")
    if decision.source in _SOURCES_OF_PEOPLE:
        return _("marked by %(name)s at %(time)s")
    return _("suggested from what was seen, confirmed by %(name)s at %(time)s")


def _act_of_nobody(decision: Decision) -> str:
    if decision.source == CHECK_IN:
        return _("checked in at %(time)s")
    if decision.source == PARENT_REPORTED:
        return _("reported by a parent at %(time)s")
    return _("marked by hand at %(time)s")


def _own_answer(decision: Decision) -> str:
    if decision.status == Status.PRESENT:
        return _("said at %(time)s that they were there")
    return _("said at %(time)s that they were not there")


# Times and names


def _clock(moment: datetime | None, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}" if moment else "--:--"


def _clock_and_day(moment: datetime, beside: datetime | None, zone: tzinfo) -> str:
    """The time, with its date if that is not the date of ``beside``."""
    time, day = _clock(moment, zone), moment.astimezone(zone).date()
    if beside is None or beside.astimezone(zone).date() == day:
        return time
    return _("%(time)s on %(date)s") % {
        "time": time,
        "date": date_format(day, "MONTH_DAY_FORMAT"),
    }


def _isolated(text: str) -> str:
    """Keep a name's or a note's own direction from turning the sentence around."""
    return f"\u2068{text}\u2069" if text and get_language_bidi() else text
