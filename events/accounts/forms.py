"""Forms of allauth's pages, as our pages show them, with our limits.

Whatever anybody can send is limited before it is looked at, and says the same whether
there is such an account or not.

Source: docs/rules.md 128, 130.
"""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.core import context
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.addresses import cleaned
from core.form_parts import AddressField, LanguageField, NameField, RowForm, ZoneField
from events.accounts.addresses import (
    account_that_signs_in_by,
    is_confirmed_by_others,
    unconfirmed_address,
)
from events.accounts.authentication import NotConfirmed
from events.accounts.confirming import ask_to_confirm_address, count_mails
from events.accounts.hashing import SECONDS_TO_COME_BACK, Busy, room_to_hash
from events.accounts.known_browsers import has_signed_in_here
from events.accounts.limits import Attempt, TooManyTries
from events.accounts.sign_up import (
    invited_address,
    is_invited,
    make_account,
    must_keep_address,
)
from events.models import User

PASSWORD_HINT = _(
    "At least 8 characters; not one that is often used, nor your name or address."
)


class _OurLook(forms.Form):
    """Leaves out allauth's placeholders and its links in hints."""

    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = self.hints.get(name, "")
            if isinstance(field, forms.EmailField):
                field.widget.attrs["dir"] = "ltr"


def _new_password_fields(form: forms.Form, first: Any, second: Any = None) -> None:
    form.fields["password1"].label = first
    if second:
        form.fields["password2"].label = second


def _mail_to(email: str, user: User | None) -> Attempt:
    """Count a mail; ``user`` has confirmed the address, if anybody has."""
    request = context.request
    is_known = user is not None and has_signed_in_here(request, user)
    return Attempt("mail", request, email, is_known=is_known)


class SignInForm(_OurLook, allauth.LoginForm):
    """User name or address, and password."""

    has_sent_mail = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login: Any = self.fields["login"]
        login.label = _("User name or email")
        login.max_length = 254
        login.widget.attrs |= {
            "dir": "auto",
            "autocomplete": "username",
            "autocapitalize": "none",
        }
        password: Any = self.fields["password"]
        password.max_length = 4096

    def clean_login(self) -> str:
        """Return the name without what nobody sees."""
        return cleaned(self.cleaned_data["login"])

    def _clean_with_password(self, credentials: dict[str, Any]) -> dict[str, Any]:
        try:
            return super()._clean_with_password(credentials)  # type: ignore[no-any-return]
        except TooManyTries:
            raise
        except NotConfirmed as found:
            raise self._ask_to_confirm(found.address) from None
        except forms.ValidationError:
            text = _("User name or password is wrong.")
            raise forms.ValidationError(text, code="wrong_password") from None

    def _ask_to_confirm(self, address: EmailAddress) -> forms.ValidationError:
        """Send the mail to whoever knows the password; return what to tell them."""
        request = context.request
        user, email = address.user, address.user.email
        count_mails(user=user, email=email, request=request)
        ask_to_confirm_address(user=user, email=email, request=request)
        self.has_sent_mail = True
        text = _(
            "Confirm your address first: a new mail is on its way. Or sign in with "
            "your user name."
        )
        return forms.ValidationError(text, code="not_confirmed")


class SignUpForm(_OurLook, allauth.SignupForm):
    """Name, address and password; the user name is made."""

    hints = {"password1": PASSWORD_HINT}
    field_order = ["name", "email", "password1"]

    name = NameField(label=_("Your name"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {"autocomplete": "name", "maxlength": 150}
        self.fields["email"].label = _("Email")
        if context.request and (invited := invited_address(context.request)):
            self.initial.setdefault("email", invited)
            if must_keep_address(context.request):
                self.initial["email"] = invited
                self.fields["email"].disabled = True

    def clean_email(self) -> str:
        """Note whether the address has an account; nothing says so but a mail."""
        email = cleaned(self.cleaned_data["email"])
        self._attempt = _mail_to(email, account_that_signs_in_by(email))
        self.account_already_exists = is_confirmed_by_others(email)
        return email

    def try_save(self, request: HttpRequest) -> Any:
        """Make the account; or only hash a password, and send a mail that says so.

        An invitation makes one in any case: its address then never gets confirmed.
        """
        try:
            with room_to_hash():
                if is_invited(request) or not self.account_already_exists:
                    return self.save(request), None
                make_password(self.cleaned_data["password1"])
        except Busy:
            self._attempt.take_back()
            raise TooManyTries(SECONDS_TO_COME_BACK) from None
        adapter = allauth.get_adapter()
        adapter.send_account_already_exists_mail(self.cleaned_data["email"])
        return None, adapter.respond_email_verification_sent(request, None)

    def save(self, request: HttpRequest) -> User:
        """Make the account."""
        self.account_already_exists = False
        save = super().save
        return make_account(request, lambda: save(request))

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        """Store the name as it was written."""
        user.first_name = self.cleaned_data["name"][:150]
        user.save(update_fields=["first_name"])


class NewAddressForm(_OurLook, allauth.AddEmailForm):
    """A new address of an account, which waits to be confirmed."""

    email = AddressField(label=_("New address"), required=True)

    def clean_email(self) -> str:
        """Take any address: whether others have it, a mail to it says."""
        email = str(self.cleaned_data["email"])
        if self.user.email_verified_at and email == self.user.email:
            raise forms.ValidationError(_("This is your address already."))
        count_mails(user=self.user, email=email, request=context.request)
        return email

    def save(self, request: HttpRequest) -> EmailAddress:
        """Let the address wait, and send the mail."""
        email = str(self.cleaned_data["email"])
        return ask_to_confirm_address(user=self.user, email=email, request=request)


class ChangePasswordForm(_OurLook, allauth.ChangePasswordForm):
    """The present password, and a new one twice."""

    hints = {"password1": PASSWORD_HINT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")
        _new_password_fields(self, _("New password"), _("New password, again"))

    def clean_oldpassword(self) -> str:
        """Check the present password, limited as signing in is."""
        attempt = Attempt("sign in", context.request, self.user.username, is_known=True)
        try:
            with room_to_hash(is_known=True):
                password = str(super().clean_oldpassword())
        except Busy:
            attempt.take_back()
            raise TooManyTries(SECONDS_TO_COME_BACK) from None
        attempt.succeeded()
        return password


class SetPasswordForm(_OurLook, allauth.SetPasswordForm):
    """A first password, for whoever signs in elsewhere."""

    hints = {"password1": PASSWORD_HINT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password_fields(self, _("New password"), _("New password, again"))


class ForgottenPasswordForm(_OurLook, allauth.ResetPasswordForm):
    """An address, to which a mail goes in any case."""

    email = AddressField(label=_("Email"), required=True)

    def clean_email(self) -> str:
        """Find the account, which only the mail tells of."""
        email = str(self.cleaned_data["email"])
        user = account_that_signs_in_by(email)
        _mail_to(email, user)
        self.users = [user] if user else []
        self.waiting = unconfirmed_address(email)
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the mail; without an account, a token is made as well, for nobody."""
        if not self.users:
            nobody = User(pk=0)
            # Allauth looks for the row of an account's address first.
            EmailAddress.objects.filter(user_id=nobody.pk).exists()
            allauth.default_token_generator.make_token(nobody)
        if self.waiting and not self.users:
            return self._ask_to_confirm(self.waiting)
        return str(super().save(request, **kwargs))

    def _ask_to_confirm(self, address: EmailAddress) -> str:
        key = EmailConfirmationHMAC(address).key
        said = {"user": address.user, "key": key}
        allauth.get_adapter().send_mail("never_confirmed", address.email, said)
        return str(self.cleaned_data["email"])


class NewPasswordForm(_OurLook, allauth.ResetPasswordKeyForm):
    """A new password twice, for whoever opened the link of the mail."""

    hints = {"password1": PASSWORD_HINT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password_fields(self, _("New password"), _("New password, again"))


class ConfirmPasswordForm(_OurLook, allauth.ReauthenticateForm):
    """The password again, before something that matters."""


class ProfileForm(RowForm):
    """What an account says of its owner."""

    columns = ("language", "time_zone")

    name = NameField(
        label=_("Name"),
        required=False,
        help_text=_("Organizations keep the names on their rosters themselves."),
    )
    language = LanguageField(
        empty=_("The browser's"),
        required=False,
        help_text=_("Of pages and of mails about your account."),
    )
    time_zone = ZoneField(
        required=False,
        help_text=_("Of the times on pages. If empty: that of each event."),
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data, row=user, initial={"name": user.get_full_name()})
        self.fields["name"].widget.attrs["maxlength"] = 150

    def clean_name(self) -> str:
        """Return a name that the column holds."""
        name = str(self.cleaned_data["name"])
        if len(name) > 150:
            raise forms.ValidationError(_("Write at most 150 characters."))
        return name

    @property
    def changes(self) -> dict[str, Any]:
        """What differs from the account."""
        changes = super().changes
        if self.cleaned_data["name"] != self.initial["name"]:
            changes["name"] = self.cleaned_data["name"]
        return changes
