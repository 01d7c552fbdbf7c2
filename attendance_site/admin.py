"""The admins of packages, where theirs crash, show secrets or give rights away."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat.admin import PeriodicTaskAdmin, PeriodicTaskForm
from django_celery_beat.models import PeriodicTask
from knox.admin import AuthTokenAdmin
from knox.models import AuthToken

from events.accounts.admin import is_superuser
from events.admin_base import RowAdmin


class ForgivingTaskForm(PeriodicTaskForm):  # type: ignore[misc]
    """The package's form, whose ``clean`` needs a valid name of a task."""

    def clean(self) -> dict[str, Any]:
        """Clean with an empty name if it was not valid, which would crash."""
        self.cleaned_data.setdefault("task", "")
        cleaned: dict[str, Any] = super().clean()
        return cleaned


admin.site.unregister(PeriodicTask)


@admin.register(PeriodicTask)
class ForgivingTaskAdmin(PeriodicTaskAdmin):  # type: ignore[misc]
    """The package's admin, with that form."""

    form = ForgivingTaskForm


# --- Packages that hold secrets, or know of accounts what accounts know themselves ----

admin.site.unregister([EmailAddress, SocialApp, SocialToken, UserSession])
admin.site.unregister([Authenticator, SocialAccount, AuthToken])


class OfAccountsAdmin(RowAdmin[Any]):
    """Shows what accounts have, without secrets; superusers may delete it."""

    list_select_related = ("user",)
    search_fields = ("user__username",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave it to the account."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Any | None = None
    ) -> bool:
        """Leave it to the account."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Any | None = None
    ) -> bool:
        """Let superusers help whoever lost their phone, or left."""
        return is_superuser(request)


@admin.register(Authenticator)
class AuthenticatorAdmin(OfAccountsAdmin):
    list_display = fields = ("user", "type", "created_at", "last_used_at")


@admin.register(SocialAccount)
class SocialAccountAdmin(OfAccountsAdmin):
    list_display = fields = ("user", "provider", "uid", "last_login", "date_joined")


@admin.register(AuthToken)
class TokenAdmin(AuthTokenAdmin):  # type: ignore[misc]
    """The package's, for superusers: a token opens the account that it names."""

    list_select_related = ("user",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Let superusers in alone."""
        return is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let superusers make tokens alone."""
        return is_superuser(request)

    def has_change_permission(
        self, request: HttpRequest, obj: AuthToken | None = None
    ) -> bool:
        """Let superusers change tokens alone."""
        return is_superuser(request)
