"""Pages that are opened by a secret in their address, without signing in.

They are not cached, not found by search engines, and tell no other page their address.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponseBase)
View = Callable[[HttpRequest, str], HttpResponse]
SecretView = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


# What is shown instead of a page whose secret is unknown, or over.
NO_SUCH_LINK = "events/public/no_such_link.html"


def secret_page(
    *methods: str, gone: str = NO_SUCH_LINK
) -> Callable[[SecretView[P]], Any]:
    """Decorate a page whose second argument is the secret; 404 if it is unknown.

    Unknown secrets and those that are over look alike. Forms need no token: whoever
    sends one knows the secret, and nothing is done in the name of whoever is signed in.

    Args:
        methods: The allowed HTTP methods.
        gone: The template for an unknown secret.
    """

    def decorate(view: SecretView[P]) -> Any:
        @csrf_exempt
        @require_http_methods(list(methods))
        @never_cache
        @wraps(view)
        def guarded(
            request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            try:
                answer = view(request, token, *args, **kwargs)
            except Http404:
                answer = render(request, gone, status=404)
            # Forms here need no token, so that it is no harm that browsers then do not
            # say where a form comes from, either.
            answer.headers["Referrer-Policy"] = "no-referrer"
            return keep_secret(answer)

        return guarded

    return decorate


def keep_secret(answer: Answer) -> Answer:
    """Let search engines not list the page of a secret."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def signed_in_secret_page(view: View) -> Any:
    """Decorate a page with a secret address that acts for whoever is signed in."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, token: str = "") -> HttpResponseBase:
        return keep_secret(view(request, token))

    return guarded
