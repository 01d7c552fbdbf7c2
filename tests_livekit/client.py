"""One person's device, a process of its own: it joins and leaves as it is told.

Commands come as JSON lines on stdin; what happened, and when by the clock of this
machine, goes as JSON lines to stdout.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

from livekit import rtc

from launcher.lifeline import die_with_parent


def tell(what: str, **details: Any) -> None:
    line = json.dumps({"what": what, "at": time.time(), **details})
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


class Device:
    """Who is told; each of its methods is a command."""

    def __init__(self) -> None:
        self.room = rtc.Room()

    async def join(self, url: str, token: str) -> None:
        self.room = rtc.Room()
        self.room.on("reconnected", lambda: tell("reconnected"))
        self.room.on("disconnected", lambda reason: tell("cut off", reason=reason))
        called = time.time()
        await self.room.connect(url, token, rtc.RoomOptions(auto_subscribe=False))
        tell("joined", called=called, sid=self.room.local_participant.sid)

    async def leave(self) -> None:
        called = time.time()
        await self.room.disconnect()
        tell("left", called=called)

    async def resume(self) -> None:
        """Lose the signal connection alone, and take it up again."""
        kinds = rtc.SimulateScenarioKind
        await self.room.simulate_scenario(kinds.SIMULATE_SIGNAL_RECONNECT)

    async def reconnect(self) -> None:
        """Lose everything, and connect anew."""
        kinds = rtc.SimulateScenarioKind
        await self.room.simulate_scenario(kinds.SIMULATE_FULL_RECONNECT)


async def main() -> None:
    die_with_parent()
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    device = Device()
    tell("ready")
    async for line in commands:
        command = json.loads(line)
        await getattr(device, command.pop("do"))(**command)


if __name__ == "__main__":
    asyncio.run(main())
    # LiveKit's library has threads of its own that need not be waited for.
    os._exit(0)
