"""The unmatched desk: who was it? Remembered, corrected, taken back."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from attendance.evidence.session_evidence import read_evidence
from attendance.models import Attendance
from core.spans import Span
from events.models import KnownIdentity, Participant, Person, Registration
from sessions_app.models import LiveSession
from tests.attendance.pages import be_there, calculate, make_lesson, organizer_of
from tests.factories import (
    START,
    change_person,
    make_connection,
    make_event,
    make_link,
    make_participant,
    make_person,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson() -> LiveSession:
    """Ana was there; so was somebody called Lina whom nobody knows."""
    session, [ana, _lina] = make_lesson("Ana Lina")
    be_there(session, ana)
    be_there(session, None, (4, 52), identity="guest-7f3a", name="Lina")
    calculate(session)
    return session


@pytest.fixture
def lina(lesson: LiveSession) -> Participant:
    return lesson.event.participants.get(person__name="Lina")


@pytest.fixture
def desk(lesson: LiveSession, api: APIClient) -> APIClient:
    api.force_login(organizer_of(lesson))
    return api


def link(
    desk: APIClient, session: LiveSession, status: int = 200, **said: Any
) -> dict[str, Any]:
    said.setdefault("identity", "guest-7f3a")
    answer = desk.post(f"/api/sessions/{session.pk}/unmatched/link", said)
    assert answer.status_code == status, answer.content
    body: dict[str, Any] = answer.json()
    return body


def unlink(
    desk: APIClient, session: LiveSession, status: int = 200, **said: Any
) -> dict[str, Any]:
    said.setdefault("identity", "guest-7f3a")
    answer = desk.post(f"/api/sessions/{session.pk}/unmatched/unlink", said)
    assert answer.status_code == status, answer.content
    body: dict[str, Any] = answer.json()
    return body


def statuses(report: dict[str, Any]) -> dict[str, str]:
    return {row["participant"]["name"]: row["status"] for row in report["results"]}


def strangers(report: dict[str, Any]) -> list[str]:
    return [one["identity"] for one in report["unmatched"]]


def test_who_is_linked_was_there_and_the_report_says_so_at_once(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    before = desk.get(f"/api/sessions/{lesson.pk}/attendance").json()
    assert statuses(before) == {"Ana": "present", "Lina": "absent"}
    assert strangers(before) == ["guest-7f3a"]
    report = link(desk, lesson, participant=lina.pk)
    assert statuses(report) == {"Ana": "present", "Lina": "present"}
    assert strangers(report) == []
    [row] = [one for one in report["results"] if one["participant"]["name"] == "Lina"]
    assert row["linked_identities"] == [{"identity": "guest-7f3a", "name": "Lina"}]
    assert (row["attended_minutes"], row["source"]) == (48, "livekit_auto")


def test_the_decision_is_audited_and_who_linked_is_kept(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    link(desk, lesson, participant=lina.pk)
    decision = Attendance.objects.get(participant=lina)
    newest = decision.participant.attendance_changes.order_by("-pk").first()
    assert newest
    assert (newest.from_status, newest.to_status, newest.actor) == (
        "absent",
        "present",
        None,
    )
    known = KnownIdentity.objects.get()
    assert known.created_by
    assert known.created_by.memberships.get().role == "organizer"


def test_a_walk_in_stands_on_the_roster_and_in_the_report(
    desk: APIClient, lesson: LiveSession
) -> None:
    walk_in = {"name": "Lina Haddad", "email": "lina@example.com"}
    report = link(desk, lesson, walk_in=walk_in)
    assert statuses(report)["Lina Haddad"] == "present"
    person = lesson.event.participants.get(person__name="Lina Haddad")
    assert (person.registration, person.email) == ("walk_in", "lina@example.com")


# Remembered


def next_week(session: LiveSession, event: Any = None) -> LiveSession:
    following = make_session(
        event or session.event, starts_at=START + timedelta(days=7)
    )
    be_there(following, None, (0, 60), identity="guest-7f3a", name="iPad")
    return following


def test_it_is_remembered_in_the_next_session(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    link(desk, lesson, participant=lina.pk)
    following = next_week(lesson)
    calculate(following, START + timedelta(days=8))
    assert Attendance.objects.get(session=following, participant=lina).status == (
        "present"
    )


def test_it_is_remembered_in_another_event_of_the_organization(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    event = make_event(lesson.event.organization)
    there = make_participant(event, person=lina.person)
    link(desk, lesson, participant=lina.pk)
    following = next_week(lesson, event)
    calculate(following, START + timedelta(days=8))
    assert Attendance.objects.get(participant=there).status == "present"


def test_who_only_has_the_same_address_and_name_is_somebody_else(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    """Nothing is guessed: who is one person is decided when they are added."""
    event = make_event(lesson.event.organization)
    make_participant(event, name="Lina", email=lina.email)
    link(desk, lesson, participant=lina.pk)
    following = next_week(lesson, event)
    report = desk.get(f"/api/sessions/{following.pk}/attendance").json()
    assert strangers(report) == ["guest-7f3a"]


# A family's tablet


@pytest.fixture
def family(lesson: LiveSession) -> dict[str, Person]:
    """Sara and Tala share a tablet; each was linked to it in an event of her own."""
    organization = lesson.event.organization
    people = {name: make_person(organization, name=name) for name in ("Sara", "Tala")}
    for person in people.values():
        own = make_event(organization)
        make_link(make_participant(own, person=person), "guest-7f3a")
    return people


def test_it_means_whoever_of_them_is_on_the_roster(
    lesson: LiveSession, family: dict[str, Person]
) -> None:
    for person in family.values():
        event = make_event(lesson.event.organization)
        there = make_participant(event, person=person)
        following = next_week(lesson, event)
        assert list(read_evidence([following.pk])[following.pk].people) == [there.pk]


def test_of_several_on_a_roster_it_means_the_one_who_was_linked_there(
    desk: APIClient, lesson: LiveSession, family: dict[str, Person]
) -> None:
    event = make_event(lesson.event.organization)
    there = {n: make_participant(event, person=p) for n, p in family.items()}
    following = next_week(lesson, event)
    report = desk.get(f"/api/sessions/{following.pk}/attendance").json()
    assert strangers(report) == ["guest-7f3a"]
    for name in ("Sara", "Tala", "Sara"):
        link(desk, following, participant=there[name].pk)
        seen = read_evidence([following.pk])[following.pk].people
        assert list(seen) == [there[name].pk]


def test_a_link_to_one_takes_it_from_nobody_elsewhere(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    """Lina's other course goes on knowing her tablet, whoever uses it here."""
    ben = make_participant(lesson.event, name="Ben")
    event = make_event(lesson.event.organization)
    there = make_participant(event, person=lina.person)
    link(desk, lesson, participant=lina.pk)
    elsewhere = next_week(lesson, event)
    link(desk, lesson, participant=ben.pk)
    assert list(read_evidence([elsewhere.pk])[elsewhere.pk].people) == [there.pk]
    assert KnownIdentity.objects.count() == 2


def test_a_sister_who_comes_later_takes_nothing_of_lessons_before(
    lesson: LiveSession, family: dict[str, Person]
) -> None:
    event = make_event(lesson.event.organization)
    sara = make_participant(event, person=family["Sara"])
    first = next_week(lesson, event)
    make_participant(event, person=family["Tala"], enrolled=[Span(first.ends_at)])
    assert list(read_evidence([first.pk])[first.pk].people) == [sara.pk]


def test_who_cancelled_leaves_it_to_the_others_from_then_on(
    lesson: LiveSession, family: dict[str, Person]
) -> None:
    event = make_event(lesson.event.organization)
    sara = make_participant(event, person=family["Sara"])
    make_link(sara, "guest-7f3a")
    tala = make_participant(event, person=family["Tala"])
    before, after = next_week(lesson, event), next_week(lesson, event)
    after.starts_at += timedelta(days=7)
    after.ends_at += timedelta(days=7)
    after.save()
    be_there(after, None, (0, 60), identity="guest-7f3a", name="iPad")
    Participant.objects.filter(pk=sara.pk).update(
        registration=Registration.CANCELLED, cancelled_at=before.ends_at
    )
    evidence = read_evidence([before.pk, after.pk])
    assert list(evidence[before.pk].people) == [sara.pk]
    assert list(evidence[after.pk].people) == [tala.pk]


def test_the_same_name_alone_is_only_guessed(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    event = make_event(lesson.event.organization, title="Physics")
    namesake = make_participant(event, name="Lina", email="")
    link(desk, lesson, participant=lina.pk)
    following = next_week(lesson, event)
    report = desk.get(f"/api/sessions/{following.pk}/attendance").json()
    assert [one["guess"] for one in report["unmatched"]] == [
        {"participant": namesake.pk, "name": "Lina", "ground": "known_elsewhere"}
    ]


def test_another_organization_knows_nothing_of_it(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    link(desk, lesson, participant=lina.pk)
    foreign = make_event()
    make_participant(foreign, name="Lina", email=lina.email)
    following = next_week(lesson, foreign)
    client = APIClient()
    client.force_login(organizer_of(following))
    report = client.get(f"/api/sessions/{following.pk}/attendance").json()
    assert strangers(report) == ["guest-7f3a"]
    assert report["unmatched"][0]["guess"] is None


def test_two_organizations_calculated_together_know_nothing_of_each_other(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    link(desk, lesson, participant=lina.pk)
    foreign = make_event()
    same = make_participant(foreign, email=lina.email)
    # Somebody said something there too, of another identity.
    make_link(make_participant(foreign), "somebody")
    both = [next_week(lesson).pk, next_week(lesson, foreign).pk]
    evidence = read_evidence(both)
    assert lina.pk in evidence[both[0]].people
    assert same.pk not in evidence[both[1]].people
    assert len(evidence[both[1]].strangers) == 1


# Corrected and taken back


def test_saying_it_again_corrects_it(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    ben = make_participant(lesson.event, name="Ben")
    link(desk, lesson, participant=lina.pk)
    report = link(desk, lesson, participant=ben.pk)
    assert statuses(report) == {"Ana": "present", "Ben": "present", "Lina": "absent"}
    report = link(desk, lesson, participant=lina.pk)
    assert statuses(report) == {"Ana": "present", "Ben": "absent", "Lina": "present"}


def test_taken_back_it_is_nobody_again(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    link(desk, lesson, participant=lina.pk)
    report = unlink(desk, lesson)
    assert statuses(report) == {"Ana": "present", "Lina": "absent"}
    assert strangers(report) == ["guest-7f3a"]
    assert unlink(desk, lesson, 400)["errors"][0]["field"] == "identity"


def test_what_was_said_elsewhere_is_taken_back_there_too(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    event = make_event(lesson.event.organization)
    elsewhere = make_participant(event, person=lina.person)
    make_link(elsewhere, "guest-7f3a")
    report = desk.get(f"/api/sessions/{lesson.pk}/attendance").json()
    assert strangers(report) == []
    assert strangers(unlink(desk, lesson)) == ["guest-7f3a"]
    assert not KnownIdentity.objects.exists()


@pytest.mark.parametrize("registration", ["cancelled", "viewed"])
def test_who_was_not_expected_and_came_becomes_a_walk_in(
    desk: APIClient, lesson: LiveSession, registration: str
) -> None:
    omar = make_participant(lesson.event, name="Omar", registration=registration)
    report = link(desk, lesson, participant=omar.pk)
    assert statuses(report)["Omar"] == "present"
    omar.refresh_from_db()
    assert omar.registration == Registration.WALK_IN


def test_who_cancelled_and_came_with_their_own_identity_needs_no_link(
    desk: APIClient, lesson: LiveSession
) -> None:
    omar = make_participant(lesson.event, name="Omar", registration="cancelled")
    be_there(lesson, omar)
    report = desk.get(f"/api/sessions/{lesson.pk}/attendance").json()
    [guess] = [
        one["guess"] for one in report["unmatched"] if one["identity"] == omar.identity
    ]
    assert (guess["participant"], guess["ground"]) == (omar.pk, "own_identity")
    report = link(desk, lesson, identity=omar.identity, participant=omar.pk)
    assert statuses(report)["Omar"] == "present"
    assert not KnownIdentity.objects.exists()


def test_what_was_corrected_to_its_owner_does_not_come_back(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    lina.registration, lina.cancelled_at = Registration.CANCELLED, START
    lina.save()
    be_there(lesson, lina)
    ana = lesson.event.participants.get(person__name="Ana")
    link(desk, lesson, identity=lina.identity, participant=ana.pk)
    link(desk, lesson, identity=lina.identity, participant=lina.pk)
    assert not KnownIdentity.objects.exists()


# RefusedWalkIn


@pytest.mark.parametrize("both", [True, False])
def test_one_of_the_two_must_be_said(
    desk: APIClient, lesson: LiveSession, lina: Participant, both: bool
) -> None:
    said = {"participant": lina.pk, "walk_in": {"name": "Lina"}} if both else {}
    problem = link(desk, lesson, 400, **said)
    assert problem["errors"][0]["field"] == "participant"
    assert not KnownIdentity.objects.exists()


def test_who_is_not_on_the_roster_does_not_exist(
    desk: APIClient, lesson: LiveSession
) -> None:
    problem = link(desk, lesson, 400, participant=make_participant().pk)
    assert problem["errors"][0]["field"] == "participant"


def test_an_identity_that_nobody_saw_is_refused(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    problem = link(desk, lesson, 400, identity="elsewhere", participant=lina.pk)
    assert problem["errors"][0]["field"] == "identity"


def test_nobodys_own_identity_is_given_away(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    ana = lesson.event.participants.get(person__name="Ana")
    problem = link(desk, lesson, 409, identity=ana.identity, participant=lina.pk)
    assert "Ana" in problem["detail"]
    assert unlink(desk, lesson, 400, identity=ana.identity)["errors"][0]["field"] == (
        "identity"
    )


@pytest.mark.parametrize(
    ("email", "code"), [("LINA@example.com", "on_roster"), ("", "doubtful")]
)
def test_a_walk_in_who_is_or_may_be_on_the_roster_is_told(
    desk: APIClient, lesson: LiveSession, lina: Participant, email: str, code: str
) -> None:
    change_person(lina, email="lina@example.com")
    problem = link(desk, lesson, 409, walk_in={"name": "LINA", "email": email})
    assert problem["type"].endswith(code)
    assert problem["errors"][0]["field"] == "walk_in.name"
    assert lesson.event.participants.count() == 2


def test_a_walk_in_with_the_address_of_a_sister_is_somebody_else(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    link(desk, lesson, walk_in={"name": "Sara", "email": lina.email})
    assert lesson.event.participants.count() == 3


def test_a_walk_in_needs_a_name(desk: APIClient, lesson: LiveSession) -> None:
    problem = link(desk, lesson, 400, walk_in={"name": " "})
    assert problem["errors"][0]["field"] == "walk_in.name"


# Seen by whom


def test_only_organizers_see_guesses_and_links(
    desk: APIClient, lesson: LiveSession, lina: Participant
) -> None:
    host = make_user()
    make_participant(lesson.event, name="Host", role="host", user=host)
    client = APIClient()
    client.force_login(host)
    report = client.get(f"/api/sessions/{lesson.pk}/attendance").json()
    assert [(one["identity"], one["guess"]) for one in report["unmatched"]] == [
        (None, None)
    ]
    link(desk, lesson, participant=lina.pk)
    report = client.get(f"/api/sessions/{lesson.pk}/attendance").json()
    assert not any(row["linked_identities"] for row in report["results"])


def test_while_it_runs_or_is_cancelled_nothing_is_calculated(desk: APIClient) -> None:
    running = make_session(starts_at=START, ends_at=START + timedelta(days=365 * 60))
    desk.force_login(organizer_of(running))
    make_connection(running, identity="guest-7f3a")
    person = make_participant(running.event, name="Lina")
    report = link(desk, running, participant=person.pk)
    assert strangers(report) == []
    assert report["session"]["calculated_at"] is None
    LiveSession.objects.update(ends_at=START + timedelta(hours=1), cancelled_at=START)
    report = unlink(desk, running)
    assert report["session"]["calculated_at"] is None
