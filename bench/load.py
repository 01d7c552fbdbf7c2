"""A client that needs little CPU: prepared requests over persistent connections.

One thread waits for all sockets. A connection sends its next request after the answer
to the last one, as LiveKit's queue of a room does.
"""

import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

CONNECTIONS = 16


@dataclass(slots=True)
class Measured:
    """The result of a run: answers, its duration, and the seconds of each answer."""

    answers: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def percentile(self, percent: float) -> float:
        """Return a percentile of the latencies, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


def post(port: int, path: str, body: bytes, authorization: str = "-") -> bytes:
    """Return the bytes of a POST request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/webhook+json\r\nAuthorization: {authorization}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(
    port: int, requests: Iterator[bytes], *, seconds: float, per_second: float = 0
) -> Measured:
    """Send requests for some seconds, as fast as they are answered or at a fixed rate.

    At a fixed rate, latencies count from when a request was due, so they include
    waiting for a free connection.

    Raises:
        RuntimeError: an answer is not 204.
    """
    measured = Measured()
    selector = selectors.DefaultSelector()
    sockets = [
        socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)
    ]
    for sock in sockets:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(sock, selectors.EVENT_READ)
    started = time.perf_counter()
    due = started
    free = deque(sockets)
    waiting: dict[socket.socket, float] = {}
    try:
        while (now := time.perf_counter()) < started + seconds or waiting:
            while free and due <= now < started + seconds:
                sock = free.popleft()
                waiting[sock] = due if per_second else now
                sock.sendall(next(requests))
                if per_second:
                    due += 1 / per_second
            pause = max(0.0, due - time.perf_counter()) if per_second else 1.0
            for key, _ in selector.select(pause if free else 1.0):
                sock = key.fileobj  # type: ignore[assignment]
                answer = sock.recv(65536)
                if not answer.startswith(b"HTTP/1.1 204"):
                    raise RuntimeError(answer.decode(errors="replace"))
                measured.latencies.append(time.perf_counter() - waiting.pop(sock))
                free.append(sock)
                measured.answers += 1
    finally:
        measured.seconds = time.perf_counter() - started
        selector.close()
        for sock in sockets:
            sock.close()
    return measured
