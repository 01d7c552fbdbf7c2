"""Every error under /api/ is a problem document that says what is wrong."""

import json
import socket
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from rest_framework import exceptions, serializers
from rest_framework.test import APIClient

from core.problems import ProblemResponse, problem_handler
from events.models import Role
from tests.factories import make_client, make_member, make_organization, make_user


def body(response: Any) -> dict[str, Any]:
    """Return the problem, after looking that it is one."""
    assert response["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = json.loads(response.content)
    assert problem["status"] == response.status_code
    assert {"type", "title", "detail"} <= problem.keys()
    return problem


def handled(exc: Exception) -> dict[str, Any]:
    response = problem_handler(exc, {})
    assert isinstance(response, ProblemResponse)
    return body(response)


def test_an_unknown_path_is_a_404_whoever_asks_and_however(api: APIClient) -> None:
    for method in ("get", "post", "delete", "options"):
        assert body(getattr(api, method)("/api/nothing"))["status"] == 404
    assert body(api.get("/api/events/"))["status"] == 404


def test_nobody_signed_in_is_401_and_says_how(api: APIClient) -> None:
    response = api.get("/api/me")
    assert body(response)["status"] == 401
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
def test_a_session_without_csrf_token_is_403() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    response = client.post("/api/organizations", {"name": "x"}, "application/json")
    assert body(response)["status"] == 403


@pytest.mark.django_db
def test_a_wrong_method_is_405_with_those_allowed() -> None:
    response = make_client(make_user()).delete("/api/me")
    assert body(response)["status"] == 405
    assert {"GET", "PATCH"} <= set(response["Allow"].split(", "))


@pytest.mark.django_db
def test_another_media_type_is_415() -> None:
    client = make_client(make_user())
    response = client.post("/api/organizations", "<x/>", content_type="text/xml")
    assert body(response)["status"] == 415


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"name": NaN}', "nonsense"])
def test_what_is_no_json_is_400(text: str) -> None:
    client = make_client(make_user())
    response = client.generic(
        "POST", "/api/organizations", text, content_type="application/json"
    )
    assert body(response)["status"] == 400


@pytest.mark.django_db
def test_over_1_mib_is_413() -> None:
    client = make_client(make_user())
    long = json.dumps({"name": "x" * 2**20})
    response = client.post("/api/organizations", long, content_type="application/json")
    assert body(response)["status"] == 413


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sent",
    [
        '{"name": "\\u0000"}',
        '{"name": "\\ud800"}',
        '{"name": ""}',
        '{"name": null}',
        '{"name": []}',
        "{}",
        json.dumps({"name": "x" * 201}),
    ],
)
def test_a_bad_field_is_named(sent: str) -> None:
    client = make_client(make_user())
    response = client.post("/api/organizations", sent, content_type="application/json")
    problem = body(response)
    assert problem["status"] == 400
    assert [error["field"] for error in problem["errors"]] == ["name"]
    assert "name" in problem["detail"]


@pytest.mark.django_db
def test_not_an_object_is_400() -> None:
    response = make_client(make_user()).post("/api/organizations", [1])
    assert body(response)["status"] == 400


@pytest.mark.django_db
def test_a_violated_constraint_names_the_field() -> None:
    make_organization(slug="taken")
    client = make_client(make_user())
    problem = body(client.post("/api/organizations", {"name": "A", "slug": "taken"}))
    assert problem["status"] == 409
    assert problem["errors"][0]["field"] == "slug"


@pytest.mark.django_db
def test_a_page_beyond_the_last_is_404() -> None:
    organization = make_organization()
    client = make_client(make_member(organization, Role.OWNER))
    assert body(client.get("/api/organizations?page=9"))["status"] == 404


@pytest.mark.django_db
def test_a_bad_filter_names_the_parameter() -> None:
    client = make_client(make_user())
    problem = body(client.get("/api/events?state=sunny"))
    assert problem["status"] == 400
    assert problem["errors"][0]["field"] == "state"


@pytest.mark.django_db
def test_impossible_ids_are_404() -> None:
    client = make_client(make_user())
    assert body(client.get(f"/api/events/{10**30}"))["status"] == 404


def test_the_database_down_is_503_with_when_to_come_back() -> None:
    response = problem_handler(OperationalError("connection refused"), {})
    assert response is not None
    assert body(response)["status"] == 503
    assert response["Retry-After"]


def test_nested_fields_are_named_by_path_and_index() -> None:
    class Mark(serializers.Serializer[Any]):
        status = serializers.ChoiceField(choices=["present"])
        tags = serializers.ListField(child=serializers.IntegerField(), required=False)

    class Marks(serializers.Serializer[Any]):
        marks = Mark(many=True)

    serializer = Marks(
        data={"marks": [{"status": "present"}, {"status": "x", "tags": [1, "a"]}]}
    )
    serializer.is_valid()
    errors = handled(exceptions.ValidationError(serializer.errors))["errors"]
    assert {(error["field"], error["code"]) for error in errors} == {
        ("marks[1].status", "invalid_choice"),
        ("marks[1].tags[1]", "invalid"),
    }


def test_what_nobody_foresaw_is_left_to_djangos_log() -> None:
    assert problem_handler(KeyError("x"), {}) is None


@pytest.mark.django_db
def test_a_crash_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    client = make_client(make_user())
    client.raise_request_exception = False
    monkeypatch.setattr("events.accounts.api._account", lambda user: 1 // 0)
    assert body(client.get("/api/me"))["status"] == 500


@pytest.mark.django_db
def test_an_untrusted_host_is_a_problem_under_api_only(api: APIClient) -> None:
    response = api.get("/api/me", headers={"host": "evil.example"})
    assert body(response)["status"] == 400


@pytest.mark.django_db(transaction=True)
def test_without_a_database_every_request_is_503(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = make_client(make_user())
    client.raise_request_exception = False
    bearer = APIClient(headers={"authorization": "Bearer x"})
    with monkeypatch.context() as patch, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        patch.setitem(connection.settings_dict, "PORT", str(closed.getsockname()[1]))
        connection.close()
        assert body(client.get("/api/me"))["status"] == 503
        assert body(bearer.get("/api/me"))["status"] == 503
        assert client.get("/admin/").status_code == 503
    connection.close()
    assert client.get("/api/me").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("depth", [21, 300, 980])
def test_what_is_nested_deep_is_400_at_any_depth(depth: int) -> None:
    client = make_client(make_user())
    text = f'{{"organization": {"[" * depth + "]" * depth}}}'
    response = client.generic(
        "POST", "/api/events", text, content_type="application/json"
    )
    problem = body(response)
    assert problem["status"] == 400
    assert problem["detail"] == "The JSON is nested too deeply."
