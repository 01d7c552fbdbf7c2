"""What the sessions of a running event have decided about somebody, in words.

Source: docs/rules.md 114.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import Status
from attendance.rules.calculation import Policy
from attendance.rules.event_result import SoFar
from attendance.rules.statuses import MEANINGS
from attendance.wording.percentages import percentage_in_words
from core.names import comma


def so_far_in_words(so_far: SoFar, policy: Policy) -> str:
    """Return the number of sessions by status, and the share of the time in them.

    Where nothing was measured, there is no share.

    Args:
        so_far: The decisions at the sessions.
        policy: The policy that the course result will follow.
    """
    credit = so_far.credit
    if not credit.sessions:
        return _("No decision at any session yet")
    if credit.excused == credit.sessions or not credit.is_measured:
        text = ngettext(
            "In %(sessions)d session so far: %(counts)s",
            "In %(sessions)d sessions so far: %(counts)s",
            credit.sessions,
        )
    else:
        text = ngettext(
            "In %(sessions)d session so far: %(counts)s "
            "(%(percentage)s %% of the time)",
            "In %(sessions)d sessions so far: %(counts)s "
            "(%(percentage)s %% of the time)",
            credit.sessions,
        )
    thresholds = (policy.partial_from, policy.present_over)
    return text % {
        "sessions": credit.sessions,
        "counts": _counts(so_far),
        "percentage": percentage_in_words(credit.percentage, thresholds),
    }


def _counts(so_far: SoFar) -> str:
    return comma().join(
        _("%(number)d %(status)s")
        % {"number": so_far.statuses[status], "status": Status(status).label}
        for status in MEANINGS
        if so_far.statuses.get(status)
    )
