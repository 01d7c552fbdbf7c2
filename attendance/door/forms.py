"""The form for walk-ins at the door."""

from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.decisions.checking_in import check_in
from attendance.decisions.place import Place
from core.form_parts import AddressField, NameField, NumberField
from events.models import Participant, Registration, User
from events.roster.adding import add_participant
from events.roster.who_form import WhoForm


class WalkInForm(WhoForm):
    """Somebody who came without being on the roster.

    Args:
        not_today: Says that the session is not today, if that is to be confirmed.
    """

    columns = ("name", "email", "external_id")

    name = NameField(label=_("Name"))
    email = AddressField(
        label=_("Email"),
        help_text=_("With it they see their own attendance when they sign in."),
    )
    external_id = NumberField()

    def __init__(self, *args: Any, not_today: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not_today:
            self.fields["not_today"] = forms.BooleanField(
                label=_("Check people in for it"),
                error_messages={"required": not_today},
            )

    @transaction.atomic
    def add_to(self, place: Place, *, by: User, now: datetime) -> Participant:
        """Add the person to the roster, and check them in.

        If somebody was chosen who is on the roster, they are only checked in.
        """
        if person := self.chosen.get("person"):
            there = place.event.participants.filter(person=person).first()
            if there is not None:
                check_in(place, there, by=by, now=now)
                return there
        added = add_participant(
            event=place.event,
            registration=Registration.WALK_IN,
            by=by,
            **self.values,
            **self.chosen,
        )
        check_in(place, added.participant, by=by, now=now)
        return added.participant
