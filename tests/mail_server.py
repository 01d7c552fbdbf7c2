"""A real mail server for tests, whose mailboxes do what their names say."""

import asyncio
import email
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message

from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

# It logs addresses; tests look at what our own code logs.
logging.getLogger("mail.log").setLevel(logging.ERROR)

# The answers of mailboxes to which no mail is taken.
NEVER_TAKEN = {
    "refused": "550 5.1.1 no such mailbox",
    "gone": "550 Requested action not taken: mailbox unavailable",
    "policy": "550 5.7.1 relaying denied",
    "listed": "554 Service unavailable; Client host [192.0.2.1] blocked using zen.spam",
    "relay": "550 relay not permitted",
    "full": "552 5.2.2 mailbox full",
}


@dataclass
class MailServerHere:
    """A server that takes all mails but those to some mailboxes.

    Mailboxes: ``refused@``: there is none; ``policy@``: not from us, and ``listed@``
    and ``relay@`` in the words of others; ``gone@``: there is none, in words;
    ``full@``; ``grey@``: not before ``knows_us``; ``drops@``: it hangs up in the
    middle of the mail; ``takes-and-drops@``: after it; ``hangs@``: no answer;
    ``drips@``: an answer without an end.

    Attributes:
        port: Where it listens.
        taken: The addresses whose mails were taken, in order.
        messages: Those mails.
        connections: How many there were.
        knows_us: Whether it takes what was greylisted.
        once_taken: Called with each address, before the server says that it took it.
    """

    port: int = 0
    taken: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    connections: int = 0
    knows_us: bool = False
    once_taken: Callable[[str], object] = lambda _: None

    async def handle_RCPT(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope, to: str, options: object
    ) -> str:
        """Answer whether there is such a mailbox."""
        mailbox = to.partition("@")[0]
        if answer := NEVER_TAKEN.get(mailbox):
            return answer
        match mailbox:
            case "grey" if not self.knows_us:
                return "451 4.7.1 greylisted, come back later"
            case "hangs":
                await asyncio.Event().wait()
            case "drips":
                await self._drip(smtp)
        envelope.rcpt_tos.append(to)
        return "250 well"

    async def _drip(self, smtp: SMTP) -> None:
        while True:
            await smtp.push("250-still thinking")
            await asyncio.sleep(0.05)

    async def handle_DATA(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        [to] = envelope.rcpt_tos
        name = to.partition("@")[0]
        if name == "drops":
            _hang_up(smtp)
            return "250 never heard"
        assert isinstance(envelope.content, bytes)
        self.taken.append(to)
        self.messages.append(email.message_from_bytes(envelope.content))
        await asyncio.to_thread(self.once_taken, to)
        if name == "takes-and-drops":
            _hang_up(smtp)
        return "250 taken"

    def speak(self) -> SMTP:
        """Return what speaks with one client."""
        self.connections += 1
        return SMTP(self, hostname="mail.example.com", enable_SMTPUTF8=True)


def _hang_up(smtp: SMTP) -> None:
    assert isinstance(smtp.transport, asyncio.Transport)
    smtp.transport.abort()


@contextmanager
def mail_server(settings: Settings) -> Iterator[MailServerHere]:
    """Send mails to a server of our own."""
    here = MailServerHere()
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(loop.create_server(here.speak, "127.0.0.1", 0))
    here.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", here.port
    try:
        yield here
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)
