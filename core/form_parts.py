"""Fields and base classes of the forms of all apps.

Values are checked as in REST. What a service or the database refuses becomes an error
of its field; uniqueness is left to the database, as a query beforehand would miss what
another request writes in between.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.forms.boundfield import BoundField
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.addresses import cleaned
from core.constraints import refusal
from core.errors import Invalid, RuleBroken
from core.fields import YEARS
from core.times import instants_of, local_time
from core.validators import (
    known_time_zone,
    time_zones,
    validate_name,
    validate_time_zone,
)

T = TypeVar("T")

# --- Fields ---------------------------------------------------------------------------


class NameField(forms.CharField):
    """A name or a title of one line."""

    default_validators = [validate_name]

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"dir": "auto"})
        super().__init__(max_length=200, widget=widget, **kwargs)


class ZoneField(forms.CharField):
    """The name of a time zone, in any capitalization."""

    default_validators = [validate_time_zone]

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"list": "time-zones", "autocomplete": "off", "dir": "ltr"}
        kwargs.setdefault("label", _("Time zone"))
        super().__init__(max_length=64, widget=forms.TextInput(attrs), **kwargs)

    def to_python(self, value: object) -> str | None:
        """Return the name as the time zone database spells it, unknown ones as sent."""
        name = super().to_python(value)
        if not name:
            return name
        return known_time_zone(name) or name


def offered_zones() -> list[str]:
    """Return the zones that the field suggests: UTC first, then places by name."""
    places = (z for z in time_zones() if "/" in z and not z.startswith("Etc/"))
    return ["UTC", *sorted(places)]


class LanguageField(forms.ChoiceField):
    """One of ``settings.LANGUAGES``; ``empty`` labels the choice of none, if any."""

    def __init__(self, *, empty: str | Promise | None = None, **kwargs: Any) -> None:
        none = [] if empty is None else [("", empty)]
        super().__init__(
            label=_("Language"), choices=[*none, *settings.LANGUAGES], **kwargs
        )


class AddressField(forms.EmailField):
    """An email address, optional by default, no longer than its column."""

    def __init__(self, **kwargs: Any) -> None:
        usual = {
            "required": False,
            "max_length": 254,
            "widget": forms.EmailInput({"dir": "ltr"}),
        }
        super().__init__(**{**usual, **kwargs})

    def to_python(self, value: object) -> str | None:
        """Return the address without what nobody sees, before it is checked."""
        return super().to_python(cleaned(value) if isinstance(value, str) else value)


class NumberField(forms.CharField):
    """A student number, optional."""

    default_validators = [validate_name]

    def __init__(self) -> None:
        super().__init__(
            label=_("Student number"),
            max_length=64,
            required=False,
            widget=forms.TextInput({"dir": "auto", "autocomplete": "off"}),
        )


class LocalTimeField(forms.Field):
    """A date and a time on some clock; the form knows the zone."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.input_type = "datetime-local"

    def to_python(self, value: object) -> datetime | None:
        """Return the naive time; None if the field is empty."""
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value
        try:
            local = parse_datetime(str(value).strip())
        except ValueError:
            local = None
        if local is None or local.tzinfo is not None:
            raise ValidationError(_("Write a date and a time."), code="invalid")
        if local.year not in YEARS:
            raise ValidationError(
                _("Write a time between the years 2000 and 2100."), code="year"
            )
        return local


# --- Forms ----------------------------------------------------------------------------


class RowForm(forms.Form):
    """A form for a new row of the database, or for ``row``.

    ``columns`` are the fields that are written to columns of the same name.
    """

    columns: tuple[str, ...] = ()

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        row: models.Model | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        stored = {name: getattr(row, name) for name in self.columns} if row else {}
        super().__init__(data, initial={**stored, **(initial or {})})
        self.row = row

    @property
    def shown(self) -> Iterator[BoundField]:
        """Fields that the page shows, in order."""
        yield from self

    @property
    def values(self) -> dict[str, Any]:
        """Cleaned values by column."""
        return {name: self.cleaned_data[name] for name in self._written()}

    @property
    def changes(self) -> dict[str, Any]:
        """Those of ``values`` that differ from the row."""
        return {
            name: value
            for name, value in self.values.items()
            if value != getattr(self.row, name)
        }

    def _written(self) -> list[str]:
        return [name for name in self.columns if name in self.cleaned_data]

    def write(self, action: Callable[[], T]) -> T | None:
        """Run ``action`` in a transaction and return its result.

        None if the form is not valid, or a rule or constraint refused the action: then
        nothing is written, and the error stands at the field that is wrong.
        """
        if not self.is_valid():
            return None
        try:
            with transaction.atomic():
                return action()
        except (RuleBroken, IntegrityError) as refused:
            field, message = refusal(refused)
            self.add_error(field if field in self.fields else None, message)
            return None


class ZonedForm(RowForm):
    """A form whose fields ``times`` are on the clocks of one zone.

    A time that comes twice, because clocks are put back, gets a further field that asks
    which one is meant; one that never comes is refused. A time that was not changed
    keeps its instant to the microsecond.
    """

    times: tuple[str, ...] = ()
    field_order: list[str] | None

    def __init__(self, *args: Any, zone: str = "", **kwargs: Any) -> None:
        """Take the name of the zone in which ``row`` and ``initial`` are shown."""
        super().__init__(*args, **kwargs)
        self.zone = zone
        self._initial_instants: dict[str, datetime] = {}
        order: list[str] = []
        for name, field in list(self.fields.items()):
            order.append(name)
            if name not in self.times:
                continue
            order.append(occurrence_field(name))
            self.fields[occurrence_field(name)] = forms.ChoiceField(
                label=_("Which of the two?"),
                required=False,
                choices=[
                    ("", "\u2013"),
                    ("0", _("the first, before the clocks go back")),
                    ("1", _("the second, an hour later")),
                ],
            )
            instant = self.initial.get(name)
            if instant is not None:
                self._initial_instants[name] = instant
                local = local_time(instant, zone)
                self.initial[name] = local
                both = instants_of(local, zone)
                if len(both) == 2:
                    self.initial[occurrence_field(name)] = (
                        "1" if instant >= both[1] else "0"
                    )
            field.help_text = field.help_text or _("In the time zone %(zone)s.") % {
                "zone": zone
            }
        self.order_fields(order)

    @property
    def shown(self) -> Iterator[BoundField]:
        """Fields that the page shows; "which of the two" only where there are two."""
        asked = {occurrence_field(name): name for name in self.times}
        for field in self:
            if field.name not in asked or self._comes_twice(asked[field.name]):
                yield field

    def _comes_twice(self, name: str) -> bool:
        value = self[name].value()
        try:
            local = self.fields[name].to_python(value)
        except ValidationError:
            return False
        zone = self.chosen_zone()
        if not zone or local is None:
            return False
        return len(instants_of(local, zone)) == 2

    def chosen_zone(self) -> str:
        """Return the zone of the times that were sent; "" if it is not valid."""
        return self.zone

    def clean(self) -> dict[str, Any]:
        """Turn the times into instants."""
        zone = self.chosen_zone()
        for name in self.times:
            local = self.cleaned_data.get(name)
            if local is None or not zone:
                continue
            try:
                self.cleaned_data[name] = self._instant(name, local, zone)
            except ValidationError as error:
                self.add_error(name, error)
        return self.cleaned_data

    def _instant(self, name: str, local: datetime, zone: str) -> datetime:
        touched = {name, occurrence_field(name)} & set(self.changed_data)
        if name in self._initial_instants and zone == self.zone and not touched:
            return self._initial_instants[name]
        instants = instants_of(local, zone)
        if not instants:
            raise ValidationError(
                _(
                    "%(time)s does not exist on this day, because the clocks go "
                    "forward."
                ),
                code="never",
                params={"time": f"{local:%H:%M}"},
            )
        if len(instants) == 1:
            return instants[0]
        chosen = self.cleaned_data.get(occurrence_field(name))
        if not chosen:
            raise ValidationError(
                _(
                    "%(time)s comes twice on this day, because the clocks go back. "
                    "Choose which."
                ),
                code="twice",
                params={"time": f"{local:%H:%M}"},
            )
        return instants[int(chosen)]


def occurrence_field(name: str) -> str:
    """Return the name of the field that asks which of two equal times is meant."""
    return f"{name}_which"


class ActionForm(forms.Form):
    """A form behind a button or panel of a page, which shows errors as messages."""

    def or_refuse(self) -> dict[str, Any]:
        """Return the cleaned values.

        Raises:
            Invalid: the first error, with its field.
        """
        if self.is_valid():
            return self.cleaned_data
        field, [message, *_others] = next(iter(self.errors.items()))
        raise Invalid("invalid", str(message), field=str(field))
