"""What reaches Django of what clients send: the real web server, asked over sockets."""

import http.client
import json
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest

from core.body_limits import MEBIBYTE, ORDINARY_BYTES
from events.accounts.authentication import issue_token
from events.models import Event, Organization, Participant, User
from sessions_app.models import PresenceEvent
from tests.factories import make_client, make_event, make_member, make_user
from tests.serving import served
from tests.webhooks import KEY, SECRET, make_body, sign

# Rows must be committed, for the server to see them.
with_rows = pytest.mark.django_db(transaction=True)

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=edge"
CSRF = "a" * 32


class Answer(NamedTuple):
    status: int
    media_type: str
    text: str


class Site:
    """The server, and requests to it with every byte as a test wants it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def ask(
        self,
        line: bytes,
        body: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
        chunked: bool = False,
    ) -> Answer:
        """Send ``line``, as ``GET /path``, with headers and body; return the answer."""
        with self.connect() as connection:
            start = head(line, headers, None if chunked else len(body))
            connection.sendall(start + (in_chunks(body) if chunked else body))
            return received(connection)

    def post(
        self, path: str, body: object, user: User, *, chunked: bool = False
    ) -> Answer:
        """Send JSON as a user."""
        headers = bearer(user) | {"Content-Type": "application/json"}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        line = f"POST {path}".encode()
        return self.ask(line, raw, headers=headers, chunked=chunked)


def head(line: bytes, headers: Mapping[str, str] | None, length: int | None) -> bytes:
    framing = (
        {"Transfer-Encoding": "chunked"}
        if length is None
        else {"Content-Length": str(length)}
    )
    named = {"Host": "localhost", "Connection": "close"} | framing | dict(headers or {})
    lines = [f"{name}: {value}".encode("latin1") for name, value in named.items()]
    return b"\r\n".join([line + b" HTTP/1.1", *lines, b"", b""])


def in_chunks(body: bytes) -> bytes:
    parts = [body[start : start + 5_000] for start in range(0, len(body), 5_000)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


def received(connection: socket.socket) -> Answer:
    response = http.client.HTTPResponse(connection)
    response.begin()
    media_type = response.headers.get_content_type()
    return Answer(response.status, media_type, response.read().decode())


def bearer(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_token(user=user, lifetime=None)[0]}"}


def session_of(user: User) -> dict[str, str]:
    """The headers of a page's form."""
    session = make_client(user).cookies["rollcall_session"].value
    cookies = f"rollcall_session={session}; rollcall_csrf={CSRF}"
    return {"Cookie": cookies, "X-CSRFToken": CSRF}


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Site]:
    variables = {
        "NUM_PROXIES": "1",
        "LOGIN_TRIES_PER_MINUTE": "2",
        "LIVEKIT_WEBHOOK_KEYS": f"{KEY}:{SECRET}",
    }
    with served(**variables) as port:
        yield Site(port)


# --- Names of headers -----------------------------------------------------------------


@with_rows
def test_a_header_with_an_underscore_is_not_the_one_with_a_hyphen(site: Site) -> None:
    """Else anybody behind a proxy would come from another address at each try."""
    wrong = json.dumps({"username": "ana", "password": "wrong"}).encode()
    statuses = [
        site.ask(
            b"POST /api/auth/token",
            wrong,
            headers={
                "Content-Type": "application/json",
                "X-Forwarded-For": "192.0.2.1",
                "X_Forwarded_For": f"192.0.2.{number}",
            },
        ).status
        for number in range(2, 5)
    ]
    assert statuses == [401, 401, 429]


# --- Bodies without a length ----------------------------------------------------------


@with_rows
@pytest.mark.parametrize("chunked", [False, True])
def test_rest_reads_a_body_in_chunks_like_any_other(
    site: Site, *, chunked: bool
) -> None:
    user = make_user()
    sent = {"name": "School of chunks", "slug": "chunks", "time_zone": "Asia/Tehran"}
    answer = site.post("/api/organizations", sent, user, chunked=chunked)
    assert answer.status == 201, answer.text
    made = Organization.objects.get()
    assert (made.slug, made.time_zone) == ("chunks", "Asia/Tehran")


@with_rows
def test_a_form_in_chunks_is_read(site: Site) -> None:
    form = b"name=School&slug=from-a-form&time_zone=UTC&language=en"
    headers = session_of(make_user()) | {"Content-Type": FORM}
    answer = site.ask(b"POST /organizations/new/", form, headers=headers, chunked=True)
    assert answer.status == 302, answer.text
    assert Organization.objects.get().slug == "from-a-form"


@with_rows
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", [b"/webhooks/livekit", b"//webhooks//livekit//"])
def test_a_webhook_is_read_with_and_without_a_length(
    site: Site, path: bytes, *, chunked: bool
) -> None:
    raw = webhook(3 * MEBIBYTE)
    headers = {"Authorization": sign(raw)}
    answer = site.ask(b"POST " + path, raw, headers=headers, chunked=chunked)
    assert answer.status == 204, answer.text
    assert PresenceEvent.objects.count() == 1


# --- Odd bytes ------------------------------------------------------------------------

QUERIES = [
    "é".encode(),
    "😀=é".encode(),
    b"\xff\xfe",
    b"%ff%00",
    b"page=\xd9\xa1",
    b"%",
    b"a=1&" * 2000,
]


@pytest.mark.parametrize("query", QUERIES)
def test_any_bytes_in_a_query_have_an_ordinary_answer(site: Site, query: bytes) -> None:
    for path in (b"/", b"/events/", b"/api/events", b"/static/x.css"):
        assert site.ask(b"GET " + path + b"?" + query).status < 500


@with_rows
def test_raw_text_in_a_query_means_the_same_as_encoded(site: Site) -> None:
    headers = session_of(make_user())
    raw, encoded = (
        site.ask(b"GET /events/?next=" + text, headers=headers).text
        for text in ("é".encode(), b"%C3%A9")
    )
    tokens = re.compile('name="csrfmiddlewaretoken" value="[^"]+"')
    assert tokens.sub("", raw) == tokens.sub("", encoded)


@pytest.mark.parametrize("path", [b"\xff", "é".encode(), b"%ff", b"%00", b"%ed%a0%80"])
def test_any_bytes_in_a_path_have_an_ordinary_answer(site: Site, path: bytes) -> None:
    for start in (b"/", b"/api/", b"/webhooks/livekit", b"/static/"):
        assert site.ask(b"GET " + start + path).status < 500


CODECS = [
    *("charset=rot13", "charset=bz2", "charset=utf-7", "charset=utf-16", "charset=x"),
    *('charset="', "charset*0*=rot13''x", "x*=nonsense''x", "charset=latin-1"),
]


@with_rows
def test_a_content_type_chooses_no_codec(site: Site) -> None:
    user = make_user()
    page, token = session_of(user), bearer(user)
    del page["X-CSRFToken"]
    form = f"csrfmiddlewaretoken={CSRF}&name=%E9".encode()
    name = json.dumps({"name": "مدرسة"}, ensure_ascii=False).encode()
    sent = [
        (b"POST /organizations/new/?q=%E9", FORM, form, page),
        (b"POST /organizations/new/", MULTIPART, multipart(b"name", CSRF), page),
        (b"PATCH /api/me?q=%E9", "application/json", name, token),
    ]
    for codec in CODECS:
        for line, kind, body, who in sent:
            headers = who | {"Content-Type": f"{kind}; {codec}"}
            answer = site.ask(line, body, headers=headers)
            assert answer.status == 200, (codec, line, answer.text)
    user.refresh_from_db()
    assert user.first_name == "مدرسة"


@pytest.mark.parametrize("name", ["Accept", "Cookie", "Referer", "Origin", "X-Odd"])
def test_odd_values_of_headers_have_an_ordinary_answer(site: Site, name: str) -> None:
    for value in ("\xff", "\xc3\xa9", "http://[::1", "a;b*=x''y", '"'):
        for line in (b"GET /events/", b"POST /events/", b"FOO /api/me"):
            assert site.ask(line, headers={name: value}).status < 500


@with_rows
def test_nothing_is_called_nul(site: Site) -> None:
    headers = session_of(make_user(is_staff=True, is_superuser=True))
    answer = site.ask(b"GET /admin/knox/authtoken/%00/change/", headers=headers)
    assert answer.status == 302


# --- Long bodies ----------------------------------------------------------------------


def webhook(length: int) -> bytes:
    event = make_event()
    body = make_body("room_started", event.starts_at, "a_room", name="x" * length)
    return json.dumps(body).encode()


def multipart(content: bytes, token: str = "") -> bytes:
    parts = [
        b'--edge\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
        + token.encode(),
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="people.csv"'
        b"\r\nContent-Type: text/csv; charset=rot13\r\n\r\n" + content,
        b"--edge--\r\n",
    ]
    return b"\r\n".join(parts)


ROSTER = multipart(b"name,email,notes\nAna,a@b.de," + b"x" * 3 * MEBIBYTE)


def import_paths(event: Event) -> tuple[bytes, bytes]:
    return (
        f"POST /api/events/{event.pk}/participants/import".encode(),
        f"POST /events/{event.pk}/people/import/".encode(),
    )


@with_rows
@pytest.mark.parametrize("chunked", [False, True])
def test_over_1_mib_rest_and_pages_say_413(site: Site, *, chunked: bool) -> None:
    user = make_user()
    sent = {"name": "School", "slug": "long", "time_zone": "UTC"}
    whole = json.dumps(sent | {"padding": ""}).encode()
    padded = whole[:-2] + b"x" * (ORDINARY_BYTES - len(whole)) + whole[-2:]
    answer = site.post("/api/organizations", padded + b" ", user, chunked=chunked)
    assert (answer.status, answer.media_type) == (413, "application/problem+json")
    assert json.loads(answer.text)["detail"] == "The body is larger than 1 MiB."
    form = b"name=" + b"x" * ORDINARY_BYTES
    headers = session_of(user) | {"Content-Type": FORM}
    page = site.ask(b"POST /organizations/new/", form, headers=headers, chunked=chunked)
    assert (page.status, page.media_type) == (413, "text/html")
    assert not Organization.objects.exists()
    assert site.post("/api/organizations", padded, user, chunked=chunked).status == 201


@with_rows
def test_a_long_roster_is_read_from_who_is_signed_in(site: Site) -> None:
    event = make_event()
    user = make_member(event.organization)
    rest, page = import_paths(event)
    for line, who in ((rest, bearer(user)), (page, session_of(user))):
        for chunked in (False, True):
            headers = who | {"Content-Type": MULTIPART}
            answer = site.ask(line, ROSTER, headers=headers, chunked=chunked)
            assert answer.status == 200, answer.text
    assert Participant.objects.filter(person__name="Ana").exists()


@with_rows
@pytest.mark.parametrize(
    "who",
    [
        {},
        {"Authorization": "Bearer made-up"},
        {"Cookie": f"rollcall_session=made-up; rollcall_csrf={CSRF}"},
    ],
)
def test_a_long_roster_of_anybody_else_is_no_roster(
    site: Site, who: dict[str, str]
) -> None:
    event = make_event()
    rest, page = import_paths(event)
    headers = who | {"Content-Type": MULTIPART, "X-CSRFToken": CSRF}
    assert site.ask(rest, ROSTER, headers=headers).status == 401
    headers["Cookie"] = headers.get("Cookie", f"rollcall_csrf={CSRF}")
    assert site.ask(page, ROSTER, headers=headers).status == 302
    assert not Participant.objects.exists()


@with_rows
def test_who_is_signed_out_meanwhile_is_not_signed_in(site: Site) -> None:
    user = make_user()
    ended = bearer(user) | session_of(user)
    user.is_active = False
    user.save()
    rest, _ = import_paths(make_event())
    headers = ended | {"Content-Type": MULTIPART}
    assert site.ask(rest, ROSTER, headers=headers).status == 401


@with_rows
def test_a_webhook_over_8_mib_is_413_and_of_an_unknown_key_401(site: Site) -> None:
    raw = b"x" * (8 * MEBIBYTE + 1)
    headers = {"Authorization": sign(raw)}
    assert site.ask(b"POST /webhooks/livekit", raw, headers=headers).status == 413
    raw = webhook(3 * MEBIBYTE)
    headers = {"Authorization": sign(raw, key="unknown")}
    assert site.ask(b"POST /webhooks/livekit", raw, headers=headers).status == 401


@with_rows
@pytest.mark.parametrize(
    "line",
    [
        b"POST /webhooks/livekit",
        b"POST /webhooks/else",
        b"POST /api/events/1/participants/import",
        b"POST /api/else/import",
    ],
)
def test_long_bodies_of_anybody_leave_room_for_webhooks(
    site: Site, line: bytes
) -> None:
    """Twelve of 8 MiB, not at their end yet, would fill what is held together."""
    raw = webhook(3 * MEBIBYTE)
    unknown: dict[str, Any] = {"Authorization": sign(raw, key="unknown")}
    with ExitStack() as stack:
        for _ in range(12):
            sender = stack.enter_context(site.connect())
            sender.sendall(head(line, unknown, 8 * MEBIBYTE))
            sender.sendall(b"x" * (8 * MEBIBYTE - 1))
        headers = {"Authorization": sign(raw)}
        answer = site.ask(b"POST /webhooks/livekit", raw, headers=headers)
    assert answer.status == 204, answer.text
