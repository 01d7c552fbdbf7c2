"""What people say of decisions about them, and of coming, in the active language.

For whoever reads the roster, the history, or their own record.

Source: docs/rules.md 193, 210.
"""

from datetime import datetime, tzinfo
from typing import NamedTuple

from django.utils.translation import gettext as _

from attendance.models import AnnouncedAbsence, Attendance, Contest, Status
from attendance.wording.phrases import amount, clock_beside
from attendance.wording.sentences import name_of
from core.names import isolated
from core.times import long_date
from events.models import User


class ContestInWords(NamedTuple):
    """A contest beside the decision that it is about.

    Attributes:
        text: What the person says.
        said: Who said it when, of which status.
        settled: How it was settled, by whom, and when; empty while it is open.
        answer: What the organizer says; may be empty.
        may_settle: The reader may settle it.
    """

    pk: int
    text: str
    said: str
    settled: str
    answer: str
    may_settle: bool

    @classmethod
    def of(
        cls, contest: Contest, zone: tzinfo, *, may_settle: bool = False
    ) -> "ContestInWords":
        """Return the words of a contest, loaded with everything that is told of it."""
        beside = _start(contest.attendance)
        label = str(Status(contest.contested_status).label)
        said = _said_by(contest.contested_by) % {
            "time": clock_beside(contest.contested_at, zone, beside=beside),
            "name": isolated(name_of(contest.contested_by)),
        }
        return cls(
            pk=contest.pk,
            text=contest.text,
            said=_("Contests “%(status)s”: %(said)s") % {"status": label, "said": said},
            settled=_settled(contest, zone, beside),
            answer=contest.answer,
            may_settle=may_settle and contest.settled_at is None,
        )


class AbsenceInWords(NamedTuple):
    """An announced absence beside the row of the person.

    Attributes:
        reason: Why they will not come; empty for who is not told.
        moved: That it was announced for another time; empty if it was not.
        said: Who announced it when.
        settled: Whether it was confirmed, by whom, and when; empty while it is open.
        came: That they came all the same, or that something else was decided since.
        others: How many more were announced with it, and are open.
        may_settle: The reader may confirm it, or not.
    """

    pk: int
    reason: str
    said: str
    moved: str
    settled: str
    came: str
    others: int
    may_settle: bool

    @classmethod
    def of(
        cls,
        absence: AnnouncedAbsence,
        zone: tzinfo,
        *,
        came: str = "",
        others: int = 0,
        may_settle: bool = False,
        with_reason: bool = True,
    ) -> "AbsenceInWords":
        """Return the words of an absence, loaded with everything that is told of it."""
        occasion = absence.session or absence.participant.event
        beside = occasion.starts_at
        said = _said_by(absence.announced_by) % {
            "time": clock_beside(absence.announced_at, zone, beside=beside),
            "name": isolated(name_of(absence.announced_by)),
        }
        return cls(
            pk=absence.pk,
            reason=absence.reason if with_reason else "",
            said=_("Announced absence: %(said)s") % {"said": said},
            moved=_moved(absence, zone),
            settled=_confirmed(absence, zone, beside),
            came=came,
            others=others,
            may_settle=may_settle
            and absence.settled_at is None
            and absence.withdrawn_at is None,
        )


def _moved(absence: AnnouncedAbsence, zone: tzinfo) -> str:
    if not absence.has_moved or absence.announced_for is None:
        return ""
    day = long_date(absence.announced_for.astimezone(zone).date())
    return _("Announced when it was on %(day)s.") % {"day": day}


def came_all_the_same(decision: Attendance | None, seconds: int) -> str:
    """Return that somebody who announced their absence came; empty if they did not.

    Args:
        decision: The decision about them, if there is any.
        seconds: How long they were seen.
    """
    if seconds:
        return _("But they were seen for %(time)s.") % {"time": amount(seconds)}
    if decision and decision.checked_in_at is not None:
        return _("But they were checked in.")
    return ""


def _start(decision: Attendance) -> datetime:
    return (decision.session or decision.event).starts_at


def _said_by(user: User | None) -> str:
    if user is None:
        return _("by their personal page, %(time)s")
    return _("%(name)s, %(time)s")


def _settled(contest: Contest, zone: tzinfo, beside: datetime) -> str:
    if contest.settled_at is None:
        return ""
    if contest.change is None:
        text = _("Settled by %(name)s, %(time)s: the status stays.")
    else:
        text = _("Settled by %(name)s, %(time)s: marked %(status)s.")
    return text % {
        "name": _somebody(contest.settled_by),
        "time": clock_beside(contest.settled_at, zone, beside=beside),
        "status": str(Status(contest.change.to_status).label) if contest.change else "",
    }


def _confirmed(absence: AnnouncedAbsence, zone: tzinfo, beside: datetime) -> str:
    if absence.settled_at is None:
        return ""
    if absence.confirmed:
        text = _("Confirmed by %(name)s, %(time)s.")
    else:
        text = _("Not confirmed by %(name)s, %(time)s.")
    return text % {
        "name": _somebody(absence.settled_by),
        "time": clock_beside(absence.settled_at, zone, beside=beside),
    }


def _somebody(user: User | None) -> str:
    """Return who settled it, also if their account has been erased."""
    return isolated(name_of(user)) if user else _("an organizer")
