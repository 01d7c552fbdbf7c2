"""The forms for linking an unmatched identity to a person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.unmatched.linking import WalkIn
from core.form_parts import ActionForm, AddressField, NameField, NumberField
from core.row_ids import row_id
from events.models import Event, Participant
from events.people.matching import Given
from events.roster.adding import who_may_be
from events.roster.who_form import NEW, choices_of

LONGEST_IDENTITY = 256


class IdentityForm(ActionForm):
    """An unmatched identity, in a hidden field of the page."""

    identity = forms.CharField(
        max_length=LONGEST_IDENTITY,
        # Identities are compared exactly as LiveKit sends them.
        strip=False,
        error_messages={"required": _("Choose the person again on this page.")},
    )


class RosterForm(IdentityForm):
    """The person on the roster to whom the identity is linked."""

    participant = forms.ModelChoiceField(
        Participant.objects.none(),
        error_messages={
            "required": _("Choose the person from the roster."),
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
    """A walk-in to whom the identity is linked; ``who`` if that was asked."""

    name = NameField(
        error_messages={
            "required": _("Enter the person's name."),
            "max_length": _("The name is too long: at most 200 characters."),
        },
    )
    email = AddressField(
        error_messages={
            "invalid": _("This is not an email address. Correct it or leave it empty."),
            "max_length": _("The address is too long: at most 254 characters."),
        },
    )

    external_id = NumberField()
    who = forms.CharField(required=False)

    def walk_in_to(self, event: Event) -> WalkIn:
        """Return who was typed, and chosen, if that still fits what was typed."""
        columns = ("name", "email", "external_id")
        given = Given(*(self.cleaned_data[name] for name in columns))
        who = self.cleaned_data["who"]
        if who and who in dict(choices_of(who_may_be(event, given))):
            return WalkIn(
                given.name,
                given.email,
                given.external_id,
                person=row_id(who),
                new=who == NEW,
            )
        return WalkIn(given.name, given.email, given.external_id)
