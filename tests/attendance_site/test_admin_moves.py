"""What the admin changes beside decisions leaves them, and the points, in order."""

import pytest
from django.db.models import Sum
from django.test import Client

from attendance.calculating.sessions import calculate_session
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import EngagementEntry, SessionCalculation
from events.models import Event, Participant, User
from sessions_app.models import LiveSession
from tests.factories import (
    START,
    make_event,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "x"))
    return client


@pytest.fixture
def ana() -> Participant:
    ana = make_participant(make_event())
    place = Place(ana.event, None)
    mark(place, [Mark(ana, "present")], by=make_user(), now=START)
    return ana


def points() -> int:
    entries = EngagementEntry.objects.aggregate(total=Sum("points", default=0))
    return int(entries["total"])


def schedule(admin: Client, event: Event) -> LiveSession:
    answer = admin.post(
        "/admin/sessions_app/livesession/add/",
        {
            "event": event.pk,
            "title": "Lesson",
            "session_type": "general",
            "mode": "online",
            "room_name": f"{event.organization.slug}_lesson",
            "starts_at_0": "2026-01-05",
            "starts_at_1": "10:00",
            "ends_at_0": "2026-01-05",
            "ends_at_1": "11:00",
        },
    )
    assert answer.status_code == 302
    return LiveSession.objects.get()


@pytest.mark.parametrize("at_once", [True, False])
def test_points_follow_sessions_that_are_made_and_deleted(
    admin: Client, ana: Participant, *, at_once: bool
) -> None:
    assert points() == 10
    session = schedule(admin, ana.event)
    assert points() == 0
    if at_once:
        admin.post(
            "/admin/sessions_app/livesession/",
            {"action": "delete_selected", "_selected_action": session.pk, "post": "y"},
        )
    else:
        path = f"/admin/sessions_app/livesession/{session.pk}/delete/"
        admin.post(path, {"post": "yes"})
    assert not LiveSession.objects.exists()
    assert points() == 10


def test_nothing_moves_to_another_event(admin: Client, ana: Participant) -> None:
    session = make_session(ana.event)
    for path in (
        f"/admin/events/participant/{ana.pk}/change/",
        f"/admin/sessions_app/livesession/{session.pk}/change/",
    ):
        page = admin.get(path)
        assert "event" not in page.context["adminform"].form.fields


def test_another_mode_in_the_admin_makes_an_old_session_due(
    admin: Client, ana: Participant
) -> None:
    session = make_session(ana.event)
    check_in(Place(ana.event, session), ana, by=make_user(), now=START)
    calculate_session(session, now=session.end, force=True)
    known = SessionCalculation.objects.get()
    assert (known.proved, known.proof_changed) == (False, False)
    path = f"/admin/sessions_app/livesession/{session.pk}/change/"
    answer = admin.post(
        path,
        {
            "title": session.title,
            "session_type": "general",
            "mode": "in_person",
            "room_name": session.room_name,
            "starts_at_0": "2026-03-02",
            "starts_at_1": "10:00",
            "ends_at_0": "2026-03-02",
            "ends_at_1": "11:00",
        },
    )
    assert answer.status_code == 302
    known.refresh_from_db()
    assert known.proof_changed
