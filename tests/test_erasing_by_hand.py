"""What docs/personal-data.md says of erasing somebody is so: nothing of them stays."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.db import connection

from attendance.absences.announcing import announce
from attendance.audit.seals import verify
from attendance.contests.contesting import contest, settle
from attendance.models import (
    AnnouncedAbsence,
    Attendance,
    ChangeReason,
    Contest,
    Feedback,
)
from events.models import (
    AccessRequest,
    IdempotentAnswer,
    KnownIdentity,
    Organization,
    Participant,
    Person,
    PersonChange,
    PersonChangeValues,
    User,
)
from events.people.mailboxes import note_refused
from events.people.services import update_person
from notifications.models import PromptOptOut
from sessions_app.models import Connection
from sessions_app.rebuild import rebuild_connections
from tests.attendance.pages import AFTERWARDS, calculate, organizer_of
from tests.factories import (
    START,
    make_client,
    make_event,
    make_participant,
    make_prompt,
    make_session,
    make_user,
)
from tests.test_personal_data import PERSONAL, Column, all_columns
from tests.webhooks import deliver_all, make_participant_body

pytestmark = pytest.mark.django_db

NAME, TABLET = "zebulon", "zebulon-tablet"
ADDRESS = f"{NAME}@example.com"
TOLD = {"name": NAME, "metadata": f"mail: {ADDRESS}", "attributes": {"of": NAME}}


@pytest.fixture
def zebulon() -> Participant:
    """With an account, on a roster; was there, and somebody wrote about them."""
    user = make_user(NAME, email=ADDRESS, first_name=NAME)
    session = make_session(make_event(ends_at=AFTERWARDS))
    person = make_participant(
        session.event, name=NAME, email=ADDRESS, external_id=NAME, user=user
    )
    for sid, identity in (("PA_1", person.identity), ("PA_2", TABLET)):
        join = make_participant_body(
            "participant_joined",
            START,
            session.room_name,
            sid=sid,
            identity=identity,
            joined_at=START,
            participant=TOLD,
        )
        deliver_all(join)
    organizer = organizer_of(session)
    rest = make_client(organizer)
    about = {"session": session.pk, "status": "excused", "notes": f"{NAME} is ill"}
    path = f"/api/participants/{person.pk}/attendance"
    rest.patch(path, about, headers={"Idempotency-Key": "1"})
    rest.patch(f"/api/people/{person.person_id}", {"name": f"{NAME} z"})
    link = {"identity": TABLET, "participant": person.pk}
    rest.post(f"/api/sessions/{session.pk}/unmatched/link", link)
    Feedback.objects.create(participant=person, rating=5, text=f"{NAME} liked it")
    make_prompt(person, sent_at=START)
    PromptOptOut.objects.create(folded_email=ADDRESS)
    note_refused(person.person)
    LogEntry.objects.log_actions(organizer.pk, [person], CHANGE, single_object=True)
    AccessRequest.objects.create(name=NAME, email=ADDRESS, purpose=f"Class of {NAME}")
    calculate(session)
    decision = Attendance.objects.get(participant=person, session=session)
    said = contest(decision, text=f"{NAME} was there", by=user, now=AFTERWARDS)
    answer = f"No, {NAME}"
    settle(said, status=None, notes=answer, by=organizer, now=AFTERWARDS)
    ahead = make_session(session.event, starts_at=AFTERWARDS + timedelta(days=1))
    announce(
        person, sessions=[ahead.pk], reason=f"{NAME} is ill", by=user, now=AFTERWARDS
    )
    return person


def where_they_are_named() -> set[Column]:
    """All columns of all tables that hold the name in whatever form."""
    found = set()
    with connection.cursor() as cursor:
        for table, column in all_columns(that_may_be_personal=True):
            cursor.execute(
                f"""
                SELECT count(*) FROM {table} t WHERE t.{column}::text ILIKE %s
                OR t.{column}::text LIKE %s
                """,  # noqa: S608
                [f"%{NAME}%", f"%{NAME.encode().hex()}%"],
            )
            if cursor.fetchone()[0]:
                found.add((table, column))
    return found


def test_they_are_named_where_the_page_says(zebulon: Participant) -> None:
    found = where_they_are_named()
    assert found - set(PERSONAL) == set()
    assert {table for table, _column in found} == {
        "attendance_announcedabsence",
        "attendance_attendance",
        "attendance_changereason",
        "attendance_contest",
        "attendance_feedback",
        "django_admin_log",
        "events_accessrequest",
        "events_idempotentanswer",
        "events_knownidentity",
        "events_person",
        "events_personchangevalues",
        "events_user",
        "notifications_promptoptout",
        "sessions_app_connection",
        "sessions_app_presenceevent",
    }


WITHOUT_NAMES = """
    SET LOCAL rollcall.maintenance = 'erasing somebody';
    UPDATE sessions_app_presenceevent SET identity = %(new)s, payload = jsonb_set(
        payload #- '{participant,name}' #- '{participant,metadata}'
            #- '{participant,attributes}',
        '{participant,identity}', to_jsonb(%(new)s::text)
    ) WHERE identity = %(old)s
"""


def erase(person: Participant) -> None:
    """As the page says."""
    empty = dict.fromkeys(("first_name", "last_name", "email", "language"), "")
    User.objects.filter(username=NAME).update(
        username="erased",
        folded_username="erased",
        folded_email=None,
        password="!",
        is_active=False,
        **empty,
    )
    EmailAddress.objects.all().delete()
    UserSession.objects.all().delete()
    nothing = {"email": "", "external_id": "", "user": None}
    update_person(person=person.person, changes={"name": "erased"} | nothing, by=None)
    PersonChangeValues.objects.filter(change__person=person.person).delete()
    ChangeReason.objects.filter(change__participant=person).delete()
    Attendance.objects.filter(participant=person).update(notes="")
    IdempotentAnswer.objects.all().delete()
    Session.objects.all().delete()
    AccessRequest.objects.filter(email__iexact=ADDRESS).delete()
    Feedback.objects.filter(participant=person).delete()
    Contest.objects.filter(attendance__participant=person).delete()
    AnnouncedAbsence.objects.filter(participant=person).delete()
    PromptOptOut.objects.filter(folded_email=ADDRESS).delete()
    Person.objects.filter(pk=person.person_id).update(refused_email="")
    LogEntry.objects.filter(object_id=str(person.pk)).update(object_repr="")
    for old, new in ((person.identity, person.identity), (TABLET, "erased")):
        Connection.objects.filter(identity=old).update(identity=new, name=None)
        KnownIdentity.objects.filter(identity=old).update(identity=new)
        with connection.cursor() as cursor:
            cursor.execute(WITHOUT_NAMES, {"old": old, "new": new})


def test_erasing_them_breaks_neither_seals_nor_reports(zebulon: Participant) -> None:
    before = report_of(zebulon)
    erase(zebulon)
    assert where_they_are_named() == set()
    assert verify(Organization.objects.all()) == []
    assert rebuild_connections().differing == {}
    assert PersonChange.objects.filter(person=zebulon.person_id).count() >= 3
    session = zebulon.event.sessions.order_by("starts_at").first()
    assert session is not None
    calculate(session)
    assert report_of(zebulon) == before


def report_of(person: Participant) -> list[tuple[object, ...]]:
    rows = Attendance.objects.filter(participant=person).order_by("pk")
    return list(rows.values_list("session", "status", "computed_status", "join_count"))
