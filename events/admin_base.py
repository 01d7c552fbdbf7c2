"""Base classes of admins."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from core.form_parts import AddressField

M = TypeVar("M", bound=models.Model)

# What the admin's forms take for addresses.
CLEANED_ADDRESSES: "dict[type[models.Field[Any, Any]], dict[str, Any]]" = {
    models.EmailField: {"form_class": AddressField}
}


if TYPE_CHECKING:
    RowAdmin = admin.ModelAdmin
else:

    class RowAdmin(admin.ModelAdmin):
        """Django's ModelAdmin, made generic as its type stubs say it is."""

        formfield_overrides = CLEANED_ADDRESSES

        def __class_getitem__(cls, model: object) -> type:
            return cls


class ReadOnlyAdmin(RowAdmin[M]):
    """For logs and decisions: nobody may add, change or delete, not even superusers."""

    actions: Sequence[str] | None = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Refuse."""
        return False
