"""Removing what was only mistyped: rows on which nothing hangs.

A row is deleted only if nobody and nothing has left a trace that needs it: a decision,
its history, presence in a room, points, feedback, a linked identity, or what people
said of it. The apps above say what hangs on a row when they are asked by a signal, so
that nothing here knows them.

Source: docs/rules.md 101.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from django.db import models
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from events.signals import removal_asked, removal_begins


class Hanging(models.TextChoices):
    """What keeps a row from being deleted."""

    DECISIONS = "decisions", _("decisions about attendance")
    HISTORY = "history", _("entries in the history of decisions")
    PRESENCE = "presence", _("presence in a room")
    LINKS = "links", _("linked identities")
    POINTS = "points", _("points")
    FEEDBACK = "feedback", _("feedback")
    ANSWERS = "answers", _("own answers")
    CONTESTS = "contests", _("contested statuses")
    ABSENCES = "absences", _("announced absences")


# By id of the row; rows on which nothing hangs are missing.
Hangings: TypeAlias = Mapping[int, set[Hanging]]


def hangs_on(model: type[models.Model], ids: Iterable[int]) -> dict[int, set[Hanging]]:
    """Ask the apps above what hangs on rows that are to be deleted."""
    found: dict[int, set[Hanging]] = defaultdict(set)
    answers: Any = removal_asked.send(model, ids=list(ids))
    for _receiver, answer in answers:
        for pk, hanging in answer.items():
            found[pk] |= hanging
    return dict(found)


def begin_removal(model: type[models.Model], ids: Iterable[int]) -> None:
    """Let the apps above delete what refers to the rows and says nothing."""
    removal_begins.send(model, ids=list(ids))


def in_words(hanging: Iterable[Hanging]) -> str:
    """Return a list such as "decisions about attendance, points"."""
    found = set(hanging)
    labels = [str(one.label) for one in Hanging if one in found]
    return pgettext("between items of a list", ", ").join(labels)


def must_be_bare(hanging: Iterable[Hanging], instead: str) -> None:
    """Refuse to delete a row if anything hangs on it.

    Args:
        hanging: What hangs on it.
        instead: A sentence that says what to do.

    Raises:
        Conflict: something does.
    """
    found = set(hanging)
    if not found:
        return
    why = gettext("It cannot be removed because of what was recorded: %(what)s.")
    raise Conflict(
        "something_hangs_on_it",
        f"{why % {'what': in_words(found)}} {instead}",
        hangs_on=[one.value for one in Hanging if one in found],
    )
