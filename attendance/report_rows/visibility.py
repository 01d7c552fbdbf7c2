"""Which parts of a report a user may see.

Source: docs/rules.md 82.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from events.models import Event, Participant, User
from events.permissions import Viewer
from sessions_app.models import LiveSession


@dataclass(frozen=True, slots=True)
class ReportVisibility:
    """Which parts of a report a user may see.

    Attributes:
        sees_everybody: All rows and the unmatched people; else only the user's own row.
        sees_identities: LiveKit identities, which would let one impersonate others.
        sees_addresses: Everybody's email address; else only the user's own.
        user_id: The user.
    """

    sees_everybody: bool
    sees_identities: bool
    sees_addresses: bool
    user_id: int | None

    @classmethod
    def of(cls, session: LiveSession, user: User) -> "ReportVisibility":
        """Return what ``user`` may see of the report of ``session``.

        Organizers see everything, viewers everything but identities, hosts neither
        identities nor email addresses, attendees their own row.
        """
        [visibility] = cls.of_each([session], user)
        return visibility

    @classmethod
    def of_each(
        cls, sessions: Sequence[LiveSession], user: User | None
    ) -> list["ReportVisibility"]:
        """Return what ``user`` may see of each session, by two queries."""
        return cls.of_events([session.event for session in sessions], user)

    @classmethod
    def of_events(
        cls, events: Sequence[Event], user: User | None
    ) -> list["ReportVisibility"]:
        """Return what ``user`` may see of the people of each event, by two queries.

        Without a user, as for a personal link, nobody but those who are asked for.
        """
        if user is None:
            return [cls(False, False, False, None)] * len(events)
        viewer = Viewer.of(user)
        ids = {event.pk for event in events}
        hosted = Event.objects.hosted_by(user).filter(pk__in=ids)
        hosted_ids = set(hosted.values_list("pk", flat=True))
        return [
            cls(
                sees_everybody=event.pk in hosted_ids
                or viewer.belongs_to(event.organization_id),
                sees_identities=viewer.organizes(event.organization_id),
                sees_addresses=viewer.belongs_to(event.organization_id),
                user_id=user.pk,
            )
            for event in events
        ]

    def address_of(self, person: Participant) -> str | None:
        """Return the email address of a person; None if the user may not see it."""
        is_self = person.user_id is not None and person.user_id == self.user_id
        return person.email if self.sees_addresses or is_self else None
