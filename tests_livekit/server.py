"""A LiveKit server as Rollcall ships its configuration, on this machine's loopback.

``python -m tests_livekit.server EXECUTABLE PORT KEY`` becomes one on this port, whose
webhooks go to the environment's instance, signed with the key of this name.
"""

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from launcher.instance import PROJECT, SERVICE_PORTS
from launcher.lifeline import die_with_parent
from launcher.livekit import answers
from tests.launcher.waiting import until

SHIPPED = PROJECT / "docker" / "livekit.yaml"


def shipped() -> dict[str, Any]:
    """Return the configuration that is shipped."""
    configuration: dict[str, Any] = yaml.safe_load(SHIPPED.read_text())
    return configuration


def here(
    configuration: Mapping[str, Any],
    *,
    port: int,
    keys: Mapping[str, str],
    signed_by: str,
    webhooks: str,
) -> dict[str, Any]:
    """Return the configuration on loopback ports, with rooms that end soon."""
    return {
        **configuration,
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "keys": dict(keys),
        "rtc": {
            **configuration.get("rtc", {}),
            "tcp_port": free_port(),
            "udp_port": free_port(),
            "node_ip": "127.0.0.1",
            "use_external_ip": False,
            "enable_loopback_candidate": True,
            # Without one it asks servers on the Internet for its own address.
            "stun_servers": ["127.0.0.1:3478"],
        },
        "room": {
            **configuration.get("room", {}),
            "empty_timeout": 5,
            "departure_timeout": 2,
        },
        "webhook": {
            **configuration["webhook"],
            "api_key": signed_by,
            "urls": [webhooks],
        },
    }


def free_port() -> int:
    """Return a port that neither TCP nor UDP uses."""
    while True:
        port = random.choice(SERVICE_PORTS)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port


class Server:
    """A further server, which may be killed; its webhooks are signed with ``key``."""

    def __init__(self, key: str) -> None:
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        self._arguments = [os.environ["LIVEKIT_SERVER"], str(self.port), key]

    def starts(self) -> None:
        """Start it, and wait until it answers."""
        own = [sys.executable, "-m", "tests_livekit.server", *self._arguments]
        self.process = started(own, self.port)

    def is_killed(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait()


def started(argv: Sequence[str], port: int, **environ: str) -> subprocess.Popen[bytes]:
    """Start a server, and wait until it answers.

    Raises:
        AssertionError: it ended instead.
    """
    process = subprocess.Popen(
        argv,
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def stands() -> bool:
        assert process.poll() is None, f"It ended with {process.returncode}."
        return answers(port)

    until(stands)
    return process


def main(executable: str, port: str, signed_by: str) -> None:
    """Become the server, with the keys of the environment's instance."""
    die_with_parent()
    environ = os.environ
    pairs = f"{environ['LIVEKIT_API_KEY']}:{environ['LIVEKIT_API_SECRET']}"
    keys = f"{pairs},{environ['LIVEKIT_WEBHOOK_KEYS']}"
    configuration = here(
        shipped(),
        port=int(port),
        keys=dict(pair.split(":") for pair in keys.split(",")),
        signed_by=signed_by,
        webhooks=f"{environ['PUBLIC_URL']}/webhooks/livekit",
    )
    # JSON is YAML; in the environment, because a command line is public.
    own = {"LIVEKIT_CONFIG": json.dumps(configuration), "PATH": os.defpath}
    os.execve(executable, [executable], own)


if __name__ == "__main__":
    main(*sys.argv[1:])
