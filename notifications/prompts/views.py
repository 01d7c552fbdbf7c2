"""The page that the link of a prompt opens, without signing in.

Opening it writes nothing: mail scanners open links, too.

Source: docs/rules.md 181.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from attendance.decisions.answering import answer as keep_answer
from events.secret_pages import secret_page
from notifications.prompts.links import place_of


@secret_page("GET", "HEAD", "POST")
def answer(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    place = place_of(token, now=now)
    if request.method == "POST":
        attended = request.POST.get("attended") == "yes"
        keep_answer(place, attended=attended, by=None, now=now)
        return redirect("answer", token)
    context = {"place": place, "event": place.event}
    return render(request, "notifications/prompts/answer.html", context)


@secret_page("GET", "HEAD", "POST")
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    place = place_of(token, now=timezone.now())
    context = {"place": place}
    return render(request, "notifications/prompts/unsubscribe.html", context)
