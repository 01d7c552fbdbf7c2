"""Marking from the admin, by the usual service, one place at a time."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import LONGEST_REASON, MARKS, Attendance
from attendance.rules.precedence import ADMIN_OVERRIDE, MANUAL
from core.errors import RuleBroken
from events.models import User


class AdminMarkForm(forms.Form):
    """The status to mark with, and the reason."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=[("", _("Choose")), *MARKS],
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    override = forms.BooleanField(
        label=_("Lock (only admins can change)"), required=False
    )


def mark_rows(
    rows: QuerySet[Attendance], data: Mapping[str, Any], *, by: User
) -> tuple[int, list[str]]:
    """Mark the people of some rows.

    The rows of one session, or of one event, are marked together or not at all.

    Returns:
        The number of people who were marked, and the messages of refused places.
    """
    source = ADMIN_OVERRIDE if data["override"] else MANUAL
    places: dict[Place, list[Mark]] = defaultdict(list)
    for row in rows.select_related(
        "participant", "event__organization", "session"
    ).order_by("participant"):
        place = Place(row.event, row.session)
        places[place].append(Mark(row.participant, data["status"], data["reason"]))
    done, refused = 0, []
    for place, marks in places.items():
        try:
            done += len(mark(place, marks, source=source, by=by, now=timezone.now()))
        except RuleBroken as refusal:
            refused.append(f"{place.session or place.event}: {refusal}")
    return done, refused
