"""Signing in and out."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponse

from events.authentication import TooManyTries


class SignIn(LoginView):
    """The form at ``/``; afterwards ``next``, if that is a page of ours."""

    template_name = "events/sign_in.html"

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        for error in form.errors.as_data().get(NON_FIELD_ERRORS, []):
            if isinstance(error, TooManyTries):
                response.status_code = 429
                response.headers["Retry-After"] = str(error.wait)
        return response
