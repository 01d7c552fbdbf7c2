"""The OpenAPI schema and the page to browse it."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from tests.attendance_site.routes import METHODS, api_routes


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    generator: Any = SchemaGenerator
    generated: dict[str, Any] = generator().get_schema(public=True)
    return generated


def test_the_schema_is_valid_and_nothing_in_it_is_guessed() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")


def test_every_route_and_method_is_described(schema: dict[str, Any]) -> None:
    described = {
        (re.sub(r"\{[^}]+\}", "*", path.strip("/")), method)
        for path, methods in schema["paths"].items()
        for method in methods
    }
    served = {
        (re.sub(r"<[^>]+>", "*", path), method)
        for path, view in api_routes()
        for method in METHODS
        if hasattr(view, method)
    }
    assert served - described == {("api/schema", "get"), ("api/docs", "get")}
    assert described <= served


def test_every_operation_says_what_it_does_and_how_it_fails(
    schema: dict[str, Any],
) -> None:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            failed = operation["responses"]["default"]["content"]
            assert list(failed) == ["application/problem+json"], (path, method)
            assert operation.get("description"), (path, method)


def test_problems_are_declared_with_their_fields(schema: dict[str, Any]) -> None:
    problem = schema["components"]["schemas"]["Problem"]["properties"]
    assert {"type", "title", "status", "detail", "errors"} == set(problem)


def test_bearer_tokens_and_sessions_are_declared(schema: dict[str, Any]) -> None:
    schemes = schema["components"]["securitySchemes"]
    assert schemes["bearer"] == {"type": "http", "scheme": "bearer"}
    assert "cookieAuth" in schemes


def test_both_are_public(client: Client) -> None:
    assert client.get("/api/schema").status_code == 200
    assert client.get("/api/docs").status_code == 200


def test_the_page_loads_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert loaded
    assert not [url for url in loaded if "//" in url]


def test_only_this_page_may_have_inline_style_and_none_inline_script(
    client: Client,
) -> None:
    docs = client.get("/api/docs")["Content-Security-Policy"]
    assert "'unsafe-inline'" in docs
    assert "script-src 'self';" in docs + ";"
    assert "unsafe" not in client.get("/admin/login/")["Content-Security-Policy"]
    page = client.get("/api/docs").content.decode()
    assert not re.findall(r"<script(?![^>]*src=)", page)


def test_the_schema_can_be_had_as_json(client: Client) -> None:
    answer = client.get("/api/schema", headers={"accept": "application/json"})
    assert answer.json()["openapi"].startswith("3.")
