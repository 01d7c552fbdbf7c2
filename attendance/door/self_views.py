"""The pages of self check-in, which the code on the screen opens.

Opening them writes nothing to the database. A signed cookie keeps the time at which
somebody opened the page, so that signing in first does not make them late. Whose
account stands for several people checks them in one after the other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from attendance.door.codes import LONGEST, normalized
from attendance.door.opening_hours import time_at
from attendance.door.self_check_in import (
    TIME_TO_CONFIRM,
    Arrival,
    arrival,
    check_in_by_code,
    why_not,
)
from attendance.models import Attendance
from core.errors import NotAllowed, RuleBroken
from core.row_ids import NOBODYS, row_id
from events.accounts.language import use_language
from events.models import Participant, User
from events.pages import read_page

COOKIE = "rollcall_door"


@read_page
def type_code(request: HttpRequest, user: User) -> HttpResponse:
    """Show a field for typing the code, and open the page of a code that was typed."""
    if code := normalized(request.GET.get("code", ""))[: 2 * LONGEST]:
        return redirect("self_check_in", code)
    return render(request, "attendance/door/type_code.html")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def self_check_in(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show the page of a code; a POST checks the user in."""
    now = timezone.now()
    opened_at = _opened_at(request, code)
    if not isinstance(request.user, User):
        answer: HttpResponseBase = redirect_to_login(request.get_full_path())
    else:
        answer = _answer(request, request.user, code, opened_at, now)
    if opened_at is None and request.method != "POST":
        _remember(answer, code, now)
    return answer


def _answer(
    request: HttpRequest,
    user: User,
    code: str,
    opened_at: datetime | None,
    now: datetime,
) -> HttpResponse:
    try:
        if request.method == "POST":
            check_in_by_code(
                code,
                user=user,
                now=now,
                participant=_chosen(request),
                session=_session(request),
                opened_at=opened_at,
            )
            return redirect(_address(request, code))
        arriving, people = arrival(
            code, user=user, now=now, session=_session(request), opened_at=opened_at
        )
    except RuleBroken as refusal:
        return _refused(request, refusal)
    return _show(request, arriving, people, now)


def _chosen(request: HttpRequest) -> int | None:
    """Return the id behind the button that was pressed; None if there was one only."""
    sent = request.POST.get("participant")
    return None if sent is None else row_id(sent) or NOBODYS


def _session(request: HttpRequest) -> int | None:
    """Return the id of the session that was chosen; None if none was."""
    sent = request.POST.get("session") or request.GET.get("session", "")
    return row_id(sent) or NOBODYS if sent else None


def _address(request: HttpRequest, code: str) -> str:
    session = _session(request)
    path = reverse("self_check_in", args=[code])
    return path if session is None else f"{path}?session={session}"


def _refused(request: HttpRequest, refusal: RuleBroken) -> HttpResponse:
    answer = render(request, "attendance/door/self_refused.html", {"refusal": refusal})
    answer.status_code = refusal.status
    if refusal.wait is not None:
        answer.headers["Retry-After"] = str(refusal.wait)
    return answer


class Comer(NamedTuple):
    """Somebody whom the user may check in: since when they are, or why not."""

    person: Participant
    since: str
    refusal: NotAllowed | None


def _show(
    request: HttpRequest,
    arriving: Arrival,
    people: Sequence[Participant],
    now: datetime,
) -> HttpResponse:
    place = arriving.door.place
    use_language(request, place.event.organization.language)
    since = {
        decision.participant_id: time_at(place.event, decision.checked_in_at, now)
        for decision in Attendance.objects.filter(
            participant__in=people, session=place.session
        )
        if decision.checked_in_at
    }
    comers = [Comer(one, since.get(one.pk, ""), why_not(one)) for one in people]
    context = {
        "event": place.event,
        "session": place.session,
        "times": arriving.door.times,
        "others": arriving.others,
        "comers": comers,
        "is_done": all(comer.since or comer.refusal for comer in comers),
    }
    return render(request, "attendance/door/self_check_in.html", context)


def _opened_at(request: HttpRequest, code: str) -> datetime | None:
    """Return when this browser opened the page of this code; None if not lately."""
    try:
        of_code, at = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=TIME_TO_CONFIRM
        )
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(at) if of_code == normalized(code) else None


def _remember(answer: HttpResponseBase, code: str, now: datetime) -> None:
    answer.set_cookie(
        COOKIE,
        signing.dumps([normalized(code)[: 2 * LONGEST], now.isoformat()], salt=COOKIE),
        max_age=TIME_TO_CONFIRM,
        path="/c/",
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
