"""Mails: how one is written, sent, and where it goes while no server is set up.

A mail is a few sentences around one link, or around rows of choices that each are a
link, so text and HTML are made from one source. What the mails say stands in the rooms
that send them; ``core/mail_server.py`` says what becomes of many mails, and of those
that are not taken.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac

from core.mail_server import MailNotSent, MailServer, failure
from core.reserved_addresses import is_reserved, is_this_machine

__all__ = ["Mail", "MailNotSent", "send"]


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


def send(
    write: Callable[[], Mail],
    *,
    to: str,
    language: str = "",
    headers: Mapping[str, str] | None = None,
    server: MailServer | None = None,
) -> None:
    """Write a mail and send it, as text and HTML.

    Args:
        write: Returns the mail in the language that is active.
        to: The address.
        language: The language of its reader; "": the one that is active.
        headers: Further headers.
        server: A connection that is open, for many mails.

    Raises:
        MailNotSent: The mail server did not take it, or is not given it: nobody can
            have the address.
    """
    if reaches_people() and is_reserved(to) and not is_this_machine(_server_host()):
        raise MailNotSent(is_refused=True)
    with translation.override(language or translation.get_language()):
        message = written(write(), to=to, headers=headers)
    if server is not None:
        return server.send(message)
    try:
        message.send()
    except (OSError, ValueError) as error:
        raise failure(error) from error
    return None


def written(
    mail: Mail, *, to: str, headers: Mapping[str, str] | None = None
) -> EmailMultiAlternatives:
    """Return a mail to an address, as text and HTML, in the language that is active."""
    context = {
        "mail": mail,
        "language": translation.get_language(),
        "is_rtl": translation.get_language_bidi(),
    }
    text, page = (
        render_to_string(f"core/mail.{kind}", context) for kind in ("txt", "html")
    )
    # No program that is away answers it (RFC 3834).
    headers = {"Auto-Submitted": "auto-generated", **(headers or {})}
    subject = " ".join(mail.subject.split())
    message = EmailMultiAlternatives(subject, text, to=[to], headers=headers)
    message.attach_alternative(page, "text/html")
    return message


def message_id(kind: str, key: object) -> str:
    """Return the Message-ID of a mail: the same one, however often it is sent.

    So who gets it twice, after a crash in the middle, is shown it once. It tells
    nothing of how many mails there are.

    Args:
        kind: What mails these are.
        key: Which of them it is.
    """
    digest = salted_hmac(f"message-id {kind}", str(key)).hexdigest()
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{kind}.{digest}@{host}>"


def unsubscribe_headers(address: str) -> dict[str, str]:
    """Return the headers by which mail programs offer to stop such mails.

    Source: RFC 8058 (List-Unsubscribe with one click).

    Args:
        address: Of the page where they are stopped, by a POST too.
    """
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _server_host() -> str:
    """Return where the mail server is; this machine, if mails go to none."""
    by_smtp = settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
    return settings.EMAIL_HOST if by_smtp else "localhost"


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
