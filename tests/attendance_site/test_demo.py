import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings as project
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, QuerySet
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from attendance.feedback.ratings import ratings_of
from attendance.models import (
    AnnouncedAbsence,
    Attendance,
    Contest,
    SessionCalculation,
    Status,
)
from attendance.points.leaderboard import leaderboard
from attendance.report_rows.read_reports import session_report
from attendance_site.simulation import ownership
from events.models import Event, EventState, Organization, Registration, Role, User
from events.public.listing import next_public_events
from events.roster.waiting_list import taken, waiting
from events.services import create_event
from notifications.models import AttendancePrompt
from notifications.prompts.preparing import prepare_due_prompts
from notifications.prompts.sending import send_due_prompts
from sessions_app.models import LiveSession, Mode, PresenceEvent
from tests.factories import (
    make_attendance,
    make_attendance_change,
    make_connection,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_presence_event,
    make_session,
    make_user,
)

pytestmark = pytest.mark.slow

EXPECTED = {
    "Amina Hadid": "present",
    "Yusuf Karim": "present",
    "Maria Lopes": "late",
    "Tom Becker": "partial",
    "Lena Fischer": "present",
    "Noor Aziz": "late",
    "Omar Nasser": "absent",
    "Sara Lindqvist": "absent",
}


OURS = ("events", "sessions_app", "attendance", "notifications")


def refused(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Run the command, which must exit 1; return what it says."""
    with pytest.raises(SystemExit, match="1"):
        call_command("demo", *options)
    return capsys.readouterr().err


def everything() -> dict[str, list[Any]]:
    """The keys of all rows of ours, by table."""
    return {
        model._meta.db_table: list(
            QuerySet(model).order_by("pk").values_list("pk", flat=True)
        )
        for model in apps.get_models()
        if model._meta.app_label in OURS
    }


def make_own_school() -> Organization:
    """A school with one of everything that the demonstration makes too."""
    school = make_organization()
    make_member(school, Role.OWNER)
    person = make_participant(make_event(school, title="Algebra II"))
    session = make_session(person.event)
    make_presence_event(session)
    make_connection(session)
    make_attendance(person, session, status=Status.PRESENT)
    make_attendance_change(person, session)
    return school


def test_the_demo_shows_two_schools_with_everything_worth_seeing(
    running: LiveServer,
) -> None:
    admin = make_user(is_superuser=True)
    call_command("demo")
    now = timezone.now()
    session = LiveSession.objects.get(title__startswith="Quadratic equations")
    assert timedelta(minutes=10) <= now - session.ends_at < timedelta(minutes=13)
    decisions = Attendance.objects.filter(session=session)
    assert (
        dict(decisions.values_list("participant__person__name", "status")) == EXPECTED
    )
    report = session_report(session, user=admin, now=now)
    sentences = {row.participant.name: row.explanation for row in report.rows}
    assert sentences["Omar Nasser"].startswith("Absent: tried to connect 7 times")
    unmatched = {row.stranger.name: row.stranger.kind for row in report.unmatched}
    assert unmatched == {"Lina": "STANDARD", "+49 171 000042": "SIP"}

    for school in Organization.objects.all():
        assert school.memberships.filter(user=admin, role=Role.OWNER).exists()
        sessions = LiveSession.objects.filter(event__organization=school)
        first = sessions.earliest("starts_at")
        assert timedelta(weeks=6) < now - first.starts_at < timedelta(weeks=8)
        assert sessions.filter(starts_at__lte=now, ends_at__gt=now).exists()
        assert sessions.filter(starts_at__gt=now).count() >= 3
        assert sessions.filter(cancelled_at__isnull=False).count() == 1
        assert school.events.filter(state=EventState.DRAFT).count() == 1
        empty = SessionCalculation.objects.filter(
            session__in=sessions.filter(mode=Mode.ONLINE), people_seen=0
        )
        assert empty.count() == 1
        over = sessions.filter(
            ends_at__lt=now - timedelta(minutes=6), cancelled_at=None
        )
        assert not over.filter(calculation=None).exists()
        seen = Attendance.objects.filter(session__in=sessions)
        assert set(seen.values_list("status", flat=True)) >= {
            "present",
            "late",
            "partial",
            "absent",
        }
        assert any(inferred for row in seen for _, _, inferred in row.intervals or ())
    [public] = next_public_events(now=now)
    assert (public.capacity, taken(public), waiting(public).count()) == (8, 8, 2)
    languages = Organization.objects.values_list("language", flat=True)
    assert sorted(languages) == ["ar", "en"]
    english = Event.objects.get(title="Web design workshop").participants
    assert set(english.values_list("registration", flat=True)) == {
        Registration.REGISTERED,
        Registration.WALK_IN,
        Registration.WAITLISTED,
        Registration.CANCELLED,
    }
    weekly = LiveSession.objects.filter(event=session.event).exclude(pk=session.pk)
    came = PresenceEvent.objects.filter(
        room_name__in=weekly.values("room_name"), identity="guest-7f3a"
    )
    # On the evening of a lesson's weekday, that of today is one more.
    assert came.values("room_name").distinct().count() in (7, 8)


def test_the_demo_shows_a_class_in_a_room(running: LiveServer) -> None:
    make_user(is_superuser=True)
    call_command("demo")
    now = timezone.now()
    lessons = LiveSession.objects.filter(mode=Mode.IN_PERSON).order_by("starts_at")
    assert len({lesson.event for lesson in lessons}) == 1
    rooms = lessons.values("room_name")
    assert not PresenceEvent.objects.filter(room_name__in=rooms).exists()
    over = lessons.filter(calculation__calculated_at__isnull=False)
    assert over.count() >= 7
    assert over.filter(calculation__proved=False).count() == 1
    decided = Attendance.objects.filter(
        session__in=over.filter(calculation__proved=True)
    )
    sources = dict(decided.values_list("source").annotate(number=Count("pk")))
    assert set(sources) == {"check_in", "manual", "system_default"}
    assert set(decided.values_list("status", flat=True)) == {
        "present",
        "late",
        "absent",
        "excused",
    }
    methods = set(decided.values_list("check_in_method", flat=True))
    assert methods == {"staff", "qr", None}
    runs = lessons.get(starts_at__lte=now, ends_at__gt=now)
    so_far = Attendance.objects.filter(session=runs, checked_in_at__isnull=False)
    assert 0 < so_far.count() < runs.event.participants.count()
    assert not so_far.filter(checked_in_at__gt=now).exists()
    assert lessons.filter(starts_at__gt=now).exists()


def test_the_demo_shows_meetups_at_a_door(running: LiveServer) -> None:
    make_user(is_superuser=True)
    call_command("demo")
    now = timezone.now()
    meetups = Event.objects.filter(title__startswith="Neighbours")
    earlier, today = meetups.order_by("starts_at")
    assert (earlier.state, today.state) == (EventState.COMPLETED, EventState.SCHEDULED)
    assert today.starts_at < now < today.end
    for meetup in meetups:
        assert 40 <= meetup.participants.count() <= 45
        assert not meetup.sessions.exists()
        came = Attendance.objects.filter(event=meetup, checked_in_at__isnull=False)
        assert came.count() > 20
    assert earlier.participants.filter(registration=Registration.WALK_IN).count() == 2
    results = Attendance.objects.filter(event=earlier)
    assert set(results.values_list("status", flat=True)) == {"present", "absent"}


def test_the_demo_shows_an_evening_of_which_people_were_asked(
    running: LiveServer,
) -> None:
    make_user(is_superuser=True)
    call_command("demo")
    now = timezone.now()
    event = Event.objects.get(title__startswith="Poetry evening")
    assert timedelta(hours=24) < now - event.end < timedelta(days=3)
    prompts = AttendancePrompt.objects.filter(participant__event=event)
    with_state: QuerySet[Any] = prompts.with_state(now)
    states = with_state.values_list("state", flat=True)
    assert set(states) == {"pending", "answered", "snoozed"}
    reasons = prompts.filter(sent_at=None).values_list("not_mailed", flat=True)
    assert set(reasons) == {"no_address", "declined", ""}
    ratings = ratings_of(event)
    assert ratings.count >= 5
    assert ratings.median == 4
    assert len(ratings.texts) >= 4
    decided = Attendance.objects.filter(event=event, self_attended__isnull=False)
    assert decided.filter(source="check_in").exists()
    assert decided.filter(source="self_reported").exists()
    assert decided.filter(self_answered_twice=True).exists()


def test_loading_the_demo_mails_nobody(running: LiveServer) -> None:
    make_user(is_superuser=True)
    call_command("demo")
    now = timezone.now()
    prepare_due_prompts(now=now)
    assert send_due_prompts(now=now).sent == 0
    assert mail.outbox == []


def test_the_weeks_since_bring_lessons_and_a_meetup_in_rooms_too(
    running: LiveServer,
) -> None:
    make_user(is_superuser=True)
    call_command("demo")
    ahead = LiveSession.objects.filter(
        mode=Mode.IN_PERSON, starts_at__gt=timezone.now()
    ).earliest("starts_at")
    with time_machine.travel(timezone.now() + timedelta(days=9)):
        call_command("demo")
    assert Attendance.objects.filter(session=ahead, source="check_in").exists()
    assert Event.objects.filter(title__startswith="Neighbours").count() == 3


def test_the_demo_shows_people_as_they_are(running: LiveServer) -> None:
    make_user(is_superuser=True)
    call_command("demo")
    course = Event.objects.get(title="Quran recitation")
    roster = list(course.participants.all())
    sisters = [p for p in roster if p.email == "samira.rahman@example.com"]
    assert len(sisters) == 2
    namesakes = [p for p in roster if p.name == "Yusuf Karim"]
    assert len({p.email for p in namesakes}) == 2
    lessons = list(course.sessions.filter(calculation__isnull=False).order_by("pk"))

    def row_at(name: str) -> list[bool]:
        """Whether somebody has a decision at each lesson that is over."""
        decided = Attendance.objects.filter(participant__person__name=name)
        rows = set(decided.values_list("session", flat=True))
        return [lesson.pk in rows for lesson in lessons]

    always, late, away = [True, True], [False, False], [False, False]
    assert row_at("Farid Nouri")[:4] == late + always
    assert row_at("Dalia Sabri")[:5] == always + away + [True]
    dalia = course.participants.get(person__name="Dalia Sabri")
    assert dalia.registration == Registration.REGISTERED
    assert len(dalia.enrolled) == 2

    arabic = Organization.objects.get(language="ar")
    numbered = arabic.people.exclude(external_id="")
    assert numbered.annotate(events=Count("places")).filter(events=2).count() == 3
    for school in Organization.objects.all():
        attend = school.people.filter(places__role="attendee")
        attendees = set(attend.values_list("pk", flat=True))
        listed = {row["person"] for row in leaderboard(school)}
        assert listed <= attendees
        assert len(listed) > len(attendees) / 2


def test_the_demo_shows_what_people_say_once(running: LiveServer) -> None:
    call_command("demo")
    call_command("demo")
    said = Contest.objects.open().get()
    assert said.attendance.participant.name == "Omar Nasser"
    assert said.contested_status == Status.ABSENT
    absence = AnnouncedAbsence.objects.open().get()
    assert absence.participant.event == said.attendance.event
    assert absence.session is not None
    assert absence.session.starts_at > timezone.now()


def test_a_second_demo_holds_another_lesson_and_leaves_the_weeks_alone(
    running: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("demo")
    first = capsys.readouterr().out.splitlines()
    sessions = LiveSession.objects.count()
    assert first[0] == f"Made two schools with 16 events and {sessions} sessions."
    before = everything()
    late_admin = make_user(is_superuser=True)
    call_command("demo")
    again = capsys.readouterr().out.splitlines()
    assert again[0] == "The two schools stay as they are; one session added."
    newest = LiveSession.objects.latest("pk")
    assert again[-1] == f"{project.PUBLIC_URL}/sessions/{newest.pk}/"
    after = everything()
    grown = {table for table in after if len(after[table]) > len(before[table])}
    assert len(after["sessions_app_livesession"]) == 1 + len(
        before["sessions_app_livesession"]
    )
    assert grown == {
        "events_user",
        "events_membership",
        "sessions_app_livesession",
        "sessions_app_presenceevent",
        "sessions_app_connection",
        "attendance_attendance",
        "attendance_attendancechange",
        "attendance_auditseal",
        "attendance_engagemententry",
        "attendance_sessioncalculation",
    }
    assert Organization.objects.visible_to(late_admin).count() == 2


def test_purging_removes_what_the_demo_and_simulations_made_and_nothing_else(
    running: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    make_own_school()
    make_user(is_superuser=True)
    before = everything()
    call_command("demo")
    call_command("simulate_session", "--participants", "2")
    capsys.readouterr()
    call_command("demo", "--purge")
    assert everything() == before
    assert "organizations 3" in capsys.readouterr().out
    call_command("demo", "--purge")
    assert capsys.readouterr().out == "Removed: nothing, for nothing was there.\n"


def test_events_that_somebody_added_keep_their_school(
    running: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    make_user(is_superuser=True)
    call_command("simulate_session", "--participants", "2")
    school = Organization.objects.get()
    event = create_event(organization=school, title="My own", starts_at=timezone.now())
    session = make_session(event)
    make_presence_event(session)
    capsys.readouterr()
    says = refused(capsys, "--purge")
    assert says == "“simulated-lessons” stays, with 1 of your own events.\n"
    assert list(Event.objects.all()) == [event]
    assert list(LiveSession.objects.all()) == [session]
    assert PresenceEvent.objects.count() == 1
    # Still known as a demonstration's: the next one goes on there.
    assert list(ownership.organizations()) == [school]


def test_what_else_was_heard_in_rooms_of_a_removed_school_goes_with_it(
    running: LiveServer,
) -> None:
    make_user(is_superuser=True)
    call_command("simulate_session", "--participants", "2")
    session = LiveSession.objects.get()
    school = Organization.objects.get()
    make_presence_event(session, room_name=f"{school.slug}_of-no-session")
    foreign = make_presence_event(session, room_name=f"{school.slug}-2_lesson")
    call_command("demo", "--purge")
    assert list(PresenceEvent.objects.all()) == [foreign]


def test_facts_of_a_room_in_which_somebody_meets_too_are_kept(
    running: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    make_user(is_superuser=True)
    call_command("simulate_session", "--participants", "2")
    [simulated] = LiveSession.objects.all()
    school = Organization.objects.get()
    event = create_event(organization=school, title="My own", starts_at=timezone.now())
    make_session(event, room_name=simulated.room_name)
    facts = PresenceEvent.objects.count()
    capsys.readouterr()
    refused(capsys, "--purge")
    assert PresenceEvent.objects.count() == facts > 0


def test_a_school_that_somebody_else_made_is_neither_used_nor_removed(
    running: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    make_organization(slug="al-noor-demo")
    before = everything()
    assert "made by somebody else" in refused(capsys)
    assert everything() == before
    assert "made by somebody else" in refused(capsys, "--purge")
    assert everything() == before


def test_an_account_that_somebody_else_made_is_no_mark(
    running: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    school = make_organization(slug="al-noor-demo")
    namesake = make_user("rollcall-demo")
    school.memberships.create(user=namesake, role=Role.OWNER)
    assert "made by somebody else" in refused(capsys)
    assert "made by somebody else" in refused(capsys, "--purge")
    assert Organization.objects.exists()
    assert User.objects.exists()


def test_the_demo_says_when_no_instance_answers(
    running: LiveServer, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    assert "took no webhook" in refused(capsys)
    assert not Organization.objects.exists()


def purge_with(**roles: str) -> subprocess.CompletedProcess[str]:
    """Run the command by itself, on the database of this test, with these roles."""
    ours = ("DATABASE_URL", "DATABASE_OWNER_URL", "ROLLCALL_AS_OWNER")
    environ = {name: value for name, value in os.environ.items() if name not in ours}
    # What an instance keeps for itself is not this test's.
    environ["ROLLCALL_DATA_DIR"] = os.devnull
    for name, url in roles.items():
        server, _, _name = url.rpartition("/")
        environ[name] = f"{server}/{connection.settings_dict['NAME']}"
    return subprocess.run(
        [sys.executable, "manage.py", "demo", "--purge"],
        cwd=project.BASE_DIR,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def logged_operation(ended: "subprocess.CompletedProcess[str]") -> str:
    """What a process that said nothing else logged as done."""
    return str(json.loads(ended.stderr)["op"])


def test_only_the_databases_owner_purges(
    running: LiveServer,
) -> None:
    make_user(is_superuser=True)
    call_command("simulate_session", "--participants", "2")
    application, owner = project.DATABASE_URL, project.DATABASE_OWNER_URL
    alone = purge_with(DATABASE_URL=application)
    assert alone.returncode == 1
    assert alone.stderr.startswith(
        "Nothing was removed: only the database's owner may."
    )
    assert alone.stderr.count("\n") == 1
    assert Organization.objects.exists()

    both = purge_with(DATABASE_URL=application, DATABASE_OWNER_URL=owner)
    assert (both.returncode, logged_operation(both)) == (0, "purge_demo")
    assert not Organization.objects.exists()

    call_command("simulate_session", "--participants", "2")
    one_role = purge_with(DATABASE_URL=owner)
    assert (one_role.returncode, logged_operation(one_role)) == (0, "purge_demo")
    assert not PresenceEvent.objects.exists()
