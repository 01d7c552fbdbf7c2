"""What somebody may see of a report.

Source: docs/rules.md 82.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from events.models import Event, Participant, User
from events.permissions import Viewer
from sessions_app.models import LiveSession


@dataclass(frozen=True, slots=True)
class ReportVisibility:
    """What somebody may see of a report.

    Attributes:
        sees_everybody: Everybody's rows and who was unmatched; else only their own row.
        sees_identities: LiveKit identities, by which one could be taken for another.
        sees_addresses: Everybody's mail address; else only their own.
        user_id: Whose own row it would be.
    """

    sees_everybody: bool
    sees_identities: bool
    sees_addresses: bool
    user_id: int | None

    @classmethod
    def of(cls, session: LiveSession, user: User) -> "ReportVisibility":
        """Organizers see all, viewers all but identities, hosts no addresses either."""
        [visibility] = cls.of_each([session], user)
        return visibility

    @classmethod
    def of_each(
        cls, sessions: Sequence[LiveSession], user: User
    ) -> list["ReportVisibility"]:
        """Return what ``user`` may see of each session, by two queries."""
        viewer = Viewer.of(user)
        events = {session.event_id for session in sessions}
        hosted = Event.objects.hosted_by(user).filter(pk__in=events)
        hosted_ids = set(hosted.values_list("pk", flat=True))
        return [
            cls(
                sees_everybody=session.event_id in hosted_ids
                or viewer.belongs_to(session.event.organization_id),
                sees_identities=viewer.organizes(session.event.organization_id),
                sees_addresses=viewer.belongs_to(session.event.organization_id),
                user_id=user.pk,
            )
            for session in sessions
        ]

    def address_of(self, person: Participant) -> str | None:
        """Return a mail address; None where it is not the reader's business."""
        is_self = person.user_id is not None and person.user_id == self.user_id
        return person.email if self.sees_addresses or is_self else None
