"""The admin of accounts and of their roles.

Who may change accounts without being a superuser can neither become one by it, nor act
as one or as an owner, nor make owners, nor raise themselves, nor make anybody a member
unasked.

Source: docs/rules.md 134, 153.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address
from core.errors import Conflict
from core.validators import validate_plain_address
from events.accounts.addresses import confirmed_alike
from events.accounts.confirming import TAKEN
from events.admin_base import CLEANED_ADDRESSES, ReadOnlyAdmin, RowAdmin
from events.models import (
    AccessRequest,
    Invitation,
    InvitationQuerySet,
    Membership,
    Role,
    SignInTries,
    User,
)
from events.services import verify_email

RIGHTS = ("is_superuser", "groups", "user_permissions")


def is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser


def is_shielded(request: HttpRequest, account: User | None) -> bool:
    """Return whether an account can do what whoever asks cannot."""
    if account is None or is_superuser(request):
        return False
    return (
        account.is_superuser
        or Membership.objects.filter(user=account, role=Role.OWNER).exists()
        or _invitations_of_owners().for_account(account).exists()
    )


def _invitations_of_owners() -> InvitationQuerySet:
    return Invitation.objects.standing().filter(role=Role.OWNER)


class CheckedAddress(ModelForm):  # type: ignore[type-arg]
    """An account whose new address can be confirmed at once."""

    def clean_email(self) -> str:
        """Refuse an address that another account has confirmed, or one like it."""
        email = str(self.cleaned_data["email"] or "")
        if email and "email" in self.changed_data:
            validate_plain_address(email)
            if confirmed_alike(email).exclude(pk=self.instance.pk).exists():
                raise ValidationError(TAKEN, code="email_taken")
        return email


class AccountForm(CheckedAddress, UserChangeForm):  # type: ignore[type-arg]
    """An account."""


class NewAccountForm(CheckedAddress, AdminUserCreationForm):  # type: ignore[type-arg]
    """A new account."""


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    """Accounts. Staff who make one for somebody vouch for the address."""

    list_display = ("username", "email", "first_name", "last_name", "is_staff")
    list_filter = ("is_staff", "is_superuser", "is_active", "language")
    readonly_fields = ("email_verified_at", "last_login", "date_joined")
    formfield_overrides = CLEANED_ADDRESSES
    fieldsets = (
        *(DjangoUserAdmin.fieldsets or ()),
        (
            _("Rollcall"),
            {
                "fields": (
                    "email_verified_at",
                    "language",
                    "time_zone",
                    "wants_prompts",
                    "must_change_password",
                )
            },
        ),
    )
    form = AccountForm
    add_form = NewAccountForm
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username",
                    "email",
                    "usable_password",
                    "password1",
                    "password2",
                ),
            },
        ),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> tuple[str, ...]:
        """Leave rights to superusers."""
        return self.readonly_fields + (() if is_superuser(request) else RIGHTS)

    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """Leave superusers and owners to superusers: password and address, too."""
        may = super().has_change_permission(request, obj)
        return may and not is_shielded(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """Leave superusers and owners to superusers."""
        may = super().has_delete_permission(request, obj)
        return may and not is_shielded(request, obj)

    def save_model(
        self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool
    ) -> None:
        """Mark a new address as confirmed."""
        is_new_address = not change or "email" in form.changed_data
        if is_new_address:
            obj.email_verified_at = obj.folded_email = None
        super().save_model(request, obj, form, change)
        if is_new_address:
            self._confirm_address(request, obj)

    def _confirm_address(self, request: HttpRequest, account: User) -> None:
        """Vouch for an address; but not for one that makes the account an owner."""
        address = folded_address(account.email)
        invited = _invitations_of_owners().filter(folded_email=address)
        try:
            if address and not is_superuser(request) and invited.exists():
                raise _confirmed_by_mail_alone()
            verify_email(user=account)
        except Conflict as refused:
            self.message_user(request, str(refused), level="warning")


def _confirmed_by_mail_alone() -> Conflict:
    return Conflict(
        "invited_as_owner",
        _(
            "The address is not confirmed, because an invitation to become an owner "
            "went to it. Whoever reads its mail can confirm it."
        ),
    )


class MembershipForm(ModelForm):  # type: ignore[type-arg]
    """A membership, which superusers alone make without asking."""

    may_make: bool

    def clean(self) -> dict[str, Any] | None:
        """Refuse a new one by anybody else."""
        if not self.instance.pk and not self.may_make:
            raise ValidationError(
                _(
                    "Only superusers make somebody a member without asking them. "
                    "Members are invited on the page “Members” of their organization."
                )
            )
        return super().clean()


@admin.register(Membership)
class MembershipAdmin(RowAdmin[Membership]):
    form = MembershipForm
    list_display = ("user", "organization", "role", "created_at")
    list_filter = ("role", ("organization", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("user", "organization")
    search_fields = ("user__username", "user__email", "organization__name")
    autocomplete_fields = ("user", "organization")

    def get_form(
        self,
        request: HttpRequest,
        obj: Membership | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Tell the form who asks."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"may_make": is_superuser(request)})

    def get_readonly_fields(
        self, request: HttpRequest, obj: Membership | None = None
    ) -> tuple[str, ...]:
        """Keep whose membership it is, and where: else it made others members."""
        is_kept = obj and not is_superuser(request)
        return ("user", "organization") if is_kept else ()

    def formfield_for_choice_field(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Leave it to superusers to make owners."""
        if db_field.name == "role" and not is_superuser(request):
            kwargs["choices"] = [
                choice for choice in Role.choices if choice[0] != Role.OWNER
            ]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_change_permission(
        self, request: HttpRequest, obj: Membership | None = None
    ) -> bool:
        """Leave owners, and one's own role, to superusers."""
        may = super().has_change_permission(request, obj)
        is_shut = obj and (obj.role == Role.OWNER or obj.user_id == request.user.pk)
        return may and (is_superuser(request) or not is_shut)

    def has_delete_permission(
        self, request: HttpRequest, obj: Membership | None = None
    ) -> bool:
        """Leave owners to superusers."""
        may = super().has_delete_permission(request, obj)
        return may and (is_superuser(request) or not (obj and obj.role == Role.OWNER))


@admin.register(AccessRequest)
class AccessRequestAdmin(RowAdmin[AccessRequest]):
    """For reading; superusers delete what they have answered."""

    list_display = ("created_at", "name", "email", "purpose")
    search_fields = ("name", "email", "purpose")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: whoever asks writes it."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: AccessRequest | None = None
    ) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: AccessRequest | None = None
    ) -> bool:
        """Let superusers delete them."""
        return is_superuser(request)


@admin.register(SignInTries)
class SignInTriesAdmin(ReadOnlyAdmin[SignInTries]):
    list_display = ("key", "tries", "since")
    search_fields = ("key",)
    date_hierarchy = "since"
