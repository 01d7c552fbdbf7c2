"""Signing in at an OpenID Connect provider: a real one, of this test."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from events.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NAME = "Noor Aziz"


class Provider(ThreadingHTTPServer):
    """Says of everybody who comes that they are ``claims``."""

    daemon_threads = True
    claims: dict[str, Any]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        url = self.server.url
        if self.path == "/userinfo":
            self._answer(self.server.claims)
        else:
            self._answer(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "userinfo_endpoint": f"{url}/userinfo",
                    "jwks_uri": f"{url}/keys",
                }
            )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"access_token": "token", "token_type": "Bearer"})

    def _answer(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with Provider(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        app = {
            "provider_id": "oidc",
            "name": "School",
            "client_id": "rollcall",
            "secret": "secret",
            "settings": {"server_url": server.url},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        settings.OIDC_URL, settings.OIDC_NAME = server.url, "School"
        yield server
        server.shutdown()


def come_by(provider: Provider, **claims: Any) -> tuple[Client, Any]:
    """Follow the link, and come back with what the provider says."""
    provider.claims = {"sub": "17", "name": NAME, **claims}
    client = Client()
    away: Any = client.get("/sign-in/elsewhere/oidc/")
    assert away["Location"].startswith(f"{provider.url}/authorize?")
    state = parse_qs(urlsplit(away["Location"]).query)["state"][0]
    back = f"/sign-in/elsewhere/oidc/back/?code=x&state={state}"
    return client, client.get(back)


def signed_in_as(client: Client) -> str:
    return str(client.get("/api/me").json().get("username", ""))


def test_the_sign_in_page_offers_it(provider: Provider) -> None:
    page = Client().get("/sign-in/").content.decode()
    assert "Sign in with School" in page


def test_a_confirmed_address_finds_its_account_and_keeps_its_password(
    provider: Provider,
) -> None:
    user = make_user(email="noor@example.com", email_verified_at=timezone.now())
    user.set_password("right")
    user.save()
    client, _answer = come_by(provider, email="Noor@example.com", email_verified=True)
    assert signed_in_as(client) == user.username
    user.refresh_from_db()
    assert user.check_password("right")
    client, _answer = come_by(provider)
    assert signed_in_as(client) == user.username, "known by its number from now on"


@pytest.mark.parametrize("ours", [None, timezone.now()])
def test_what_either_side_has_not_confirmed_finds_nobody(
    ours: Any, provider: Provider, settings: Any
) -> None:
    settings.SIGN_UP = "OPEN"
    user = make_user(email="noor@example.com", email_verified_at=ours)
    client, _answer = come_by(
        provider, email="noor@example.com", email_verified=ours is None
    )
    assert signed_in_as(client) not in ("", user.username)
    user.refresh_from_db()
    assert user.email_verified_at == ours


def test_an_address_that_only_looks_alike_finds_nobody(
    provider: Provider, settings: Any
) -> None:
    settings.SIGN_UP = "OPEN"
    user = make_user(email="kims@x.example", email_verified_at=timezone.now())
    for number, email in enumerate(["\u212aims@x.example", "kim\u017f@x.example"]):
        claims = {"email": email, "email_verified": True}
        client, _answer = come_by(provider, sub=str(number), **claims)
        assert signed_in_as(client) not in ("", user.username)


def test_nor_does_it_confirm_somebody_elses_mailbox(
    provider: Provider, settings: Any
) -> None:
    settings.SIGN_UP = "OPEN"
    claims = {"email": "\u212aim@x.example", "email_verified": True}
    client, _answer = come_by(provider, **claims)
    user = User.objects.get(username=signed_in_as(client))
    assert (user.email, user.email_verified_at) == ("", None)


def test_strangers_get_an_account_only_where_anybody_may_sign_up(
    provider: Provider, settings: Any
) -> None:
    claims = {"email": "noor@example.com", "email_verified": True}
    client, answer = come_by(provider, **claims)
    assert "by invitation" in answer.content.decode()
    assert signed_in_as(client) == ""
    settings.SIGN_UP = "OPEN"
    client, _answer = come_by(provider, **claims)
    user = User.objects.get(username=signed_in_as(client))
    assert (user.get_full_name(), user.email) == (NAME, "noor@example.com")
    assert user.email_verified_at
    assert not user.has_usable_password()
