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

from core.mail_server import MailNotSent, MailServer, open_connection
from core.mails import message_id, send
from events.models import (
    EXPECTED,
    EventState,
    Participant,
    Registration,
    RegistrationMail,
    RegistrationNews,
)
from events.people.mailboxes import mail_language, note_refused
from events.public.mails import about_registration

logger = logging.getLogger(__name__)

TRY_AGAIN_AFTER = timedelta(minutes=5)
# Older news are of no use any more.
TOO_OLD = timedelta(days=3)
AT_ONCE = 100
SECONDS_AT_MOST = 15
# What somebody's registration is as long as news are true.
TRUE_OF = {
    RegistrationNews.REGISTERED: EXPECTED,
    RegistrationNews.WAITLISTED: (Registration.WAITLISTED,),
    RegistrationNews.MOVED_UP: EXPECTED,
    RegistrationNews.CANCELLED: (Registration.CANCELLED,),
}


def send_news(*, now: datetime) -> int:
    """Send the mails that are due; return how many are done with.

    If the mail server is away, or slow, the others wait, too. A mail that is not taken
    yet, or cannot be made, holds up nobody else's.
    """
    if not RegistrationMail.objects.filter(due_at__lte=now).exists():
        return 0
    try:
        with open_connection(seconds=SECONDS_AT_MOST) as server:
            return _send_all(server, now)
    except MailNotSent:
        return 0


def _send_all(server: MailServer, now: datetime) -> int:
    done = 0
    for mail in _claimed(now):
        try:
            if mail.created_at > now - TOO_OLD:
                _send(mail, server)
            # Unless there are newer ones meanwhile.
            RegistrationMail.objects.filter(pk=mail.pk, news=mail.news).delete()
            done += 1
        except MailNotSent:  # It is tried again later.
            pass
        except Exception:  # Whatever is wrong with one, the others are due.
            logger.exception("A mail failed.", extra={"op": "registration_mail"})
        if server.gives_up:
            break
    return done


def _claimed(now: datetime) -> Iterator[RegistrationMail]:
    """Yield mails that nobody else tries to send now, each right before it is sent."""
    due = RegistrationMail.objects.filter(due_at__lte=now).order_by("due_at")
    for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        if due.filter(pk=pk).update(due_at=now + TRY_AGAIN_AFTER):
            yield from RegistrationMail.objects.filter(pk=pk)


def _send(mail: RegistrationMail, server: MailServer) -> None:
    """Send one mail if it is still true.

    Raises:
        MailNotSent: The server did not take it, and may later.
    """
    places = Participant.objects.select_related("event__organization", "person__user")
    place = places.filter(pk=mail.participant_id).first()
    if place is None or not place.person.takes_mail or not _is_true(place, mail.news):
        return
    try:
        send(
            lambda: about_registration(place, mail.news),
            to=place.email,
            language=mail_language(place),
            headers={"Message-ID": message_id(mail.news, mail.pk)},
            server=server,
        )
    except MailNotSent as failed:
        if not failed.is_refused:
            raise
        note_refused(place.person)


def _is_true(place: Participant, news: str) -> bool:
    kind = RegistrationNews(news)
    if place.event.state == EventState.CANCELLED and kind != RegistrationNews.CANCELLED:
        return False
    return place.registration in TRUE_OF[kind]
