"""Services that add people to rosters, and change and remove their places.

Who is meant is decided by ``events/people/matching.py``, since when somebody is
enrolled by ``enrolment.py``.

Source: docs/rules.md 91, 92, 93, 94.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, Invalid
from events.accounts.addresses import account_of_address
from events.locks import lock_event, lock_people
from events.models import (
    EXPECTED,
    Event,
    Participant,
    ParticipantRole,
    Person,
    Registration,
    User,
)
from events.people.changes import Act, difference, record
from events.people.lookups import who_may_be_meant
from events.people.matching import (
    Doubtful,
    Given,
    Known,
    Meant,
    NumberTaken,
    who_is_meant,
)
from events.people.refusals import doubtful, number_taken
from events.people.services import COLUMNS, create_people, update_person
from events.roster.enrolment import (
    UNSET,
    Bound,
    after_registration,
    first_spans,
    with_latest,
)
from events.signals import roster_changed


class Added(NamedTuple):
    """A place on a roster; ``matched`` says by what a known person was meant.

    ``is_new``: the place did not stand before.
    """

    participant: Participant
    is_new: bool
    matched: str = ""


@transaction.atomic
def add_participant(
    *,
    event: Event,
    name: str,
    email: str = "",
    external_id: str = "",
    person: int | None = None,
    new: bool = False,
    role: str = ParticipantRole.ATTENDEE,
    registration: str = Registration.REGISTERED,
    enrolled_from: Bound = UNSET,
    enrolled_until: Bound = UNSET,
    by: User | None = None,
    **values: Any,
) -> Added:
    """Add somebody to a roster: a person of the organization, or a new one.

    A person without account gets the one that has verified their address. A cancelled
    place, and that of an onlooker, is opened again.

    Args:
        event: The event of the roster.
        name: As typed.
        email: As typed; "" if none.
        external_id: Their number in the organization; "" if none.
        person: The id of the person who is meant, chosen among the candidates.
        new: Whether it is a new person, in spite of candidates.
        role: Their role.
        registration: How they are registered.
        enrolled_from: Since when they are enrolled; None: from the beginning. Without
            it from now on, if a session of the event has ended.
        enrolled_until: Until when they are enrolled; None: without an end.
        by: The user who adds them; None if no person does.
        values: Account (``user``), ``time_zone`` and ``language`` of the person; empty
            ones change nothing.

    Raises:
        Conflict: They are on the roster already; it is doubtful who is meant (with
            ``candidates``); or somebody else has the number.
        Invalid: The organization has no such person; or the enrolment ends before it
            begins.
    """
    must_be_in_order(enrolled_from, enrolled_until)
    lock_people(event.organization_id)
    event = lock_event(event.pk)
    given = Given(name, email, external_id)
    known, matched = _known(event, given, person, new=new)
    registered = Registered(role, registration, enrolled_from, enrolled_until)
    if known is None:
        if email and not values.get("user"):
            values["user"] = account_of_address(email)
        fields = {"name": name, "email": email, "external_id": external_id} | values
        made = Person(organization_id=event.organization_id, **fields)
        [someone] = create_people([made], by=by)
        return Added(_new_place(event, someone, registered, by), is_new=True)
    someone = complete(
        Person.objects.get(pk=known.person),
        given,
        {k: v for k, v in values.items() if v},
        by,
    )
    if known.place is None:
        place = _new_place(event, someone, registered, by)
        return Added(place, is_new=True, matched=matched)
    place = Participant.objects.get(pk=known.place)
    if place.registration in (Registration.CANCELLED, Registration.VIEWED):
        changes = registered.changes(reopens=True)
        place = change_participant(participant=place, changes=changes, by=by)
    elif matched != "name":
        raise Conflict(
            "on_roster",
            _("%(name)s is already on the roster.") % {"name": someone.name},
            field="name",
            participant=place.pk,
            person=someone.pk,
        )
    return Added(place, is_new=False, matched=matched)


class Registered(NamedTuple):
    """How somebody is to be on a roster."""

    role: str
    registration: str
    enrolled_from: Bound = UNSET
    enrolled_until: Bound = UNSET

    def changes(self, *, reopens: bool) -> dict[str, Any]:
        """Return the changes of a place that stands."""
        changes: dict[str, Any] = {"registration": self.registration}
        if not reopens:
            changes["role"] = self.role
        bounds = {
            "enrolled_from": self.enrolled_from,
            "enrolled_until": self.enrolled_until,
        }
        return changes | {k: v for k, v in bounds.items() if v is not UNSET}


def _known(
    event: Event, given: Given, person: int | None, *, new: bool
) -> tuple[Known | None, str]:
    """Return the known person who is meant, and by what; None: a new one."""
    chosen = [] if person is None else [person]
    index = who_may_be_meant(event, [given], chosen=chosen)
    try:
        meant = who_is_meant(given, index, person=person, new=new)
    except KeyError:
        raise Invalid(
            "does_not_exist",
            _("Nobody in the organization has this ID."),
            field="person",
        ) from None
    if isinstance(meant, Doubtful):
        raise doubtful(meant)
    if isinstance(meant, NumberTaken):
        raise number_taken(name=meant.owner.name, person=meant.owner.person)
    return (meant.person, meant.by) if isinstance(meant, Meant) else (None, "")


def who_may_be(event: Event, given: Given) -> Doubtful | None:
    """Return the people who may be meant, if that is doubtful."""
    meant = who_is_meant(given, who_may_be_meant(event, [given]))
    return meant if isinstance(meant, Doubtful) else None


def complete(
    person: Person, given: Given, values: Mapping[str, Any], by: User | None
) -> Person:
    """Add what is new about a known person. Their name stays as it is written."""
    changes = {name: value for name, value in values.items() if value}
    if given.email and not person.email:
        changes["email"] = given.email
    if given.external_id and not person.external_id:
        changes["external_id"] = given.external_id
    changes = {k: v for k, v in changes.items() if getattr(person, k) != v}
    return update_person(person=person, changes=changes, by=by) if changes else person


# What changes of a place when it is changed.
COLUMNS_OF_PLACE = ("role", "registration", "enrolled", "cancelled_at")


def create_places(new: Sequence[Participant], *, by: User | None) -> None:
    """Store new places on the roster of one event.

    The caller has locked the people of the organization, and the event.
    """
    Participant.objects.bulk_create(new)
    acts = [Act(one.person_id, one.event_id, None, values_of(one)) for one in new]
    if new:
        record(acts, organization_id=new[0].event.organization_id, by=by)


def _new_place(
    event: Event, person: Person, registered: Registered, by: User | None
) -> Participant:
    now = timezone.now()
    place = Participant(
        event=event,
        person=person,
        role=registered.role,
        registration=registered.registration,
        enrolled=first_spans(
            registered.registration,
            start=registered.enrolled_from,
            end=registered.enrolled_until,
            late=has_begun(event, now),
            now=now,
        ),
    )
    if registered.registration == Registration.CANCELLED:
        place.cancelled_at = now
    create_places([place], by=by)
    return place


def has_begun(event: Event, now: datetime) -> bool:
    """Return whether a session of the event has ended."""
    sessions = event.sessions.filter(cancelled_at=None)
    ended = sessions.annotate(end_at=Coalesce("ended_at", "ends_at"))
    return ended.filter(end_at__lte=now).exists()


def values_of(place: Participant) -> dict[str, Any]:
    """Return the values of a place as they are logged."""
    return {
        "role": str(place.role),
        "registration": str(place.registration),
        "enrolled": [
            [bound and bound.isoformat() for bound in span] for span in place.enrolled
        ],
    }


def act_of(place: Participant, before: Mapping[str, Any]) -> Act:
    """Return what was changed of a place, for the log."""
    return Act(place.person_id, place.event_id, *difference(before, values_of(place)))


@transaction.atomic
def change_participant(
    *, participant: Participant, changes: Mapping[str, Any], by: User | None = None
) -> Participant:
    """Write changes of a place, and of its person.

    Args:
        participant: The place.
        changes: New values by name: those of the person, ``role``, ``registration``,
            ``enrolled_from`` and ``enrolled_until`` (of the latest span).
        by: The user who changes them; None if no person does.

    Raises:
        Conflict: Somebody who cancelled is to be enrolled longer.
        Invalid: The enrolment ends before it begins.
    """
    event = participant.event
    lock_people(event.organization_id)
    lock_event(event.pk)
    of_person = {name: changes[name] for name in COLUMNS if name in changes}
    if of_person:
        update_person(person=participant.person, changes=of_person, by=by)
    place = Participant.objects.select_related("event__organization").get(
        pk=participant.pk
    )
    before = values_of(place)
    now = timezone.now()
    place.role = changes.get("role", place.role)
    register(place, changes.get("registration", place.registration), now)
    enrol(place, changes, now)
    act = act_of(place, before)
    if act.before != act.after:
        place.save()
        record([act], organization_id=event.organization_id, by=by)
        roster_changed.send(Participant, event=event, participants=[place.pk])
    return place


def register(
    place: Participant, registration: str, now: datetime, *, late: bool | None = None
) -> None:
    """Set the registration of a place, and the enrolment that follows from it.

    Args:
        place: The place.
        registration: The new registration.
        now: The present time.
        late: Whether a session of the event has ended; None: it is looked up.
    """
    if place.registration == registration:
        return
    if late is None:
        late = has_begun(place.event, now)
    place.enrolled = after_registration(
        place.enrolled,
        place.registration,
        registration,
        late=late,
        now=now,
    )
    place.registration = registration
    is_cancelled = registration == Registration.CANCELLED
    place.cancelled_at = now if is_cancelled else None


def rejoin(place: Participant, registration: str, *, by: User | None) -> None:
    """Register somebody who is not expected, such as a walk-in who had cancelled.

    The caller has locked the event.
    """
    if place.registration in EXPECTED:
        return
    before = values_of(place)
    register(place, registration, timezone.now())
    place.save(update_fields=["registration", "enrolled", "cancelled_at"])
    act = act_of(place, before)
    record([act], organization_id=place.event.organization_id, by=by)


def enrol(place: Participant, changes: Mapping[str, Any], now: datetime) -> None:
    """Set those bounds of the latest span that ``changes`` name.

    Raises:
        Conflict: They have cancelled, and would be enrolled longer.
        Invalid: The enrolment would end before it begins.
    """
    bounds = {
        name: changes[name]
        for name in ("enrolled_from", "enrolled_until")
        if name in changes
    }
    if not bounds:
        return
    spans = with_latest(
        place.enrolled,
        start=bounds.get("enrolled_from", UNSET),
        end=bounds.get("enrolled_until", UNSET),
    )
    must_be_in_order(spans[-1].start, spans[-1].end)
    end = spans[-1].end
    if place.cancelled_at and (end is None or end > now):
        raise Conflict(
            "cancelled",
            _("%(name)s has cancelled. Register them again first.")
            % {"name": place.name},
            field="enrolled_until",
        )
    place.enrolled = spans


def must_be_in_order(start: Bound, end: Bound) -> None:
    """Refuse an enrolment that ends before it begins.

    Raises:
        Invalid: it does; the field is ``enrolled_until``.
    """
    if isinstance(start, datetime) and isinstance(end, datetime) and end <= start:
        raise Invalid(
            "ends_before_start",
            _("The enrolment must end after it begins."),
            field="enrolled_until",
        )
