"""The admin of every model: it opens, it does not slow down, logs stay as they are."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from knox.models import AuthToken

from attendance.models import (
    AnnouncedAbsence,
    Attendance,
    AttendanceChange,
    AttendancePolicy,
    AuditSeal,
    ChangeReason,
    Contest,
    EngagementEntry,
    Feedback,
    OwnAnswer,
    PointsMapping,
    SessionCalculation,
)
from events.admin_base import ReadOnlyAdmin
from events.invitations.answering import offered_people
from events.models import (
    AccessRequest,
    Event,
    EventView,
    IdempotentAnswer,
    Invitation,
    KnownIdentity,
    Membership,
    Organization,
    Participant,
    Person,
    PersonChange,
    PersonChangeValues,
    RegistrationMail,
    SignInTries,
    User,
)
from events.people.changes import Act, record
from notifications.models import (
    AttendancePrompt,
    Notification,
    PromptedEvent,
    PromptOptOut,
    PromptToken,
)
from sessions_app.models import (
    ConflictingDelivery,
    Connection,
    LiveSession,
    PresenceEvent,
)
from sessions_app.sources import LIVEKIT
from tests.factories import (
    START,
    make_attendance,
    make_attendance_change,
    make_connection,
    make_event,
    make_invitation,
    make_link,
    make_membership,
    make_organization,
    make_participant,
    make_person,
    make_presence_event,
    make_prompt,
    make_session,
    make_user,
)

OURS = ("events", "sessions_app", "attendance", "notifications")
DIGEST = hashlib.sha256(b"").digest()


def make_known_identity(number: int) -> KnownIdentity:
    link = make_link(make_participant(), f"identity{number}")
    link.created_by = make_user()
    link.save()
    return link


def make_change_of_person(number: int) -> PersonChange:
    person = make_person()
    act = Act(person.pk, None, {"name": "Ana"}, {"name": person.name})
    record([act], organization_id=person.organization_id, by=make_user())
    return PersonChange.objects.latest("pk")


def make_policy(number: int) -> AttendancePolicy:
    session = make_session()
    return AttendancePolicy.objects.create(
        organization=session.event.organization, session=session
    )


def make_decision(number: int) -> Attendance:
    session = make_session()
    participant = make_participant(session.event)
    return make_attendance(
        participant,
        session,
        status="present",
        source="manual",
        marked_by=make_user(),
        marked_at=timezone.now(),
    )


def make_change(number: int) -> AttendanceChange:
    session = make_session()
    participant = make_participant(session.event)
    return make_attendance_change(participant, session, actor=make_user())


def make_reason(number: int) -> ChangeReason:
    return ChangeReason.objects.create(
        change=make_change(number), salt=b"salt", text="was ill"
    )


def make_seal(number: int) -> AuditSeal:
    return AuditSeal.objects.create(
        organization=make_organization(),
        number=number,
        batch=number,
        previous_digest=DIGEST,
        digest=DIGEST,
    )


def make_entry(number: int) -> EngagementEntry:
    change = make_change(number)
    return EngagementEntry.objects.create(
        organization=change.organization,
        participant=change.participant,
        session=change.session,
        change=change,
        points=10,
    )


def make_contest(number: int) -> Contest:
    decision = make_decision(number)
    return Contest.objects.create(
        organization=decision.organization,
        attendance=decision,
        text="I was there",
        contested_by=make_user(),
        contested_at=START,
        contested_status=decision.status,
    )


def make_conflicting_delivery(number: int) -> ConflictingDelivery:
    return ConflictingDelivery.objects.create(
        source=LIVEKIT, event_id=f"EV_{number}", body_sha256=DIGEST
    )


def make_own_answer(number: int) -> OwnAnswer:
    participant = make_participant()
    return OwnAnswer.objects.create(
        organization=participant.event.organization,
        participant=participant,
        session=make_session(participant.event),
        attended=True,
        actor=make_user(),
        at=START,
    )


def make_notification(number: int) -> Notification:
    prompt = make_prompt(make_participant())
    return Notification.objects.create(
        user=make_user(),
        organization=prompt.organization,
        type="attendance_prompt",
        prompt=prompt,
    )


MAKERS: dict[type[models.Model], Callable[[int], models.Model]] = {
    User: lambda number: make_user(),
    Organization: lambda number: make_organization(),
    Membership: lambda number: make_membership(),
    Invitation: lambda number: make_invitation(make_organization(), by=make_user()),
    Event: lambda number: make_event(),
    Participant: lambda number: make_participant(user=make_user()),
    Person: lambda number: make_person(user=make_user()),
    PersonChange: make_change_of_person,
    PersonChangeValues: lambda number: make_change_of_person(number).values,
    KnownIdentity: make_known_identity,
    EventView: lambda number: EventView.objects.create(
        event=make_event(), user=make_user()
    ),
    RegistrationMail: lambda number: RegistrationMail.objects.create(
        participant=make_participant(), news="moved_up", due_at=START
    ),
    AccessRequest: lambda number: AccessRequest.objects.create(
        name=f"name{number}", email=f"a{number}@example.com", purpose="A class"
    ),
    SignInTries: lambda number: SignInTries.objects.create(
        key=f"{number}", tries=1, since=START
    ),
    IdempotentAnswer: lambda number: IdempotentAnswer.objects.create(
        user=make_user(), path="/api/", key=f"{number}", created_at=START
    ),
    LiveSession: lambda number: make_session(),
    PresenceEvent: lambda number: make_presence_event(make_session()),
    ConflictingDelivery: make_conflicting_delivery,
    Connection: lambda number: make_connection(make_session()),
    AttendancePolicy: make_policy,
    SessionCalculation: lambda number: SessionCalculation.objects.create(
        session=make_session(), calculated_at=START
    ),
    Attendance: make_decision,
    AttendanceChange: make_change,
    ChangeReason: make_reason,
    AuditSeal: make_seal,
    EngagementEntry: make_entry,
    PointsMapping: lambda number: PointsMapping.objects.create(
        organization=make_organization()
    ),
    Contest: make_contest,
    AnnouncedAbsence: lambda number: AnnouncedAbsence.objects.create(
        organization=make_organization(),
        participant=make_participant(),
        session=make_session(),
        reason="ill",
        announced_by=make_user(),
        announced_at=START,
    ),
    Feedback: lambda number: Feedback.objects.create(
        participant=make_participant(), rating=5
    ),
    OwnAnswer: make_own_answer,
    AttendancePrompt: lambda number: make_prompt(
        make_participant(), asked_by=make_user()
    ),
    PromptedEvent: lambda number: PromptedEvent.objects.create(
        event=make_event(), due_at=START
    ),
    PromptToken: lambda number: PromptToken.objects.create(
        participant=make_participant(), digest=bytes([number])
    ),
    PromptOptOut: lambda number: PromptOptOut.objects.create(
        organization=make_organization(), folded_email=f"a{number}@example.com"
    ),
    Notification: make_notification,
    Authenticator: lambda number: Authenticator.objects.create(
        user=make_user(), type="totp", data={}
    ),
    SocialAccount: lambda number: SocialAccount.objects.create(
        user=make_user(), provider="oidc", uid=f"{number}"
    ),
    Group: lambda number: Group.objects.create(name=f"{number}"),
    AuthToken: lambda number: AuthToken.objects.create(user=make_user())[0],
    IntervalSchedule: lambda number: IntervalSchedule.objects.create(
        every=number, period="minutes"
    ),
    CrontabSchedule: lambda number: CrontabSchedule.objects.create(minute=f"{number}"),
    ClockedSchedule: lambda number: ClockedSchedule.objects.create(clocked_time=START),
    SolarSchedule: lambda number: SolarSchedule.objects.create(
        event="sunset", latitude=number, longitude=number
    ),
    PeriodicTask: lambda number: PeriodicTask.objects.create(
        name=f"{number}",
        task="attendance.tasks.calculate_due_sessions",
        interval=IntervalSchedule.objects.create(every=number, period="hours"),
    ),
}
# Their owners make them on pages of their own.
MADE_ELSEWHERE = {AccessRequest, Authenticator, SocialAccount}
REGISTERED = [*admin.site._registry]  # noqa: SLF001
READ_ONLY = [
    model
    for model, its_admin in admin.site._registry.items()  # noqa: SLF001
    if isinstance(its_admin, ReadOnlyAdmin)
]


def name(model: type[models.Model]) -> str:
    return model._meta.label


def url(model: type[models.Model], page: str, *args: Any) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)


@pytest.fixture
def superuser(client: Client) -> Client:
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
        assert response.status_code == 200, path
    return len(captured)


def test_every_model_of_ours_is_there() -> None:
    ours = {model for app in OURS for model in apps.get_app_config(app).get_models()}
    assert ours <= set(REGISTERED)


def test_whoever_registers_a_model_says_here_how_to_make_one() -> None:
    assert set(REGISTERED) == set(MAKERS)


@pytest.mark.django_db
@pytest.mark.parametrize("model", REGISTERED, ids=name)
def test_list_and_form_open_and_ask_no_more_with_more_rows(
    model: type[models.Model], superuser: Client
) -> None:
    make = MAKERS[model]
    row, _ = make(1), make(2)
    pages = [url(model, "changelist"), url(model, "change", row.pk)]
    for page in pages:
        superuser.get(page)  # content types and the like, once per process
    few = [queries(superuser, page) for page in pages]
    for number in range(3, 13):
        make(number)
    many = [queries(superuser, page) for page in pages]
    assert few == many


@pytest.mark.django_db
@pytest.mark.parametrize("model", REGISTERED, ids=name)
def test_the_search_finds_without_error(
    model: type[models.Model], superuser: Client
) -> None:
    its_admin = admin.site._registry[model]  # noqa: SLF001
    if its_admin.search_fields:
        MAKERS[model](1)
        queries(superuser, f"{url(model, 'changelist')}?q=1")


@pytest.mark.django_db
@pytest.mark.parametrize("model", REGISTERED, ids=name)
def test_a_row_can_be_added_unless_it_is_a_log_or_a_decision(
    model: type[models.Model], superuser: Client
) -> None:
    expected = 403 if model in {*READ_ONLY, *MADE_ELSEWHERE} else 200
    assert superuser.get(url(model, "add")).status_code == expected


@pytest.mark.parametrize("model", REGISTERED, ids=name)
def test_what_only_grows_or_is_decided_is_read_only(model: type[models.Model]) -> None:
    decided = {Connection, Attendance, SessionCalculation, ChangeReason}
    if getattr(model, "append_only", False) or model in decided:
        assert model in READ_ONLY


@pytest.mark.django_db
@pytest.mark.parametrize("model", READ_ONLY, ids=name)
def test_a_superuser_cannot_change_or_delete_what_is_read_only(
    model: type[models.Model], superuser: Client
) -> None:
    row = MAKERS[model](1)
    assert superuser.post(url(model, "change", row.pk), {}).status_code == 403
    assert superuser.post(url(model, "delete", row.pk)).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [row.pk]}
    superuser.post(url(model, "changelist"), selected | {"post": "yes"})
    row.refresh_from_db()


@pytest.mark.django_db
def test_a_slug_is_given_once(superuser: Client) -> None:
    organization = make_organization(slug="school")
    page = superuser.get(url(Organization, "change", organization.pk))
    assert b'name="slug"' not in page.content
    assert b'name="slug"' in superuser.get(url(Organization, "add")).content


@pytest.mark.django_db
def test_an_account_that_staff_makes_is_verified_and_is_offered_its_rosters(
    superuser: Client,
) -> None:
    participant = make_participant(email="alice@example.com")
    page = superuser.post(
        url(User, "add"),
        {
            "username": "alice",
            "email": "Alice@example.com",
            "usable_password": "false",
        },
    )
    assert page.status_code == 302
    alice = User.objects.get(username="alice")
    assert alice.email_verified_at is not None
    assert offered_people(alice) == [participant.person_id]


@pytest.mark.django_db
def test_an_address_that_another_account_verified_is_refused(
    superuser: Client,
) -> None:
    make_user(email="alice@example.com", email_verified_at=timezone.now())
    page = superuser.post(
        url(User, "add"),
        {
            "username": "alice",
            "email": "alice@example.com",
            "usable_password": "false",
        },
    )
    assert page.status_code == 200
    assert "already confirmed" in page.content.decode()
    assert not User.objects.filter(username="alice").exists()


@pytest.mark.django_db
def test_the_admin_schedules_no_room_of_another_organization(
    superuser: Client,
) -> None:
    session, other = make_session(), make_organization()
    form = {
        "event": session.event.pk,
        "title": "Lesson",
        "session_type": "general",
        "mode": "online",
        "room_name": f"{other.slug}_room",
        "starts_at_0": "2026-03-02",
        "starts_at_1": "10:00:00",
        "ends_at_0": "2026-03-02",
        "ends_at_1": "11:00:00",
    }
    page = superuser.post(url(LiveSession, "add"), form)
    assert "Room names of this organization begin with" in page.content.decode()
    taken = superuser.post(
        url(LiveSession, "add"), form | {"room_name": session.room_name}
    )
    assert taken.status_code == 200
    assert LiveSession.objects.count() == 1
