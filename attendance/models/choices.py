"""Choices of model fields, with their labels: statuses, sources, ways to check in."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from attendance.rules import statuses
from attendance.rules.precedence import (
    ADMIN_OVERRIDE,
    CHECK_IN,
    MANUAL,
    PARENT_REPORTED,
    SELF_REPORTED,
    SYSTEM_DEFAULT,
    automatic,
)
from sessions_app.sources import SOURCES


class Status(models.TextChoices):
    """How somebody attended."""

    UNKNOWN = statuses.Status.UNKNOWN, _("unknown")
    PRESENT = statuses.Status.PRESENT, _("present")
    LATE = statuses.Status.LATE, _("late")
    PARTIAL = statuses.Status.PARTIAL, _("partial")
    ABSENT = statuses.Status.ABSENT, _("absent")
    EXCUSED = statuses.Status.EXCUSED, _("excused")


# The statuses that people may choose when they mark somebody.
MARKS = [choice for choice in Status.choices if choice[0] in statuses.CAN_BE_MARKED]


# In characters.
LONGEST_REASON = 2000


# The decision source of calculations by each source of presence, highest rank first.
AUTOMATIC_SOURCES = {automatic(source.name): source for source in SOURCES}


# Who or what decided; ``rules/precedence.py`` says who wins.
DECISION_SOURCES = [
    *((name, source.label) for name, source in AUTOMATIC_SOURCES.items()),
    (CHECK_IN, _("check-in")),
    (MANUAL, _("marked by hand")),
    (ADMIN_OVERRIDE, _("locked by an admin")),
    (SELF_REPORTED, _("own answer")),
    (PARENT_REPORTED, _("parent's report")),
    (SYSTEM_DEFAULT, _("by default")),
]


SOURCE_LABELS = dict(DECISION_SOURCES)


def source_label(source: str | None, *, derived: bool) -> str:
    """Return who or what decided, for people; empty before any decision.

    Args:
        source: One of ``DECISION_SOURCES``, or None.
        derived: The decision is a course result that follows from the sessions: then
            its source is only that of the sessions, and would mislead.
    """
    if source is None:
        return ""
    return gettext("from its sessions") if derived else str(SOURCE_LABELS[source])


class CheckInMethod(models.TextChoices):
    """How somebody checked in."""

    STAFF = "staff", _("at the door")
    QR = "qr", _("badge")
    SELF = "self", _("by themselves")
