"""The form of the door."""

from datetime import datetime

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.marking import check_in
from attendance.rows import Place
from events.form_parts import RowForm
from events.models import Participant, Registration, User
from events.services import create_participant
from events.validators import validate_name


class ComerForm(RowForm):
    """Somebody who came without being on the roster."""

    columns = ("name", "email")

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        validators=[validate_name],
        widget=forms.TextInput({"dir": "auto"}),
    )
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        help_text=_("So that what they did is theirs when they sign in."),
    )

    @transaction.atomic
    def add_to(self, place: Place, *, by: User, now: datetime) -> Participant:
        """Put them on the roster, and check them in."""
        person = create_participant(
            event=place.event, registration=Registration.WALK_IN, **self.values
        )
        check_in(place, person, by=by, now=now)
        return person
