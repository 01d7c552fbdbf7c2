"""A small event to which everything happens that changes decisions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from attendance.calculating.sessions import (
    CalculationResult,
    calculate_session,
    calculate_sessions,
    say_held,
)
from attendance.completion.completing import (
    complete_due_events,
    complete_event,
    reopen_event,
)
from attendance.decisions.answering import answer
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo, undoable
from attendance.door.self_check_in import check_in_by_code, code_of
from attendance.evidence.due import Selection
from attendance.models import Attendance, AttendanceChange, Feedback
from attendance.points.ledger import PointsPerStatus, set_points_per_status
from attendance.policies import effective
from attendance.rules.calculation import Policy
from attendance.unmatched.linking import link_identity, unlink_identity
from events.invitations.answering import accept_by_coming
from events.models import Event, Participant, Role
from events.roster.adding import add_participant
from events.roster.places import change_participant
from events.services import publish_event
from sessions_app.models import LiveSession
from sessions_app.services import (
    cancel_event,
    cancel_session,
    change_session,
    end_session,
    restore_session,
    schedule_session,
)
from tests.attendance.pages import be_there
from tests.factories import (
    START,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)

# All lessons are over, and none is too old to be due.
NOW = START + timedelta(days=2)
GUEST = "guest"
MOST_PEOPLE, MOST_SESSIONS = 4, 3


class School:
    """Ana and Ben are registered, Cem waits for a place; each has an account.

    People and sessions are named by any number: they are gone through in a circle.
    """

    def __init__(self, sessions: int) -> None:
        self.event = make_event(ends_at=START + timedelta(hours=1))
        self.organization = self.event.organization
        self.organizer = make_member(self.organization, Role.OWNER)
        for name, registration in (
            ("Ana", "registered"),
            ("Ben", "registered"),
            ("Cem", "waitlisted"),
        ):
            make_participant(
                self.event, name=name, registration=registration, user=make_user()
            )
        self.has_sessions = sessions > 0
        for day in range(sessions):
            make_session(self.event, starts_at=START + timedelta(days=day))

    # What there is

    @property
    def fresh(self) -> Event:
        return Event.objects.select_related("organization").get(pk=self.event.pk)

    @property
    def people(self) -> list[Participant]:
        return list(self.event.participants.select_related("event").order_by("pk"))

    @property
    def sessions(self) -> list[LiveSession]:
        sessions = self.event.sessions.select_related("event__organization")
        return list(sessions.order_by("pk"))

    def person(self, number: int) -> Participant:
        people = self.people
        return people[number % len(people)]

    def session(self, number: int) -> LiveSession:
        sessions = self.sessions
        return sessions[number % len(sessions)]

    def place(self, number: int | None) -> Place:
        """A session, or (None, or without any) the event as a whole."""
        sessions = self.sessions
        if number is None or not sessions:
            return Place(self.fresh, None)
        session = sessions[number % len(sessions)]
        return Place(session.event, session)

    def log(self, place: Place, person: Participant) -> list[AttendanceChange]:
        changes = AttendanceChange.objects.filter(participant=person)
        return list(changes.filter(session=place.session).order_by("pk"))

    # What people say

    def mark(
        self, place: Place, said: Sequence[tuple[Participant, str, str]], source: str
    ) -> None:
        marks = [Mark(person, status, notes) for person, status, notes in said]
        mark(place, marks, source=source, by=self.organizer, now=NOW)

    def check_in(self, place: Place, person: Participant, minute: int) -> None:
        at = (place.session or place.event).starts_at + timedelta(minutes=minute)
        check_in(place, person, at=at, by=self.organizer, now=at)

    def tap_late(self, place: Place, person: Participant, minute: int) -> None:
        """A tap from an offline queue: it arrives when all is over."""
        at = (place.session or place.event).starts_at + timedelta(minutes=minute)
        later = at + timedelta(hours=20)
        check_in(place, person, at=at, by=self.organizer, now=later)

    def check_oneself_in(self, place: Place, person: Participant, minute: int) -> None:
        at = (place.session or place.event).starts_at + timedelta(minutes=minute)
        assert person.user is not None
        check_in_by_code(code_of(self.event, at).text, user=person.user, now=at)

    def answer(self, person: Participant, attended: bool, *, by_link: bool) -> None:
        answer(person, attended=attended, by=None if by_link else person.user, now=NOW)

    def undo(self, change: AttendanceChange) -> None:
        """Take a change back; the page had said beforehand what would stand."""
        place = Place(self.fresh, change.session)
        row = Attendance.objects.select_related("checked_in_by").get(
            session=place.session, participant=change.participant
        )
        where = effective.PolicyScope(self.organization, session=place.session)
        told = undoable(
            place,
            {row.participant_id: row},
            grace_minutes=effective.policy_at(where).policy.grace_minutes,
        ).get(row.participant_id)
        undo(change, reason="", by=self.organizer, now=NOW)
        row.refresh_from_db()
        assert told is not None
        assert (told.status, told.source) == (row.status, row.source)

    def thank(self, person: Participant) -> None:
        Feedback.objects.update_or_create(participant=person, defaults={"rating": 5})

    def withdraw_thanks(self, person: Participant) -> None:
        for feedback in Feedback.objects.filter(participant=person):
            feedback.delete()

    # What happens in rooms, and who it was

    def be_seen(
        self, session: LiveSession, person: Participant, minutes: tuple[int, int]
    ) -> None:
        be_there(session, person, minutes)

    def guest_comes(self, session: LiveSession) -> None:
        be_there(session, None, identity=GUEST)

    def link(self, session: LiveSession, person: Participant) -> None:
        link_identity(
            session=session,
            identity=GUEST,
            participant=person,
            by=self.organizer,
            now=NOW,
        )

    def unlink(self, session: LiveSession) -> None:
        unlink_identity(session=session, identity=GUEST, by=self.organizer, now=NOW)

    # Calculating, and what follows

    def calculate(self, session: LiveSession) -> None:
        assert not calculate_session(session, now=NOW, force=True).failed

    def calculate_due(self) -> CalculationResult:
        outcome = calculate_sessions(Selection(now=NOW))
        assert not outcome.failed
        return outcome

    def count_as_absent(self, session: LiveSession) -> None:
        self.calculate(session)
        say_held(session, actor=self.organizer, now=NOW)

    def complete(self) -> None:
        complete_event(event=self.fresh, now=NOW)

    def end_by_itself(self) -> None:
        assert not any(one.error for one in complete_due_events(now=NOW))

    def reopen(self) -> None:
        reopen_event(event=self.fresh, by=self.organizer, now=NOW)

    def revalue(self, worth: PointsPerStatus) -> None:
        set_points_per_status(self.organization.pk, worth)

    # Schedule and roster

    def cancel(self, session: LiveSession) -> None:
        cancel_session(session=session, now=NOW)

    def restore(self, session: LiveSession) -> None:
        restore_session(session=session)

    def cancel_event(self) -> None:
        cancel_event(event=self.fresh, now=NOW)

    def publish(self) -> None:
        publish_event(event=self.fresh)

    def schedule(self) -> None:
        start = START + timedelta(hours=3)
        schedule_session(
            event=self.fresh,
            title="One more",
            session_type="general",
            starts_at=start,
            ends_at=start + timedelta(hours=1),
        )
        self.has_sessions = True

    def move(self, session: LiveSession) -> None:
        """Twenty minutes earlier, and back again."""
        is_moved = session.starts_at.minute
        by = timedelta(minutes=20 if is_moved else -20)
        change_session(session=session, changes={"starts_at": session.starts_at + by})

    def end(self, session: LiveSession) -> None:
        """It ended ten minutes before it should have."""
        ended_at = session.ends_at - timedelta(minutes=10)
        end_session(session=session, ended_at=ended_at, now=NOW)

    def set_policy(self, session: LiveSession | None, policy: Policy) -> None:
        effective.set_policy(
            effective.PolicyScope(self.organization, session=session), policy
        )

    def register(self, person: Participant, registration: str) -> None:
        changes: dict[str, Any] = {"registration": registration}
        with transaction.atomic():
            change_participant(participant=person, changes=changes)

    def add(self, registration: str) -> None:
        account = make_user()
        added = add_participant(
            event=self.fresh,
            name="Dua",
            user=account.username,
            registration=registration,
            by=self.organizer,
        )
        accept_by_coming(added.participant.person, user=account)
