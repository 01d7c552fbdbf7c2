"""The configuration in docker/ is one that a real LiveKit server takes."""

import os

from tests_livekit.server import SHIPPED, free_port, started


def test_the_shipped_file_starts_a_server() -> None:
    # LiveKit refuses a file with a key that it does not know. Only the ports differ
    # from docker-compose.yml: here others may be using them.
    port = free_port()
    places = [
        *("--bind", "127.0.0.1"),
        *("--port", str(port)),
        *("--rtc.tcp_port", str(free_port())),
        *("--rtc.udp_port.start", str(free_port())),
    ]
    process = started(
        [os.environ["LIVEKIT_SERVER"], "--config", str(SHIPPED), *places],
        port,
        LIVEKIT_KEYS=f'rollcall: "{"0" * 32}"',
        NODE_IP="127.0.0.1",
    )
    process.kill()
    process.wait()
