"""Forms of people of an organization."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from core.form_parts import (
    AddressField,
    LanguageField,
    NameField,
    NumberField,
    RowForm,
    ZoneField,
)
from events.models import Person, User

T = TypeVar("T")


class AccountField(forms.CharField):
    """An active account by its user name; None if empty."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"dir": "ltr", "autocapitalize": "none", "autocomplete": "off"}
        super().__init__(
            max_length=150, required=False, widget=forms.TextInput(attrs), **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        """Return what the field shows."""
        return value.get_username() if isinstance(value, User) else value

    def clean(self, value: Any) -> Any:
        """Return the account."""
        username = super().clean(value)
        if not username:
            return None
        account = User.objects.filter(username=username, is_active=True).first()
        if account is None:
            raise ValidationError(
                _("There is no account “%(value)s”."),
                code="does_not_exist",
                params={"value": username},
            )
        return account


class PersonForm(RowForm):
    """A person of an organization."""

    columns: tuple[str, ...] = (
        "name",
        "email",
        "external_id",
        "user",
        "time_zone",
        "language",
    )

    name = NameField(label=_("Name"))
    email = AddressField(
        label=_("Email"),
        help_text=_("Connects them to their account, if they have one."),
    )
    external_id = NumberField()
    user = AccountField(
        label=_("Account"),
        help_text=_("Their user name. If empty: the account of their address."),
    )
    time_zone = ZoneField(
        required=False, help_text=_("If empty: the account's or the event's.")
    )
    language = LanguageField(
        empty=_("same as the account or organization"), required=False
    )


class ChangePersonForm(PersonForm):
    """A change of ``row``; with an account, the leaderboard is their own decision."""

    columns = (*PersonForm.columns, "show_on_leaderboard")

    show_on_leaderboard = forms.BooleanField(
        label=_("Show on the leaderboard"), required=False
    )

    def __init__(self, *args: Any, row: Person, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row.user_id is not None:
            del self.fields["show_on_leaderboard"]


class NewPersonForm(PersonForm):
    """Somebody new; ``people`` are those who it may be, once that is doubtful."""

    new = forms.BooleanField(
        label=_("None of them: this is somebody new"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: list[Person] = []

    @property
    def shown(self) -> Iterator[BoundField]:
        """The fields; whether it is somebody new only where that is doubtful."""
        for field in super().shown:
            if field.name != "new" or self.people or self.cleaned_new:
                yield field

    @property
    def cleaned_new(self) -> bool:
        """Whether it was said that it is somebody new."""
        return self.is_bound and bool(self.cleaned_data.get("new"))

    @property
    def values(self) -> dict[str, Any]:
        """Cleaned values by column, and whether it is somebody new."""
        return {**super().values, "new": self.cleaned_new}

    def write(self, action: Callable[[], T]) -> T | None:
        """Run ``action``; if it may be somebody known, remember who."""

        def remembering() -> T:
            try:
                return action()
            except Conflict as refused:
                candidates: Any = refused.extra.get("candidates", ())
                known = [each["person"] for each in candidates]
                known.append(refused.extra.get("person"))
                self.people = list(Person.objects.filter(pk__in=filter(None, known)))
                raise

        return super().write(remembering)
