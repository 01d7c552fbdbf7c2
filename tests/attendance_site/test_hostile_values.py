"""Whatever is sent, to whichever route: no answer is a crash.

Each route is found in the resolver, each parameter of REST in the schema, each field of
a form in its page. Whoever sends may do everything, so that what is behind is reached.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator
from itertools import chain, cycle
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.contrib import admin
from drf_spectacular.generators import SchemaGenerator
from pytest_django import Settings

from tests.attendance_site.hostile import (
    FORM,
    KINDS,
    MANY_DIGITS,
    TIMES,
    Sender,
    World,
    in_turn,
    make_world,
    pages,
)
from tests.attendance_site.routes import BODIES, routes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unlogged() -> Iterator[None]:
    """Thousands of warnings take longer than what they warn of."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(settings: Settings) -> World:
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    return make_world()


@pytest.fixture
def sender(world: World) -> Sender:
    return Sender(world.user)


# --- Paths ----------------------------------------------------------------------------


@pytest.mark.slow
def test_paths(world: World, sender: Sender) -> None:
    # The admin reads _00 as a NUL.
    values = (MANY_DIGITS, str(2**63), "-1", "_00", quote("a\0b"), quote("²"))
    for route in routes():
        for value in values if "<" in route else ():
            sender.send("GET", world.fill(route, by=value))
            if not route.startswith("admin/"):
                sender.send("POST", world.fill(route, by=value))
    assert sender.crashed == {}


# --- Query strings --------------------------------------------------------------------

# Of all pages: they look at what they know, and pass over the rest.
PARAMETERS = (
    *("q", "page", "status", "by", "where", "who", "choose", "session", "state"),
    *("organization", "event", "participant", "session_type", "source", "code"),
    *("from", "to", "next", "person", "people", "rosters", "changes"),
    *("registration", "role", "door", "mode", "not_today", "email", "show"),
    *("answer", "stars"),
)


@pytest.mark.slow
def test_queries_of_pages(world: World, sender: Sender) -> None:
    for route, values in zip(pages(), in_turn(KINDS), strict=False):
        for value in values:
            query = urlencode(dict.fromkeys(PARAMETERS, value))
            sender.send("GET", f"{world.fill(route)}?{query}")
    assert sender.crashed == {}


def test_the_parameters_above_are_all_that_pages_look_at(world: World) -> None:
    """Fields of forms that are sent by GET stand in the pages themselves."""
    sender = Sender(world.user)
    asked = set()
    for route in pages():
        page = sender.send("GET", world.fill(route)).decode()
        for form in re.findall(r'<form[^>]*method="get".*?</form>', page, re.DOTALL):
            asked |= set(re.findall(r'name="(\w+)"', form))
    assert asked - set(PARAMETERS) == set()


# Cursors whose position is "", "abc", a NUL, too long, or too large.
CURSORS = ("cD0=", "cD1hYmM=", "cD0lMDA=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "é", "=")


@pytest.mark.slow
def test_queries_of_rest(world: World, sender: Sender) -> None:
    turns = in_turn(KINDS)
    for method, address, operation in operations(world):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] != "query":
                continue
            cursors = CURSORS if parameter["name"] == "cursor" else ()
            for value in (*next(turns), *cursors):
                query = urlencode({parameter["name"]: value})
                sender.send(method, f"{address}?{query}")
    assert sender.sent > 300
    assert sender.crashed == {}


def operations(world: World) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each method and path of REST with its description."""
    paths = schema()["paths"]
    described = {re.sub(r"\{[^}]+\}", "*", path): paths[path] for path in paths}
    for route in routes():
        for method, operation in described.get(
            "/" + re.sub(r"<[^>]+>", "*", route), {}
        ).items():
            yield method.upper(), world.fill(route), operation


def schema() -> dict[str, Any]:
    described: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return described


# --- The admin ------------------------------------------------------------------------

ADMINS = admin.site._registry  # noqa: SLF001  there is no public list of them


@pytest.mark.slow
@pytest.mark.parametrize("model", ADMINS, ids=lambda model: model._meta.label)
def test_the_lists_of_the_admin(model: Any, sender: Sender) -> None:
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    turn = list(ADMINS).index(model)
    for name, values in asked_of(ADMINS[model]).items():
        # Two in turn: the lists of all models are much the same.
        for value in {values[place % len(values)] for place in (turn, turn + 1)}:
            sender.send("GET", f"{address}?{urlencode({name: value})}")
    for value in ("", "a\0b", MANY_DIGITS):
        action = {"action": "delete_selected", "_selected_action": value, "index": "0"}
        sender.send("POST", address, urlencode(action), content_type=FORM)
        fields = urlencode({f.name: value for f in model._meta.fields})
        sender.send("GET", f"{address}add/?{fields}")
        sender.send("POST", f"{address}add/", fields, content_type=FORM)
    assert sender.crashed == {}


def asked_of(model_admin: Any) -> dict[str, tuple[str, ...]]:
    """Return the parameters of a list of the admin, with what to write there."""
    asked: dict[str, tuple[str, ...]] = {
        "q": ("a\0b",),
        "p": (MANY_DIGITS, "-1"),
        "o": (MANY_DIGITS, "-1.x"),
        "e": ("1",),
        "_to_field": ("a\0b", "pk"),
        "pk__in": ("a\0b", MANY_DIGITS, "1,,x", str(2**70)),
        "pk__gte": (MANY_DIGITS, str(2**70)),
        "pk__range": ("1", "1,2,3"),
        "nonsense__x": ("1",),
    }
    if day := model_admin.date_hierarchy:
        asked |= {
            f"{day}__year": ("0", "9999", "10000", MANY_DIGITS),
            f"{day}__year__gte": ("0", "10000"),
            f"{day}__gte": (*TIMES, "a\0b"),
            f"{day}__date": ("x",),
        }
    for listed in model_admin.list_filter:
        name = getattr(listed, "parameter_name", None) or listed
        name = name if isinstance(name, str) else name[0]
        asked |= {name: ("a\0b", MANY_DIGITS), f"{name}__exact": ("a\0b", MANY_DIGITS)}
    return asked


def test_the_rest_of_the_admin(sender: Sender) -> None:
    asked = {
        "term": "a",
        "app_label": "events",
        "model_name": "participant",
        "field_name": "event",
        "page": "1",
    }
    for name in asked:
        for value in (MANY_DIGITS, "a\0b", "", "-1"):
            query = urlencode(asked | {name: value})
            sender.send("GET", f"/admin/autocomplete/?{query}")
    for value in (MANY_DIGITS, "a\0b", "//x"):
        sender.send("GET", f"/admin/login/?{urlencode({'next': value})}")
        sender.send("GET", f"/admin/jsi18n/?{urlencode({'language': value})}")
    assert sender.crashed == {}


# --- Bodies ---------------------------------------------------------------------------

# As JSON writes them; Python's own would refuse to.
LITERALS = (
    tuple(map(json.dumps, ("a\0b", "\ud800"))),
    tuple(map(json.dumps, (None, ""))),
    (json.dumps(2**70), "1e400", "-1"),
    ("[]", "{}", "[" * 300 + "]" * 300),
    tuple(map(json.dumps, TIMES[1:])),
    (json.dumps(MANY_DIGITS),),
)
DOCUMENTS = (
    *("", "1", "null", "NaN", '"\\ud800"', "[[1]]", '{"a": 1, "a": [], "a": null}'),
    *("[" * depth + "]" * depth for depth in (20, 900)),
)


def takers(world: World) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each method and path of REST that takes an object, with its description."""
    components = schema()["components"]["schemas"]
    for method, address, operation in operations(world):
        described = operation.get("requestBody", {}).get("content", {})
        if "application/json" in described:
            name = described["application/json"]["schema"]["$ref"].rpartition("/")[2]
            yield method, address, components[name]


def test_lists_are_counted_before_anything_in_them_is_looked_at(
    world: World, sender: Sender
) -> None:
    for method, address, described in takers(world):
        for name, of in described["properties"].items():
            if of.get("type") != "array" or of.get("readOnly"):
                continue
            body = json.dumps({name: [{}] * 64_000})
            answer = sender.send(method, address, body, content_type="application/json")
            assert [one["field"] for one in json.loads(answer)["errors"]] == [name]
    assert sender.sent > 0


@pytest.mark.parametrize("start", ["[", '{"a":', '{"a":[', MANY_DIGITS, "{", '"\xff'])
def test_bodies_that_never_end(start: str, sender: Sender) -> None:
    body = start * (100_000 // len(start))
    for method, address in (("POST", "/api/events"), ("PATCH", "/api/me")):
        sender.send(method, address, body, content_type="application/json")
    assert sender.crashed == {}


@pytest.mark.slow
def test_bodies_of_rest(world: World, sender: Sender) -> None:
    turns = in_turn(LITERALS)
    for method, address, described in takers(world):
        right = right_body(world, method, address)
        for body in (*DOCUMENTS, *objects(right, described["properties"], turns)):
            sender.send(method, address, body, content_type="application/json")
    assert sender.sent > 1000
    assert sender.crashed == {}


def objects(
    right: dict[str, Any], names: Iterable[str], turns: Iterator[tuple[str, ...]]
) -> Iterator[str]:
    """Yield objects that are right but for one field, and with one value for all."""
    wrong = [dict.fromkeys(names, "@")]
    for name in names:
        wrong.append(right | {name: "@"})
        items = right[name] if isinstance(right.get(name), list) else [{}]
        wrong += [right | {name: [items[0] | {inner: "@"}]} for inner in items[0]]
    for one in wrong:
        for literal in next(turns):
            yield json.dumps(one).replace('"@"', literal)


def right_body(world: World, method: str, address: str) -> dict[str, Any]:
    """Return what the table of routes sends there, with ids of this world."""
    plain = re.sub(r"(?<=/)(\d+|quran)(?=/|$)", "*", f"{method} {address[1:]}")
    for route, body in BODIES.items():
        if re.sub(r"\{[^}]+\}", "*", route) == plain:
            right: dict[str, Any] = json.loads(filled(world, json.dumps(body)))
            return right
    return {}


def filled(world: World, text: str) -> str:
    of = {"other": "people", "participant": "people", "past": "sessions"}
    return re.sub(
        r'"\{(\w+)\}"',
        lambda found: str(world.ids[of.get(found[1], f"{found[1]}s")]),
        text,
    )


# What is right for any form.
RIGHT = {
    "name": "New",
    "title": "New",
    "time_zone": "UTC",
    "language": "en",
    "starts_at": "2026-07-01T10:00",
    "ends_at": "2026-07-01T11:00",
    "ended_at": "2026-03-02T10:50",
    "role": "attendee",
    "registration": "registered",
    "lines": "New, new@example.com",
    "session_type": "quran",
    "mode": "hybrid",
    "status": "late",
    "identity": "guest",
}


SIGNING_IN = ("username", "login", "code", "email", "password1", "password2")

# By pages that are more than a form.
SENT_BESIDES = ("participant", "change", "identity", "status", "reason", "undo")


@pytest.mark.slow
def test_forms(world: World, sender: Sender) -> None:
    right = RIGHT | {
        "participant": world.ids["people"],
        "change": world.ids["attendance-changes"],
    }
    turns = in_turn(KINDS)
    for route in pages():
        address = world.fill(route)
        if not sender.takes("POST", address):
            continue
        page = sender.send("GET", address).decode()
        fields = re.findall(r' name="(\w+)"', page) if 'method="post"' in page else ()
        for value in next(turns):
            sent = urlencode(dict.fromkeys((*right, *SENT_BESIDES, *fields), value))
            sender.send("POST", address, sent, content_type=FORM)
        names = sorted({*fields, *SENT_BESIDES} - {"csrfmiddlewaretoken"})
        for name, value in zip(names, cycle((MANY_DIGITS, "a\0b")), strict=False):
            sent = urlencode(right | {name: value})
            sender.send("POST", address, sent, content_type=FORM)
    assert sender.sent > 400
    assert sender.crashed == {}


MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n\xe9\r\n--x--\r\n'
FILE = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\0b"\r\n\r\n'
    b"name\0\r\n\xe9\r\n--x--\r\n"
)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (MULTIPART, b"--x\r\n"),
        (MULTIPART, FILE),
        ("multipart/form-data", PART),
        (FORM, b"\xff\xfe=%ff%00"),
        (FORM, "&".join(f"a{number}=" for number in range(2000))),
    ],
)
def test_bodies_that_are_none(
    content_type: str, body: bytes | str, world: World, sender: Sender
) -> None:
    event = world.ids["events"]
    for path in (
        "/",
        "/events/new/",
        f"/events/{event}/people/import/",
        f"/api/events/{event}/participants/import",
        "/api/events",
    ):
        sender.send("POST", path, body, content_type=content_type)
    assert sender.crashed == {}


# --- Anybody --------------------------------------------------------------------------


@pytest.mark.slow
def test_anonymous_visitors(world: World, settings: Settings) -> None:
    # So that each try is looked at.
    settings.LOGIN_TRIES_PER_MINUTE = 1000
    sender = Sender(None)
    values = in_turn([("a\0b", MANY_DIGITS)])
    for route in routes():
        address = world.fill(route, by="1" if route.startswith("admin/") else "")
        for value in next(values):
            query = urlencode(dict.fromkeys(PARAMETERS, value))
            fields = urlencode(
                dict.fromkeys(
                    (
                        *RIGHT,
                        "username",
                        "password",
                        "next",
                        "login",
                        "code",
                        "credential",
                    ),
                    value,
                )
            )
            sender.send("GET", f"{address}?{query}")
            sender.send("POST", address, fields, content_type=FORM)
    for literal in chain(*LITERALS):
        body = f'{{"username": {literal}, "password": {literal}}}'
        sender.send("POST", "/api/auth/token", body, content_type="application/json")
    assert sender.crashed == {}


@pytest.mark.parametrize(
    "cookie",
    [
        'rollcall_session="\\000bcdefghijklmnop"',
        'rollcall_csrf="\\000"',
        'rollcall_door="\\000a:b:c"',
        'rollcall_known="\\000a:b:c"',
        'messages="\\000"',
        f"rollcall_session={MANY_DIGITS}",
    ],
)
def test_cookies(cookie: str) -> None:
    sender = Sender(None)
    for address in ("/", "/api/me", "/admin/", "/c/BBBBBBC/"):
        sender.send("GET", address, HTTP_COOKIE=cookie)
    assert sender.crashed == {}


@pytest.mark.parametrize("value", ["x" * 5000, "a;q=1e400", "Bearer é", ","])
def test_headers(value: str, world: World, sender: Sender) -> None:
    names = ("ACCEPT_LANGUAGE", "AUTHORIZATION", "IDEMPOTENCY_KEY", "IF_NONE_MATCH")
    for name in (*names, "ACCEPT", "IF_MODIFIED_SINCE", "REFERER", "ORIGIN", "HOST"):
        for address in ("/", "/api/me", "/api/sessions/1/attendance", "/events/"):
            sender.send("GET", address, **{f"HTTP_{name}": value})
    assert sender.crashed == {}
