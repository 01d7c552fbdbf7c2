"""The form of a policy."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.rules.calculation import Policy
from core.form_parts import RowForm


def _percent(label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=0, max_value=100
    )


class PolicyForm(RowForm):
    """The thresholds of a policy, each with what it means."""

    columns = Policy._fields

    grace_minutes = forms.IntegerField(
        label=_("Grace period in minutes"),
        help_text=_(
            "Who is there within so many minutes of the start is not late. For example "
            "5; with 0, everybody who comes after the start is late."
        ),
        min_value=0,
        max_value=1440,
    )
    partial_from = _percent(
        _("Partial from %"),
        _("Who is there for less of the session, in percent, is absent."),
    )
    present_over = _percent(
        _("Present over %"),
        _(
            "Who is there for longer is present, or late if they came after the grace "
            "period. Up to here: partial."
        ),
    )
    present_regardless_over = _percent(
        _("Present over %, even if late"),
        _("Who is there for longer is present, however late they came."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse percentages that do not ascend, in words of the page."""
        values = [self.cleaned_data.get(name) for name in self.columns[1:]]
        given = [value for value in values if value is not None]
        if given != sorted(given):
            self.add_error(
                "present_over", _("The thresholds must be in ascending order.")
            )
        return self.cleaned_data

    @property
    def policy(self) -> Policy:
        """The policy that was sent."""
        return Policy(**self.values)
