"""The mail server: one connection for many mails, and why one is not taken.

A server that is slow, or breaks off, holds up nobody for longer than a known time.
"""

import logging
import re
import smtplib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.translation import gettext_lazy as _

from core.errors import RuleBroken

logger = logging.getLogger(__name__)

# After so many in a row that broke off, the server is taken as away.
TROUBLES_AT_MOST = 3
# After so many addresses in a row that it refused, it is likelier to refuse us.
REFUSALS_AT_MOST = 5
# Answers to an address for which there is no mailbox, or no mail at all, unless their
# text says something else. Others are about the mailbox being full, or about us.
NO_SUCH_MAILBOX = frozenset({550, 551, 553})
SERVICE_ENDS = 421
# What a text says it is about (RFC 3463): 5.1 is the address, but two are our own.
_ENHANCED = re.compile(rb"\d\.\d{1,3}\.\d{1,3}\b")
_ABOUT_ADDRESS = re.compile(rb"5\.1\.(?![78]$)")
# Words of texts without that which are about us.
_ABOUT_US = re.compile(
    rb"block|black ?list|listed|\b(rbl|dnsbl)|spam|relay|denied|policy|policies"
    rb"|permit|allow|reputation|banned|authent|sender",
    re.IGNORECASE,
)


class MailNotSent(RuleBroken):
    """A mail was not taken; the log has the reason.

    ``is_refused``: because of its address, so that another try is of no use.
    ``is_away``: the server did not answer, broke off, or takes no mails from us.
    """

    status = 503

    def __init__(self, *, is_refused: bool = False, is_away: bool = False) -> None:
        text = _("The mail could not be sent. Try again in a few minutes.")
        super().__init__("mail_not_sent", text)
        self.is_refused, self.is_away = is_refused, is_away


class MailServer:
    """A connection to the mail server, made again whenever it breaks off.

    ``gives_up``: nobody should send more by it, because its time is over, or the
    server is away.
    """

    def __init__(self, *, seconds: float) -> None:
        self._backend = get_connection()
        self._until = time.monotonic() + seconds
        self._troubles = self._refusals = 0

    @property
    def gives_up(self) -> bool:
        return self._troubles >= TROUBLES_AT_MOST or time.monotonic() >= self._until

    def send(self, message: EmailMultiAlternatives) -> None:
        """Send a mail.

        Raises:
            MailNotSent: The server did not take it.
        """
        self.open()
        message.connection = self._backend
        try:
            message.send()
        except (OSError, ValueError) as error:
            failed = self._failure(error)
            self._troubles = self._troubles + 1 if failed.is_away else 0
            if failed.is_away:
                self.close()
            raise failed from error
        self._troubles = self._refusals = 0

    def _failure(self, error: OSError | ValueError) -> MailNotSent:
        failed = failure(error)
        self._refusals = self._refusals + 1 if failed.is_refused else 0
        if self._refusals < REFUSALS_AT_MOST:
            return failed
        self._troubles = TROUBLES_AT_MOST
        return MailNotSent(is_away=True)

    def open(self) -> None:
        """Connect, unless it is connected.

        Raises:
            MailNotSent: The server does not answer, or does not let us in.
        """
        try:
            self._backend.open()
        except Exception as error:  # What a backend raises is up to it.
            logger.exception("The mail server did not answer.", extra={"op": "mail"})
            self._troubles = TROUBLES_AT_MOST
            raise MailNotSent(is_away=True) from error

    def close(self) -> None:
        """Say goodbye, or hang up."""
        with suppress(OSError):
            self._backend.close()

    def hang_up_later(self, done: Event) -> None:
        """Break off whatever still goes on long after the time is over.

        Timeouts alone do not: they begin anew with every byte that a server sends.
        """
        left = self._until - time.monotonic() + (settings.EMAIL_TIMEOUT or 0)
        while not done.wait(max(left, 1)):
            left = 0
            server = getattr(self._backend, "connection", None)
            if at := getattr(server, "sock", None):
                with suppress(OSError):
                    # Not that of TLS, which another thread uses meanwhile.
                    socket.socket.shutdown(at, socket.SHUT_RDWR)


@contextmanager
def open_connection(*, seconds: float) -> Iterator[MailServer]:
    """Open a connection to the mail server, for many mails.

    Args:
        seconds: How long it may last. What is being sent then has as long again as the
            server may take to answer (``EMAIL_TIMEOUT``).

    Raises:
        MailNotSent: The server does not answer.
    """
    server = MailServer(seconds=seconds)
    done = Event()
    watch = Thread(target=server.hang_up_later, args=[done], daemon=True)
    watch.start()
    try:
        server.open()
        yield server
    finally:
        server.close()
        done.set()
        watch.join()


def failure(error: OSError | ValueError) -> MailNotSent:
    """Return what an error of sending means, and log it without the address."""
    if isinstance(error, ValueError):
        # No mail can have this address.
        logger.warning("A mail was refused.", extra={"op": "mail"})
        return MailNotSent(is_refused=True)
    code, is_refused = _answer_to(error)
    if code is None:
        logger.error("A mail could not be sent.", exc_info=error, extra={"op": "mail"})
        return MailNotSent(is_away=True)
    logger.warning("A mail was refused.", extra={"op": "mail", "code": code})
    is_about_mail = isinstance(
        error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError
    )
    return MailNotSent(
        is_refused=is_refused, is_away=code == SERVICE_ENDS or not is_about_mail
    )


def is_no_such_mailbox(code: int, text: bytes) -> bool:
    """Return whether an answer to an address says that it will never take mails."""
    if found := _ENHANCED.match(text):
        return 500 <= code <= 599 and bool(_ABOUT_ADDRESS.match(found[0]))
    return code in NO_SUCH_MAILBOX and not _ABOUT_US.search(text)


def _answer_to(error: OSError) -> tuple[int | None, bool]:
    """Return the code that a server answered, and whether there is no such mailbox."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, text)] = error.recipients.values()
        return code, is_no_such_mailbox(code, text)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, False
    return None, False
