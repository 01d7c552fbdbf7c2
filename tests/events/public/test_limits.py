"""How many registrations are taken, and how many mails an address gets."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db.models import F
from django.test import Client

from core.errors import Conflict
from events.models import Event, Participant, Registration, SignInTries
from events.roster.places import change_participant
from tests.events.public.registrations import ask, meetup, register

pytestmark = pytest.mark.django_db

ANA = {"name": "Ana Costa", "email": "ana@example.com"}


def status_of(event: Event, number: int, computer: str) -> int:
    """Ask to register from somewhere; return the status of the answer."""
    values = {"name": "Ana", "email": f"a{number}@example.com"}
    client = Client(REMOTE_ADDR=computer)
    return client.post(f"/e/{event.pk}/", values).status_code


def hours_pass(hours: int) -> None:
    SignInTries.objects.update(since=F("since") - timedelta(hours=hours))


def test_one_computer_registers_ten_people_a_minute() -> None:
    event = meetup()
    answers = [
        Client().post(f"/e/{event.pk}/", {"name": "Ana", "email": f"a{n}@example.com"})
        for n in range(11)
    ]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert int(answers[-1]["Retry-After"]) <= 60
    assert len(mail.outbox) == 10


def test_an_address_gets_few_mails_and_nobody_is_told_so() -> None:
    event = meetup()
    statuses = {Client().post(f"/e/{event.pk}/", ANA).status_code for _n in range(5)}
    assert statuses == {302}
    assert len(mail.outbox) == 3
    for hours, mails in ((1, 6), (1, 6), (24, 9)):
        hours_pass(hours)
        for _n in range(4):
            assert Client().post(f"/e/{event.pk}/", ANA).status_code == 302
        assert len(mail.outbox) == mails


def test_a_mother_registers_five_children_and_gets_a_mail_of_each() -> None:
    event = meetup()
    for number in range(5):
        ask(event, f"Child {number}", ANA["email"])
    assert len(mail.outbox) == 5


def test_who_asked_too_often_for_one_event_still_gets_a_mail_of_another() -> None:
    event, other = meetup(), meetup()
    for name in ("Ana Costa", "ANA COSTA", "Costa, Ana", "Ana  Costa"):
        Client().post(f"/e/{event.pk}/", ANA | {"name": name})
    assert len(mail.outbox) == 3
    ask(other, *ANA.values())
    assert len(mail.outbox) == 4


def test_whatever_names_are_typed_an_address_gets_twenty_mails_an_hour() -> None:
    events = [meetup(), meetup()]
    for hours, mails in ((0, 20), (1, 40), (1, 60), (1, 60), (24, 80)):
        hours_pass(hours)
        for number in range(21):
            values = ANA | {"name": f"Ana {number}"}
            client = Client(REMOTE_ADDR=f"192.0.2.{number}")
            client.post(f"/e/{events[number % 2].pk}/", values)
        assert len(mail.outbox) == mails


def test_one_network_is_one_computer() -> None:
    """A household has all addresses of a /64 of IPv6."""
    event = meetup()
    statuses = [status_of(event, n, f"2001:db8::{n:x}") for n in range(11)]
    assert statuses == [302] * 10 + [429]
    assert status_of(event, 11, "2001:db8:0:1::1") == 302


def test_one_event_does_not_use_up_what_others_may_take() -> None:
    event, other = meetup(), meetup()
    statuses = [status_of(event, n, f"192.0.2.{n}") for n in range(61)]
    assert statuses == [302] * 60 + [429]
    assert status_of(other, 61, "192.0.2.61") == 302


def test_one_mailbox_does_not_fill_an_event() -> None:
    event, other = meetup(), meetup()
    for number in range(5):
        register(event, f"Child {number}", ANA["email"])
    hours_pass(1)
    answer = Client().post(ask(event, "Child 5", "ANA@example.com"))
    assert answer.status_code == 409
    assert "Ask the organizers" in answer.content.decode()
    assert Participant.objects.count() == 5
    register(other, "Child 5", ANA["email"])
    register(event, "Rita", "rita@example.com")


def test_nor_by_cancelling_but_each_of_them_may_come_back() -> None:
    event = meetup()
    places = [register(event, f"Child {n}", ANA["email"]) for n in range(5)]
    cancelled = {"registration": Registration.CANCELLED}
    change_participant(participant=places[0], changes=cancelled)
    with pytest.raises(Conflict):
        register(event, "Child 5", ANA["email"])
    assert register(event, "Child 0", ANA["email"]) == places[0]
