"""Decisions in the admin: read, found, and changed by its mark action alone."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from attendance.admin import AttendanceAdmin
from attendance.completion.completing import complete_event
from attendance.models import Attendance, AttendanceChange, PointsMapping
from attendance.points.ledger import points_per_status_in
from events.models import Participant, User
from sessions_app.models import LiveSession
from tests.attendance.pages import AFTERWARDS, be_there, calculate, make_lesson
from tests.factories import make_attendance, make_participant, make_user

pytestmark = pytest.mark.django_db
DECISIONS = "/admin/attendance/attendance/"


@pytest.fixture
def root() -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def admin(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


@pytest.fixture
def lesson() -> LiveSession:
    session, [ana, _ben] = make_lesson("Ana Ben")
    be_there(session, ana)
    calculate(session)
    return session


def mark(admin: Client, rows: list[Attendance], **said: Any) -> str:
    """Choose the action for these rows, and send its page if something is said."""
    form = {"action": "mark", "_selected_action": [row.pk for row in rows]}
    if said:
        form |= {"mark": "Mark", **said}
    return admin.post(DECISIONS, form, follow=True).content.decode()


def test_the_action_asks_which_status_and_why(
    admin: Client, lesson: LiveSession
) -> None:
    rows = list(Attendance.objects.order_by("participant__person__name"))
    page = mark(admin, rows)
    assert "<bdi>Ana</bdi>" in page
    assert "<bdi>Ben</bdi>" in page
    assert '<option value="excused">' in page
    assert '<option value="unknown">' not in page
    assert "This field is required" in mark(admin, rows, status="late", reason="")
    assert not AttendanceChange.objects.filter(source="manual").exists()


def test_no_status_is_chosen_beforehand(admin: Client, lesson: LiveSession) -> None:
    rows = list(Attendance.objects.all())
    assert '<option value="" selected>Choose</option>' in mark(admin, rows)
    assert "This field is required" in mark(admin, rows, status="", reason="Train")
    assert not AttendanceChange.objects.filter(source="manual").exists()


def test_what_it_marks_is_a_mark_like_any_other(
    admin: Client, root: User, lesson: LiveSession
) -> None:
    rows = list(Attendance.objects.all())
    page = mark(admin, rows, status="excused", reason="Fire alarm")
    assert "2 people were marked." in page
    assert set(Attendance.objects.values_list("status", "source", "marked_by")) == {
        ("excused", "manual", root.pk)
    }
    changes = AttendanceChange.objects.filter(source="manual")
    assert [change.reason.text for change in changes] == ["Fire alarm"] * 2


def test_all_that_a_filter_leaves_are_marked_though_a_page_shows_some(
    admin: Client, lesson: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AttendanceAdmin, "list_per_page", 1)
    for number in range(3):
        make_attendance(make_participant(lesson.event, name=f"Other {number}"), lesson)
    form = {
        "action": "mark",
        "_selected_action": [Attendance.objects.latest("pk").pk],
        "select_across": "1",
    }
    path = f"{DECISIONS}?person=other"
    page = admin.post(path, form).content.decode()
    assert "This is about 3 people:" in page
    assert page.count('name="_selected_action"') == 1
    said = {"mark": "Mark", "status": "late", "reason": "Train"}
    assert (
        "3 people were marked."
        in admin.post(path, form | said, follow=True).content.decode()
    )
    assert Attendance.objects.filter(status="late").count() == 3


def test_an_override_stands_against_marks_and_what_is_refused_is_told(
    admin: Client, lesson: LiveSession
) -> None:
    [ana, ben] = Attendance.objects.order_by("participant__person__name")
    mark(admin, [ana], status="absent", reason="Impostor", override="on")
    other = make_attendance(Participant.objects.get(person__name="Ben"))
    page = mark(admin, [ana, ben, other], status="late", reason="Train")
    assert "Quadratic equations: The status of Ana is locked" in page
    assert "1 person was marked." in page
    statuses = [Attendance.objects.get(pk=row.pk).status for row in (ana, ben, other)]
    assert statuses == ["absent", "absent", "late"]


def test_staff_who_only_look_do_not_mark(client: Client, lesson: LiveSession) -> None:
    staff = make_user("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename="view_attendance"))
    client.force_login(staff)
    rows = list(Attendance.objects.all())
    page = client.get(DECISIONS)
    assert page.status_code == 200
    assert "Mark…" not in page.content.decode()
    mark(client, rows, status="late", reason="Why not")
    assert not AttendanceChange.objects.filter(source="manual").exists()


@pytest.mark.parametrize("model", ["attendance", "attendancechange", "engagemententry"])
def test_rows_are_found_by_person_and_event(
    admin: Client, lesson: LiveSession, model: str
) -> None:
    path = f"/admin/attendance/{model}/"

    def found(query: str) -> int:
        return int(admin.get(f"{path}?{query}").context["cl"].result_count)

    all_rows = found("")
    assert found("person=ANA") == 1
    assert found("person=nobody") == 0
    assert found("event_title=algebra") == all_rows
    assert found("event_title=algebra&person=ana") == 1
    assert found("event_title=botany") == 0


def test_changes_are_found_by_who_made_them(admin: Client, lesson: LiveSession) -> None:
    mark(admin, list(Attendance.objects.all()[:1]), status="late", reason="Train")
    path = "/admin/attendance/attendancechange/?actor_name=roo"
    page = admin.get(f"{path}&source__exact=manual&q=a")
    assert page.context["cl"].result_count == 1
    # Another filter keeps the rest.
    markup = page.content.decode()
    assert '<input type="hidden" name="source__exact" value="manual">' in markup
    assert '<input type="search" name="actor_name" value="roo"' in markup


def test_a_change_says_of_which_event_it_is(admin: Client, lesson: LiveSession) -> None:
    mark(admin, list(Attendance.objects.all()[:1]), status="late", reason="Train")
    page = admin.get("/admin/attendance/attendancechange/").content.decode()
    assert re.search(rf'<td class="field-event[^>]*>{lesson.event.title}<', page)


def test_a_changed_mapping_is_followed_by_everybodys_points(
    admin: Client, lesson: LiveSession
) -> None:
    organization = lesson.event.organization
    path = "/admin/attendance/pointsmapping/"
    worth = {"present": 3, "late": 2, "partial": 1, "feedback": 0}
    admin.post(f"{path}add/", worth | {"organization": organization.pk})
    assert points_per_status_in([organization.pk])[organization.pk]._asdict() == worth
    ana = Participant.objects.get(person__name="Ana")
    assert sum(ana.engagement_entries.values_list("points", flat=True)) == 3
    admin.post(f"{path}{organization.pk}/change/", worth | {"present": 5})
    assert sum(ana.engagement_entries.values_list("points", flat=True)) == 5
    admin.post(f"{path}{organization.pk}/delete/", {"post": "yes"})
    assert PointsMapping.objects.get().present == 5


def test_what_follows_from_sessions_says_so(admin: Client, lesson: LiveSession) -> None:
    complete_event(event=lesson.event, now=AFTERWARDS)
    page = admin.get(f"{DECISIONS}?session__isnull=True").content.decode()
    told = re.findall(r'<td class="field-decided_by">(.*?)</td>', page)
    assert told.count("from its sessions") == 2
    page = admin.get(f"{DECISIONS}?session__isnull=False").content.decode()
    told = re.findall(r'<td class="field-decided_by">(.*?)</td>', page)
    assert told == ["LiveKit", "LiveKit"]


def test_only_superusers_read_who_gave_which_stars(client: Client) -> None:
    staff = make_user("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename="view_feedback"))
    client.force_login(staff)
    assert client.get("/admin/attendance/feedback/").status_code == 403
