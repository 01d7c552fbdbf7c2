"""An event with a capacity: who waits, who moves up, and who is told."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from attendance.completion.completing import reopen_event
from attendance.personal.personal_page import PersonalPage
from events.models import (
    Event,
    EventState,
    ParticipantRole,
    Person,
    Registration,
    RegistrationMail,
)
from events.public.news import TOO_OLD, send_news
from events.roster.adding import add_participant
from events.roster.personal_links import personal_path, personal_url
from events.roster.places import change_participant
from events.roster.removing import remove_participant
from events.roster.several_places import change_participants
from events.services import publish_event, update_event
from sessions_app.services import restore_session
from tests.at_once import at_once
from tests.events.public.registrations import ask, html_of, meetup, register
from tests.factories import make_event, make_participant, make_session, make_user

pytestmark = pytest.mark.django_db

WAITING = {"registration": Registration.WAITLISTED}
CANCELLED = {"registration": Registration.CANCELLED}


def registrations(event: Event) -> dict[str, str]:
    places = event.participants.order_by("pk")
    return {place.name: str(place.registration) for place in places}


def cancel(event: Event, participants: list[int]) -> None:
    change_participants(
        event=event,
        participants=participants,
        registration=Registration.CANCELLED,
        by=None,
    )


def full(names: str = "Ana Ben Cem Dan", **fields: int) -> Event:
    """A meetup with one place, for which these people registered in order."""
    event = meetup(**({"capacity": 1} | fields))
    for name in names.split():
        register(event, name)
    RegistrationMail.objects.all().delete()
    return event


def test_when_all_places_are_taken_people_wait_in_order() -> None:
    event = full()
    ana, *others = registrations(event).values()
    assert ana == Registration.REGISTERED
    assert set(others) == {Registration.WAITLISTED}
    cem = event.participants.get(person__name="Cem")
    page = Client().get(personal_path(cem)).content.decode()
    assert "number 2 on the waiting list" in page
    assert "All places are taken" in Client().get(f"/e/{event.pk}/").content.decode()


def test_who_moves_up_while_their_page_is_made_is_still_told_a_number() -> None:
    event = full("Ana Ben Cem")
    ana, ben, cem = event.participants.order_by("pk")
    cancel(event, [ana.pk])
    assert ben.registration == Registration.WAITLISTED
    assert [
        PersonalPage(place, now=timezone.now()).number_waiting for place in (ben, cem)
    ] == [1, 1]


def test_hosts_take_no_place() -> None:
    event = meetup(capacity=1)
    make_participant(event, role=ParticipantRole.HOST)
    assert register(event, "Ana").registration == Registration.REGISTERED


def test_organizers_may_add_more_people_than_there_are_places() -> None:
    event = full("Ana")
    added = add_participant(event=event, name="Guest")
    assert added.participant.registration == Registration.REGISTERED


def test_somebody_who_cancels_on_their_page_makes_room_for_the_first_who_waits() -> (
    None
):
    event = full()
    ana = event.participants.get(person__name="Ana")
    path = personal_path(ana) + "cancel/"
    assert Client().get(path).status_code == 200
    assert registrations(event)["Ana"] == Registration.REGISTERED
    for _twice in range(2):
        assert Client().post(path).status_code == 302
    assert list(registrations(event).values()) == [
        Registration.CANCELLED,
        Registration.REGISTERED,
        Registration.WAITLISTED,
        Registration.WAITLISTED,
    ]
    send_news(now=timezone.now())
    told, ana_told = sorted(
        mail.outbox, key=lambda message: "cancel" in message.subject
    )
    assert (told.to, ana_told.to) == (["ben@example.com"], ["ana@example.com"])
    assert "place" in told.subject
    ben = event.participants.get(person__name="Ben")
    assert personal_url(ben) in str(told.body)


def test_so_does_whatever_else_makes_room() -> None:
    event = full()
    by_name = {place.name: place for place in event.participants.all()}
    remove_participant(participant=by_name["Ana"], by=None)
    assert registrations(event)["Ben"] == Registration.REGISTERED
    cancel(event, [by_name["Ben"].pk])
    assert registrations(event)["Cem"] == Registration.REGISTERED
    update_event(event=event, changes={"capacity": 2})
    assert registrations(event)["Dan"] == Registration.REGISTERED


def with_a_free_place(**state: Any) -> Event:
    """A meetup that took nobody when its place became free, so that Ben still waits."""
    event = full("Ana Ben")
    Event.objects.filter(pk=event.pk).update(**state)
    cancel(event, [event.participants.get(person__name="Ana").pk])
    assert registrations(event)["Ben"] == Registration.WAITLISTED
    return Event.objects.get(pk=event.pk)


def test_a_place_that_became_free_while_it_was_cancelled_is_given_once_it_is_not() -> (
    None
):
    published = with_a_free_place(state=EventState.CANCELLED)
    restored = with_a_free_place(
        state=EventState.CANCELLED, state_before_cancel=EventState.SCHEDULED
    )
    reopened = with_a_free_place(state=EventState.COMPLETED)
    publish_event(event=published)
    restore_session(session=make_session(restored, cancelled_at=timezone.now()))
    reopen_event(event=reopened, by=make_user(), now=timezone.now())
    for event in (published, restored, reopened):
        assert registrations(event)["Ben"] == Registration.REGISTERED
    send_news(now=timezone.now())
    assert {tuple(message.to) for message in mail.outbox} == {("ben@example.com",)}
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("which", ["starts_at", "ends_at"])
def test_so_is_one_that_became_free_when_it_was_over_once_it_lasts_longer(
    which: str,
) -> None:
    now = timezone.now()
    event = with_a_free_place(starts_at=now - timedelta(days=1), ends_at=None)
    update_event(event=event, changes={which: now + timedelta(days=1)})
    assert registrations(event)["Ben"] == Registration.REGISTERED


def test_more_places_in_the_admin_let_people_move_up_too() -> None:
    event = full("Ana Ben")
    client = Client()
    client.force_login(make_user(is_superuser=True, is_staff=True))
    path = f"/admin/events/event/{event.pk}/change/"
    form = client.get(path).context["adminform"].form
    values = {name: form[name].value() for name in form.fields} | {"capacity": 2}
    start, end = values.pop("starts_at"), values.pop("ends_at")
    values |= {"starts_at_0": start.date(), "starts_at_1": start.time()}
    values |= {"ends_at_0": end.date(), "ends_at_1": end.time()}
    assert client.post(path, values).status_code == 302
    assert registrations(event)["Ben"] == Registration.REGISTERED


def test_several_who_cancel_at_once_make_room_for_as_many() -> None:
    event = full("Ana Ben Cem Dan Eva", capacity=2)
    ids = event.participants.filter(registration=Registration.REGISTERED)
    left = [place.pk for place in ids]
    cancel(event, left)
    assert list(registrations(event).values()) == [
        *[Registration.CANCELLED] * 2,
        *[Registration.REGISTERED] * 2,
        Registration.WAITLISTED,
    ]


def test_without_a_limit_nobody_waits_any_more() -> None:
    event = full()
    update_event(event=event, changes={"capacity": None})
    assert set(registrations(event).values()) == {Registration.REGISTERED}


def test_whom_an_organizer_lets_wait_does_not_move_up_by_that() -> None:
    event = full("Ana Ben")
    ana = event.participants.get(person__name="Ana")
    change_participant(participant=ana, changes=WAITING)
    assert registrations(event) == {"Ana": "waitlisted", "Ben": "registered"}
    alone = full("Cem")
    change_participant(participant=alone.participants.get(), changes=WAITING)
    assert registrations(alone) == {"Cem": "waitlisted"}


def test_who_comes_back_waits_behind_the_others() -> None:
    event = full("Ana Ben Cem")
    ben = event.participants.get(person__name="Ben")
    change_participant(participant=ben, changes=CANCELLED)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        register(event, "Ben")
    ana = event.participants.get(person__name="Ana")
    change_participant(participant=ana, changes=CANCELLED)
    assert registrations(event)["Cem"] == Registration.REGISTERED
    assert registrations(event)["Ben"] == Registration.WAITLISTED


@pytest.mark.parametrize("state", [EventState.CANCELLED, EventState.COMPLETED])
def test_nobody_moves_up_where_nothing_comes(state: str) -> None:
    event = full("Ana Ben")
    Event.objects.filter(pk=event.pk).update(state=state)
    ana = event.participants.get(person__name="Ana")
    change_participant(participant=ana, changes=CANCELLED)
    assert registrations(event)["Ben"] == Registration.WAITLISTED


def test_events_without_a_capacity_are_as_before() -> None:
    event = make_event(starts_at=timezone.now() + timedelta(days=1))
    waits = make_participant(event, registration=Registration.WAITLISTED)
    leaves = make_participant(event)
    change_participant(participant=leaves, changes=CANCELLED)
    waits.refresh_from_db()
    assert waits.registration == Registration.WAITLISTED


def test_who_confirms_is_told_by_mail_too() -> None:
    event = meetup(capacity=1)
    for name in ("Ana", "Ben"):
        Client().post(ask(event, name, f"{name.lower()}@example.com"))
    mail.outbox.clear()
    send_news(now=timezone.now())
    assert [message.subject for message in mail.outbox] == [
        "You are registered: Repair café",
        "You are on the waiting list: Repair café",
    ]
    assert send_news(now=timezone.now()) == 0


def test_who_cancels_before_the_mail_went_out_is_told_only_of_that() -> None:
    place = register(meetup(), "Ana")
    for _twice in range(2):
        Client().post(personal_path(place) + "cancel/")
    assert send_news(now=timezone.now()) == 1
    [told] = mail.outbox
    assert told.subject == "Your registration is cancelled: Repair café"
    assert "Ana is not registered any more for:" in str(told.body)
    assert "You can also cancel there" not in str(told.body)


@pytest.mark.parametrize("now_is", [CANCELLED, WAITING])
def test_what_is_no_longer_true_is_told_to_nobody(now_is: dict[str, str]) -> None:
    change_participant(participant=register(meetup(), "Ana"), changes=now_is)
    assert send_news(now=timezone.now()) == 1
    assert mail.outbox == []


def test_nor_that_somebody_cancelled_who_is_registered_again() -> None:
    place = register(meetup(), "Ana")
    Client().post(personal_path(place) + "cancel/")
    change_participant(participant=place, changes={"registration": "registered"})
    assert send_news(now=timezone.now()) == 1
    assert mail.outbox == []


def test_nor_of_a_place_at_an_event_that_was_cancelled() -> None:
    event = meetup()
    register(event, "Ana")
    Event.objects.filter(pk=event.pk).update(state=EventState.CANCELLED)
    assert send_news(now=timezone.now()) == 1
    assert mail.outbox == []


def test_a_mail_server_that_was_away_gets_the_mail_later(settings: Settings) -> None:
    register(meetup(), "Ana")
    now = timezone.now()
    usual = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert send_news(now=now) == 0
    settings.EMAIL_BACKEND = usual
    assert send_news(now=now) == 1
    assert len(mail.outbox) == 1
    assert not RegistrationMail.objects.exists()


def test_a_mail_that_cannot_be_made_holds_up_nobody_elses() -> None:
    event = meetup()
    first, _second = register(event, "Ana"), register(event, "Ben")
    # A line break could add headers, so such an address is refused like an unknown one.
    Person.objects.filter(pk=first.person_id).update(email="ana@example.com\nBcc: x")
    assert send_news(now=timezone.now()) == 2
    assert [message.to for message in mail.outbox] == [["ben@example.com"]]


def test_news_that_are_too_old_are_told_to_nobody() -> None:
    register(meetup(), "Ana")
    send_news(now=timezone.now() + TOO_OLD)
    assert mail.outbox == []
    assert not RegistrationMail.objects.exists()


def test_a_mail_is_in_the_language_of_the_person() -> None:
    event = meetup()
    place = register(event, "Ana")
    place.person.language = "ar"
    place.person.save()
    send_news(now=timezone.now())
    assert 'dir="rtl"' in html_of(mail.outbox[0])


# --- At the same moment ---------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_forty_at_once_no_more_come_in_than_there_are_places() -> None:
    event = meetup(capacity=7)

    at_once([partial(register, event, f"Guest {number}") for number in range(40)])
    found = list(registrations(event).values())
    assert found.count(Registration.REGISTERED) == 7
    assert found.count(Registration.WAITLISTED) == 33


@pytest.mark.django_db(transaction=True)
def test_those_who_cancel_at_once_let_each_one_move_up() -> None:
    event = full(" ".join(f"Guest{n}" for n in range(16)), capacity=8)
    going = list(event.participants.filter(registration=Registration.REGISTERED))
    at_once([partial(Client().post, f"{personal_path(p)}cancel/") for p in going])
    found = list(registrations(event).values())
    assert found == ["cancelled"] * 8 + ["registered"] * 8


@pytest.mark.django_db(transaction=True)
def test_a_confirmation_that_is_sent_many_times_at_once_counts_once() -> None:
    event = meetup()
    path = ask(event, "Ana", "ana@example.com")
    statuses = at_once([lambda: Client().post(path).status_code] * 8)
    assert sorted(statuses) == [200] * 7 + [302]
    assert registrations(event) == {"Ana": "registered"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_mail_once() -> None:
    event = meetup()
    for number in range(6):
        register(event, f"Guest {number}")
    now = timezone.now()
    sent = at_once([lambda: send_news(now=now)] * 4)
    assert sum(sent) == len(mail.outbox) == 6
