"""The page of a person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from attendance.people.person_page import PersonPage
from events.models import User
from events.pages import read_page
from events.people.views import shown_person
from events.permissions import Viewer


@read_page
def person(request: HttpRequest, user: User, person_id: int) -> HttpResponse:
    shown = shown_person(request, user, person_id)
    page = PersonPage(
        shown, Viewer.of(user), now=timezone.now(), pages=request.GET.dict()
    )
    context = {
        "about": page,
        "person": shown,
        "organizations": [shown.organization],
        "page": "events",
    }
    return render(request, "attendance/people/person.html", context)
