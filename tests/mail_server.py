"""A mail server for tests, which speaks just enough SMTP."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pytest_django import Settings


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 hello")
        for line in iter(self.rfile.readline, b""):
            command = line[:4].upper().strip()
            if command == b"RCPT" and b"refused@" in line:
                self._say("550 no such mailbox")
            elif command == b"RCPT":
                self.server.taken.append(line.decode().strip()[9:-1])  # type: ignore[attr-defined]
                self._say("250 well")
            elif command == b"DATA":
                self._say("354 go on")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                self._say("250 taken")
            elif command == b"QUIT":
                return self._say("221 bye")
            else:
                self._say("250 well")
        return None

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(settings: Settings) -> Iterator[list[str]]:
    """Send mails to a server that takes all but those to ``refused@…``.

    What it yields becomes the list of the addresses whose mails were taken.
    """
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Conversation) as server:
        server.daemon_threads = True
        taken: list[str] = []
        server.taken = taken  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        yield taken
        server.shutdown()
        thread.join(timeout=5)
