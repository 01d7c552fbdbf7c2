"""The people of the demonstration, and what they usually do."""

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_site.simulation import parts
from attendance_site.simulation.parts import Part
from events.models import ParticipantRole, Registration

# Habits: the parts of which one is drawn for a person each week.
STEADY = (parts.punctual,) * 5 + (parts.dropped, parts.left_open)
DIVERSE = (parts.punctual, parts.late, parts.two_devices, parts.lost_leave)
TARDY = (parts.late, parts.late, parts.punctual, parts.very_late)
UNLUCKY = (
    parts.punctual,
    parts.dropped,
    parts.second_try,
    parts.untold_join,
    parts.never_got_through,
)
FADING = (parts.leaves_early, parts.never_came, parts.glimpse, parts.punctual)
SELDOM = (parts.never_came, parts.never_came, parts.punctual)
HOST = (parts.host,)

# From a lesson, by number from 0, until before another; None: open.
Lessons = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Person:
    """A person on a roster, with the parts they usually play.

    Attributes:
        external_id: Their student number; "" if none.
        enrolled: The lessons in which they belong to the course, in order; none if in
            all.
    """

    name: str
    email: str
    habit: Sequence[Part] = STEADY
    role: str = ParticipantRole.ATTENDEE
    registration: str = Registration.REGISTERED
    external_id: str = ""
    enrolled: Sequence[Lessons] = ()

    @property
    def takes_part(self) -> bool:
        """Whether they are on the leaderboard: attendees who do not come seldom."""
        return self.role == ParticipantRole.ATTENDEE and self.habit is not SELDOM
