"""Mails of prompts reach whom they are to reach, once, whatever a mail server does."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from attendance.models import Status
from core.mail_server import MailNotSent
from events.models import Event, EventState, Organization, Person
from events.people.services import update_person
from events.roster.places import change_participant
from notifications.models import (
    AttendancePrompt,
    NotMailed,
    PromptOptOut,
)
from notifications.prompts.claiming import AT_ONCE, LEASE, claim
from notifications.prompts.pauses import FIRST_PAUSE
from notifications.prompts.sending import Sent, _note_failed, send_due_prompts
from tests.at_once import at_once
from tests.factories import (
    make_attendance,
    make_event,
    make_participant,
    make_prompt,
    make_user,
)
from tests.mail_server import MailServerHere, mail_server

pytestmark = pytest.mark.django_db

NOW = timezone.now()
ADA = "ada@example.com"


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServerHere]:
    # A busy machine is no server that never answers.
    settings.EMAIL_TIMEOUT = 60
    with mail_server(settings) as here:
        yield here


def due(email: str = ADA, **fields: Any) -> AttendancePrompt:
    """A prompt whose mail is due, of an event that is just over."""
    of_prompt = {name: fields.pop(name) for name in ("asked_by",) if name in fields}
    event = fields.pop("event", None) or make_event(starts_at=NOW - timedelta(hours=4))
    place = make_participant(event, email=email, **fields)
    send_at = NOW - timedelta(hours=1)
    return make_prompt(place, due_at=send_at, send_at=send_at, **of_prompt)


def test_a_mail_is_sent_once_and_noted(server: MailServerHere) -> None:
    prompt = due()
    assert send_due_prompts(now=NOW) == Sent(sent=1)
    assert send_due_prompts(now=NOW + LEASE) == Sent()
    assert server.taken == [ADA]
    prompt.refresh_from_db()
    assert (prompt.sent_at, prompt.send_at) == (NOW, None)


def test_its_headers_stop_such_mails_and_answers_of_programs(
    server: MailServerHere,
) -> None:
    event = make_event(
        title="Tea\r\nBcc: eve@example.com", starts_at=NOW - timedelta(hours=4)
    )
    due(event=event, name="Ada\nX-Spam: yes")
    send_due_prompts(now=NOW)
    [message] = server.messages
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = "".join(str(message["List-Unsubscribe"]).split())
    assert re.fullmatch(r"<https?://[^/]+/u/[\w-]{43}/>", address)
    assert (message["Bcc"], message["X-Spam"]) == (None, None)


def test_many_go_by_one_connection_and_one_refused_stops_no_other(
    server: MailServerHere,
) -> None:
    for email in ("first@example.com", "refused@example.com", "last@example.com"):
        due(email)
    assert send_due_prompts(now=NOW) == Sent(sent=2, refused=1)
    assert server.taken == ["first@example.com", "last@example.com"]
    assert server.connections == 1


def test_a_refused_address_is_noted_and_left_alone_until_it_changes(
    server: MailServerHere,
) -> None:
    prompt = due("refused@example.com")
    send_due_prompts(now=NOW)
    person = Person.objects.get()
    assert (person.refused_email, person.takes_mail) == ("refused@example.com", False)
    assert not_mailed(prompt) == NotMailed.REFUSED
    assert send_due_prompts(now=NOW + timedelta(days=1)) == Sent()
    update_person(person=person, changes={"email": ADA}, by=None)
    assert send_due_prompts(now=NOW + timedelta(days=1)) == Sent(sent=1)
    assert server.taken == [ADA]


def test_who_gets_another_address_while_the_old_one_is_refused_is_mailed(
    server: MailServerHere,
) -> None:
    prompt, done = due("old@example.com"), Sent()
    [claimed] = claim(NOW) or []
    person = prompt.participant.person
    update_person(person=person, changes={"email": ADA}, by=None)
    _note_failed(claimed, MailNotSent(is_refused=True), NOW, done)
    assert done == Sent()
    assert send_due_prompts(now=NOW) == Sent(sent=1)
    assert server.taken == [ADA]
    assert not Person.objects.exclude(refused_email="").exists()


def test_who_gets_an_address_later_is_mailed_then(server: MailServerHere) -> None:
    prompt = due("")
    assert send_due_prompts(now=NOW) == Sent()
    assert not_mailed(prompt) == NotMailed.NO_ADDRESS
    changes = {"email": ADA}
    update_person(person=Person.objects.get(), changes=changes, by=None)
    assert send_due_prompts(now=NOW + timedelta(hours=1)) == Sent(sent=1)


def test_but_not_once_the_time_to_answer_is_over(server: MailServerHere) -> None:
    prompt = due("")
    send_due_prompts(now=NOW)
    changes = {"email": ADA}
    update_person(person=Person.objects.get(), changes=changes, by=None)
    assert send_due_prompts(now=NOW + timedelta(days=14)) == Sent()
    assert not_mailed(prompt) == NotMailed.NEEDLESS


def test_greylisting_delays_with_growing_pauses(server: MailServerHere) -> None:
    prompt = due("grey@example.com")
    now, pauses = NOW, []
    for _try in range(9):
        assert send_due_prompts(now=now) == Sent(later=1)
        prompt.refresh_from_db()
        assert prompt.send_at is not None
        pauses.append((prompt.send_at - now) // FIRST_PAUSE)
        assert send_due_prompts(now=prompt.send_at - FIRST_PAUSE / 2) == Sent()
        now = prompt.send_at
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    server.knows_us = True
    assert send_due_prompts(now=now) == Sent(sent=1)


@pytest.mark.parametrize("mailbox", ["hangs", "drops", "policy", "full"])
def test_one_that_is_not_taken_delays_itself_alone(
    server: MailServerHere, settings: Settings, mailbox: str
) -> None:
    settings.EMAIL_TIMEOUT = 2 if mailbox == "hangs" else 60
    due(f"{mailbox}@example.com")
    due()
    done = send_due_prompts(now=NOW)
    assert (done.sent, done.refused, done.later) == (1, 0, 1)
    assert server.taken == [ADA]
    assert Person.objects.exclude(refused_email="").count() == 0


def test_a_server_that_breaks_off_is_left_alone_and_the_others_wait(
    server: MailServerHere,
) -> None:
    for _number in range(4):
        due("drops@example.com")
    waiting = due()
    done = send_due_prompts(now=NOW)
    assert (done.sent, done.later, done.is_away) == (0, 3, True)
    waiting.refresh_from_db()
    assert (waiting.claimed_until, waiting.failures) == (None, 0)
    assert not waiting.participant.prompt_tokens.exists()


def test_a_server_that_is_away_costs_a_try_and_no_mail(settings: Settings) -> None:
    prompt = due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert send_due_prompts(now=NOW) == Sent(is_away=True)
    prompt.refresh_from_db()
    assert (prompt.failures, prompt.send_at) == (0, NOW - timedelta(hours=1))


def test_a_mail_of_which_only_the_answer_was_lost_keeps_its_name(
    server: MailServerHere,
) -> None:
    prompt = due("takes-and-drops@example.com")
    send_due_prompts(now=NOW)
    send_due_prompts(now=NOW + FIRST_PAUSE)
    first, again = server.messages
    assert first["Message-ID"] == again["Message-ID"] != None  # noqa: E711
    assert prompt.participant.prompt_tokens.count() == 2


def test_a_mail_that_cannot_be_made_holds_up_nobody_elses() -> None:
    broken = due()
    # On clocks to the west it lies before the first year.
    first = datetime(1, 1, 1, tzinfo=UTC)
    Event.objects.update(starts_at=first, time_zone="America/Lima")
    due("eve@example.com")
    done = send_due_prompts(now=NOW)
    assert list(done.failed) == [broken.pk]
    assert [message.to for message in mail.outbox] == [["eve@example.com"]]


def test_who_declined_is_not_mailed() -> None:
    here, anywhere, elsewhere = (due(f"{n}@example.com") for n in "abc")
    other = due("d@example.com")
    PromptOptOut.objects.create(
        organization=here.organization, folded_email="a@example.com"
    )
    PromptOptOut.objects.create(organization=None, folded_email="b@example.com")
    PromptOptOut.objects.create(
        organization=other.organization, folded_email="c@example.com"
    )
    account = due("e@example.com", user=make_user(wants_prompts=False))
    assert send_due_prompts(now=NOW) == Sent(sent=2)
    assert [not_mailed(one) for one in (here, anywhere, elsewhere, other, account)] == [
        NotMailed.DECLINED,
        NotMailed.DECLINED,
        "",
        "",
        NotMailed.DECLINED,
    ]


@pytest.mark.parametrize("why", ["answered", "marked", "over", "cancelled", "snoozed"])
def test_who_need_not_be_asked_any_more_is_not_mailed(why: str) -> None:
    prompt, now = due(), NOW
    if why == "answered":
        AttendancePrompt.objects.update(answered_at=NOW)
    elif why == "snoozed":
        AttendancePrompt.objects.update(snoozed_at=NOW)
    elif why == "marked":
        make_attendance(prompt.participant, status=Status.EXCUSED, source="manual")
    elif why == "cancelled":
        place = prompt.participant
        change_participant(participant=place, changes={"registration": "cancelled"})
    else:
        now += timedelta(days=14)
    assert send_due_prompts(now=now) == Sent()
    assert not_mailed(prompt) == NotMailed.NEEDLESS
    assert mail.outbox == []


def test_while_an_event_is_cancelled_its_mails_wait() -> None:
    prompt = due()
    event = prompt.participant.event
    event.state = EventState.CANCELLED
    event.save()
    assert send_due_prompts(now=NOW) == Sent()
    event.state = EventState.SCHEDULED
    event.save()
    assert send_due_prompts(now=NOW + timedelta(hours=1)) == Sent(sent=1)


def test_where_prompts_are_off_mails_wait_but_those_sent_by_hand() -> None:
    prompt = due()
    by_hand = due("eve@example.com", asked_by=make_user())
    Organization.objects.update(sends_prompts=False)
    assert send_due_prompts(now=NOW) == Sent(sent=1)
    assert [message.to for message in mail.outbox] == [["eve@example.com"]]
    Organization.objects.update(sends_prompts=True)
    assert send_due_prompts(now=NOW + timedelta(hours=1)) == Sent(sent=1)
    prompt.refresh_from_db()
    by_hand.refresh_from_db()
    assert None not in (prompt.sent_at, by_hand.sent_at)


def test_what_somebody_claimed_and_never_sent_is_sent_after_the_lease() -> None:
    due()
    assert len(claim(NOW) or []) == 1
    assert send_due_prompts(now=NOW + LEASE / 2) == Sent()
    assert send_due_prompts(now=NOW + LEASE) == Sent(sent=1)


def test_a_claim_holds_by_the_clock_of_when_it_was_made(
    server: MailServerHere,
) -> None:
    prompt = due()
    began = timezone.now()
    assert send_due_prompts() == Sent(sent=1)
    prompt.refresh_from_db()
    assert prompt.sent_at
    assert prompt.sent_at >= began


def test_what_is_not_to_be_sent_is_noted_in_batches_between_which_the_time_is_seen(
    server: MailServerHere,
) -> None:
    event = make_event(starts_at=NOW - timedelta(hours=4))
    for number in range(AT_ONCE):
        due("", event=event, name=f"Person {number}")
    due(event=event)
    assert claim(NOW) == []
    assert len(claim(NOW) or []) == 1
    assert claim(NOW) is None


def test_whose_claim_is_over_changes_nothing_that_another_has_sent(
    server: MailServerHere,
) -> None:
    prompt = due("grey@example.com")
    [slow] = claim(NOW) or []
    server.knows_us = True
    assert send_due_prompts(now=NOW + LEASE).sent == 1
    done = Sent()
    _note_failed(slow, MailNotSent(), NOW + LEASE, done)
    _note_failed(slow, MailNotSent(is_refused=True), NOW + LEASE, done)
    prompt.refresh_from_db()
    assert (prompt.sent_at, prompt.send_at, prompt.failures) == (NOW + LEASE, None, 0)


def test_a_batch_costs_as_many_queries_however_many_are_in_it() -> None:
    event = make_event(starts_at=NOW - timedelta(hours=4))

    def cost(number: int) -> int:
        for _ in range(number):
            due(event=event)
        with CaptureQueriesContext(connection) as queries:
            assert len(claim(NOW) or []) == number
        return len(queries)

    assert cost(2) == cost(AT_ONCE)


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_mail_once(server: MailServerHere) -> None:
    for number in range(AT_ONCE + 20):
        due(f"person{number}@example.com")

    def run() -> int:
        return send_due_prompts(now=NOW).sent

    assert sum(at_once([run, run])) == AT_ONCE + 20
    assert len(set(server.taken)) == len(server.taken) == AT_ONCE + 20


def not_mailed(prompt: AttendancePrompt) -> str:
    prompt.refresh_from_db()
    assert prompt.not_mailed == "" or prompt.send_at is None
    return prompt.not_mailed
