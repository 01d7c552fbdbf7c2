"""The half of explanations that is about marks, check-ins and own answers of people.

``explanation.py`` has the other half, about what was calculated.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.rules.precedence import (
    ADMIN_OVERRIDE,
    CHECK_IN,
    PARENT_REPORTED,
    SELF_REPORTED,
    SOURCES_OF_PEOPLE,
)
from attendance.rules.statuses import CAME, Status
from attendance.wording.parts import (
    BEGINNING_WORDS,
    COMPUTED_WORDS,
    ExplainedDecision,
    clock_and_day,
    quoted,
)

_ENDS_OF_SENTENCES = (".", "!", "?", "…", "؟", "。")
# What a language puts after the end of a quoted sentence.
_AFTER_THE_END = "”»\N{POP DIRECTIONAL ISOLATE}"

BY_THEMSELVES, BY_BADGE = "self", "qr"
# A check-in received at least this much later is explained with the time of receipt.
LATE_RECEIPT_FROM = timedelta(minutes=2)


def by_a_person(decision: ExplainedDecision, zone: tzinfo) -> str:
    """Return the sentence that says who decided, when, why, and what was calculated."""
    notes = " ".join(decision.notes.split())
    computed = COMPUTED_WORDS.get(_computed_status(decision))
    if notes and computed and notes.endswith(_ENDS_OF_SENTENCES):
        text = _("%(status)s: %(act)s: “%(notes)s” Calculated: %(computed)s.")
    elif notes and computed:
        text = _("%(status)s: %(act)s: “%(notes)s”. Calculated: %(computed)s.")
    elif notes:
        text = _("%(status)s: %(act)s: “%(notes)s”")
    elif computed:
        text = _("%(status)s: %(act)s. Calculated: %(computed)s.")
    else:
        text = _("%(status)s: %(act)s")
    return text % {
        "status": BEGINNING_WORDS[decision.status],
        "act": _act(decision, zone),
        "notes": quoted(notes),
        "computed": computed,
    }


def _computed_status(decision: ExplainedDecision) -> str:
    """Return what was calculated, if that says anything.

    Of somebody who need not have been online it says nothing that they were not.
    """
    was_seen = bool(decision.attended_seconds or decision.failed_attempts)
    if decision.may_be_in_person and not was_seen:
        return ""
    return decision.computed_status or ""


def with_remarks_on_people(
    sentence: str, decision: ExplainedDecision, zone: tzinfo
) -> str:
    """Add a check-in, and the person's own answer, if they did not decide."""
    for remark in _remarks(decision, zone):
        if sentence.rstrip(_AFTER_THE_END).endswith(_ENDS_OF_SENTENCES):
            text = _("%(sentence)s %(remark)s")
        else:
            text = _("%(sentence)s. %(remark)s")
        sentence = text % {"sentence": sentence, "remark": remark}
    return sentence


def _remarks(decision: ExplainedDecision, zone: tzinfo) -> Iterator[str]:
    if decision.checked_in_at is not None and decision.source != CHECK_IN:
        yield _("Checked in at %(time)s.") % {
            "time": clock_and_day(
                decision.checked_in_at, decision.window_starts_at, zone
            )
        }
    if decision.self_attended is not None and decision.source != SELF_REPORTED:
        yield _own_answer_beside(decision)


def _act(decision: ExplainedDecision, zone: tzinfo) -> str:
    """Return the clause that says what a person did, when, and, if known, who."""
    if decision.source == CHECK_IN and decision.checked_in_at is not None:
        return _check_in(decision, decision.checked_in_at, zone)
    if decision.source == SELF_REPORTED:
        text = _own_answer(decision)
    elif decision.marked_by_name:
        text = _act_by_name(decision)
    else:
        text = _act_without_name(decision)
    return text % {
        "name": quoted(decision.marked_by_name),
        "time": clock_and_day(decision.marked_at, decision.window_starts_at, zone),
    }


def _act_by_name(decision: ExplainedDecision) -> str:
    if decision.source == CHECK_IN:
        return _("checked in by %(name)s at %(time)s")
    if decision.source == PARENT_REPORTED:
        return _("reported by a parent, marked by %(name)s at %(time)s")
    if decision.source == ADMIN_OVERRIDE:
        return _("locked by %(name)s at %(time)s")
    if decision.source in SOURCES_OF_PEOPLE:
        return _("marked by %(name)s at %(time)s")
    return _("suggested from what was seen, confirmed by %(name)s at %(time)s")


def _act_without_name(decision: ExplainedDecision) -> str:
    if decision.source == CHECK_IN:
        return _("checked in at %(time)s")
    if decision.source == PARENT_REPORTED:
        return _("reported by a parent at %(time)s")
    return _("marked by hand at %(time)s")


def _own_answer(decision: ExplainedDecision) -> str:
    if decision.status in CAME:
        text = _("said at %(time)s that they were there")
    else:
        text = _("said at %(time)s that they were not there")
    if decision.self_answered_twice:
        return _("%(answer)s (answered twice within seconds)") % {"answer": text}
    return text


def _own_answer_beside(decision: ExplainedDecision) -> str:
    """Return the sentence about an own answer that did not decide."""
    if decision.self_answered_twice:
        if decision.self_attended:
            return _("Own answer: they were there (answered twice within seconds).")
        return _("Own answer: they were not there (answered twice within seconds).")
    if decision.self_attended:
        return _("Own answer: they were there.")
    return _("Own answer: they were not there.")


def _check_in(decision: ExplainedDecision, at: datetime, zone: tzinfo) -> str:
    """Return how and when somebody checked in, how late, and any late receipt."""
    start, received = decision.window_starts_at, decision.check_in_received_at
    act = _way_of_coming(decision) % {
        "name": quoted(decision.marked_by_name),
        "time": clock_and_day(at, start, zone),
    }
    if decision.status == Status.LATE and start is not None:
        late_by = (at - start) // timedelta(minutes=1)
        text = ngettext(
            "%(act)s, %(late_by)d minute after the start",
            "%(act)s, %(late_by)d minutes after the start",
            late_by,
        )
        act = text % {"act": act, "late_by": late_by}
    if received is not None and received - at >= LATE_RECEIPT_FROM:
        act = _("%(act)s (received at %(time)s)") % {
            "act": act,
            "time": clock_and_day(received, start, zone),
        }
    return act


def _way_of_coming(decision: ExplainedDecision) -> str:
    if decision.check_in_method == BY_THEMSELVES:
        return _("checked in by themselves at %(time)s")
    if not decision.marked_by_name:
        return _("checked in at %(time)s")
    if decision.check_in_method == BY_BADGE:
        return _("badge scanned by %(name)s at %(time)s")
    return _("checked in by %(name)s at %(time)s")
