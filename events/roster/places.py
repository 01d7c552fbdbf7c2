"""Services that add people to rosters, and change and remove their places.

Who is meant is decided by ``events/people/matching.py``, since when somebody is
enrolled by ``enrolment.py``.

Source: docs/rules.md 91, 92, 93, 94, 97.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, Invalid
from core.names import folded
from core.spans import Span, Spans, united
from core.sql import update_rows
from events.locks import lock_event, lock_people
from events.models import (
    EXPECTED,
    NOT_REGISTERED,
    Event,
    Participant,
    ParticipantRole,
    Person,
    Registration,
    RegistrationNews,
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
from events.people.services import COLUMNS, create_person, update_person
from events.roster.asked import as_changes, bounds_of, must_be_in_order
from events.roster.enrolment import (
    UNSET,
    Bound,
    after_registration,
    first_spans,
    with_latest,
)
from events.roster.waiting_list import next_in_line, tell_later
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
    role: str = "",
    registration: str = Registration.REGISTERED,
    enrolled_from: Bound = UNSET,
    enrolled_until: Bound = UNSET,
    by: User | None = None,
    **values: Any,
) -> Added:
    """Add somebody to a roster: a person of the organization, or a new one.

    The account that is named is asked, and so is the one that has confirmed their
    address. A cancelled place, and that of an onlooker, is opened again.

    Args:
        event: The event of the roster.
        name: As typed, like the address and the number.
        email: "" if none.
        external_id: Their number in the organization; "" if none.
        person: The id of the one of the candidates who is meant.
        new: Whether it is a new person, in spite of candidates.
        role: Their role; "": that of a place that is opened again, else attendee.
        registration: How they are registered.
        enrolled_from: Since when they are enrolled; None: from the beginning. Without
            it from now on, if a session of the event has ended.
        enrolled_until: Until when; None: without an end.
        by: The user who adds them; None if no person does.
        values: ``user`` (the name of an account), ``time_zone`` and ``language``;
            empty ones change nothing.

    Raises:
        Conflict: They are on the roster already; it is doubtful who is meant (with
            ``candidates``); or somebody else has the number.
        Invalid: The organization has no such person; or the enrolment ends before it
            begins.
    """
    lock_people(event.organization_id)
    event = lock_event(event.pk)
    given = Given(name, email, external_id)
    known, matched = _known(event, given, person, new=new)
    asked = as_changes(role, registration, enrolled_from, enrolled_until)
    if known is None:
        place = _add_place(event, _new_person(event, given, values, by), asked, by)
        return Added(place, is_new=True)
    return _add_known(event, known, matched, given, values, asked, by)


def _new_person(
    event: Event, given: Given, values: dict[str, Any], by: User | None
) -> Person:
    account = values.pop("user", None)
    made = Person(
        organization_id=event.organization_id,
        name=given.name,
        email=given.email,
        external_id=given.external_id,
        **values,
    )
    return create_person(made, account=account, by=by)


def _add_known(
    event: Event,
    known: Known,
    matched: str,
    given: Given,
    values: Mapping[str, Any],
    asked: Mapping[str, Any],
    by: User | None,
) -> Added:
    """Give a known person a place, or open the one they have again."""
    someone = Person.objects.select_related("user").get(pk=known.person)
    place = None if known.place is None else Participant.objects.get(pk=known.place)
    is_taken = place is not None and place.registration not in NOT_REGISTERED
    if is_taken and matched != "name":
        raise _on_roster(someone, known)
    _must_not_differ(someone, given, values)
    if new_about := completed(someone, given, values):
        someone = update_person(person=someone, changes=new_about, by=by)
    if place is None:
        place = _add_place(event, someone, asked, by)
        return Added(place, is_new=True, matched=matched)
    if not is_taken:
        place = change_participant(participant=place, changes=asked, by=by)
    place.person = someone
    return Added(place, is_new=False, matched=matched)


def _on_roster(person: Person, known: Known) -> Conflict:
    return Conflict(
        "on_roster",
        _("%(name)s is already on the roster.") % {"name": person.name},
        field="name",
        participant=known.place,
        person=person.pk,
    )


def _must_not_differ(person: Person, given: Given, values: Mapping[str, Any]) -> None:
    """Refuse a number or an account that differs from what the person has."""
    number, account = given.external_id, values.get("user")
    if number and person.external_id not in ("", number):
        raise Conflict(
            "other_number",
            _("%(name)s has another student number: %(number)s.")
            % {"name": person.name, "number": person.external_id},
            field="external_id",
            person=person.pk,
        )
    if account and person.user and folded(person.user.username) != folded(account):
        raise Conflict(
            "other_account",
            _("%(name)s has another account. Change it on their page.")
            % {"name": person.name},
            field="user",
            person=person.pk,
        )


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


def completed(
    person: Person, given: Given, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is new about a known person.

    Their name stays as it is written; an address or number that they have stays, too.
    """
    missing = {
        name: value
        for name, value in (("email", given.email), ("external_id", given.external_id))
        if not getattr(person, name)
    }
    said = {**missing, **values}
    has = {"user": person.account_name}
    return {k: v for k, v in said.items() if v and has.get(k, getattr(person, k)) != v}


def create_places(new: Sequence[Participant], *, by: User | None) -> None:
    """Store new places on the roster of one event.

    The caller has locked the people of the organization, and the event.
    """
    Participant.objects.bulk_create(new)
    acts = [Act(one.person_id, one.event_id, None, values_of(one)) for one in new]
    if new:
        record(acts, organization_id=new[0].event.organization_id, by=by)


def new_place(
    event: Event, person: Person, asked: Mapping[str, Any], *, late: bool, now: datetime
) -> Participant:
    """Return a place that is not stored yet.

    Args:
        event: The event of the roster.
        person: Who gets it.
        asked: What is asked for about it, as for :func:`change_participant`.
        late: Whether a session of the event has ended.
        now: The present time.

    Raises:
        Conflict: Somebody who cancelled is to be enrolled later than now.
        Invalid: The enrolment ends before it begins.
    """
    registration = asked.get("registration", Registration.REGISTERED)
    place = Participant(
        event=event,
        person=person,
        role=asked.get("role", ParticipantRole.ATTENDEE),
        registration=registration,
        cancelled_at=now if registration == Registration.CANCELLED else None,
        waitlisted_at=now if registration == Registration.WAITLISTED else None,
    )
    spans = first_spans(registration, **bounds_of(asked), late=late, now=now)
    _enrol(place, spans, now)
    return place


def _add_place(
    event: Event, person: Person, asked: Mapping[str, Any], by: User | None
) -> Participant:
    now = timezone.now()
    place = new_place(event, person, asked, late=has_begun(event, now), now=now)
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
            [bound and bound.astimezone(UTC).isoformat() for bound in span]
            for span in place.enrolled
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
        Conflict: Somebody who cancelled is to be enrolled longer; or somebody else has
            the number.
        Invalid: The enrolment ends before it begins.
        Http404: The place was removed meanwhile.
    """
    event = participant.event
    lock_people(event.organization_id)
    lock_event(event.pk)
    of_person = {name: changes[name] for name in COLUMNS if name in changes}
    if of_person:
        update_person(person=participant.person, changes=of_person, by=by)
    place: Participant = get_object_or_404(
        Participant.objects.select_related("event__organization"), pk=participant.pk
    )
    before = values_of(place)
    now = timezone.now()
    late = "registration" in changes and has_begun(place.event, now)
    apply_changes(place, changes, late=late, now=now)
    update_places([(place, before)], by=by)
    return place


def apply_changes(
    place: Participant, changes: Mapping[str, Any], *, late: bool, now: datetime
) -> None:
    """Change a place that stands, without storing it.

    Raises:
        Conflict: Somebody who cancelled is to be enrolled longer.
        Invalid: The enrolment ends before it begins.
    """
    place.role = changes.get("role", place.role)
    registration = changes.get("registration", place.registration)
    register(place, registration, late=late, now=now)
    spans = with_latest(place.enrolled, **bounds_of(changes))
    if spans != place.enrolled:
        _enrol(place, spans, now)


def update_places(
    changed: Iterable[tuple[Participant, Mapping[str, Any]]], *, by: User | None
) -> int:
    """Store changes of places on the roster of one event; return how many there are.

    Who made room lets others move up. The caller has locked the people of the
    organization, and the event.

    Args:
        changed: The places, and their values before (:func:`values_of`).
        by: The user who changes them; None if no person does.
    """
    acts = [(place, act_of(place, before)) for place, before in changed]
    acts = [(place, act) for place, act in acts if act.before != act.after]
    if not acts:
        return 0
    event = acts[0][0].event
    _store(event, acts, by)
    let_move_up(event, but=[place.pk for place, _act in acts])
    return len(acts)


def _store(
    event: Event, acts: Sequence[tuple[Participant, Act]], by: User | None
) -> None:
    columns = ["role", "registration", "enrolled", "cancelled_at", "waitlisted_at"]
    update_rows([place for place, _act in acts], columns)
    record([act for _place, act in acts], organization_id=event.organization_id, by=by)
    ids = [place.pk for place, _act in acts]
    roster_changed.send(Participant, event=event, participants=ids)


def let_move_up(
    event: Event, *, but: Collection[int] = (), unlimited: bool = False
) -> None:
    """Give free places to the first of the waiting list, who are told by mail.

    The caller has locked the people of the organization, and the event.

    Args:
        event: The event, as it is now.
        but: Ids of places that are passed over: who was just put on the waiting list.
        unlimited: There is room for everybody, because the limit was lifted.
    """
    now = timezone.now()
    moved = []
    for place in next_in_line(event, now=now, but=but, unlimited=unlimited):
        before = values_of(place)
        place.event = event
        late = has_begun(event, now)
        register(place, Registration.REGISTERED, late=late, now=now)
        moved.append((place, act_of(place, before)))
    if moved:
        _store(event, moved, None)
        places = [place for place, _act in moved]
        tell_later(places, RegistrationNews.MOVED_UP, now=now)


def register(
    place: Participant, registration: str, *, late: bool, now: datetime
) -> None:
    """Set the registration of a place, and the enrolment that follows from it.

    Raises:
        Conflict: Somebody who was on the roster would become an onlooker, whose past
            nobody sees.
    """
    if place.registration == registration:
        return
    if registration == Registration.VIEWED:
        raise Conflict(
            "no_onlooker",
            _("%(name)s is on the roster. Cancel the registration instead.")
            % {"name": place.name},
            field="registration",
        )
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
    place.waitlisted_at = now if registration == Registration.WAITLISTED else None


def rejoin(
    place: Participant,
    registration: str,
    *,
    during: Span | None = None,
    by: User | None,
) -> Participant:
    """Register somebody who is not expected, such as a walk-in who had cancelled.

    The caller has locked the event.

    Args:
        place: Their place, as somebody may have read it before the lock.
        registration: Their new registration.
        during: The session to which somebody came who had cancelled: they are enrolled
            for it alone, and expected at no other. None: from now on.
        by: The user who registers them; None if no person does.

    Returns:
        The place, as it is now.
    """
    place = Participant.objects.select_related("event").get(pk=place.pk)
    if place.registration in EXPECTED:
        return place
    before = values_of(place)
    now = timezone.now()
    past = place.enrolled if place.registration == Registration.CANCELLED else None
    register(place, registration, late=has_begun(place.event, now), now=now)
    if during is not None and past is not None:
        place.enrolled = united((*past, during))
    update_places([(place, before)], by=by)
    return place


def _enrol(place: Participant, spans: Spans, now: datetime) -> None:
    """Set the enrolment, of which the latest span may have been asked for."""
    latest = spans[-1] if spans else Span(None, now)
    must_be_in_order(latest)
    if place.cancelled_at and (latest.end is None or latest.end > now):
        raise Conflict(
            "cancelled",
            _("%(name)s has cancelled. Register them again first.")
            % {"name": place.name},
            field="enrolled_until",
        )
    place.enrolled = united(spans)
