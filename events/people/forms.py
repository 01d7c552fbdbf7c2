"""Forms of people of an organization."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django import forms
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
from events.models import Person

T = TypeVar("T")


class AccountField(forms.CharField):
    """The user name of an account, which is asked; None if empty."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"dir": "ltr", "autocapitalize": "none", "autocomplete": "off"}
        super().__init__(
            max_length=150, required=False, widget=forms.TextInput(attrs), **kwargs
        )

    def clean(self, value: Any) -> str | None:
        """Return the name as it was typed."""
        return super().clean(value) or None


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
        help_text=_("Whoever has confirmed it is asked whether this is them."),
    )
    external_id = NumberField()
    user = AccountField(
        label=_("Account"),
        help_text=_("Their user name. They are asked before they are connected."),
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
        shown = {"user": row.account_name}
        super().__init__(*args, row=row, initial=shown, **kwargs)
        if row.user_id is not None:
            del self.fields["show_on_leaderboard"]

    @property
    def changes(self) -> dict[str, Any]:
        """Values that differ from the row; of the account, from its name."""
        assert isinstance(self.row, Person)  # noqa: S101  only rows are changed
        changes = super().changes
        changes.pop("user", None)
        if (named := self.cleaned_data["user"]) != (self.row.account_name or None):
            changes["user"] = named
        return changes


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
