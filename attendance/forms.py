"""What people send from reports: who somebody unmatched was, marks, undoing them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.marking import Mark
from attendance.models import (
    LONGEST_REASON,
    MARKS,
    AttendanceChange,
    DecisionSource,
)
from attendance.rows import Place
from attendance.unmatched import WalkIn
from events.errors import Invalid
from events.form_parts import AddressField, NameField
from events.models import Event, Participant

LONGEST_IDENTITY = 256


class SentForm(forms.Form):
    """What a form on a page sends; the page itself shows what is wrong."""

    def or_refuse(self) -> dict[str, Any]:
        """Return what was sent.

        Raises:
            Invalid: something is missing or wrong; it names the field.
        """
        if self.is_valid():
            return self.cleaned_data
        field, [message, *_others] = next(iter(self.errors.items()))
        raise Invalid("invalid", str(message), field=str(field))


class IdentityForm(SentForm):
    """Of whom something is said; the page fills it in."""

    identity = forms.CharField(
        max_length=LONGEST_IDENTITY,
        # What LiveKit tells is kept to the letter.
        strip=False,
        error_messages={"required": _("Choose the person again on this page.")},
    )


class RosterForm(IdentityForm):
    """Somebody on the roster."""

    participant = forms.ModelChoiceField(
        Participant.objects.none(),
        error_messages={
            "required": _("Choose from the roster who it was."),
            "invalid_choice": _(
                "This person is not on the roster of this event: choose again."
            ),
        },
    )

    def __init__(self, data: Any, *, event: Event) -> None:
        super().__init__(data)
        field = self.fields["participant"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for mypy
        field.queryset = event.participants.all()


class WalkInForm(IdentityForm):
    """Somebody who came without being on the roster."""

    name = NameField(
        error_messages={
            "required": _("Give the name of the person who walked in."),
            "max_length": _("The name is too long: 200 letters at most."),
        },
    )
    email = AddressField(
        error_messages={
            "invalid": _("This is no email address: correct it, or leave it empty."),
            "max_length": _("The address is too long: 254 letters at most."),
        },
    )

    @property
    def walk_in(self) -> WalkIn:
        """Who it was."""
        return WalkIn(self.cleaned_data["name"], self.cleaned_data["email"])


def _reason_field() -> forms.CharField:
    return forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        error_messages={
            "max_length": _("The reason is too long: %(limit_value)d letters at most.")
        },
    )


class MarkForm(SentForm):
    """One status, and one reason, for one person of an event or many."""

    participant = forms.ModelMultipleChoiceField(
        Participant.objects.none(),
        error_messages={
            "required": _("Choose whom you mean: nobody was chosen."),
            "invalid_choice": _("Somebody chosen is not on the roster of this event."),
            "invalid_pk_value": _(
                "Somebody chosen is not on the roster of this event."
            ),
        },
    )
    status = forms.ChoiceField(
        choices=MARKS,
        error_messages={
            "required": _("Choose what they are marked as."),
            "invalid_choice": _("Choose what they are marked as."),
        },
    )
    reason = _reason_field()
    override = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, event: Event) -> None:
        super().__init__(data)
        field = self.fields["participant"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101  for mypy
        field.queryset = event.participants.order_by("name", "pk")

    @property
    def marks(self) -> list[Mark]:
        """What is said of each."""
        status, reason = self.cleaned_data["status"], self.cleaned_data["reason"]
        people = self.cleaned_data["participant"]
        return [Mark(person, status, reason) for person in people]

    @property
    def source(self) -> str:
        """With which weight it is said."""
        if self.cleaned_data["override"]:
            return DecisionSource.ADMIN_OVERRIDE
        return DecisionSource.MANUAL


class UndoForm(SentForm):
    """Which change is taken back, and why."""

    change = forms.ModelChoiceField(
        AttendanceChange.objects.none(),
        error_messages={
            "required": _("Choose again on this page what is taken back."),
            "invalid_choice": _("Choose again on this page what is taken back."),
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
