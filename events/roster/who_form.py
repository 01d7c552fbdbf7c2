"""Forms that add somebody, and ask who is meant where that is doubtful.

Source: docs/rules.md 104.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Conflict
from core.form_parts import RowForm
from core.row_ids import row_id
from events.models import Event
from events.people.matching import Doubt, Doubtful, Given, Known
from events.people.refusals import in_words
from events.roster.adding import who_may_be

T = TypeVar("T")

NEW = "new"


class WhoField(forms.ChoiceField):
    """One of the people who may be meant, or somebody new; the form knows them."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Who is it?"),
            required=False,
            widget=forms.RadioSelect,
        )

    def valid_value(self, value: object) -> bool:
        """Accept what the form looks at when it knows the rest."""
        return True


class WhoForm(RowForm):
    """A form with the name, and perhaps address and number, of somebody to add.

    ``on_roster`` is the place of whoever turned out to be on the roster already.
    """

    who = WhoField()

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.on_roster: int | None = None
        self._choices: list[tuple[str, str]] = []

    @property
    def shown(self) -> Iterator[BoundField]:
        """First whom to choose from, if anybody, then the other fields."""
        fields = {field.name: field for field in super().shown}
        who = fields.pop("who")
        if self._choices:
            yield who
        yield from fields.values()

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, as ``add_participant`` takes it; nothing if nothing was.

        A choice counts only if it is still offered for what is typed now.
        """
        chosen = self.cleaned_data.get("who")
        if chosen not in dict(self._choices):
            return {}
        return {"new": True} if chosen == NEW else {"person": row_id(chosen)}

    def clean(self) -> dict[str, Any]:
        """Offer those who were offered before, if they still fit."""
        super().clean()
        if self.cleaned_data.get("who") and self.cleaned_data.get("name"):
            self._offer()
        return self.cleaned_data

    def write(self, action: Callable[[], T]) -> T | None:
        """Run ``action``; if it is doubtful who is meant, offer who may be."""

        def asking() -> T:
            try:
                return action()
            except Conflict as refused:
                raise self._asked(refused) from refused

        return super().write(asking)

    def _asked(self, refused: Conflict) -> Conflict:
        if refused.code == "doubtful":
            self._offer()
            return Conflict(
                refused.code, _("Choose who is meant, then send again."), field="who"
            )
        if refused.code == "on_roster":
            self.on_roster = int(str(refused.extra["participant"]))
        return refused

    def _offer(self) -> None:
        columns = ("name", "email", "external_id")
        given = Given(*(self.cleaned_data.get(name) or "" for name in columns))
        self._choices = choices_of(who_may_be(self.event, given))
        field: Any = self.fields["who"]
        field.choices = self._choices


def choices_of(doubtful: Doubtful | None) -> list[tuple[str, str]]:
    """Return whom to choose from; nobody if nothing is doubtful.

    Somebody new cannot have the number of one of them.
    """
    if doubtful is None:
        return []
    known = [(str(one.person), label_of(one)) for one in doubtful.candidates]
    if doubtful.reason == Doubt.NAME_OF_NUMBER:
        return known
    return [*known, (NEW, _("Somebody new"))]


def label_of(known: Known) -> str:
    """Return somebody's name with what tells them from others."""
    place = "" if known.place is None else _("on this roster")
    return in_words(known.name, known.email, known.external_id, place)
