"""Where an action leads back to that stands on several pages.

The form says from which of them it was sent; what is unknown leads to the row of the
report.
"""

from django.http import HttpRequest
from django.urls import reverse

from attendance.decisions.place import Place
from events.models import Participant

# The lists of an organization from which rows are settled.
LISTS = ("contests", "announced_absences")


def way_back(request: HttpRequest, place: Place, participant: Participant) -> str:
    """Return the address of the page whose form was sent."""
    page = request.POST.get("back", "")
    if page in LISTS:
        return reverse(page, args=[place.event.organization_id])
    if page == "person":
        return reverse("person", args=[participant.person_id])
    return f"{path_of_report(place)}#p{participant.pk}"


def path_of_report(place: Place) -> str:
    """Return the address of the report of a session, or of an event."""
    if place.session is not None:
        return reverse("session", args=[place.session.pk])
    return reverse("event_attendance", args=[place.event.pk])
