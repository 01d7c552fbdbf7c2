"""What the admin makes no sense of is refused, and whoever runs it hears of it."""

import logging
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views.decorators.csrf import csrf_exempt

from events.models import Organization
from tests.factories import make_client, make_organization, make_user

pytestmark = pytest.mark.django_db


def test_a_senseless_address_is_400_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = make_client(make_user(is_staff=True, is_superuser=True))
    with caplog.at_level(logging.ERROR):
        answer = client.get("/admin/events/event/?starts_at__year=10000")
        assert answer.status_code == 302
        answer = client.get("/admin/events/event/?starts_at__year=9999")
    assert answer.status_code == 400
    [record] = caplog.records
    assert record.name == "attendance_site.admin_site"
    assert record.exc_info


def ask(method: str, address: str, error: Exception) -> Any:
    """Let a page of the admin write something, and then fail."""

    @csrf_exempt
    def page(request: HttpRequest) -> HttpResponse:
        make_organization(slug="half")
        raise error

    request = RequestFactory().generic(method, address)
    request.user = make_user(is_staff=True, is_superuser=True)
    return admin.site.admin_view(page)(request)


@pytest.mark.parametrize("error", [AttributeError, LookupError, ZeroDivisionError])
@pytest.mark.parametrize(
    ("method", "address"), [("POST", "/"), ("POST", "/?of=1"), ("GET", "/")]
)
def test_a_mistake_of_ours_is_not_laid_on_who_asks(
    method: str, address: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        ask(method, address, error("a mistake"))


@pytest.mark.parametrize("error", [AttributeError, LookupError, ValueError])
def test_a_query_string_may_be_senseless_in_any_way(error: type[Exception]) -> None:
    with pytest.raises(BadRequest):
        ask("GET", "/?of=1", error("a query"))


@pytest.mark.parametrize(
    ("error", "told"), [(ValueError, BadRequest), (LookupError, LookupError)]
)
def test_what_fails_has_changed_nothing(
    error: type[Exception], told: type[Exception]
) -> None:
    with pytest.raises(told):
        ask("POST", "/", error("half way"))
    assert not Organization.objects.filter(slug="half").exists()
