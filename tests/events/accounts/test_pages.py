"""Who may open which page of accounts, and where they are led instead."""

import re
from time import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from events.accounts import urls
from events.models import User
from tests.events.accounts.devices import make_passkey
from tests.factories import make_user

pytestmark = pytest.mark.django_db

SIGN_IN, AGAIN = "/sign-in/", "/account/password/again/"
# Route: what strangers get, somebody with a password, and one who just gave it again.
TABLE = {
    "sign-in/": "200 / /",
    "sign-in/code/": f"{SIGN_IN} / /",
    "sign-in/passkey/": "200 / /",
    "sign-in/inactive/": "200 200 200",
    # Without such a provider.
    "sign-in/elsewhere/<str:provider_id>/": "404 404 404",
    "sign-in/elsewhere/<str:provider_id>/back/": "404 404 404",
    "sign-in/elsewhere-cancelled/": "200 200 200",
    "sign-in/elsewhere-failed/": "401 401 401",
    "sign-up/": "200 / /",
    "account/": f"{SIGN_IN} 200 200",
    "account/sessions/": f"{SIGN_IN} 200 200",
    "account/email/": f"{SIGN_IN} 200 200",
    "account/email/sent/": "200 200 200",
    "account/password/": f"{SIGN_IN} 200 200",
    "account/password/set/": f"{SIGN_IN} /account/password/ /account/password/",
    "account/password/again/": f"{SIGN_IN} 200 200",
    "account/password/forgotten/": "200 200 200",
    "account/password/forgotten/sent/": "200 200 200",
    "account/password/new/done/": "200 200 200",
    "account/second-factor/": f"{SIGN_IN} 200 200",
    "account/second-factor/again/": f"{SIGN_IN} {AGAIN} {AGAIN}",
    "account/second-factor/app/": f"{SIGN_IN} {AGAIN} 200",
    "account/second-factor/app/off/": f"{SIGN_IN} 404 404",
    "account/second-factor/codes/": f"{SIGN_IN} 404 404",
    "account/second-factor/codes/new/": f"{SIGN_IN} {AGAIN} 200",
    "account/second-factor/codes/file/": f"{SIGN_IN} 404 404",
    "account/second-factor/passkeys/": f"{SIGN_IN} 200 200",
    "account/second-factor/passkeys/add/": f"{SIGN_IN} {AGAIN} 200",
    # Without one.
    "account/second-factor/passkeys/again/": f"{SIGN_IN} {AGAIN} {AGAIN}",
    # Somebody else's.
    "account/second-factor/passkeys/<int:pk>/rename/": f"{SIGN_IN} {AGAIN} 404",
    "account/second-factor/passkeys/<int:pk>/remove/": f"{SIGN_IN} {AGAIN} 404",
}


def got(client: Client, path: str, passkey: int = 0) -> str:
    path = path.replace("<str:provider_id>", "oidc").replace("<int:pk>", str(passkey))
    answer: Any = client.get(f"/{path}")
    if answer.status_code == 302:
        return str(answer["Location"]).partition("?")[0]
    return str(answer.status_code)


def account() -> User:
    user = make_user()
    user.set_password("right")
    user.save()
    return user


def signed_in(user: User, *, just_now: bool = False) -> Client:
    client = Client()
    client.force_login(user)
    if just_now:
        session = client.session
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [
            {"method": "password", "reauthenticated": True, "at": time()}
        ]
        session.save()
    return client


@pytest.mark.parametrize("path", TABLE)
def test_each_page_answers_as_the_table_says(path: str) -> None:
    user = account()
    theirs = make_passkey(make_user()).pk
    clients = Client(), signed_in(user), signed_in(user, just_now=True)
    assert " ".join(got(client, path, theirs) for client in clients) == TABLE[path]


def test_every_page_of_accounts_stands_in_the_table() -> None:
    routes = {str(route.pattern) for route in urls.urlpatterns}
    assert {route for route in routes if not route.startswith("^")} == set(TABLE)


@pytest.mark.parametrize(
    "path",
    ["app/off/", "codes/new/", "passkeys/add/", "passkeys/{}/remove/"],
)
def test_what_guards_an_account_is_not_changed_without_the_password(path: str) -> None:
    user = account()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    path = path.format(make_passkey(user).pk)
    client = signed_in(user)
    answer: Any = client.post(f"/account/second-factor/{path}")
    assert re.match(r"/account/.*again/\?next=", answer["Location"])
    assert user.authenticator_set.count() == 2  # type: ignore[attr-defined]
