"""Tells people by mail what happened to their registrations.

A row for each mail is written together with what it tells of, and deleted once the mail
server has the mail, or once the news are no longer true: somebody may confirm and
cancel before the next mails go out. Somebody who tries to send one moves its time on
first, so that no two do at once, and a mail server that is away gets it later.

Source: docs/rules.md 150, 171.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from core.mails import MailNotSent, send
from events.models import (
    EXPECTED,
    EventState,
    Participant,
    Registration,
    RegistrationMail,
    RegistrationNews,
)
from events.public.mails import about_registration

logger = logging.getLogger(__name__)

TRY_AGAIN_AFTER = timedelta(minutes=5)
# Older news are of no use any more.
TOO_OLD = timedelta(days=3)
AT_ONCE = 100
# What somebody's registration is as long as news are true.
TRUE_OF = {
    RegistrationNews.REGISTERED: EXPECTED,
    RegistrationNews.WAITLISTED: (Registration.WAITLISTED,),
    RegistrationNews.MOVED_UP: EXPECTED,
    RegistrationNews.CANCELLED: (Registration.CANCELLED,),
}


def send_news(*, now: datetime) -> int:
    """Send the mails that are due; return how many are done with.

    If the mail server is away, the others wait, too. A mail that cannot be made holds
    up nobody else's.
    """
    done = 0
    for mail in _claimed(now):
        news = mail.news
        try:
            if mail.created_at > now - TOO_OLD and not _sent(mail.participant_id, news):
                break
        except Exception:  # Whatever is wrong with one, the others are due.
            logger.exception("A mail failed.", extra={"op": "registration_mail"})
            continue
        # Unless there are newer ones meanwhile.
        RegistrationMail.objects.filter(pk=mail.pk, news=news).delete()
        done += 1
    return done


def _claimed(now: datetime) -> Iterator[RegistrationMail]:
    """Yield mails that nobody else tries to send now, each right before it is sent."""
    due = RegistrationMail.objects.filter(due_at__lte=now).order_by("due_at")
    for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        if due.filter(pk=pk).update(due_at=now + TRY_AGAIN_AFTER):
            yield from RegistrationMail.objects.filter(pk=pk)


def _sent(participant_id: int, news: str) -> bool:
    """Send one mail if it is still true; return False if the mail server is away."""
    places = Participant.objects.select_related("event__organization", "person__user")
    place = places.filter(pk=participant_id).first()
    if place is None or not place.email or not _is_true(place, news):
        return True
    try:
        send(
            lambda: about_registration(place, news),
            to=place.email,
            language=_language_of(place),
        )
    except MailNotSent as failed:
        return failed.is_refused
    return True


def _is_true(place: Participant, news: str) -> bool:
    kind = RegistrationNews(news)
    if place.event.state == EventState.CANCELLED and kind != RegistrationNews.CANCELLED:
        return False
    return place.registration in TRUE_OF[kind]


def _language_of(place: Participant) -> str:
    account = place.user.language if place.user else ""
    return place.language or account or place.event.organization.language
