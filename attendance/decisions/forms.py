"""The forms for marking people and for undoing marks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.decisions.marking import Mark
from attendance.decisions.place import Place
from attendance.models import (
    LONGEST_REASON,
    MARKS,
    AttendanceChange,
)
from attendance.rules.precedence import ADMIN_OVERRIDE, MANUAL
from core.form_parts import ActionForm
from events.models import Event, Participant


def _reason_field() -> forms.CharField:
    return forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        error_messages={
            "max_length": _(
                "The reason is too long: at most %(limit_value)d characters."
            )
        },
    )


class MarkForm(ActionForm):
    """One status and one reason for one or several people of an event."""

    participant = forms.ModelMultipleChoiceField(
        Participant.objects.none(),
        error_messages={
            "required": _("Nobody is selected. Tick at least one person."),
            "invalid_choice": _(
                "Somebody you selected is not on the roster of this event."
            ),
            "invalid_pk_value": _(
                "Somebody you selected is not on the roster of this event."
            ),
        },
    )
    status = forms.ChoiceField(
        choices=MARKS,
        error_messages={
            "required": _("Choose a status."),
            "invalid_choice": _("Choose a status."),
        },
    )
    reason = _reason_field()
    override = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, event: Event) -> None:
        super().__init__(data)
        field = self.fields["participant"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101  for mypy
        field.queryset = event.participants.order_by("person__name", "pk")

    @property
    def marks(self) -> list[Mark]:
        status, reason = self.cleaned_data["status"], self.cleaned_data["reason"]
        people = self.cleaned_data["participant"]
        return [Mark(person, status, reason) for person in people]

    @property
    def source(self) -> str:
        if self.cleaned_data["override"]:
            return ADMIN_OVERRIDE
        return MANUAL


class UndoForm(ActionForm):
    """The change to undo, and the reason."""

    change = forms.ModelChoiceField(
        AttendanceChange.objects.none(),
        error_messages={
            "required": _("This page is out of date. Choose again what to undo."),
            "invalid_choice": _("This page is out of date. Choose again what to undo."),
        },
    )
    reason = _reason_field()

    def __init__(self, data: Any, *, place: Place) -> None:
        super().__init__(data)
        field = self.fields["change"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for mypy
        field.queryset = AttendanceChange.objects.filter(
            participant__event=place.event, session=place.session
        ).select_related("participant__event", "session")
