"""What an event without sessions leaves to its course result once it gets some.

Source: docs/rules.md 51, 63.
"""

from django.utils.translation import ngettext

from attendance.models import Attendance
from events.models import Event


def decided_at(event: Event) -> int:
    """Return the number of people checked in or marked at an event itself."""
    decisions = Attendance.objects.filter(event=event, session=None)
    return decisions.filter(marked_at__isnull=False).count()


def tell_what_stays(sender: object, *, event: Event, **_: object) -> str:
    """Answer ``first_session_planned``: what a first session does not take over."""
    number = decided_at(event)
    if not number:
        return ""
    text = ngettext(
        "%(number)d person was checked in or marked at the event itself. That counts "
        "for the course result, not for this session.",
        "%(number)d people were checked in or marked at the event itself. That counts "
        "for the course result, not for this session.",
        number,
    )
    return text % {"number": number}
