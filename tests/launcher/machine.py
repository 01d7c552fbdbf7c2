"""What a test needs of this machine: a free port, the packages of this Python."""

import socket

from launcher import environment

SITE_PACKAGES = next((environment.VENV / "lib").glob("python3.*/site-packages"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
