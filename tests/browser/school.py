"""A school in which everything that pages can show is there at once.

Its times lie around now: the application that shows it runs by the real clock.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from attendance.completion.completing import complete_event
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo
from attendance.door.self_check_in import code_of
from attendance.models import (
    AttendanceChange,
    SessionCalculation,
    Status,
)
from core.spans import Span
from events.models import (
    Event,
    EventState,
    Participant,
    ParticipantRole,
    Person,
    Role,
    User,
)
from events.people.services import update_person
from events.roster.adding import add_participant
from events.roster.places import change_participant
from sessions_app.models import LiveSession
from tests.attendance.pages import be_there, calculate, try_in_vain
from tests.browser.in_a_room import in_a_room
from tests.browser.public_events import public_events
from tests.browser.with_accounts import Accounts
from tests.browser.with_answers import events_with_answers
from tests.browser.with_consent import people_asked
from tests.browser.with_invitations import Invitations
from tests.browser.with_own_record import Asked
from tests.browser.with_prompts import people_prompted
from tests.browser.with_said import with_said
from tests.factories import (
    make_access_request,
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_participants,
    make_person,
    make_session,
    make_user,
)

PASSWORD = "correct horse battery staple"
GUEST = "guest-7f3a"
LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschafers"


class School:
    """Its people, and by a word each the rows that pages are about."""

    def __init__(self) -> None:
        self.now = timezone.now().replace(second=0, microsecond=0)
        self.organization = make_organization(name="Al-Noor Academy", slug="al-noor")
        self.organizer = make_member(self.organization)
        self.viewer = make_member(self.organization, Role.VIEWER)
        self.owner = make_member(self.organization, Role.OWNER)
        self.newcomer = make_user()
        self.superuser = make_user(is_superuser=True)
        self.accounts = Accounts(PASSWORD)
        self.guarded, self.bare = self.accounts.guarded, self.accounts.bare
        self.invitations = Invitations(self.organization, self.owner)
        self.invited = self.invitations.invited
        self.attendee = make_user(first_name="Yusuf", last_name="Karim")
        self.parent = make_user()
        self.event = self._event("Algebra II", door_opens_minutes=90)
        self.teacher = make_user()
        self.host = self._person(
            "Amina Hadid", role=ParticipantRole.HOST, user=self.teacher
        )
        self.yusuf = self._person("Yusuf Karim", user=self.attendee)
        self.maria = self._person("Maria Lopes")
        self.tom = self._person(LONG, user=self.parent)
        self.noor = self._person("نور عزيز", user=self.parent)
        self.omar = self._person("Omar Nasser")
        self.sara = self._person("Sara Lindqvist")
        self.subjects: dict[str, Model] = {
            "organization": self.organization,
            "member": self.viewer.memberships.get(),
            "asks for access": make_access_request(name=LONG),
            "membership": self.invitations.membership,
            "own person": self.invitations.person,
            "passkey": self.accounts.passkey,
            "event": self.event,
            "empty event": self._event(LONG),
            "draft": self._event("Draft", state=EventState.DRAFT),
            "cancelled event": self._event("Off", state=EventState.CANCELLED),
            "person": self.maria,
            "marked": self.sara,
            "attendee": self.yusuf,
            "ahead": self._session(60, "Ahead"),
            "running": self._running(),
            "ended": self._ended(),
            "calculated": self._calculated(),
            "nobody seen": self._nobody_seen(),
            "cancelled": self._cancelled(),
            "failed": self._failed(),
        }
        self.subjects |= in_a_room(self.organization, self.organizer, now=self.now)
        self.subjects["completed"] = self._completed()
        self.subjects["meetup"] = self._meetup()
        nobody_came = make_participant(self._event("Nobody came"), name=LONG)
        self.subjects["nobody came"] = nobody_came.event
        self.subjects |= self._meetups_later()
        self.subjects["over"] = self._over()
        self.subjects |= people_asked(self.invited, now=self.now)
        Person.objects.filter(pk=self.omar.person_id).update(
            consented_at=self.now, consent_withdrawn_at=self.now
        )
        self.subjects |= events_with_answers(
            self.organization, self.organizer, now=self.now
        )
        self.subjects |= with_said(self.organization, self.organizer, now=self.now)
        says = self.subjects["says"]
        assert isinstance(says, Participant)
        assert says.user
        self.who_says = says.user
        self.subjects |= public_events(self.organization, now=self.now)
        self.subjects |= people_prompted(now=self.now)
        self.subjects["inside"] = self._inside()
        self.subjects["long roster"] = self._long_roster()
        self.subjects["event ahead"] = make_event(
            self.organization, starts_at=self.now + timedelta(days=2)
        )
        self._maria()
        self.asked, self.mother = make_user(email_verified_at=self.now), make_user()
        asked = Asked(self.organization, self.asked, self.mother, self.now)
        self.subjects |= asked.subjects
        self.subjects["without roster"] = make_session(
            self._event("Not begun"), starts_at=self.now + timedelta(days=2)
        )

    def _maria(self) -> None:
        """At a second event, in every state that her page can show."""
        maria = self.maria.person
        event = self._event(LONG, ends_at=self.now - timedelta(hours=1))
        added = add_participant(
            event=event,
            name=maria.name,
            person=maria.pk,
            enrolled_from=self.now - timedelta(days=3),
            by=self.organizer,
        )
        for hours in (100, 80, 60):
            starts_at = self.now - timedelta(hours=hours)
            session = make_session(event, starts_at=starts_at, title=LONG)
            be_there(session, None, identity="tablet", name="Maria Lopes (iPad)")
            calculate(session, self.now)
        change_participant(
            participant=added.participant,
            changes={"role": ParticipantRole.HOST},
            by=self.organizer,
        )
        meetup = make_participant(self._event("Tea"), person=maria)
        check_in(Place(meetup.event, None), meetup, by=self.organizer, now=self.now)
        changes = {"email": f"{LONG.lower()[:40]}@example.com", "language": "ar"}
        update_person(person=maria, changes=changes, by=self.owner)
        double = make_person(self.organization, name="Lopes, Maria", email="")
        other = make_organization(name="Another school")
        make_membership(other, self.owner, Role.OWNER)
        self.subjects |= {
            "maria": maria,
            "maria's double": double,
            "other organization": other,
        }

    def path(self, session: str) -> str:
        """The page of one of the sessions."""
        return f"/sessions/{self.subjects[session].pk}/"

    def code(self, name: str) -> str:
        """The code that an event's screen shows now, or one that is over."""
        if name == "over":
            return code_of(self.event, self.now - timedelta(days=1)).text
        return code_of(self.event, timezone.now()).text

    def _event(self, title: str, **fields: Any) -> Event:
        return make_event(
            self.organization,
            title=title,
            time_zone="Asia/Riyadh",
            starts_at=self.now - timedelta(days=3),
            **{"ends_at": self.now + timedelta(days=3)} | fields,
        )

    def _person(self, name: str, **fields: Any) -> Participant:
        return make_participant(self.event, name=name, **fields)

    def _long_roster(self) -> Event:
        """Of more than a page, with numbers, and people who came later or left."""
        event = self._event("Chemistry")
        make_participants(event, [f"Amina Hadid {n}" for n in range(1, 121)])
        spans = Span(self.now - timedelta(days=9), None), Span(None, self.now)
        for name, span in zip(("Aisha Rahman", "نور عزيز"), spans, strict=True):
            number = f"2026-{len(name)}"
            make_participant(event, name=name, external_id=number, enrolled=[span])
        make_participant(event, name=LONG, role=ParticipantRole.HOST)
        make_participant(event, name="Ben", registration="cancelled")
        return event

    def _session(self, minutes: float, title: str, **fields: Any) -> LiveSession:
        """An hour's session that begins so many minutes from now."""
        starts_at = self.now + timedelta(minutes=minutes)
        return make_session(self.event, title=title, starts_at=starts_at, **fields)

    def _running(self) -> LiveSession:
        session = self._session(-20, "Running")
        be_there(session, self.host, (-5, None))
        be_there(session, self.yusuf, (2, 8))
        be_there(session, None, (3, None), identity="guest-1", name="Lina")
        try_in_vain(session, self.omar.identity, 4)
        return session

    def _ended(self) -> LiveSession:
        session = self._session(-62, "Ended")
        be_there(session, None, (3, 60), identity=GUEST, name="Lina")
        return session

    def _inside(self) -> Participant:
        """The host, who has been checked in to what runs now."""
        running = self.subjects["running"]
        assert isinstance(running, LiveSession)
        place = Place(self.event, running)
        check_in(place, self.host, by=self.organizer, now=self.now)
        return self.host

    def _calculated(self) -> LiveSession:
        session = self._session(-26 * 60, "Quadratic equations")
        be_there(session, self.host)
        be_there(session, self.yusuf, (1, 37))
        be_there(session, self.yusuf, (40, None))
        be_there(session, self.maria, (18, 55))
        be_there(session, self.tom, (0, 11))
        be_there(session, self.tom, (42, 50))
        be_there(session, self.noor, (16, 60))
        for minute in (1, 3, 9):
            try_in_vain(session, self.omar.identity, minute)
        be_there(session, None, (4, 52), identity=GUEST, name="Lina")
        be_there(session, None, (5, 27), identity=LONG, name=LONG, kind="SIP")
        try_in_vain(session, "lost-phone", 7)
        calculate(session, self.now)
        self._mark(session, self.sara, Status.EXCUSED, "Ill, called in.")
        self._mark(session, self.noor, Status.PRESENT, by=self.owner, overrides=True)
        return session

    def _mark(
        self,
        session: LiveSession | None,
        person: Participant,
        status: str,
        notes: str = "",
        *,
        by: User | None = None,
        overrides: bool = False,
    ) -> None:
        source = "admin_override" if overrides else "manual"
        mark(
            Place(person.event, session),
            [Mark(person, status, notes)],
            source=source,
            by=by or self.organizer,
            now=self.now,
        )

    def _completed(self) -> Event:
        """Of two lessons; somebody is marked about the whole, one mark taken back."""
        event = self._event("Sewing", ends_at=self.now - timedelta(hours=1))
        people = [make_participant(event, name=name) for name in ("Ana", LONG, "نور")]
        for hours in (50, 26):
            session = make_session(event, starts_at=self.now - timedelta(hours=hours))
            be_there(session, people[0], (0, 60))
            be_there(session, people[1], (0, 20))
            calculate(session, self.now)
        complete_event(event=event, now=self.now)
        self._mark(session, people[0], Status.LATE)
        undo(
            AttendanceChange.objects.filter(participant=people[0], session=session)[0],
            reason="The wrong person.",
            by=self.owner,
            now=self.now,
        )
        self._mark(None, people[2], Status.EXCUSED, "Travelling until Sunday.")
        self.subjects["decided"] = people[0]
        return event

    def _meetup(self) -> Event:
        """Without sessions: some came, some did not, one is excused."""
        event = self._event("Meetup")
        people = [make_participant(event, name=name) for name in ("Ana", LONG, "نور")]
        make_participant(event, name="Ben")
        for person in people[:2]:
            check_in(Place(event, None), person, by=self.organizer, now=self.now)
        self._mark(None, people[2], Status.EXCUSED, "Travelling until Sunday.")
        return event

    def _meetups_later(self) -> dict[str, Model]:
        """One got a session, nobody was written down at another, one is a draft."""
        was_a_meetup = self._event("Walk")
        ana = make_participant(was_a_meetup, name="Ana")
        check_in(Place(was_a_meetup, None), ana, by=self.organizer, now=self.now)
        make_session(was_a_meetup, starts_at=self.now)
        over = self.now - timedelta(hours=1)
        unrecorded = self._event("Picnic", ends_at=over)
        make_participant(unrecorded, name=LONG)
        complete_event(event=unrecorded, now=self.now)
        draft = self._event("Quiz", ends_at=over, state=EventState.DRAFT)
        make_participant(draft, name="Ana")
        return {
            "was a meetup": was_a_meetup,
            "unrecorded": unrecorded,
            "draft that is over": draft,
        }

    def _over(self) -> Event:
        """All of its sessions have ended; one is not calculated, one not proved."""
        event = self._event("Chess", ends_at=self.now - timedelta(minutes=20))
        ana = make_participant(event, name="Ana")
        make_participant(event, name=LONG)
        for hours in (50, 26, 2):
            starts_at = self.now - timedelta(hours=hours)
            session = make_session(event, starts_at=starts_at, title=f"Chess {hours}")
            if hours == 50:
                be_there(session, ana)
            if hours != 2:
                calculate(session, self.now)
        return event

    def _nobody_seen(self) -> LiveSession:
        session = self._session(-50 * 60, "Nobody seen")
        calculate(session, self.now)
        return session

    def _cancelled(self) -> LiveSession:
        session = self._session(-28 * 60, "Cancelled")
        be_there(session, self.yusuf)
        calculate(session, self.now)
        session.cancelled_at = self.now
        session.save(update_fields=["cancelled_at"])
        return session

    def _failed(self) -> LiveSession:
        session = self._session(-30 * 60, "Failed")
        SessionCalculation.objects.create(
            session=session,
            failures=1,
            retry_at=self.now + timedelta(minutes=40),
            error="broken",
        )
        return session
