"""Signing in and out, the language of an answer, and the pages of errors."""

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import translation

from attendance_site.errors import server_error
from attendance_site.urls import handler403, handler404, handler500
from attendance_site.urls import urlpatterns as site_urls
from events.models import User
from tests.factories import make_participant, make_user

pytestmark = pytest.mark.django_db


def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("nobody foresaw this")


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


# This module stands in as the root of all routes where a test needs a page that fails.
__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [path("crash/", crash), path("refuse/", refuse), *site_urls]


def user_with_password(**fields: Any) -> User:
    user = make_user(**fields)
    user.set_password("right")
    user.save()
    return user


def sign_in(client: Client, user: User, typed: str = "right", **data: str) -> Any:
    return client.post("/", {"login": user.username, "password": typed, **data})


def page(response: Any) -> str:
    return str(response.content.decode())


def test_the_first_page_asks_strangers_to_sign_in() -> None:
    answer = page(Client().get("/"))
    assert "<h1>Sign in</h1>" in answer
    assert 'autocomplete="username"' in answer
    assert 'autocomplete="current-password"' in answer


def test_each_field_has_its_label() -> None:
    answer = page(Client().get("/"))
    for name in ("login", "password"):
        assert f'<label for="id_{name}">' in answer
        assert f'id="id_{name}"' in answer


def test_name_and_password_open_the_first_page() -> None:
    client = Client()
    answer = sign_in(client, user_with_password())
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "Sign out" in page(client.get("/"))


def test_the_page_that_was_asked_for_opens_afterwards() -> None:
    client = Client()
    asked = client.get("/sessions/1/")
    assert asked["Location"] == "/sign-in/?next=/sessions/1/"
    assert '<input type="hidden" name="next" value="/sessions/1/">' in page(
        client.get(asked["Location"])
    )
    answer = sign_in(client, user_with_password(), next="/sessions/1/")
    assert answer["Location"] == "/sessions/1/"


def test_nobody_is_sent_to_another_site() -> None:
    answer = sign_in(Client(), user_with_password(), next="https://evil.example/")
    assert answer["Location"] == "/"


def test_a_wrong_password_is_said_and_opens_nothing() -> None:
    client = Client()
    answer = sign_in(client, user_with_password(), "wrong")
    assert answer.status_code == 200
    assert 'role="alert"' in page(answer)
    assert "User name or password is wrong." in page(answer)
    assert "Sign out" not in page(client.get("/"))


def test_too_many_tries_are_told_to_wait() -> None:
    client, user = Client(), user_with_password()
    for _ in range(10):
        assert sign_in(client, user, "wrong").status_code == 200
    answer = sign_in(client, user)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert re.search(r"Wait \d+ seconds", page(answer))


def test_the_form_of_an_old_tab_does_no_harm_once_signed_in() -> None:
    client, user = Client(), user_with_password()
    client.force_login(user)
    assert sign_in(client, make_user()).status_code == 302
    assert f"<bdi>{user.username}</bdi>\n      </a>" in page(client.get("/"))


def test_signing_out_takes_a_post_and_leads_to_the_first_page() -> None:
    client = Client()
    client.force_login(make_user())
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/"
    assert "<h1>Sign in</h1>" in page(client.get("/"))


def test_a_form_without_its_token_is_refused_on_a_page_of_ours() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = sign_in(client, user_with_password())
    assert answer.status_code == 403
    assert "This form has expired" in page(answer)
    assert "style=" not in page(answer)


# --- Language -----------------------------------------------------------------------


def language_of(client: Client, accept: str = "") -> str:
    headers = {"Accept-Language": accept} if accept else {}
    answer = client.get("/", headers=headers)
    found = re.search(r'<html lang="([\w-]+)" dir="(\w+)">', page(answer))
    assert found
    assert answer["Content-Language"] == found[1]
    assert "Accept-Language" in answer["Vary"]
    return " ".join(found.groups())


def test_the_browser_says_the_language() -> None:
    assert language_of(Client(), "ar-SA,ar;q=0.9,en;q=0.5") == "ar rtl"
    assert language_of(Client(), "en-GB") == "en ltr"


def test_a_language_that_we_lack_is_passed_over() -> None:
    assert language_of(Client(), "fr,ar;q=0.5") == "ar rtl"
    assert language_of(Client(), "fr") == "en ltr"
    assert language_of(Client(), "*") == "en ltr"
    assert language_of(Client()) == "en ltr"


def test_the_account_says_it_first() -> None:
    client = Client()
    client.force_login(make_user(language="ar"))
    assert language_of(client, "en") == "ar rtl"


def test_one_request_leaves_no_language_behind() -> None:
    with translation.override("en"):
        assert language_of(Client(), "ar") == "ar rtl"
        assert translation.get_language() == "en"


def test_a_webhook_asks_for_no_language() -> None:
    answer = Client().post("/webhooks/livekit", headers={"Accept-Language": "ar"})
    assert "Content-Language" not in answer


# --- Errors -------------------------------------------------------------------------


def test_what_is_not_there_is_said_on_a_page_of_ours() -> None:
    answer = Client().get("/nowhere/")
    assert answer.status_code == 404
    assert "Page not found" in page(answer)
    assert "rollcall.css" in page(answer)


def test_errors_speak_the_readers_language() -> None:
    answer = Client().get("/nowhere/", headers={"Accept-Language": "ar"})
    assert 'dir="rtl"' in page(answer)
    assert "Page not found" not in page(answer)


def test_under_api_it_stays_a_problem() -> None:
    answer = Client().get("/api/nowhere")
    assert answer["Content-Type"] == "application/problem+json"


@override_settings(ROOT_URLCONF=__name__)
def test_what_is_refused_is_said_on_a_page_of_ours() -> None:
    answer = Client().get("/refuse/")
    assert answer.status_code == 403
    assert "You are not allowed to do this" in page(answer)
    assert "Only organizers can open this page or do this." in page(answer)


def test_a_page_of_ours_says_why_it_is_refused() -> None:
    host = make_participant(role="host", user=make_user())
    assert host.user
    client = Client()
    client.force_login(host.user)
    answer = client.get(f"/events/{host.event_id}/edit/")
    assert answer.status_code == 403
    assert "Only organizers, admins and owners of the organization" in page(answer)
    assert "You can see the page" not in page(answer)


@override_settings(ROOT_URLCONF=__name__)
def test_what_nobody_foresaw_is_told_without_any_detail() -> None:
    answer = Client(raise_request_exception=False).get("/crash/")
    assert answer.status_code == 500
    assert "Something went wrong" in page(answer)
    assert "nobody foresaw" not in page(answer)


def test_the_page_of_a_failure_needs_neither_user_nor_database(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert b"Something went wrong" in answer.content  # type: ignore[attr-defined]


def test_nothing_inline_and_nothing_from_elsewhere_is_allowed() -> None:
    policy = Client().get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_who_pressed_a_button_signed_out_comes_back_to_its_page() -> None:
    client, path = Client(), "/sessions/1/calculate/"
    page = "http://testserver/sessions/1/?status=late"
    answer = client.post(path, headers={"Referer": page})
    assert answer["Location"] == "/sign-in/?next=/sessions/1/%3Fstatus%3Dlate"
    elsewhere = client.post(path, headers={"Referer": "https://evil.example/x"})
    assert (
        elsewhere["Location"]
        == client.post(path)["Location"]
        == f"/sign-in/?next={path}"
    )
