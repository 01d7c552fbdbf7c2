"""Pages that are opened by a secret in their address, without signing in.

They are not cached, not found by search engines, and tell no other site their address.
A browser that tells no address sends no origin either, so Django could not check where
a form comes from: the secret in its address proves that instead, and nothing that is
done there is done in the name of whoever is signed in.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponseBase)
View = Callable[[HttpRequest, str], HttpResponse]
SecretView = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


def secret_page(*methods: str) -> Callable[[SecretView[P]], Any]:
    """Decorate a page whose second argument is the secret; 404 if it is unknown.

    Unknown secrets and those that are over look alike.

    Args:
        methods: The allowed HTTP methods.
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
                answer = render(request, "events/public/no_such_link.html", status=404)
            return keep_secret(answer)

        return guarded

    return decorate


def keep_secret(answer: Answer) -> Answer:
    """Let an answer tell nobody its address, and search engines not list it."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


class _OriginMayBeHidden(CsrfViewMiddleware):
    """Checks the token of a form, also if the browser hides where it comes from."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        is_hidden = request.META["HTTP_ORIGIN"] == "null"
        return is_hidden or super()._origin_verified(request)  # type: ignore[misc]


def signed_in_secret_page(view: View) -> Any:
    """Decorate a page with a secret address that acts for whoever is signed in.

    Its forms carry Django's token, which is checked: only the origin may be hidden.
    """
    checked = decorator_from_middleware(_OriginMayBeHidden)(view)

    @csrf_exempt
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, token: str = "") -> HttpResponseBase:
        return keep_secret(checked(request, token))

    return guarded
