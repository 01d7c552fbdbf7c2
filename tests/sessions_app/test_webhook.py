"""The webhook through its real URL: whom it believes and what it answers."""

import base64
import hashlib
import hmac
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import jwt
import psycopg
import pytest
from django.db import connection

from core.body_limits import WEBHOOK_BYTES
from sessions_app.livekit import join_token, sign_webhook
from sessions_app.models import ConflictingDelivery, Connection, PresenceEvent
from tests.factories import START
from tests.webhooks import (
    KEY,
    SECRET,
    as_bytes,
    deliver,
    make_body,
    make_participant_body,
    sign,
)

pytestmark = pytest.mark.django_db

ROOM = "school_room"
STARTED = make_body("room_started", START, ROOM)
JOINED = make_participant_body(
    "participant_joined", START, ROOM, sid="PA_1", identity="ana", joined_at=START
)


def stored() -> int:
    return PresenceEvent.objects.count()


# What is kept


def test_a_signed_fact_is_stored_and_folded_and_answered_without_a_body() -> None:
    answer = deliver(JOINED)
    assert (answer.status_code, answer.content) == (204, b"")
    fact = PresenceEvent.objects.get()
    assert (fact.source, fact.event_id, fact.event) == (
        "livekit",
        JOINED["id"],
        "participant_joined",
    )
    assert (fact.room_name, fact.room_sid) == (ROOM, "RM_1")
    assert (fact.identity, fact.participant_sid) == ("ana", "PA_1")
    assert (fact.occurred_at, fact.joined_at) == (START, START)
    assert (fact.signed_by, fact.marks) == (KEY, [])
    assert bytes(fact.body_sha256) == hashlib.sha256(as_bytes(JOINED)).digest()
    assert fact.payload["participant"] == JOINED["participant"]
    person = Connection.objects.get()
    assert (person.sid, person.identity, person.joined_at) == ("PA_1", "ana", START)


def test_a_copy_is_answered_like_the_first_and_changes_nothing() -> None:
    for _ in range(3):
        assert deliver(JOINED).status_code == 204
    assert (stored(), Connection.objects.count()) == (1, 1)
    assert not ConflictingDelivery.objects.exists()


@pytest.mark.parametrize("url", ["/webhooks/livekit", "/webhooks/livekit/"])
def test_the_final_slash_does_not_matter(url: str) -> None:
    assert deliver(STARTED, url=url).status_code == 204
    assert stored() == 1


def test_an_id_that_comes_again_with_another_body_counts_and_the_first_stays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = JOINED | {"participant": JOINED["participant"] | {"identity": "eve"}}
    deliver(JOINED)
    with caplog.at_level(logging.WARNING, logger="sessions_app"):
        assert deliver(other).status_code == 204
    assert PresenceEvent.objects.get().identity == "ana"
    assert Connection.objects.get().identity == "ana"
    conflict = ConflictingDelivery.objects.get()
    assert conflict.event_id == JOINED["id"]
    assert bytes(conflict.body_sha256) == hashlib.sha256(as_bytes(other)).digest()
    assert "another body" in caplog.text


def test_a_conflicting_delivery_that_is_repeated_counts_once() -> None:
    other = JOINED | {"createdAt": "1"}
    for body in (JOINED, other, other, JOINED):
        deliver(body)
    assert ConflictingDelivery.objects.count() == 1


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement sent to Postgres, through Django's cursors or psycopg's own."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def listen(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
        sent.append(str(query))
        return execute(cursor, query, *args, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", listen)
    return sent


def test_a_new_fact_costs_one_statement_and_a_copy_two(statements: list[str]) -> None:
    deliver(JOINED)
    assert len(statements) == 1
    deliver(JOINED)
    assert len(statements) == 3


def test_the_statement_is_one_however_much_is_already_known(
    statements: list[str],
) -> None:
    for number in range(20):
        deliver(JOINED | {"id": f"EV_more{number}"})
    assert len(statements) == 20


# Whom it believes


def assert_refused(body: dict[str, Any], token: str, **options: Any) -> None:
    assert deliver(body, token, **options).status_code == 401
    assert not PresenceEvent.objects.exists()


def test_without_a_token_401() -> None:
    assert_refused(JOINED, "")


@pytest.mark.parametrize(
    "token",
    ["x", "a.b.c", "....", "Bearer", "Bearer ", "Basic YTpi", "é.é.é", "a" * 70000],
)
def test_what_is_no_token_401(token: str) -> None:
    assert_refused(JOINED, token)


def test_a_token_signed_with_another_secret_401() -> None:
    assert_refused(JOINED, sign(as_bytes(JOINED), secret="x" * 40))


def test_a_token_of_a_key_that_is_not_known_401() -> None:
    assert_refused(JOINED, sign(as_bytes(JOINED), key="stranger"))


def test_a_token_for_another_body_401() -> None:
    assert_refused(JOINED, sign(as_bytes(STARTED)))


def test_a_body_changed_by_one_byte_401() -> None:
    raw = as_bytes(JOINED)
    assert deliver(raw + b" ", sign(raw)).status_code == 401


@pytest.mark.parametrize("digest", [None, 5, [], "", "short", "é" * 44])
def test_a_token_without_a_fitting_hash_401(digest: object) -> None:
    assert_refused(JOINED, sign(as_bytes(JOINED), sha256=digest))


def test_the_hash_in_hexadecimal_is_not_livekits() -> None:
    raw = as_bytes(JOINED)
    assert_refused(JOINED, sign(raw, sha256=hashlib.sha256(raw).hexdigest()))


def test_a_token_that_ended_within_the_minutes_leeway_is_taken() -> None:
    assert deliver(JOINED, sign(as_bytes(JOINED), expires_in=-50)).status_code == 204


def test_a_token_that_ended_over_a_minute_ago_401() -> None:
    assert_refused(JOINED, sign(as_bytes(JOINED), expires_in=-61))


def test_a_token_that_never_ends_401() -> None:
    assert_refused(JOINED, sign(as_bytes(JOINED), expires_in=None))


def test_a_token_that_names_no_key_401() -> None:
    assert_refused(JOINED, sign(as_bytes(JOINED), key=None))


@pytest.mark.parametrize("key", ["null", "5", "[]", "{}", '"\\ud800"'])
def test_a_token_whose_key_is_no_name_401(key: str) -> None:
    claims = f'{{"iss": {key}, "exp": 9999999999}}'.encode()
    token = ".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=").decode()
        for part in (b'{"alg":"HS256"}', claims, b"signature")
    )
    assert_refused(JOINED, token)


def test_alg_none_401() -> None:
    assert_refused(JOINED, sign(as_bytes(JOINED), secret="", algorithm="none"))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_with_the_right_secret_401(algorithm: str) -> None:
    secret = "s" * 80
    token = sign(as_bytes(JOINED), secret=secret, algorithm=algorithm)
    assert_refused(JOINED, token, keys={KEY: secret})


def test_a_token_that_says_rs256_and_is_signed_with_the_secret_401() -> None:
    claims = sign(as_bytes(JOINED)).split(".")[1]
    header = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').rstrip(b"=")
    signed = header + b"." + claims.encode()
    signature = hmac.digest(SECRET.encode(), signed, "sha256")
    token = signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")
    assert_refused(JOINED, token.decode())


@pytest.mark.parametrize("header", [b"[]", b"5", b"[" * 40000, b'{"alg":{}}', b"\xff"])
def test_a_token_with_an_odd_header_401(header: bytes) -> None:
    claims = sign(as_bytes(JOINED)).split(".")[1]
    token = f"{base64.urlsafe_b64encode(header).decode()}.{claims}.AAAA"
    assert_refused(JOINED, token)


def test_a_clients_join_token_is_no_signature(settings: Any) -> None:
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = KEY, SECRET
    token = join_token(
        room_name=ROOM, identity="ana", name="Ana", ttl=timedelta(hours=1)
    )
    assert jwt.decode(token, SECRET, algorithms=["HS256"])["sub"] == "ana"
    assert_refused(JOINED, token)


def test_while_keys_are_changed_both_are_believed_each_with_its_own_secret() -> None:
    old, new = "o" * 40, "n" * 40
    keys = {"old": old, "new": new}
    for number, (key, secret) in enumerate(keys.items()):
        body = as_bytes(JOINED | {"id": f"EV_by_{number}"})
        assert (
            deliver(body, sign(body, key=key, secret=secret), keys=keys).status_code
            == 204
        )
    assert set(PresenceEvent.objects.values_list("signed_by", flat=True)) == {
        "old",
        "new",
    }
    raw = as_bytes(STARTED)
    assert deliver(raw, sign(raw, key="old", secret=new), keys=keys).status_code == 401


@pytest.mark.parametrize("form", ["{}", "Bearer {}", "  {}  ", "Bearer  {}\n"])
def test_the_token_may_stand_bare_or_after_bearer(form: str) -> None:
    token = form.format(sign(as_bytes(JOINED)))
    assert deliver(JOINED, token).status_code == 204


def test_what_livekits_own_library_signs_is_believed() -> None:
    raw = as_bytes(JOINED)
    assert deliver(raw, sign_webhook(raw, key=KEY, secret=SECRET)).status_code == 204


def test_the_answer_to_a_forgery_does_not_repeat_the_token() -> None:
    token = sign(as_bytes(JOINED), secret="x" * 40)
    assert token not in deliver(JOINED, token).content.decode()


# What else it answers


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
def test_only_post_is_taken(method: str) -> None:
    answer = deliver(JOINED, method=method)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert not stored()


class Endless(io.RawIOBase):
    """A body that goes on for ever, and knows how much of it was read."""

    given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "would read without end"
        self.given += size
        return b"x" * size


def test_over_8_mib_by_its_length_413_and_nothing_is_read() -> None:
    body = Endless()
    answer = deliver(
        b"x", environ={"CONTENT_LENGTH": str(WEBHOOK_BYTES + 1), "wsgi.input": body}
    )
    assert (answer.status_code, body.given) == (413, 0)


def test_exactly_8_mib_is_taken() -> None:
    body = b'{"id":"EV_large","metadata":"' + b"x" * WEBHOOK_BYTES
    body = body[: WEBHOOK_BYTES - 2] + b'"}'
    assert deliver(body).status_code == 204
    assert PresenceEvent.objects.get().event_id == "EV_large"


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "٣", " ", "0"])
def test_an_odd_length_is_no_error_of_ours(length: str) -> None:
    assert deliver(JOINED, environ={"CONTENT_LENGTH": length}).status_code == 401


@pytest.mark.parametrize("length", ["9" * 30, "9" * 5000])
def test_an_enormous_length_413(length: str) -> None:
    assert deliver(JOINED, environ={"CONTENT_LENGTH": length}).status_code == 413


@pytest.mark.parametrize(
    "environ",
    [
        {"CONTENT_TYPE": ""},
        {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
        {"CONTENT_TYPE": "application/x-www-form-urlencoded"},
        {"CONTENT_TYPE": "text/plain; charset=utf-16"},
        {"HTTP_ACCEPT": "nothing/at-all"},
        {"HTTP_COOKIE": "rollcall_session=stolen; rollcall_csrf=wrong"},
        {"HTTP_CONTENT_ENCODING": "gzip"},
        {"HTTP_ACCEPT_LANGUAGE": "\x00,,;q=nan"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"QUERY_STRING": "a=%ff&b=\ud800".encode(errors="replace").decode()},
    ],
)
def test_other_headers_do_not_matter(environ: dict[str, str]) -> None:
    assert deliver(JOINED, environ=environ).status_code == 204
    assert stored() == 1


def test_the_method_is_looked_at_first_then_the_size_then_the_signature() -> None:
    large = {"CONTENT_LENGTH": str(WEBHOOK_BYTES + 1)}
    assert deliver(b"x", "", method="PUT", environ=large).status_code == 405
    assert deliver(b"x", "", environ=large).status_code == 413
    assert deliver(b"x", "").status_code == 401


@contextmanager
def no_database() -> Iterator[None]:
    """Point the connection at a port on which nothing listens."""
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_down_503_then_it_is_stored() -> None:
    with no_database():
        answer = deliver(JOINED)
    assert answer.status_code == 503
    assert deliver(JOINED).status_code == 204
    assert stored() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_down_a_forgery_is_still_401() -> None:
    with no_database():
        assert deliver(JOINED, "forged").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_cannot_be_folded_is_not_stored_either() -> None:
    """One statement: LiveKit's next try must find it new."""
    other = psycopg.connect(**connection.get_connection_params())
    deliver(JOINED)
    left = JOINED | {"id": "EV_left", "event": "participant_left"}
    other.execute("SELECT FROM sessions_app_connection FOR UPDATE")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20ms'")
        try:
            answer = deliver(left)
        finally:
            cursor.execute("RESET lock_timeout")
            other.rollback()
            other.close()
    assert answer.status_code == 503
    assert stored() == 1
    assert deliver(left).status_code == 204
    assert stored() == 2
