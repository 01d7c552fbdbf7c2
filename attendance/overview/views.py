"""The first page, and the page of an event."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from attendance.organization.to_settle import to_settle
from attendance.overview.event_page import EventPage
from attendance.overview.home import sessions_overview
from events.accounts.views import sign_in
from events.invitations.notices import InvitationNotice
from events.models import AccessRequest, User
from events.pages import read_page, shown_event
from events.permissions import Viewer


@never_cache
def home(request: HttpRequest) -> HttpResponseBase:
    if not isinstance(request.user, User):
        return sign_in(request)
    if request.method == "POST":
        # The sign-in form of a tab that was opened before the user signed in.
        return redirect("home")
    viewer = Viewer.of(request.user)
    overview = sessions_overview(viewer, now=timezone.now())
    asked = AccessRequest.objects.count() if request.user.is_superuser else 0
    context = {
        "overview": overview,
        "to_settle": to_settle([pk for pk in viewer.roles if viewer.organizes(pk)]),
        "is_of_several": len(viewer.roles) > 1,
        "invited": InvitationNotice.of(request.user),
        "access_requests": asked,
        "page": "today",
    }
    return render(request, "attendance/overview/home.html", context)


@read_page
def event_page(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    event = shown_event(request, user, event_id)
    page = EventPage(
        event,
        Viewer.of(user),
        now=timezone.now(),
        sessions_page=request.GET.get("page"),
    )
    context = {"event": event, "about": page, "page": "events"}
    return render(request, "attendance/overview/event.html", context)
