"""What nobody can read is refused at the gate, whatever stands behind it."""

import pytest
from django.test import Client
from rest_framework.test import APIClient


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/events/?q=a%00b", "/c/a%00b/", "/nowhere/%00/"])
def test_a_nul_in_an_address_is_400(client: Client, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.django_db
def test_under_api_it_is_a_problem(api: APIClient) -> None:
    answer = api.get("/api/events?state=%00")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_percent_sign_that_is_meant_is_none(client: Client) -> None:
    assert client.get("/", {"q": "%00"}).status_code == 200
