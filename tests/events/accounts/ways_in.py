"""Accounts with passwords, and browsers that use them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client
from django.utils import timezone

from events.models import User
from tests.factories import make_user

PASSWORD, OTHER = "a long walk at dawn", "another walk at dusk"


def make_account(username: str = "", *, confirmed: bool = True, **fields: Any) -> User:
    user = make_user(
        username, email_verified_at=timezone.now() if confirmed else None, **fields
    )
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(
    login: str, password: str = PASSWORD, client: Client | None = None, **extra: Any
) -> Any:
    """What the sign-in page answers."""
    client = client or Client()
    return client.post("/sign-in/", {"login": login, "password": password}, **extra)


def browser_of(user: User, *, just_now: bool = False) -> Client:
    """A browser that is signed in; ``just_now``: it gave the password again."""
    client = Client()
    client.force_login(user)
    if just_now:
        client.post("/account/password/again/", {"password": PASSWORD})
    return client


def who(client: Client) -> str:
    """The name of whoever is signed in; "" if nobody is."""
    return str(client.get("/api/me").json().get("username", ""))


def signs_in_as(login: str, password: str = PASSWORD) -> str:
    client = Client()
    sign_in(login, password, client)
    return who(client)


def link_in(message: Any) -> str:
    """The path of the link of a mail, the same in its text and its HTML."""
    found = re.search(r"https?://\S+", message.body)
    assert found
    html = message.alternatives[0][0]
    assert f'href="{found[0]}"' in html
    return urlsplit(found[0]).path


def last_mail() -> Any:
    return mail.outbox[-1]


@contextmanager
def counted_hashes() -> Iterator[Callable[[], int]]:
    """Count how often a password is hashed, which is what takes time."""
    encode = MD5PasswordHasher.encode
    hashes = []

    def counting(self: Any, password: str, salt: str) -> str:
        hashes.append(1)
        return encode(self, password, salt)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MD5PasswordHasher, "encode", counting)
        yield lambda: len(hashes)
