"""Which policy is in effect where, and how policies are changed.

The most specific policy wins: the session's, its event's, its session type's, the
organization's, the defaults. Changing a policy makes no session due: decisions stay as
they are until somebody calculates again.

Source: docs/rules.md 25.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from attendance.models import AttendancePolicy
from attendance.rules.calculation import Policy
from core.errors import Invalid
from events.models import Event, Organization
from sessions_app.models import LiveSession


class Scope(StrEnum):
    """Where a policy comes from, most specific first."""

    SESSION = "session"
    EVENT = "event"
    SESSION_TYPE = "session_type"
    ORGANIZATION = "organization"
    DEFAULT = "default"


class PolicyScope(NamedTuple):
    """What a policy is for: a session, an event, a session type, or everything.

    At most one of them is given.
    """

    organization: Organization
    session_type: str | None = None
    session: LiveSession | None = None
    event: Event | None = None


class EffectivePolicy(NamedTuple):
    """The policy in effect at a place, and where it comes from."""

    policy: Policy
    scope: Scope


# The policy in effect for session ``s`` of event ``e``, for queries over many sessions;
# no row means the defaults.
POLICY_OF_SESSION = """
    SELECT grace_minutes, partial_from, present_over, present_regardless_over
    FROM attendance_attendancepolicy
    WHERE organization_id = e.organization_id
        AND (session_id = s.id OR session_id IS NULL)
        AND (event_id = s.event_id OR event_id IS NULL)
        AND (session_type = s.session_type OR session_type IS NULL)
    ORDER BY session_id NULLS LAST, event_id NULLS LAST, session_type NULLS LAST
    LIMIT 1
"""

# The policy by which the course results of event ``e`` follow from its sessions, which
# may have several types.
POLICY_OF_EVENT = """
    SELECT grace_minutes, partial_from, present_over, present_regardless_over
    FROM attendance_attendancepolicy
    WHERE organization_id = e.organization_id
        AND (event_id = e.id OR event_id IS NULL)
        AND session_id IS NULL AND session_type IS NULL
    ORDER BY event_id NULLS LAST
    LIMIT 1
"""


_POLICIES_OF_EVENTS = f"""
    SELECT e.id, p.*
    FROM events_event e
    LEFT JOIN LATERAL ({POLICY_OF_EVENT}) p ON true
    WHERE e.id = ANY(%s)
"""


def policies_of_events(events: Iterable[int]) -> dict[int, Policy]:
    """Return, by event id, the policy of course results in effect now."""
    with connection.cursor() as cursor:
        cursor.execute(_POLICIES_OF_EVENTS, [list(events)])
        return {
            event_id: Policy.of(thresholds)
            for event_id, *thresholds in cursor.fetchall()
        }


def policy_at(place: PolicyScope) -> EffectivePolicy:
    """Return the policy in effect at ``place``: its own, or the one it inherits."""
    session_type = place.session.session_type if place.session else place.session_type
    event = place.session.event_id if place.session else place.event
    row = (
        AttendancePolicy.objects.filter(
            Q(session__isnull=True) | Q(session=place.session),
            Q(event__isnull=True) | Q(event=event),
            Q(session_type__isnull=True) | Q(session_type=session_type),
            organization=place.organization,
        )
        .order_by(
            F("session").asc(nulls_last=True),
            F("event").asc(nulls_last=True),
            F("session_type").asc(nulls_last=True),
        )
        .first()
    )
    if row is None:
        return EffectivePolicy(Policy(), Scope.DEFAULT)
    return EffectivePolicy(
        Policy(
            row.grace_minutes,
            row.partial_from,
            row.present_over,
            row.present_regardless_over,
        ),
        _scope_of(row),
    )


def _scope_of(row: AttendancePolicy) -> Scope:
    if row.session_id is not None:
        return Scope.SESSION
    if row.event_id is not None:
        return Scope.EVENT
    return Scope.SESSION_TYPE if row.session_type else Scope.ORGANIZATION


@transaction.atomic
def set_policy(place: PolicyScope, policy: Policy) -> EffectivePolicy:
    """Give ``place`` a policy of its own, or replace the one it has.

    Raises:
        Invalid: The percentages do not ascend.
    """
    thresholds = (
        policy.partial_from,
        policy.present_over,
        policy.present_regardless_over,
    )
    if list(thresholds) != sorted(thresholds):
        raise Invalid(
            "thresholds_ascend",
            _(
                "The thresholds must be in ascending order: partial_from, "
                "present_over, present_regardless_over."
            ),
            field="present_over",
        )
    AttendancePolicy.objects.update_or_create(
        **place._asdict(), defaults=policy._asdict()
    )
    return policy_at(place)


def clear_policy(place: PolicyScope) -> EffectivePolicy:
    """Let ``place`` inherit again; nothing happens if it has no policy of its own."""
    # Looked up by None, a column is looked up by IS NULL.
    AttendancePolicy.objects.filter(**place._asdict()).delete()
    return policy_at(place)
