"""Since when people of a file are enrolled, and which accounts they have."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from core.spans import Span
from events.invitations.answering import offered_people
from events.models import (
    Event,
)
from tests.events.people.changes import changes_of
from tests.events.roster.imports import details, everything, send, taken
from tests.factories import (
    make_event,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    return make_event()


# --- Enrolment ------------------------------------------------------------------------


def test_who_comes_late_is_enrolled_from_now_unless_the_file_says_since_when(
    event: Event,
) -> None:
    make_session(event)
    before = timezone.now()
    taken(
        event,
        "name,enrolled_from,enrolled_until\nAna,,\nBen,2026-03-01,\nEva,,2090-01-01",
    )
    ana, ben, eva = event.participants.order_by("pk")
    assert ana.latest.start
    assert before < ana.latest.start < timezone.now()
    assert ana.latest.end is None
    assert ben.enrolled == (Span(datetime(2026, 3, 1, tzinfo=UTC), None),)
    assert eva.enrolled == (Span(eva.latest.start, datetime(2090, 1, 2, tzinfo=UTC)),)
    assert eva.latest.start


WRONG_BOUNDS = {
    "Late,l@b.de,,,2026-01-01": "The enrolment must end after it begins.",
    "Gone,g@b.de,cancelled,,2090-01-01": "Gone has cancelled. Register them again",
    "Old,o@b.de,cancelled,,2090-01-01": "Old has cancelled. Register them again",
    "Old,o@b.de,cancelled,2090-01-01,": "The enrolment must end after it begins.",
    "New,n@b.de,cancelled,2026-01-01,": "New has cancelled. Register them again",
    "Since,s@b.de,,,2026-01-01": "The enrolment must end after it begins.",
}


@pytest.mark.parametrize(("line", "said"), WRONG_BOUNDS.items())
def test_an_enrolment_that_cannot_be_is_an_error_of_its_line(
    event: Event, line: str, said: str
) -> None:
    make_session(event)
    make_participant(event, name="Old", email="o@b.de")
    make_participant(event, name="Gone", email="g@b.de", registration="cancelled")
    since = Span(datetime(2026, 2, 1, tzinfo=UTC), None)
    make_participant(event, name="Since", email="s@b.de", enrolled=[since])
    before = everything(event)
    header = "name,email,registration,enrolled_from,enrolled_until"
    answer = send(event, f"{header}\nBen,ben@b.de,,,\n{line}")
    assert answer.status_code == 400
    assert said in details(answer.json())[3]["enrolled_until"]
    assert everything(event) == before
    # With partial the line is as if it were not there.
    content = f"{header}\n{line}\n{line.partition(',')[0]},other@b.de,,,"
    answer = taken(event, content, "?partial=1")
    assert list(details(answer)) == [2]
    assert answer["created"] == 1


def test_past_enrolments_of_somebody_who_cancelled_are_kept(event: Event) -> None:
    taken(
        event,
        "name,registration,enrolled_from,enrolled_until\n"
        "Ana,cancelled,2026-01-01,2026-01-31\nBen,cancelled,,",
    )
    ana, ben = event.participants.order_by("pk")
    days = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2)]
    assert ana.enrolled == (Span(*days),)
    assert ben.enrolled == ()


def test_whoever_returns_from_the_beginning_was_always_there(event: Event) -> None:
    """What is stored, and what the log says, are one span."""
    ana = make_participant(event, name="Ana", email="a@b.de", registration="cancelled")
    taken(event, "name,email,enrolled_from\nAna,a@b.de,2020-01-01")
    ana.refresh_from_db()
    assert ana.enrolled == (Span(None, None),)
    [(_, _, after)] = changes_of(ana.person)
    assert after == {"registration": "registered", "enrolled": [[None, None]]}


# --- Accounts -------------------------------------------------------------------------


def test_places_are_offered_to_verified_addresses_alone(event: Event) -> None:
    verified = make_user(email="Ana@example.com", email_verified_at=timezone.now())
    ben = make_user(email="ben@example.com")
    eva = make_user(
        email="eva@example.com", email_verified_at=timezone.now(), is_active=False
    )
    taken(
        event,
        "name,email\nAna,ana@EXAMPLE.com\nBen,ben@example.com\nEva,eva@example.com",
    )
    assert not event.participants.exclude(person__user=None).exists()
    ana = event.participants.get(person__name="Ana")
    assert offered_people(verified) == [ana.person_id]
    assert offered_people(ben) == offered_people(eva) == []


def test_an_address_that_is_added_is_offered_to_its_account(event: Event) -> None:
    account = make_user(email="ana@example.com", email_verified_at=timezone.now())
    bare = make_participant(event, name="Ana", email="")
    child = make_participant(event, name="Ana's child", email="", user=account)
    taken(event, "name,email\nAna,ANA@example.com\nAna's child,family@example.com")
    bare.refresh_from_db()
    child.refresh_from_db()
    assert (bare.user, child.user) == (None, account)
    assert offered_people(account) == [bare.person_id]


def test_an_account_that_was_taken_away_does_not_come_back_by_itself(
    event: Event,
) -> None:
    make_user(email="ana@example.com", email_verified_at=timezone.now())
    make_participant(event, name="Ana", email="ana@example.com", user=None)
    before = everything(event)
    taken(event, "name,email\nAna,ana@example.com")
    assert everything(event) == before
