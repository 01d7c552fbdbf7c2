"""What nobody can read is refused at the gate, whatever stands behind it."""

import asyncio
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from attendance_site import asgi


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


def status_of(content_type: bytes) -> int:
    """Return what the application answers, which needs no database for this."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/health/live",
        "query_string": b"q=%e9",
        "headers": [(b"host", b"localhost"), (b"content-type", content_type)],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("localhost", 80),
    }
    asyncio.run(asgi.application(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize("codec", ["rot13", "zlib", "idna", "undefined", "latin-1", ""])
def test_what_says_that_it_is_no_utf_8_is_415(codec: str) -> None:
    assert status_of(f"text/plain; charset={codec}".encode()) == 415


def test_a_nul_in_the_name_of_a_codec_is_415() -> None:
    assert status_of(b"text/plain; charset*=utf-8''a%00") == 415
    assert status_of(b"text/plain; charset*=rot13''a%e9") == 415


@pytest.mark.parametrize(
    "content_type",
    [
        b"",
        b"application/json",
        b"application/json; charset=UTF-8",
        b'text/plain; charset="utf-8"',
        b"multipart/form-data; boundary=x",
    ],
)
def test_all_else_is_let_in(content_type: bytes) -> None:
    assert status_of(content_type) == 200
