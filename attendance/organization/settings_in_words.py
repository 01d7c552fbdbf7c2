"""What an organization's settings mean, in sentences of the language that is active."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from attendance.points.ledger import PointsPerStatus
from attendance.policies.effective import PolicyScope, Scope, policy_at
from attendance.policies.in_words import comes_from, policy_in_words
from events.models import Organization
from sessions_app.models import SessionType


@dataclass(frozen=True, slots=True)
class PolicyInWords:
    """The thresholds of an organization, or of one of its session types.

    Attributes:
        label: What they are for.
        meaning: What they mean; empty if they are those of the organization.
        source: Where they come from.
        path: The address of the page that sets them.
    """

    label: str
    meaning: str
    source: str
    path: str


def policies_in_words(organization: Organization) -> list[PolicyInWords]:
    """Return the thresholds of the organization, then those of each session type."""
    policy, scope = policy_at(PolicyScope(organization))
    of_all = PolicyInWords(
        _("All sessions"),
        policy_in_words(policy),
        comes_from(scope),
        reverse("organization_policy", args=[organization.pk]),
    )
    return [of_all, *(_of_type(organization, kind) for kind in SessionType)]


def _of_type(organization: Organization, kind: SessionType) -> PolicyInWords:
    policy, scope = policy_at(PolicyScope(organization, kind))
    is_own = scope == Scope.SESSION_TYPE
    return PolicyInWords(
        _("Sessions of the type %(type)s") % {"type": kind.label},
        policy_in_words(policy) if is_own else "",
        comes_from(scope) if is_own else _("As all sessions."),
        reverse("session_type_policy", args=[organization.pk, kind.value]),
    )


def points_in_words(worth: PointsPerStatus) -> str:
    """Return what each status, and feedback, gives."""
    text = _(
        "Present gives %(present)d points, late %(late)d, partial %(partial)d, "
        "feedback %(feedback)d."
    )
    return text % worth._asdict()
