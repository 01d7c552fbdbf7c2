"""What an account's public profile shows to whom.

To themselves: all that is recorded. To members of the organization that hosted an
event: all that is recorded there, but not the feedback. To whoever has a role in
another organization: what the person shows on the profile and to other organizations.
To other signed-in people: what they show on the profile. Outsiders never see places of
an account that stands for several people, and of what they see only the status.

Source: docs/rules.md 189.
"""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from attendance.models import Status
from attendance.own_record.history import Entry, History, history_of
from events.models import EventState, Person
from events.permissions import Viewer

# Without these, outsiders would read who decided, why, and when somebody was where.
_FOR_OUTSIDERS = ("organization", "event", "session", "status", "derived", "void")


def profile(user_id: int, viewer: Viewer, *, now: datetime) -> History:
    """Return the decisions about an account's people that somebody may see.

    It is empty for an account that is not there, has none, or shows none.
    """
    about = Q(participant__person__user=user_id)
    if viewer.user.pk != user_id and not viewer.is_superuser:
        has_role = bool(viewer.roles)
        about &= _hosted_by(viewer) | shown_to_outsiders(user_id, with_role=has_role)
    return history_of(about, now=now)


def shown_to(
    viewer: Viewer, user_id: int, entry: Entry, shown: dict[str, Any]
) -> dict[str, Any]:
    """Return what somebody may see of an entry of the profile.

    Args:
        viewer: Who looks.
        user_id: Whose profile it is.
        entry: The entry.
        shown: All of it, in the shape of REST.
    """
    if viewer.user.pk == user_id:
        return shown
    if viewer.belongs_to(entry.event.organization_id):
        # Feedback is told without names, and only once several have given it.
        return {**shown, "feedback": None}
    return {
        name: value if name in _FOR_OUTSIDERS else _nothing(value)
        for name, value in shown.items()
    }


def _nothing(value: object) -> object:
    return [] if isinstance(value, list) else "" if isinstance(value, str) else None


def _hosted_by(viewer: Viewer) -> Q:
    return Q(organization__in=list(viewer.roles))


def shown_to_outsiders(user_id: int, *, with_role: bool = False) -> Q:
    """Return which decisions about an account's people outsiders may see.

    Args:
        user_id: The account.
        with_role: To whoever has a role in some organization; else to everybody else
            who is signed in.
    """
    if stands_for_several(user_id):
        return Q(pk__in=[])
    shown = Q(participant__show_on_profile=True)
    if with_role:
        shown &= Q(participant__show_to_other_orgs=True)
    is_void = Q(session__cancelled_at__isnull=False) | Q(
        event__state=EventState.CANCELLED
    )
    return shown & ~Q(status=Status.UNKNOWN) & ~is_void


def stands_for_several(user_id: int) -> bool:
    """Return whether an account stands for more than one human being.

    It does if it has two people of one organization, or people of different names: a
    person belongs to one organization, so somebody in two has a person in each.
    """
    numbers = (
        Person.objects.known()
        .filter(user=user_id)
        .aggregate(
            people=Count("pk"),
            organizations=Count("organization", distinct=True),
            names=Count("folded_name", distinct=True),
        )
    )
    is_one = numbers["people"] <= numbers["organizations"] and numbers["names"] <= 1
    return not is_one
