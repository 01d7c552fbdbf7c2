"""Passwords, tokens and how often one may try."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation
from rest_framework.test import APIClient

from events.accounts.authentication import is_signed_in, issue_token
from events.models import SignInTries, User
from tests.factories import make_client, make_user

pytestmark = pytest.mark.django_db
TRIES = 10


def user_with_password() -> User:
    user = make_user()
    user.set_password("right")
    user.save()
    return user


def sign_in(user: str, password: str, **headers: Any) -> int:
    client = APIClient()
    return client.post(
        "/api/auth/token", {"username": user, "password": password}, **headers
    ).status_code


def bearer(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_name_and_password_give_a_token_that_opens_and_can_be_revoked() -> None:
    user = user_with_password()
    answer = APIClient().post(
        "/api/auth/token", {"username": user.username, "password": "right"}
    )
    assert answer.status_code == 200
    assert answer.json()["expires_at"].endswith("Z")
    client = bearer(answer.json()["token"])
    assert client.get("/api/me").json()["username"] == user.username
    assert client.delete("/api/auth/token").status_code == 204
    assert client.get("/api/me").status_code == 401


def test_a_tokens_account_says_the_language() -> None:
    token, _ends = issue_token(user=make_user(language="ar"), lifetime=None)
    answer = bearer(token).get("/api/events/0", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.headers["Content-Language"] == "ar"
    assert answer.json()["title"] == "غير موجود"
    assert translation.get_language() == "en"


def test_without_a_language_of_its_own_the_request_says_it() -> None:
    token, _ends = issue_token(user=make_user(), lifetime=None)
    answer = bearer(token).get("/api/events/0", HTTP_ACCEPT_LANGUAGE="ar")
    assert answer.headers["Content-Language"] == "ar"


def test_a_session_has_no_token_to_revoke() -> None:
    client = APIClient()
    client.force_login(make_user())
    assert client.delete("/api/auth/token").status_code == 401


def test_a_wrong_password_and_an_unknown_name_look_alike() -> None:
    user = user_with_password()
    answers = [
        APIClient().post("/api/auth/token", {"username": name, "password": "wrong"})
        for name in (user.username, "nobody")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content


def test_an_inactive_user_gets_in_by_neither() -> None:
    user = user_with_password()
    token, _ = issue_token(user=user, lifetime=None)
    User.objects.update(is_active=False)
    assert sign_in(user.username, "right") == 401
    assert bearer(token).get("/api/me").status_code == 401


@pytest.mark.parametrize("token", ["x", "\x00", "ü", "a b", "", "x" * 5000])
def test_a_token_that_never_was_is_401(token: str) -> None:
    assert bearer(token).get("/api/me").status_code == 401


def test_a_token_ends() -> None:
    token, ends_at = issue_token(user=make_user(), lifetime=timedelta(days=90))
    assert ends_at is not None
    with time_machine.travel(ends_at + timedelta(seconds=1), tick=False):
        assert bearer(token).get("/api/me").status_code == 401


def test_a_token_of_a_sign_in_lasts_90_days() -> None:
    user = user_with_password()
    now = timezone.now()
    answer = APIClient().post(
        "/api/auth/token", {"username": user.username, "password": "right"}
    )
    client = bearer(answer.json()["token"])
    codes = []
    for days in (89, 91):
        with time_machine.travel(now + timedelta(days=days), tick=False):
            codes.append(client.get("/api/me").status_code)
    assert codes == [200, 401]


def test_a_request_finds_its_token_in_one_query(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    user = make_user()
    tokens = [issue_token(user=user, lifetime=None)[0] for _ in range(3)]
    with django_assert_num_queries(3):  # type: ignore[operator]
        bearer(tokens[1]).get("/api/me")


def test_the_eleventh_try_within_a_minute_is_429_even_with_the_right_password() -> None:
    user = user_with_password()
    codes = [sign_in(user.username, "wrong") for _ in range(TRIES)]
    assert codes == [401] * TRIES
    answer = APIClient().post(
        "/api/auth/token", {"username": user.username, "password": "right"}
    )
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["Content-Type"] == "application/problem+json"


def test_a_minute_later_one_may_try_again() -> None:
    user = user_with_password()
    for _ in range(TRIES + 1):
        sign_in(user.username, "wrong")
    SignInTries.objects.update(since=timezone.now() - timedelta(seconds=61))
    assert sign_in(user.username, "right") == 200


def test_the_right_password_forgets_the_tries_before_it() -> None:
    user = user_with_password()
    for _ in range(3):
        for _ in range(TRIES - 1):
            sign_in(user.username, "wrong")
        assert sign_in(user.username, "right") == 200
    # Those from anywhere, and from this network, with any name.
    assert [row.tries for row in SignInTries.objects.all()] == [3 * (TRIES - 1)] * 2


def test_tries_count_per_name_and_address() -> None:
    user, other = user_with_password(), user_with_password()
    for _ in range(TRIES + 1):
        sign_in(user.username, "wrong")
    assert sign_in(other.username, "right") == 200
    assert sign_in(user.username, "right", REMOTE_ADDR="10.0.0.9") == 200


def test_a_forged_forwarded_address_gives_no_further_tries() -> None:
    user = user_with_password()
    for number in range(TRIES):
        sign_in(user.username, "wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
    assert sign_in(user.username, "right", HTTP_X_FORWARDED_FOR="10.1.1.1") == 429


def test_another_spelling_of_the_name_gives_no_further_tries() -> None:
    for number in range(TRIES):
        sign_in("Alice" if number % 2 else "ALICE", "wrong")
    assert sign_in("alice", "wrong") == 429


def test_the_admin_has_the_same_sign_in() -> None:
    answer = Client().get("/admin/events/user/")
    assert answer["Location"] == "/admin/login/?next=/admin/events/user/"
    answer = Client().get("/admin/login/?next=/admin/events/user/")
    assert answer["Location"] == "/sign-in/?next=/admin/events/user/"
    assert Client().post("/admin/login/").status_code == 302
    client = make_client(make_user())
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/?next=/admin/").status_code == 403


def test_a_check_without_a_request_is_not_counted() -> None:
    user = user_with_password()
    assert authenticate(username=user.username, password="right") == user
    assert not SignInTries.objects.exists()


def test_signed_in_is_whose_token_or_session_holds() -> None:
    user = make_user(language="ar")
    token, _ = issue_token(user=user, lifetime=None)
    session = make_client(user).cookies["rollcall_session"].value
    by_token, by_session = f"Bearer {token}", f"a=b; rollcall_session={session}"
    with translation.override("en"):
        assert is_signed_in(cookies="", authorization=by_token)
        assert is_signed_in(cookies=by_session, authorization="")
        assert is_signed_in(cookies=by_session, authorization="Bearer of news")
        assert translation.get_language() == "en"
    for cookies, authorization in (
        ("", ""),
        ("rollcall_session=made-up", "Bearer made-up"),
        ('rollcall_session="\\000"', "Bearer"),
        (by_token, by_session),
    ):
        assert not is_signed_in(cookies=cookies, authorization=authorization)
    User.objects.update(is_active=False)
    assert not is_signed_in(cookies=by_session, authorization=by_token)


def test_the_command_prints_a_lasting_token_alone() -> None:
    user = make_user()
    out = StringIO()
    call_command("create_api_token", user.username, stdout=out)
    token = out.getvalue().strip()
    assert bearer(token).get("/api/me").json()["username"] == user.username


def test_the_command_exits_2_for_an_unknown_user() -> None:
    with pytest.raises(CommandError, match="no active user “nobody”") as refused:
        call_command("create_api_token", "nobody")
    assert refused.value.returncode == 2
