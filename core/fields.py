"""Serializer fields and the base serializer of all REST routes.

Source: docs/rules.md 90.
"""

from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from core.addresses import cleaned

M = TypeVar("M", bound=models.Model)

# A serializer of JSON without a model.
Declared = serializers.Serializer[dict[str, Any]]

YEARS = range(2000, 2101)


class InstantField(serializers.DateTimeField):
    """RFC 3339: input needs an offset, any; output is in UTC with ``Z``."""

    default_error_messages = {
        "naive": _("Add the time zone: write 2026-03-02T10:00:00Z or …+03:00."),
        "year": _("Write a time between the years 2000 and 2100."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("default_timezone", UTC)
        super().__init__(**kwargs)

    def to_internal_value(self, value: object) -> datetime:
        """Return an aware time in UTC."""
        if isinstance(value, str) and _is_naive(value):
            self.fail("naive")
        instant: datetime = super().to_internal_value(value)  # type: ignore[arg-type]
        if instant.year not in YEARS:
            self.fail("year")
        return instant


class AddressField(serializers.EmailField):
    """An email address, without what nobody sees in it before it is checked."""

    def run_validation(self, data: object = serializers.empty) -> str | None:
        """Return the address."""
        if isinstance(data, str):
            data = cleaned(data)
        address: str | None = super().run_validation(data)
        return address


class RowField(serializers.PrimaryKeyRelatedField[M]):
    """A row by its id. Refuses 2.9, which Python would read as 2."""

    def to_internal_value(self, data: object) -> M:
        """Return the row."""
        if isinstance(data, float):
            self.fail("incorrect_type", data_type="float")
        row: M = super().to_internal_value(data)  # type: ignore[arg-type]
        return row


def _is_naive(value: str) -> bool:
    try:
        parsed = parse_datetime(value)
    except ValueError:
        return False
    return parsed is not None and parsed.tzinfo is None


class ModelSerializer(serializers.ModelSerializer[M]):
    """Rows as JSON; an update writes only the columns that were sent.

    The database checks uniqueness, and its constraints are answered with 409. A query
    beforehand would miss what another request writes in between.
    """

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: InstantField,
        models.EmailField: AddressField,
    }

    serializer_related_field = RowField

    def get_validators(self) -> list[Any]:
        """Return only the validators that ``Meta`` names, none made from the model."""
        return list(getattr(self.Meta, "validators", []))

    def build_standard_field(
        self, field_name: str, model_field: Any
    ) -> tuple[type[serializers.Field[Any, Any, Any, Any]], dict[str, Any]]:
        """Leave out the validator that queries for a unique value."""
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if "validators" in kwargs:
            kwargs["validators"] = [
                validator
                for validator in kwargs["validators"]
                if not isinstance(validator, UniqueValidator)
            ]
        return field_class, kwargs

    @transaction.atomic
    def update(self, instance: M, validated_data: Any) -> M:
        """Write only what was sent."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        instance.save(update_fields=list(validated_data))
        return instance
