"""Mails: how one is written, sent, and where it goes while no server is set up.

A mail is a few sentences around one link, or around rows of choices that each are a
link, so text and HTML are made from one source. What the mails say stands in the rooms
that send them.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from smtplib import SMTPRecipientsRefused
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.errors import RuleBroken

logger = logging.getLogger(__name__)


class Choice(NamedTuple):
    """One answer to a question: a link on a few letters; ``said`` is it in words."""

    label: str
    link: str
    said: str


class Choices(NamedTuple):
    """Answers that stand in one row, under their question if it is not the title."""

    question: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Mail:
    """What a mail says, in the language that is active when it is made.

    ``top`` is whose mail it is, if not Rollcall's; ``title`` stands above everything.
    ``rows`` are what one can choose from. ``more_links`` stand at the end, each after
    what it leads to.
    """

    subject: str
    before: Sequence[str]
    link: str = ""
    button: str = ""
    after: Sequence[str] = ()
    more_links: Sequence[tuple[str, str]] = ()
    top: str = ""
    title: str = ""
    rows: Sequence[Choices] = ()


class MailNotSent(RuleBroken):
    """A mail was not taken; the log has the reason.

    ``is_refused``: because of its address, so that another try is of no use.
    """

    status = 503

    def __init__(self, *, is_refused: bool = False) -> None:
        text = _("The mail could not be sent. Try again in a few minutes.")
        super().__init__("mail_not_sent", text)
        self.is_refused = is_refused


def send(
    write: Callable[[], Mail],
    *,
    to: str,
    language: str = "",
    connection: BaseEmailBackend | None = None,
) -> None:
    """Write a mail and send it, as text and HTML.

    Args:
        write: Returns the mail in the language that is active.
        to: The address.
        language: The language of its reader; "": the one that is active.
        connection: One that is open, for many mails.

    Raises:
        MailNotSent: The mail server did not take it.
    """
    with translation.override(language or translation.get_language()):
        message = _message(write(), to)
    message.connection = connection
    try:
        message.send()
    except (SMTPRecipientsRefused, ValueError) as error:
        # Without the error, which names the address.
        logger.warning("A mail was refused.", extra={"op": "mail"})
        raise MailNotSent(is_refused=True) from error
    except OSError as error:
        logger.exception("A mail could not be sent.", extra={"op": "mail"})
        raise MailNotSent from error


def _message(mail: Mail, to: str) -> EmailMultiAlternatives:
    context = {
        "mail": mail,
        "language": translation.get_language(),
        "is_rtl": translation.get_language_bidi(),
    }
    text, page = (
        render_to_string(f"core/mail.{kind}", context) for kind in ("txt", "html")
    )
    message = EmailMultiAlternatives(" ".join(mail.subject.split()), text, to=[to])
    message.attach_alternative(page, "text/html")
    return message


@contextmanager
def open_connection() -> Iterator[BaseEmailBackend]:
    """Open a connection to the mail server, for many mails.

    Raises:
        MailNotSent: It does not answer.
    """
    connection: BaseEmailBackend = get_connection()
    try:
        connection.open()
    except Exception as error:  # What a backend raises is up to it.
        logger.exception("The mail server did not answer.", extra={"op": "mail"})
        raise MailNotSent from error
    try:
        yield connection
    finally:
        connection.close()


def is_set_up() -> bool:
    """Return whether the operator has said how mails are sent (``EMAIL_URL``)."""
    return bool(settings.EMAIL_URL)


def reaches_people() -> bool:
    """Return whether mails go to a server: not into files, or onto a screen."""
    kind = settings.EMAIL_BACKEND.split(".")[-2]
    return kind not in ("filebased", "console", "dummy")


def directory() -> str:
    """Return the directory in which mails are files; "" if they are sent.

    Without ``EMAIL_URL`` it is that of the data directory.
    """
    in_files = settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend")
    return settings.EMAIL_FILE_PATH if in_files else ""
