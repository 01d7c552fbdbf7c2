"""Passkeys: alone, as a second factor, again, and by nobody else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from events.models import User
from tests.attendance_site.hostile import MANY_DIGITS
from tests.events.accounts.devices import (
    ADD,
    ALONE,
    Device,
    asked_for,
    send,
    use,
)
from tests.events.accounts.test_second_factor import CODE_PAGE, code_of, half_way, token
from tests.events.accounts.ways_in import (
    OTHER,
    PASSWORD,
    last_mail,
    link_in,
    make_account,
    sign_in,
    who,
)

pytestmark = pytest.mark.django_db
LIST = "/account/second-factor/passkeys/"
AGAIN = f"{LIST}again/"
PASSWORD_AGAIN = "/account/password/again/"


@pytest.fixture
def user() -> User:
    return make_account()


@pytest.fixture
def device(user: User) -> Device:
    """Keeps a passkey of the user."""
    return added(user)


def safely_in(user: User) -> Client:
    """A browser whose user just gave the password."""
    client = Client()
    client.force_login(user)
    client.post(PASSWORD_AGAIN, {"password": PASSWORD})
    return client


def added(user: User, name: str = "Phone", **how: Any) -> Device:
    device, client = Device(**how), safely_in(user)
    answer = send(client, ADD, device.make(asked_for(client, ADD)), name=name)
    assert answer.status_code == 302
    return device


def names(user: User) -> list[str]:
    rows = Authenticator.objects.filter(user=user, type="webauthn").order_by("pk")
    return [row.wrap().name for row in rows]


# --- Adding, renaming, removing -------------------------------------------------------


def test_the_first_one_gives_recovery_codes_and_the_last_one_takes_them(
    user: User,
) -> None:
    client, device = safely_in(user), Device()
    answer = send(client, ADD, device.make(asked_for(client, ADD)), name="Phone")
    assert answer["Location"] == "/account/second-factor/codes/"
    row = Authenticator.objects.get(user=user, type="webauthn")
    assert "<bdi>Phone</bdi>" in client.get(LIST).content.decode()
    client.post(f"{LIST}{row.pk}/rename/", {"name": "Tablet"})
    assert names(user) == ["Tablet"]
    client.post(f"{LIST}{row.pk}/remove/")
    assert not Authenticator.objects.exists()
    use(device, stranger := Client())
    assert who(stranger) == ""


def test_the_second_one_leads_to_the_list_and_one_without_a_name_gets_one(
    user: User, device: Device
) -> None:
    client = safely_in(user)
    answer = send(client, ADD, Device().make(asked_for(client, ADD)))
    assert answer["Location"] == LIST
    assert names(user) == ["Phone", "Passkey 2"]


def test_the_confirmed_address_is_told_of_a_new_one(user: User) -> None:
    added(user)
    assert last_mail().to == [user.email]
    assert link_in(last_mail()) == LIST
    added(make_account(confirmed=False))
    assert len(mail.outbox) == 1


def test_of_a_passkey_only_what_is_needed_to_know_it_again_is_stored(
    user: User,
) -> None:
    client = safely_in(user)
    made = Device().make(asked_for(client, ADD)) | {"more": "\0", "other": [1]}
    made["clientExtensionResults"] = {"a": "\ud800"}
    assert send(client, ADD, made).status_code == 302
    stored = Authenticator.objects.get(type="webauthn").data["credential"]
    assert stored["clientExtensionResults"] == {"credProps": {"rk": True}}
    assert {*stored, *stored["response"]} == {
        *("type", "id", "rawId", "response", "clientExtensionResults"),
        *("clientDataJSON", "attestationObject"),
    }


def test_a_hidden_character_is_no_part_of_a_name(user: User, device: Device) -> None:
    client = safely_in(user)
    row = Authenticator.objects.get(type="webauthn")
    for name in ("", "a\u202eb", "x" * 201):
        answer = client.post(f"{LIST}{row.pk}/rename/", {"name": name})
        assert answer.status_code == 200
    assert names(user) == ["Phone"]


def test_nobody_sees_or_changes_those_of_others(user: User, device: Device) -> None:
    row = Authenticator.objects.get(type="webauthn")
    client = safely_in(make_account())
    assert "Phone" not in client.get(LIST).content.decode()
    for path in (f"{LIST}{row.pk}/rename/", f"{LIST}{row.pk}/remove/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"name": "Mine"}).status_code == 404
    assert names(user) == ["Phone"]


@pytest.mark.parametrize("how", [{"verifies": False}, {"origin": "https://evil.org"}])
def test_what_is_no_passkey_of_this_site_is_not_added(
    user: User, how: dict[str, Any]
) -> None:
    client = safely_in(user)
    made = Device(**how).make(asked_for(client, ADD))
    answer = send(client, ADD, made, name="Phone")
    assert "was not accepted" in answer.content.decode()
    assert names(user) == []


# --- Signing in -----------------------------------------------------------------------


def test_it_signs_in_without_a_password_and_leads_where_one_wanted(
    user: User, device: Device
) -> None:
    client = Client()
    answer = use(device, client, next="/events/")
    assert answer["Location"] == "/events/"
    assert who(client) == user.username
    assert UserSession.objects.filter(user=user).exists()
    assert client.cookies["rollcall_known"].value


def test_a_new_password_ends_what_a_passkey_opened(user: User, device: Device) -> None:
    client, elsewhere = Client(), Client()
    use(device, client)
    use(device, elsewhere)
    fields = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    page = client.get("/account/password/").content.decode()
    assert f'href="{LIST}"' in page
    client.post("/account/password/", fields)
    assert (who(client), who(elsewhere)) == (user.username, "")


def test_the_first_password_must_be_changed_after_a_passkey_too(
    user: User, device: Device
) -> None:
    User.objects.update(must_change_password=True)
    client = Client(REMOTE_ADDR="192.0.2.1")
    use(device, client)
    answer: Any = client.get("/events/")
    assert answer["Location"] == "/account/password/"


def test_it_opens_no_account_that_was_closed(user: User, device: Device) -> None:
    User.objects.update(is_active=False)
    client = Client()
    assert use(device, client)["Location"] == "/sign-in/inactive/"
    assert who(client) == ""


def test_an_answer_is_right_once_and_in_the_browser_that_was_asked(
    user: User, device: Device
) -> None:
    client = Client()
    answer = device.sign(asked_for(client, ALONE))
    elsewhere = Client()
    asked_for(elsewhere, ALONE)
    assert send(elsewhere, ALONE, answer).status_code == 200
    send(client, ALONE, answer)
    assert who(client) == user.username
    client.post("/sign-out/")
    assert send(client, ALONE, answer).status_code == 200
    assert (who(client), who(elsewhere)) == ("", "")


def test_no_other_device_site_or_account_opens_it(user: User, device: Device) -> None:
    stolen = Device()
    stolen.id, stolen.user = device.id, device.user
    phished = added(user)
    phished.origin = "https://evil.org"
    untouched = added(user)
    untouched.flags = Device(verifies=False).flags
    mixed_up = added(make_account())
    mixed_up.user = device.user
    for wrong in (stolen, phished, untouched, mixed_up):
        client = Client()
        assert "was not accepted" in use(wrong, client).content.decode()
        assert who(client) == ""


def test_tries_are_limited_together_with_those_of_passwords(
    user: User, device: Device
) -> None:
    wrong = Device()
    wrong.user = device.user
    codes = [use(wrong, Client()).status_code for _ in range(8)]
    sign_in(user.username, "wrong")
    sign_in(user.username, "wrong")
    answer = use(device, Client())
    assert [*codes, answer.status_code] == [200] * 8 + [429]
    assert answer["Retry-After"]
    assert sign_in(user.username).status_code == 429


# --- As a second factor ---------------------------------------------------------------


def test_with_a_passkey_the_password_alone_opens_nothing(
    user: User, device: Device
) -> None:
    client = half_way(user)
    assert who(client) == ""
    assert client.get("/admin/").status_code == 302
    use(Device(), client, CODE_PAGE)
    assert who(client) == ""
    use(device, client, CODE_PAGE)
    assert who(client) == user.username


def test_guesses_count_with_those_of_codes(user: User, device: Device) -> None:
    client, wrong = half_way(user), Device()
    for _ in range(5):
        use(wrong, client, CODE_PAGE)
        client.post(CODE_PAGE, {"code": "000000"})
    assert use(device, client, CODE_PAGE).status_code == 429
    assert who(client) == ""


def test_the_passkey_of_somebody_else_is_no_second_factor(
    user: User, device: Device
) -> None:
    theirs, client = added(make_account()), half_way(user)
    use(theirs, client, CODE_PAGE)
    assert who(client) == ""


def test_it_may_be_asked_for_again_instead_of_the_password(
    user: User, device: Device
) -> None:
    client = Client()
    client.force_login(user)
    asked: Any = client.get(ADD)
    assert asked["Location"].startswith(PASSWORD_AGAIN)
    assert f'href="{AGAIN}?next=' in client.get(asked["Location"]).content.decode()
    assert use(Device(), client, AGAIN).status_code == 200
    assert client.get(ADD).status_code == 302
    assert use(device, client, AGAIN, next=ADD)["Location"] == ADD
    assert client.get(ADD).status_code == 200


# --- REST -----------------------------------------------------------------------------


def test_rest_takes_a_recovery_code_of_an_account_without_an_app(
    user: User, device: Device
) -> None:
    answer = token(user)
    assert (answer.status_code, code_of(answer)) == (401, "otp_required")
    assert "recovery codes" in answer.json()["detail"]
    row = Authenticator.objects.get(user=user, type="recovery_codes")
    code = RecoveryCodes(row).get_unused_codes()[0]
    assert token(user, otp=code).status_code == 200
    assert code_of(token(user, otp=code)) == "wrong_otp"


# --- Whatever is sent -----------------------------------------------------------------

DEEP = "[" * 5000 + "]" * 5000
TEXTS = ("", "1", "[]", "{}", "null", '"a"', MANY_DIGITS, DEEP, '{"response": 1}')
VALUES: tuple[Any, ...] = (None, 1, "", "é", "a\0", "AAAA", "/w", [], {}, "9" * 400)


def spoilt(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The answer, each time with another value that makes no sense."""
    response = answer["response"]
    for key in answer:
        yield from (answer | {key: value} for value in VALUES)
    for key, right in response.items():
        for value in (*VALUES, right[:-9], right[9:]):
            yield answer | {"response": response | {key: value}}
        yield answer | {"response": {k: response[k] for k in response if k != key}}


@pytest.mark.slow
def test_nonsense_is_refused_wherever_it_is_sent(
    user: User, device: Device, settings: Any
) -> None:
    settings.LOGIN_TRIES_PER_MINUTE = 10_000
    # What only looks right is read to the end.
    wrong = Device(origin="https://evil.org")
    wrong.id, wrong.user = device.id, device.user
    visitor = Client()
    # So that no wider limit holds up what comes.
    use(device, visitor)
    visitor.post("/sign-out/")
    half = Client()
    half.cookies["rollcall_known"] = visitor.cookies["rollcall_known"].value
    sign_in(user.username, client=half)
    pages = [
        (safely_in(user), ADD, wrong.make),
        (safely_in(user), AGAIN, wrong.sign),
        (half, CODE_PAGE, wrong.sign),
        (visitor, ALONE, wrong.sign),
    ]
    for client, path, answer in pages:
        right = answer(asked_for(client, path))
        # Others read as the last page does.
        for one in spoilt(right) if path in (ADD, ALONE) else [right]:
            sent = send(client, path, one)
            assert sent.status_code == 200, (path, json.dumps(one)[:300])
        for text in TEXTS:
            assert client.post(path, {"credential": text}).status_code == 200, text
    assert who(visitor) == ""
