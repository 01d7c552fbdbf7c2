"""The page of an account's notifications."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from events.models import User
from events.pages import page, read_page
from notifications.bell.listing import (
    notifications_of,
    number_new,
    read_all,
    read_notifications,
)

SHOWN_A_PAGE = 30


@read_page
def notifications(request: HttpRequest, user: User) -> HttpResponse:
    """Show them, newest first. Reading is noted by a button, not by opening."""
    now = timezone.now()
    found = Paginator(notifications_of(user), SHOWN_A_PAGE)
    shown = found.get_page(request.GET.get("page"))
    context = {
        "list": shown,
        "told": read_notifications(shown, user, now=now),
        "are_new": number_new(user, now=now),
        "page": "notifications",
    }
    return render(request, "notifications/bell/list.html", context)


@page("POST")
def note_all_read(request: HttpRequest, user: User) -> HttpResponse:
    """Note that all were read."""
    read_all(user, now=timezone.now())
    return redirect("notifications")
