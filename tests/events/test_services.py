"""Rules that hold also when people act at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.http import HttpRequest

from core.errors import Conflict
from events.accounts.limits import TooManyTries
from events.models import Membership, Role
from events.permissions import Viewer
from events.services import create_organization, remove_member
from tests.factories import make_membership, make_organization, make_user

R = TypeVar("R")


def at_once(calls: list[Callable[[], R]]) -> list[R]:
    """Call all in threads of their own, each with a connection that it closes."""

    def call(one: Callable[[], R]) -> R:
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


@pytest.mark.django_db(transaction=True)
def test_parallel_tries_of_a_password_are_all_counted() -> None:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"

    def attempt() -> bool:
        try:
            authenticate(request, username="alice", password="wrong")
        except TooManyTries:
            return False
        return True

    assert sum(at_once([attempt] * 20)) == 10


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_both_go_at_once() -> None:
    organization = make_organization()
    owners = [make_membership(organization, role=Role.OWNER) for _ in range(2)]

    def leave(membership: Membership) -> bool:
        try:
            remove_member(membership=membership, by=Viewer.of(membership.user))
        except Conflict:
            return False
        return True

    gone = at_once([partial(leave, owner) for owner in owners])
    assert sorted(gone) == [False, True]
    assert Membership.objects.get().role == Role.OWNER


@pytest.mark.django_db
def test_a_made_slug_fits_the_column() -> None:
    organization = create_organization(owner=make_user(), name="Very long " * 15)
    assert len(organization.slug) <= 50
