"""The page of an account: what it changes, changes the next page."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from events.models import Role, User
from tests.factories import (
    make_client,
    make_event,
    make_membership,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def save(client: Client, **changed: str) -> Any:
    sent = {"name": "Ana", "language": "", "time_zone": ""} | changed
    return client.post("/account/", sent)


def text(client: Client, path: str) -> str:
    answer: Any = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_a_new_language_is_that_of_the_next_page() -> None:
    client = browser_of(make_user())
    assert save(client, language="ar")["Location"] == "/account/"
    assert '<html lang="ar" dir="rtl">' in text(client, "/events/")
    save(client, language="")
    assert '<html lang="en" dir="ltr">' in text(client, "/events/")


def test_that_it_is_saved_is_said_in_the_new_language() -> None:
    client = browser_of(make_user(language="ar"))
    save(client, language="en")
    assert "Saved." in text(client, "/account/")
    save(client, language="ar")
    assert "Saved." not in text(client, "/account/")
    save(client, language="")
    assert "Saved." in text(client, "/account/")


def test_a_new_name_stands_on_the_next_page_and_on_no_roster() -> None:
    user = make_user()
    place = make_participant(user=user, name="Ana Lopes")
    client = browser_of(user)
    save(client, name="نور")
    assert "<bdi>نور</bdi>" in text(client, "/events/")
    place.person.refresh_from_db()
    assert place.person.name == "Ana Lopes"


def test_a_zone_of_ones_own_is_that_of_the_times_on_pages() -> None:
    event = make_event(time_zone="Asia/Riyadh", starts_at=NOON)
    user = make_membership(event.organization, role=Role.ORGANIZER).user
    session = make_session(event, starts_at=NOON)
    client = browser_of(user)
    of_event = f"/events/{event.pk}/"
    paths = (of_event, f"{of_event}attendance/", f"/sessions/{session.pk}/")
    for path in paths:
        assert "15:00" in text(client, path)
        assert "Asia/Riyadh" in text(client, path)
    save(client, time_zone="america/lima")
    for path in paths:
        assert "07:00" in text(client, path)
        assert "America/Lima" in text(client, path)
        assert "15:00" not in text(client, path)
    # What is typed is on the clocks of the event, and REST has them too.
    assert "15:00" in text(client, f"/sessions/{session.pk}/edit/")
    report = f"/api/sessions/{session.pk}/attendance"
    assert make_client(user).get(report).status_code == 200
    save(client, time_zone="")
    for path in paths:
        assert "15:00" in text(client, path)


def test_sentences_of_a_report_are_on_the_same_clocks_and_exports_on_the_events() -> (
    None
):
    event = make_event(time_zone="Asia/Riyadh", starts_at=NOON)
    user = make_membership(event.organization, role=Role.ORGANIZER).user
    user.time_zone = "America/Lima"
    user.save()
    session = make_session(event, starts_at=NOON)
    place = make_participant(event)
    client = browser_of(user)
    client.post(
        f"/events/{event.pk}/check-in/{place.pk}/",
        {"session": str(session.pk), "not_today": "1"},
    )
    file: Any = client.get(f"/api/reports.csv?session={session.pk}")
    csv = b"".join(file.streaming_content).decode()
    assert "Asia/Riyadh" in csv
    assert "2026-03-02 15:00" in csv


def test_what_is_no_zone_and_no_language_is_told_at_its_field() -> None:
    client = browser_of(make_user())
    for field, value in (("time_zone", "Mars/Base"), ("language", "xx")):
        answer = save(client, **{field: value})
        assert answer.status_code == 200
        assert f'id="id_{field}_error"' in answer.content.decode()
