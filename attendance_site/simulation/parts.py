"""The parts that people play in a lesson: what they do, and what LiveKit sends.

A part is a function that plays one person in a :class:`Scene` and returns the story in
words. The scene adds webhooks to the room and records what is true; some webhooks may
be missing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias

from attendance_site.simulation.livekit import SimulatedPerson, SimulatedRoom

MINUTE = 60

# Participants who are not on the roster.
GUEST = SimulatedPerson("guest-7f3a", "Lina")
PHONE = SimulatedPerson("sip_+49171000042", "+49 171 000042", "SIP")
AGENT = SimulatedPerson("agent-notes", "Note taker", "AGENT")


class Scene:
    """One person in one lesson. Times are whole seconds after the lesson's start.

    Attributes:
        closing: When the room closes.
        presence: When the person was really there, ends exclusive, in any order.
        attempts: The number of failed attempts to connect.
    """

    def __init__(
        self,
        room: SimulatedRoom,
        person: SimulatedPerson,
        *,
        starts_at: datetime,
        closing: int,
        random: Random,
    ) -> None:
        self.room, self.person = room, person
        self.starts_at, self.closing, self.random = starts_at, closing, random
        self.presence: list[tuple[int, int]] = []
        self.attempts = 0

    def at(self, second: int) -> datetime:
        """Return the instant of a second of the lesson."""
        return self.starts_at + timedelta(seconds=second)

    def between(self, first: float, last: float) -> int:
        """Return a random second; both bounds are minutes after the start."""
        return self.random.randint(round(first * MINUTE), round(last * MINUTE))

    def share(self, first: float, last: float) -> int:
        """Return a random second; both bounds are shares of the lesson, 0 to 1."""
        return self.random.randint(
            round(first * self.closing), round(last * self.closing)
        )

    def to_the_end(self) -> int:
        """Return a random second at which somebody leaves who stays to the end."""
        return self.closing - self.random.randint(0, 40)

    def stay(self, joined: int, left: int, reason: str = "CLIENT_INITIATED") -> None:
        """Join and leave; LiveKit reports both."""
        self.room.stay(self.person, self.at(joined), self.at(left), reason)
        self.presence.append((joined, left))

    def stay_without_join(self, joined: int, left: int) -> None:
        """Join and leave; only the leave is reported."""
        self.room.leave_alone(self.person, self.at(joined), self.at(left))
        self.presence.append((joined, left))

    def stay_without_leave(self, joined: int, until: int) -> None:
        """Join and leave; only the join is reported.

        The stay ends at ``until`` by something else that happens in the room.
        """
        self.room.stay(self.person, self.at(joined), None)
        self.presence.append((joined, until))

    def attempt(self, began: int, seconds: int) -> None:
        """Try to connect, and fail after some seconds."""
        self.room.failed_attempt(self.person, self.at(began), self.at(began + seconds))
        self.attempts += 1


Part: TypeAlias = Callable[[Scene], str]


def host(scene: Scene) -> str:
    """Come before the start and stay until the room closes."""
    scene.stay(scene.between(-6, -3), scene.closing)
    return "was there from before the start to the end"


def punctual(scene: Scene) -> str:
    """Come in time and stay."""
    scene.stay(scene.between(-5, 3), scene.to_the_end())
    return "came in time and stayed"


def late(scene: Scene) -> str:
    """Come after the grace period and stay."""
    joined = scene.between(16, 24)
    scene.stay(joined, scene.to_the_end())
    return f"came {joined // MINUTE} minutes late and stayed"


def very_late(scene: Scene) -> str:
    """Come for the last third."""
    joined = scene.share(0.62, 0.8)
    scene.stay(joined, scene.to_the_end())
    return f"came {joined // MINUTE} minutes late"


def leaves_early(scene: Scene) -> str:
    """Come in time and go long before the end."""
    left = scene.share(0.25, 0.45)
    scene.stay(scene.between(-4, 4), left)
    return f"left after {left // MINUTE} minutes"


def glimpse(scene: Scene) -> str:
    """Stay for one to three minutes."""
    joined = scene.share(0.1, 0.6)
    scene.stay(joined, joined + scene.between(1, 3))
    return "looked in for a moment"


def dropped(scene: Scene) -> str:
    """Lose the connection twice, and come back each time."""
    first, second = scene.share(0.2, 0.4), scene.share(0.5, 0.7)
    back = first + scene.between(1, 4)
    scene.stay(scene.between(-2, 5), first, "CONNECTION_TIMEOUT")
    scene.stay(back, second, "CONNECTION_TIMEOUT")
    scene.stay(second + scene.between(0.2, 3), scene.to_the_end())
    return "lost the connection twice and came back"


def lost_leave(scene: Scene) -> str:
    """Join again; the first leave was lost, so the first stay ends at that join."""
    back = scene.share(0.4, 0.7)
    scene.stay_without_leave(scene.between(-1, 6), back)
    scene.stay(back, scene.to_the_end())
    return "joined anew; the first leave was never told"


def two_devices(scene: Scene) -> str:
    """Switch to another device: LiveKit ends the first as a duplicate identity."""
    change = scene.share(0.3, 0.6)
    scene.stay(scene.between(-3, 4), change, "DUPLICATE_IDENTITY")
    scene.stay(change, scene.to_the_end())
    return "went on with another device"


def untold_join(scene: Scene) -> str:
    """Stay to the end; the join is lost."""
    scene.stay_without_join(scene.between(2, 9), scene.to_the_end())
    return "was there; only the leave was told"


def left_open(scene: Scene) -> str:
    """Stay to the end; the leave is lost, and only the room's finish ends the stay."""
    scene.stay_without_leave(scene.between(-2, 6), scene.closing)
    return "was there until the room closed; no leave was told"


def never_got_through(scene: Scene) -> str:
    """Try to connect some times, and never get through."""
    moment = scene.between(0, 2)
    for _ in range(scene.random.randint(3, 8)):
        seconds = scene.random.randint(10, 50)
        scene.attempt(moment, seconds)
        moment += seconds + scene.random.randint(5, 60)
    return f"tried {scene.attempts} times and never got through"


def second_try(scene: Scene) -> str:
    """Fail to connect twice, then stay to the end."""
    moment = scene.between(-1, 3)
    scene.attempt(moment, scene.random.randint(10, 40))
    scene.attempt(moment + 60, scene.random.randint(10, 40))
    scene.stay(moment + 150, scene.to_the_end())
    return "got through at the third try"


def never_came(scene: Scene) -> str:
    """Do nothing."""
    return "never came"


# Everything that happens in real rooms, the most frequent first.
OF_PEOPLE: Sequence[Part] = (
    punctual,
    late,
    dropped,
    never_got_through,
    left_open,
    untold_join,
    two_devices,
    never_came,
    lost_leave,
    leaves_early,
    second_try,
    very_late,
    glimpse,
)
