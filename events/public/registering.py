"""People register themselves for an event: asked for, then confirmed by mail.

Whoever asks gets the same answer, whatever is known of the address: it is looked at
only when somebody who reads its mail confirms. Who then is meant is decided as
everywhere, but never by the name alone, because anybody can type a name; if it is
doubtful, it is somebody new.

Source: docs/rules.md 148, 149, 150.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address
from core.errors import Conflict, RuleBroken
from core.mails import MailNotSent, send
from core.names import folded
from events.accounts.attempts import DAY, HOUR, count_try, is_too_often, key_of
from events.locks import lock_event, lock_people
from events.models import (
    NOT_REGISTERED,
    Event,
    Participant,
    ParticipantRole,
    Registration,
    RegistrationNews,
)
from events.people.lookups import who_may_be_meant
from events.people.matching import Given, Known, Meant, who_is_meant
from events.public.claims import Claim, token_of
from events.public.mails import please_confirm
from events.roster.adding import add_participant
from events.roster.places import let_move_up
from events.roster.waiting_list import is_full, tell_later

# Each in a minute.
FROM_A_NETWORK, FOR_AN_EVENT, ON_THE_INSTALLATION = 10, 60, 200
# Somebody may register a whole family by one address.
MAILS_ABOUT_SOMEBODY = {HOUR: 3, DAY: 6}
MAILS_TO_AN_ADDRESS = {HOUR: 20, DAY: 60}
PLACES_OF_AN_ADDRESS = 5


class TooManyRegistrations(RuleBroken):
    """There are too many registrations at once; ``wait`` is in seconds."""

    status = 429

    def __init__(self, wait: int) -> None:
        text = _("Too many registrations. Wait %(wait)s seconds, then try again.")
        super().__init__("too_many_registrations", text % {"wait": wait})
        self.wait = wait


def ask_to_confirm_registration(
    *, event: Event, name: str, email: str, language: str, network: str, now: datetime
) -> None:
    """Send the mail in which its reader confirms a registration.

    Args:
        event: The event.
        name: As typed.
        email: As typed.
        language: The language of the page.
        network: The address, or the /64 of IPv6, of the computer that asks.
        now: The present time.

    Raises:
        Conflict: Nobody can register.
        TooManyRegistrations: Too many from this network, for this event, or on
            this installation.
        MailNotSent: The mail server does not answer.
    """
    _must_be_open(event, now)
    _must_not_be_too_many(event, network)
    if _has_got_enough(event, name, email):
        # The answer must not tell.
        return
    token = token_of(Claim(event.pk, name, email, language, now))
    link = settings.PUBLIC_URL + reverse("confirm_registration", args=[token])
    try:
        send(lambda: please_confirm(event, link=link), to=email)
    except MailNotSent as failed:
        # Whether a mailbox exists is not ours to tell.
        if not failed.is_refused:
            raise


def _must_not_be_too_many(event: Event, network: str) -> None:
    for key, most in (
        (key_of("register", network), FROM_A_NETWORK),
        (key_of("register", "event", str(event.pk)), FOR_AN_EVENT),
        (key_of("register"), ON_THE_INSTALLATION),
    ):
        tries = count_try(key)
        if tries.number > most:
            raise TooManyRegistrations(tries.wait)


def _has_got_enough(event: Event, name: str, email: str) -> bool:
    """Count a mail to an address; return whether it is one too many.

    What is too much about somebody at one event counts for nothing else.
    """
    receiver = ("register", "mail", folded_address(email))
    somebody = (*receiver, str(event.pk), folded(name))
    return is_too_often(*somebody, most=MAILS_ABOUT_SOMEBODY) or is_too_often(
        *receiver, most=MAILS_TO_AN_ADDRESS
    )


class Confirmed(NamedTuple):
    """The place of who confirmed; ``is_settled``: it stood, and is left as it was."""

    place: Participant
    is_settled: bool


@transaction.atomic
def confirm(claim: Claim, *, now: datetime) -> Confirmed:
    """Register who confirmed; twice is once.

    Returns:
        Their place: registered, or on the waiting list if all places are taken. If
        they are on the roster already, or have cancelled since they asked, it is
        settled.

    Raises:
        Conflict: Nobody can register any more; or so many have with this address that
            no more can.
        Event.DoesNotExist: The event was deleted.
    """
    organization = Event.objects.values_list("organization", flat=True)
    lock_people(organization.get(pk=claim.event))
    event = lock_event(claim.event)
    known = _known(event, claim)
    if place := _settled(known, claim):
        return Confirmed(place, is_settled=True)
    _must_be_open(event, now)
    _must_not_have_enough(event, claim.email, but=known)
    let_move_up(event)
    waits = is_full(event)
    values: dict[str, Any] = {} if known else {"language": claim.language}
    place = add_participant(
        event=event,
        name=claim.name,
        email=claim.email,
        person=None if known is None else known.person,
        new=known is None,
        # Whoever was a host and has cancelled is none by coming back.
        role=ParticipantRole.ATTENDEE,
        registration=Registration.WAITLISTED if waits else Registration.REGISTERED,
        **values,
    ).participant
    news = RegistrationNews.WAITLISTED if waits else RegistrationNews.REGISTERED
    tell_later([place], news, now=now)
    return Confirmed(place, is_settled=False)


def _known(event: Event, claim: Claim) -> Known | None:
    """Return who has this address and this name; None if it is somebody new."""
    given = Given(claim.name, claim.email, "")
    meant = who_is_meant(given, who_may_be_meant(event, [given]))
    if isinstance(meant, Meant) and meant.by == "address":
        return meant.person
    return None


def _settled(known: Known | None, claim: Claim) -> Participant | None:
    """Return the place that is not changed by confirming, if there is one."""
    if known is None or known.place is None:
        return None
    place = Participant.everybody.select_related("event__organization").get(
        pk=known.place
    )
    has_cancelled = place.cancelled_at is not None and place.cancelled_at > claim.at
    if has_cancelled or place.registration not in NOT_REGISTERED:
        return place
    return None


def _must_not_have_enough(event: Event, email: str, *, but: Known | None) -> None:
    """Refuse one more place to an address, lest one mailbox fills an event.

    Who has cancelled counts: else the roster could be filled one after the other.
    """
    places = event.participants.filter(person__folded_email=folded_address(email))
    others = places.exclude(person=None if but is None else but.person)
    if others.count() >= PLACES_OF_AN_ADDRESS:
        raise Conflict(
            "enough_places",
            _(
                "%(number)s people were registered with this address already. Ask the "
                "organizers to add more."
            )
            % {"number": PLACES_OF_AN_ADDRESS},
        )


def _must_be_open(event: Event, now: datetime) -> None:
    if not event.takes_registrations(now):
        raise Conflict(
            "registration_closed", _("Nobody can register for this event any more.")
        )
