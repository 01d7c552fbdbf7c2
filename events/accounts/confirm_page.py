"""The page of the link in the mail that asks to confirm an address.

The link proves who reads the mail, not whose account it is: anybody may give somebody
else's address. So whoever is not signed in to that account gives its password.

Source: docs/rules.md 127.
"""

from typing import Any

from allauth.account.views import ConfirmEmailView
from django.http import HttpRequest, HttpResponse

from events.accounts.forms import ConfirmPasswordForm
from events.accounts.views import answer_too_many
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
        return answer

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
