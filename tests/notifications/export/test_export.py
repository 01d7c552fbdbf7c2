"""The export has what it says, and nothing of other people.

A canary is planted in every personal column of docs/personal-data.md: in the rows of
somebody, and in those of somebody else on the same rosters' organization.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Role, User
from tests.factories import (
    make_attendance,
    make_client,
    make_connection,
    make_event,
    make_link,
    make_member,
    make_organization,
    make_participant,
    make_person,
    make_session,
    make_user,
)
from tests.notifications.export.everything import Rows, everything_of
from tests.test_personal_data import PERSONAL, Column

pytestmark = pytest.mark.django_db

# Columns of text, and what is in the export of them.
SHOWN = {
    "events_user": "username first_name last_name email language time_zone",
    "account_emailaddress": "email",
    "socialaccount_socialaccount": "provider uid extra_data",
    "usersessions_usersession": "ip user_agent",
    "events_person": "name email external_id language time_zone",
    "events_participant": "identity enrolled",
    "events_knownidentity": "identity",
    "events_accessrequest": "name email purpose",
    "events_organization": "name",
    "events_event": "title",
    "sessions_app_livesession": "title room_name",
    "sessions_app_presenceevent": "room_name identity payload",
    "sessions_app_connection": "room_name identity name",
    "attendance_attendance": "notes intervals",
    "attendance_changereason": "text",
    "attendance_feedback": "text",
    "attendance_contest": "text answer",
    "attendance_announcedabsence": "reason",
    "notifications_promptoptout": "folded_email",
}
# Secrets, copies, and what others wrote for themselves.
LEFT_OUT = {
    "events_user": "folded_username folded_email password",
    "mfa_authenticator": "data",
    "usersessions_usersession": "session_key data",
    "events_invitation": "username email folded_email token_digest",
    "events_person": "invited_username folded_name folded_email refused_email",
    "events_personchangevalues": "salt before after",
    "events_idempotentanswer": "path key fingerprint body",
    "events_organization": "recording_notice",
    "events_event": "description location",
    "attendance_changereason": "salt",
    "knox_authtoken": "digest",
    "django_session": "session_key session_data",
    "django_admin_log": "object_id object_repr change_message",
    "notifications_prompttoken": "digest",
}
# Of nobody's rows: what is not theirs alone, or nothing is in it.
NOT_PLANTED = {
    "account_emailconfirmation": "key",
    "socialaccount_socialtoken": "token token_secret",
    "events_signintries": "key",
    "attendance_sessioncalculation": "error",
    # Its first letters are shown.
    "knox_authtoken": "token_key",
}
# By what rows are found: the same text in both.
SAME_AS = {
    ("events_accessrequest", "email"): ("events_user", "email"),
    ("notifications_promptoptout", "folded_email"): ("events_user", "email"),
    ("sessions_app_connection", "identity"): ("events_participant", "identity"),
    ("sessions_app_presenceevent", "identity"): ("events_participant", "identity"),
    ("sessions_app_connection", "room_name"): ("sessions_app_livesession", "room_name"),
    ("sessions_app_presenceevent", "room_name"): (
        "sessions_app_livesession",
        "room_name",
    ),
}
# Neither a text nor JSON that a canary fits in.
OTHER_KINDS = {
    ("usersessions_usersession", "ip"),
    ("events_participant", "enrolled"),
    ("attendance_attendance", "intervals"),
}


def columns(named: dict[str, str]) -> Iterator[Column]:
    for table, names in named.items():
        for name in names.split():
            yield table, name


def test_of_each_personal_column_it_is_decided_whether_it_is_in_the_export() -> None:
    decided = [*columns(SHOWN), *columns(LEFT_OUT), *columns(NOT_PLANTED)]
    texts = {each for each in PERSONAL if not each[1].endswith("_id")}
    texts |= {("django_admin_log", "object_id")}
    assert sorted(decided) == sorted(set(decided))
    assert texts - set(decided) == set()


def canary(column: Column, whose: str) -> str:
    """A text of five letters that stands for a column, and for whose row it is."""
    every = sorted([*columns(SHOWN), *columns(LEFT_OUT)])
    return f"z{every.index(SAME_AS.get(column, column)):02}q{whose}"


def plant(rows: Rows, whose: str) -> None:
    """Put its canary into each column of these rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL rollcall.maintenance = 'planting'")
        for table, name in [*columns(SHOWN), *columns(LEFT_OUT)]:
            row = rows.get(table)
            if row is None or (table, name) in OTHER_KINDS:
                continue
            fields = {f.column: f for f in row._meta.concrete_fields}
            value = planted(fields[name], canary((table, name), whose))
            key = row._meta.pk.column
            cursor.execute(
                f"UPDATE {table} SET {name} = %s WHERE {key} = %s",  # noqa: S608
                [value, row.pk],
            )


def planted(field: Any, text: str) -> Any:
    inside: dict[Column, Any] = {
        ("sessions_app_presenceevent", "payload"): {"participant": {"name": text}},
        # A passkey's name is no secret.
        ("mfa_authenticator", "data"): {"name": "Phone", "credential": text},
    }
    if isinstance(field, models.JSONField):
        table = field.model._meta.db_table
        return json.dumps(inside.get((table, str(field.column)), text))
    return text.encode() if isinstance(field, models.BinaryField) else text


def exported(user: User) -> str:
    answer: Any = make_client(user).get("/api/me/export")
    assert answer.status_code == 200
    return b"".join(answer).decode()


@pytest.fixture
def exports() -> tuple[str, Rows]:
    """The export of somebody, and their rows; somebody else is of the same school."""
    school = make_organization()
    by = make_member(school, Role.OWNER)
    mine, theirs = (
        everything_of(make_user(name, email_verified_at=timezone.now()), school, by)
        for name in ("mine", "theirs")
    )
    mine[school._meta.db_table] = school
    user = mine["events_user"]
    assert isinstance(user, User)
    with transaction.atomic():
        plant(theirs, "o")
        plant(mine, "m")
    user.refresh_from_db()
    return exported(user), mine


@pytest.mark.parametrize("column", sorted(columns(SHOWN)), ids=".".join)
def test_what_is_theirs_is_in_it(column: Column, exports: tuple[str, Rows]) -> None:
    text, _rows = exports
    if column == ("usersessions_usersession", "ip"):
        assert "192.0.2.7" in text
    elif column in OTHER_KINDS:
        assert f'"{column[1]}"' in text
    else:
        assert canary(column, "m") in text


@pytest.mark.parametrize("column", sorted(columns(LEFT_OUT)), ids=".".join)
def test_secrets_and_copies_are_not(column: Column, exports: tuple[str, Rows]) -> None:
    text, rows = exports
    assert column[0] in rows, "nothing is planted there"
    assert canary(column, "m") not in text


def test_nothing_of_anybody_else_is(exports: tuple[str, Rows]) -> None:
    text, _rows = exports
    of_others = [
        column
        for column in (*columns(SHOWN), *columns(LEFT_OUT))
        if canary(column, "o") in text
    ]
    assert of_others == []


def test_it_is_json_with_a_list_of_each_kind(exports: tuple[str, Rows]) -> None:
    text, _rows = exports
    document = json.loads(text)
    empty = [name for name, rows in document.items() if rows in ([], {})]
    assert empty == []


def test_a_parent_finds_each_child_by_name() -> None:
    parent, session = make_user(), make_session()
    for name in ("Amal", "Basil"):
        child = make_participant(session.event, name=name, user=parent)
        make_attendance(child, session, status="present")
    document = json.loads(exported(parent))
    assert {row["name"] for row in document["people"]} == {"Amal", "Basil"}
    assert {row["participant"]["name"] for row in document["decisions"]} == {
        "Amal",
        "Basil",
    }


def test_a_tablet_that_others_use_too_is_left_out_with_all_that_it_did() -> None:
    session = make_session()
    mine = make_participant(session.event, user=make_user())
    assert mine.user
    make_link(mine, "tablet")
    make_connection(session, identity="tablet", name="Whoever")
    assert "Whoever" in exported(mine.user)
    make_link(make_participant(session.event), "tablet")
    assert "Whoever" not in exported(mine.user)
    assert "tablet" not in exported(mine.user)


def test_it_is_read_in_pieces() -> None:
    user = make_user()

    def add(number: int) -> None:
        person = make_person(user=user)
        for _ in range(number):
            event = make_event(person.organization)
            place = make_participant(event, person=person)
            make_attendance(place, make_session(event), status="present")

    def read() -> int:
        with CaptureQueriesContext(connection) as captured:
            exported(user)
        return len(captured)

    add(2)
    few = read()
    add(20)
    # One more for each person: their identities.
    assert read() == few + 1


def test_links_of_pages_and_rest_give_the_same(client: Any) -> None:
    place = make_participant(user=make_user())
    assert place.user
    client.force_login(place.user)
    page = json.loads(b"".join(client.get("/me/export/")))
    rest = json.loads(exported(place.user))
    del page["exported_at"], rest["exported_at"], page["sessions"], rest["sessions"]
    del page["account"]["last_login"], rest["account"]["last_login"]
    assert page == rest
