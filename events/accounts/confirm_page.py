"""The page of the link in the mail that asks to confirm an address.

The link proves who reads the mail, not whose account it is: anybody may give somebody
else's address. So whoever is not signed in to that account gives its password.

Source: docs/rules.md 127.
"""

from typing import Any

from allauth.account.views import ConfirmEmailView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.names import isolated
from events.accounts.forms import ConfirmPasswordForm
from events.accounts.views import answer_too_many
from events.invitations.answering import invitations_of
from events.invitations.starting import take_started
from events.models import User
from events.pages import posted


class ConfirmAddress(ConfirmEmailView):
    """Names the account, and confirms its address."""

    request: HttpRequest

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Confirm, unless the password is needed and wrong."""
        self.object = self.get_object()
        form = self._password_form()
        if form and not form.is_valid():
            page = self.render_to_response(self.get_context_data(form=form))
            return answer_too_many(form, page)
        answer: HttpResponse = super().post(*args, **kwargs)
        return self._to_invitations() or answer

    def _to_invitations(self) -> HttpResponse | None:
        """Give the account the place that it was made for, or lead to what is open."""
        account = self._account
        if not account.email_verified_at:
            return None
        if taken := take_started(account):
            text = _("You belong to %(organization)s now.")
            for organization in taken:
                name = isolated(organization.name)
                messages.success(self.request, text % {"organization": name})
            return redirect("home")
        if self.request.user == account and invitations_of(account).exists():
            return redirect("own_invitations")
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whose account it is, and whether its password is needed."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if self.object:
            context.setdefault("form", self._password_form())
            context["account"] = self._account
        return context

    @property
    def _account(self) -> User:
        account: User = self.object.email_address.user
        return account

    def _password_form(self) -> ConfirmPasswordForm | None:
        if self.request.user == self._account:
            return None
        return ConfirmPasswordForm(posted(self.request), user=self._account)

    def logout_other_user(self, confirmation: object) -> None:
        """Leave whoever is signed in to another account signed in."""
