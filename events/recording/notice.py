"""What people read before they join: what is recorded of them, and who sees it.

Source: docs/rules.md 166.
"""

from django.utils.translation import gettext as _

from core.names import isolated
from events.models import Organization


def recording_notice(organization: Organization) -> str:
    """Return the text of the organization, else the usual one.

    The organization writes its text in one language; nobody translates it.
    """
    return organization.recording_notice or usual_notice(organization)


def usual_notice(organization: Organization) -> str:
    """Return what people read where the organization has no text of its own."""
    text = _(
        "When you join, your attendance is recorded: when you come, and when you "
        "leave. The organizers of %(organization)s see it, and keep it until they "
        "delete it: no date is set for that. Ask them to know what is kept, or to have "
        "it deleted."
    )
    return text % {"organization": isolated(organization.name)}
