"""Forms of the people on a roster: one of them, or many at once."""

from datetime import datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.form_parts import (
    AddressField,
    LanguageField,
    LocalTimeField,
    NameField,
    NumberField,
    ZonedForm,
    ZoneField,
)
from events.models import Event, Participant, ParticipantRole, Registration
from events.roster.enrolment import UNSET, Bound
from events.roster.registration import has_begun
from events.roster.who_form import WhoForm
from events.serializers import OWN_FIELDS

BOUNDS = ("enrolled_from", "enrolled_until")
# What somebody on the roster can become: not an onlooker.
REGISTRATIONS_ON_ROSTER = [
    (value, label)
    for value, label in Registration.choices
    if value != Registration.VIEWED
]


class ParticipantForm(ZonedForm):
    """One person on a roster; ``is_own`` if that person is the one to change it."""

    columns = (
        "name",
        "email",
        "external_id",
        "role",
        "registration",
        "time_zone",
        "language",
    )
    times = BOUNDS

    name = NameField(label=_("Name"))
    email = AddressField(
        label=_("Email"),
        help_text=_("Whoever has confirmed it is asked whether this is them."),
    )
    external_id = NumberField()
    role = forms.ChoiceField(
        label=_("Role"),
        choices=ParticipantRole.choices,
        initial=ParticipantRole.ATTENDEE,
    )
    registration = forms.ChoiceField(
        label=_("Registration"),
        choices=Registration.choices,
        initial=Registration.REGISTERED,
    )
    enrolled_from = LocalTimeField(label=_("Enrolled since"), required=False)
    enrolled_until = LocalTimeField(label=_("Enrolled until"), required=False)
    time_zone = ZoneField(
        required=False, help_text=_("If empty: the account's or the event's.")
    )
    language = LanguageField(
        empty=_("same as the account or organization"), required=False
    )

    def __init__(
        self,
        *args: Any,
        zone: str,
        row: Participant | None = None,
        is_own: bool = False,
        **kwargs: Any,
    ) -> None:
        """Take the name of the event's time zone, and the place that is changed."""
        latest = dict(zip(BOUNDS, row.latest, strict=True)) if row else {}
        super().__init__(*args, row=row, zone=zone, initial=latest, **kwargs)
        self.fields["enrolled_from"].help_text = _(
            "In the time zone %(zone)s. If empty: from the beginning."
        ) % {"zone": zone}
        self.fields["enrolled_until"].help_text = _(
            "In the time zone %(zone)s. If empty: without an end."
        ) % {"zone": zone}
        if row and row.registration != Registration.VIEWED:
            registration: Any = self.fields["registration"]
            registration.choices = REGISTRATIONS_ON_ROSTER
        if is_own:
            for name in set(self.fields) - OWN_FIELDS:
                del self.fields[name]

    @property
    def bounds(self) -> dict[str, datetime | None]:
        """The bounds of the enrolment that were sent."""
        return {name: self.cleaned_data[name] for name in BOUNDS if name in self.fields}

    @property
    def changes(self) -> dict[str, Any]:
        """Values that differ from the row, with the bounds of its latest enrolment."""
        assert isinstance(self.row, Participant)  # noqa: S101  only rows are changed
        stored = dict(zip(BOUNDS, self.row.latest, strict=True))
        bounds = {k: v for k, v in self.bounds.items() if v != stored[k]}
        return super().changes | bounds


class NewParticipantForm(WhoForm, ParticipantForm):
    """Somebody to add to a roster."""

    from_beginning = forms.BooleanField(
        label=_("From the beginning, also for sessions that are over"), required=False
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, event=event, zone=event.time_zone, **kwargs)
        if has_begun(event, timezone.now()):
            self.fields["enrolled_from"].help_text = _(
                "In the time zone %(zone)s. If empty: from now on, because a session "
                "has already ended."
            ) % {"zone": event.time_zone}
            self.order_fields(_with_choice_after(list(self.fields)))
        else:
            del self.fields["from_beginning"]

    @property
    def values(self) -> dict[str, Any]:
        """Values as ``add_participant`` takes them: without bounds that are empty."""
        bounds: dict[str, datetime | None] = {
            name: value for name, value in self.bounds.items() if value
        }
        if self.cleaned_data.get("from_beginning"):
            bounds["enrolled_from"] = None
        return super().values | bounds | self.chosen

    def clean(self) -> dict[str, Any]:
        """Refuse two answers to since when."""
        cleaned = super().clean()
        _must_be_one(self, "enrolled_from", "from_beginning")
        return cleaned


class PlacesForm(ZonedForm):
    """What is to change about many people at once; what is empty stays as it is."""

    times = BOUNDS

    registration = forms.ChoiceField(
        label=_("Registration"),
        required=False,
        choices=[("", _("as it is")), *REGISTRATIONS_ON_ROSTER],
    )
    enrolled_from = LocalTimeField(label=_("Enrolled since"), required=False)
    from_beginning = forms.BooleanField(label=_("From the beginning"), required=False)
    enrolled_until = LocalTimeField(label=_("Enrolled until"), required=False)
    without_end = forms.BooleanField(label=_("Without an end"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse two answers, and none at all."""
        cleaned = super().clean()
        _must_be_one(self, "enrolled_from", "from_beginning")
        _must_be_one(self, "enrolled_until", "without_end")
        if not self.errors and not any(cleaned.values()):
            self.add_error(None, str(_("Say what is to change.")))
        return cleaned

    @property
    def groups(self) -> list[list[BoundField]]:
        """The fields that the page shows, those of one question together."""
        groups: list[list[BoundField]] = []
        for field in self.shown:
            if field.name in ("registration", *BOUNDS):
                groups.append([])
            groups[-1].append(field)
        return groups

    @property
    def values(self) -> dict[str, Any]:
        """Values as ``change_participants`` takes them."""
        return {
            "registration": self.cleaned_data["registration"],
            "enrolled_from": self._bound("enrolled_from", "from_beginning"),
            "enrolled_until": self._bound("enrolled_until", "without_end"),
        }

    def _bound(self, time: str, open_end: str) -> Bound:
        if self.cleaned_data[open_end]:
            return None
        return self.cleaned_data[time] or UNSET


def _must_be_one(form: forms.Form, time: str, open_end: str) -> None:
    if form.cleaned_data.get(time) and form.cleaned_data.get(open_end):
        form.add_error(open_end, str(_("Give either a time or this, not both.")))


def _with_choice_after(names: list[str]) -> list[str]:
    """Return the order of fields in which ``from_beginning`` follows the time."""
    names.remove("from_beginning")
    after = names.index("enrolled_until")
    return [*names[:after], "from_beginning", *names[after:]]
