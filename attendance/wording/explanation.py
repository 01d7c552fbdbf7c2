"""The sentence that explains a decision, in the reader's language.

It is built from the stored parts of the decision when it is read, so that any language
and time zone is possible. Every text that a translator gets is a whole sentence or a
whole clause with named placeholders. Clock times have 24 hours and Western digits.
``human_sources.py`` has the half about people's decisions.

Source: docs/rules.md 29; the figures come from ``rules/calculation.py``.
"""

from datetime import datetime, tzinfo
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import AUTOMATIC_SOURCES
from attendance.rules.calculation import Policy
from attendance.rules.event_result import Credit
from attendance.rules.precedence import SYSTEM_DEFAULT
from attendance.rules.statuses import Status
from attendance.wording.human_sources import by_a_person, with_remarks_on_people
from attendance.wording.parts import BEGINNING_WORDS, ExplainedDecision, clock
from attendance.wording.percentages import percentage_in_words
from attendance.wording.so_far import so_far_in_words
from sessions_app.models import Mode
from sessions_app.sources import SOURCES, PresenceSource

SHOWN_IN_SECONDS_UNDER = 120
"""Windows and presence shorter than this are shown in seconds, others in minutes."""


def explain(decision: ExplainedDecision, zone: tzinfo) -> str:
    """Return the explanation of a decision in the active language.

    Args:
        decision: The parts of the decision.
        zone: The time zone in which times are shown.

    Returns:
        One to three sentences of plain text, not escaped for HTML. Names and notes are
        isolated if the language runs from right to left.

    Raises:
        KeyError: The status is not known.
    """
    return with_remarks_on_people(_sentence(decision, zone), decision, zone)


def _sentence(decision: ExplainedDecision, zone: tzinfo) -> str:
    if decision.follows is not None:
        return _by_the_sessions(decision, decision.follows)
    if decision.source == SYSTEM_DEFAULT:
        return _by_default(decision, zone)
    if decision.is_marked:
        return by_a_person(decision, zone)
    if decision.so_far is not None:
        return so_far_in_words(decision.so_far, decision.policy or Policy())
    if decision.status == Status.UNKNOWN:
        return _unknown(decision, zone)
    return _by_what_was_seen(decision, zone)


def _unknown(decision: ExplainedDecision, zone: tzinfo) -> str:
    if not decision.calculated:
        return _("Unknown: not calculated yet")
    if decision.proved and decision.may_be_in_person:
        return _("Unknown: nobody checked them in or marked them")
    if not (decision.nobody_seen or decision.may_be_in_person):
        return _("Unknown: no decision yet")
    attempts = _attempts(decision, zone)
    if attempts and decision.may_be_in_person:
        text = _(
            "Unknown: %(attempts)s, never got through; "
            "nothing shows that this session was held"
        )
    elif attempts:
        text = _(
            "Unknown: %(attempts)s, never got through; nobody was seen in this session"
        )
    elif decision.may_be_in_person:
        text = _("Unknown: nothing shows that this session was held")
    else:
        text = _("Unknown: nobody was seen in this session")
    return text % {"attempts": attempts}


def _by_default(decision: ExplainedDecision, zone: tzinfo) -> str:
    if not decision.said_held:
        return _never_came(decision, zone)
    if decision.may_be_in_person:
        text = _("%(absent)s; an organizer said that the session was held")
        return text % {"absent": _never_came(decision, zone)}
    if not decision.nobody_seen:
        return _never_came(decision, zone)
    if attempts := _attempts(decision, zone):
        return _(
            "Absent: %(attempts)s, never got through; nobody was seen in this session, "
            "and an organizer counted everyone as absent"
        ) % {"attempts": attempts}
    return _(
        "Absent: nobody was seen in this session, "
        "and an organizer counted everyone as absent"
    )


def _never_came(decision: ExplainedDecision, zone: tzinfo) -> str:
    """Return the sentence of somebody for whom nothing speaks."""
    if decision.failed_attempts:
        return _never_seen(decision, zone)
    if decision.mode == Mode.IN_PERSON:
        return _("Absent by default: nobody checked them in or marked them")
    if decision.mode == Mode.HYBRID:
        return _(
            "Absent by default: not seen, and nobody checked them in or marked them"
        )
    return _("Absent: nothing shows that they came")


# Course results that follow from the sessions of an event


def _by_the_sessions(decision: ExplainedDecision, credit: Credit) -> str:
    """Return the sentence of a course result, with the sums behind it."""
    if credit.excused == credit.sessions:
        text = ngettext(
            "%(status)s from the only session",
            "%(status)s from all %(sessions)d sessions",
            credit.sessions,
        )
    elif not credit.is_measured:
        text = ngettext(
            "%(status)s: came to %(came)d of %(counted)d counted session",
            "%(status)s: came to %(came)d of %(counted)d counted sessions",
            credit.sessions - credit.excused,
        )
    else:
        text = ngettext(
            "%(status)s: %(attended)d of %(window)d minutes (%(percentage)s %%) "
            "in %(counted)d counted session",
            "%(status)s: %(attended)d of %(window)d minutes (%(percentage)s %%) "
            "in %(counted)d counted sessions",
            credit.sessions - credit.excused,
        )
    policy = decision.policy or Policy()
    sentence = text % {
        "status": BEGINNING_WORDS[decision.status],
        "sessions": credit.sessions,
        "counted": credit.sessions - credit.excused,
        "came": credit.came,
        "attended": credit.credited_seconds // 60,
        "window": credit.window_seconds // 60,
        "percentage": percentage_in_words(
            credit.percentage, (policy.partial_from, policy.present_over)
        ),
    }
    return _with_sessions_left_out(sentence, credit)


def _with_sessions_left_out(sentence: str, credit: Credit) -> str:
    excused = 0 if credit.excused == credit.sessions else credit.excused
    if excused and credit.not_counted:
        text = _("%(sentence)s (%(excused)d excused, %(not_counted)d not counted)")
    elif excused:
        text = _("%(sentence)s (%(excused)d excused)")
    elif credit.not_counted:
        text = _("%(sentence)s (%(not_counted)d not counted)")
    else:
        return sentence
    return text % {
        "sentence": sentence,
        "excused": excused,
        "not_counted": credit.not_counted,
    }


# Calculated decisions


def _by_what_was_seen(decision: ExplainedDecision, zone: tzinfo) -> str:
    if decision.attended_seconds is None:
        return _("%(status)s: calculated from the sessions") % {
            "status": BEGINNING_WORDS[decision.status]
        }
    if decision.first_seen_at is None and not decision.attended_seconds:
        return _never_seen(decision, zone)
    if decision.first_seen_at is None or decision.policy is None:
        return _("%(status)s: %(amount)s") % {
            "status": BEGINNING_WORDS[decision.status],
            "amount": _amount(decision),
        }
    policy = decision.policy
    sentence = _rule(decision) % {
        "amount": _amount(decision),
        "arrival": _arrival(decision, decision.first_seen_at, policy, zone),
        "lateness": _lateness(decision.late_seconds or 0, policy),
        "visits": _visits(decision, zone),
        "partial_from": policy.partial_from,
        "regardless_over": policy.present_regardless_over,
    }
    return _with_remarks(sentence, decision, zone)


def _never_seen(decision: ExplainedDecision, zone: tzinfo) -> str:
    if attempts := _attempts(decision, zone):
        return _("Absent: %(attempts)s, never got through") % {"attempts": attempts}
    if decision.may_be_in_person:
        return _("Absent: not seen, and nobody checked them in or marked them")
    return _("Absent: not seen in this session")


def _rule(decision: ExplainedDecision) -> str:
    """Return the sentence of the rule that gave the status, with its placeholders."""
    if decision.status == Status.PRESENT and decision.is_late:
        return _(
            "Present although late by %(lateness)s: "
            "%(amount)s, over %(regardless_over)d %%"
        )
    if decision.status == Status.PRESENT:
        return _("Present: %(amount)s, %(arrival)s")
    if decision.status == Status.PARTIAL:
        return _("Partial: %(amount)s, %(visits)s")
    if decision.status == Status.ABSENT:
        return _("Absent: %(amount)s, less than %(partial_from)d %%")
    return _("Late by %(lateness)s, attended %(amount)s")


def _amount(decision: ExplainedDecision) -> str:
    """Return how much of the window somebody attended: "52 of 60 minutes (87 %)"."""
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
    percentage = percentage_in_words(
        decision.percentage or Decimal(0), (decision.policy or Policy()).thresholds
    )
    amount = text % {"attended": attended, "window": window, "percentage": percentage}
    return str(_seen_by(decision).amount % {"amount": amount})


def _arrival(
    decision: ExplainedDecision, first_seen_at: datetime, policy: Policy, zone: tzinfo
) -> str:
    """Return the clause about the arrival of somebody who was not late."""
    if decision.attended_seconds == decision.window_seconds:
        return str(_seen_by(decision).throughout)
    if policy.grace_minutes:
        text = ngettext(
            "first seen at %(time)s, within the %(grace)d-minute grace period",
            "first seen at %(time)s, within the %(grace)d-minute grace period",
            policy.grace_minutes,
        )
    else:
        text = _("first seen at %(time)s")
    return text % {"time": clock(first_seen_at, zone), "grace": policy.grace_minutes}


def _lateness(late_seconds: int, policy: Policy) -> str:
    """Return how late somebody was, and how much of that is past the grace period."""
    late_by = late_seconds // 60
    past_grace = (late_seconds - policy.grace_minutes * 60) // 60
    if policy.grace_minutes and past_grace:
        text = _("%(late_by)d min (%(past_grace)d past grace)")
    elif policy.grace_minutes:
        text = _("%(late_by)d min (less than 1 past grace)")
    elif late_by:
        text = _("%(late_by)d min")
    else:
        text = _("less than 1 min")
    return text % {"late_by": late_by, "past_grace": past_grace}


def _seen_by(decision: ExplainedDecision) -> PresenceSource:
    return AUTOMATIC_SOURCES.get(decision.source or "", SOURCES[0])


def _visits(decision: ExplainedDecision, zone: tzinfo) -> str:
    count = decision.interval_count
    if count == 1:
        return _("from %(first)s to %(last)s") % {
            "first": clock(decision.first_seen_at, zone),
            "last": clock(decision.last_seen_at, zone),
        }
    if count == 2:
        return _("in two visits")
    return ngettext("in %(count)d visit", "in %(count)d visits", count) % {
        "count": count
    }


def _with_remarks(sentence: str, decision: ExplainedDecision, zone: tzinfo) -> str:
    """Add failed attempts to connect, and an estimated end, to a sentence."""
    attempts = _attempts(decision, zone)
    if attempts and decision.status != Status.PRESENT:
        sentence = _("%(sentence)s; %(attempts)s without getting through") % {
            "sentence": sentence,
            "attempts": attempts,
        }
    if decision.end_inferred:
        sentence = _("%(sentence)s; end estimated at %(time)s") % {
            "sentence": sentence,
            "time": clock(decision.last_seen_at, zone),
        }
    return sentence


def _attempts(decision: ExplainedDecision, zone: tzinfo) -> str:
    return attempts_in_words(
        decision.failed_attempts,
        decision.first_attempt_at,
        decision.last_attempt_at,
        zone,
    )


def attempts_in_words(
    count: int, first_at: datetime | None, last_at: datetime | None, zone: tzinfo
) -> str:
    """Return how often somebody failed to connect, and when; empty if never."""
    if not count:
        return ""
    first, last = clock(first_at, zone), clock(last_at, zone)
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
