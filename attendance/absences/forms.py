"""The forms for announcing an absence, and for confirming it."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.absences.announcing import Ahead
from attendance.models import LONGEST_REASON
from attendance.wording.phrases import day_and_times
from core.form_parts import ActionForm, RowForm

# So many sessions are offered one by one; "all" means more than these, too.
OFFERED_AT_MOST = 30


class AnnounceForm(RowForm):
    """Which sessions somebody will miss, and why; of an event without any only why."""

    sessions = forms.MultipleChoiceField(
        label=_("Which sessions?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    all = forms.BooleanField(label=_("All that are still to come"), required=False)
    reason = forms.CharField(
        label=_("Why?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"dir": "auto", "rows": 3}),
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, ahead: Ahead, zone: ZoneInfo
    ) -> None:
        super().__init__(data)
        self._all = [session.pk for session in ahead.sessions]
        if ahead.whole_event or len(self._all) < 2:
            del self.fields["all"]
        if ahead.whole_event:
            del self.fields["sessions"]
            return
        field = self.fields["sessions"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  for mypy
        field.choices = [
            (
                str(session.pk),
                f"{session.title}: "
                + day_and_times(session.starts_at, session.end, zone),
            )
            for session in ahead.sessions[:OFFERED_AT_MOST]
        ]
        if len(self._all) == 1:
            self.initial["sessions"] = [str(self._all[0])]

    @property
    def chosen(self) -> list[int]:
        """The ids of the sessions that were chosen."""
        if self.cleaned_data.get("all"):
            return self._all
        return [int(pk) for pk in self.cleaned_data.get("sessions", [])]


class SettleAbsenceForm(ActionForm):
    """Whether an absence is confirmed, with what was announced at the same time."""

    confirmed = forms.ChoiceField(
        choices=[("yes", "yes"), ("no", "no")],
        error_messages={
            "required": _("Confirm it, or not."),
            "invalid_choice": _("Confirm it, or not."),
        },
    )
    others = forms.BooleanField(required=False)
