"""The form of what decisions earn."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.models import Status
from attendance.points.ledger import MOST_POINTS, PointsPerStatus
from core.form_parts import RowForm


def _worth(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST_POINTS)


class PointsForm(RowForm):
    """Points per status, and for feedback."""

    columns = PointsPerStatus._fields

    present = _worth(Status.PRESENT.label)
    late = _worth(Status.LATE.label)
    partial = _worth(Status.PARTIAL.label)
    feedback = _worth(_("feedback"))

    @property
    def worth(self) -> PointsPerStatus:
        """The points that were sent."""
        return PointsPerStatus(**self.values)
