"""What proves that a session was held. Pure.

Source: docs/rules.md 31, 32, 33, 117.
"""

from typing import NamedTuple

ONLINE = "online"
IN_PERSON = "in_person"


class Proof(NamedTuple):
    """What is known of a session that may prove that it was held, in numbers of people.

    Attributes:
        seen: In its window by a source of presence, on the roster or not.
        by_staff: Checked in by staff.
        by_themselves: Checked in by themselves.
        marked: Marked by a person as present, late or partial.
        said_held: An organizer said that it was held.
    """

    seen: int = 0
    by_staff: int = 0
    by_themselves: int = 0
    marked: int = 0
    said_held: bool = False

    @property
    def checked_in(self) -> int:
        """The number of people who were checked in, by staff or by themselves."""
        return self.by_staff + self.by_themselves

    @property
    def by_people(self) -> bool:
        """Whether check-ins and marks prove that people met."""
        return self.by_staff > 0 or self.marked > 0 or self.by_themselves > 1

    def without(self, other: "Proof") -> "Proof":
        """Return what is left without the people of another proof."""
        return self._replace(
            seen=self.seen - other.seen,
            by_staff=self.by_staff - other.by_staff,
            by_themselves=self.by_themselves - other.by_themselves,
            marked=self.marked - other.marked,
        )

    def proves(self, mode: str) -> bool:
        """Return whether a session of this mode was held.

        Online, presence proves it; in person, check-ins and marks; hybrid, either;
        always, an organizer's answer.
        """
        return (
            self.said_held
            or (self.seen > 0 and mode != IN_PERSON)
            or (self.by_people and mode != ONLINE)
        )


def is_missed_if_unseen(mode: str, *, is_host: bool, was_anybody_seen: bool) -> bool:
    """Return whether somebody expected is absent if nothing speaks for them.

    The session was held. Attendees are; hosts only if everybody was to be in a room
    that somebody was seen in: who checks in a class is hardly checked in themselves.
    """
    return not is_host or (mode == ONLINE and was_anybody_seen)
