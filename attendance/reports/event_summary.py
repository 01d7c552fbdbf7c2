"""How far the sessions of an event are, as its page of attendance sums them up.

Source: docs/rules.md 114.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.evidence.sessions_of_event import SessionsOfEvent
from attendance.wording.phrases import Count


def count_sessions(sessions: SessionsOfEvent) -> list[Count]:
    """Return how far the sessions of a running event are."""
    decided = len(sessions.decided)
    counts = [
        Count("", ngettext("session decided", "sessions decided", decided), decided),
        Count("", _("running"), len(sessions.running)),
        Count("", _("to come"), len(sessions.to_come)),
        Count("", _("not calculated yet"), len(sessions.not_calculated)),
        Count("", _("perhaps not held"), len(sessions.not_proved)),
        Count("", _("cancelled"), len(sessions.cancelled)),
    ]
    return [count for count in counts if count.number or count is counts[0]]
