"""Importing a roster file: people are added, or changed if already on the roster.

Whom a line means is decided as everywhere (``events/people/matching.py``), as if each
line were added before the next is read. A line of which it is doubtful is refused, with
the people it may be, so that nobody is mistaken for somebody else; so is a second line
about the same person.

An empty cell or a missing column changes nothing, except that people who only viewed
the event, or had cancelled, become registered. A file renames nobody, takes nobody's
address or number, and cannot remove people: their registration can become
``cancelled``, which keeps what was decided.

Source: docs/rules.md 77, 78, 79, 92, 94, 97.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.addresses import folded_address
from core.errors import RuleBroken
from core.names import folded
from events.locks import lock_event, lock_people
from events.models import (
    NOT_REGISTERED,
    Event,
    Participant,
    Person,
    Registration,
    User,
)
from events.people.lookups import who_may_be_meant
from events.people.matching import (
    Doubt,
    Doubtful,
    Given,
    Known,
    Meant,
    who_is_meant,
)
from events.people.refusals import as_candidate, candidates_in_words
from events.people.services import create_people, update_people
from events.roster.adding import completed
from events.roster.asked import as_changes
from events.roster.enrolment import UNSET
from events.roster.file import Table, read_table
from events.roster.lines import Entry, Fault, read_line
from events.roster.places import create_places, update_places, values_of
from events.roster.registration import apply_changes, has_begun, new_place

LINES_ON_A_PAGE = 500
# Of whom a line may mean; the first are enough to find them.
CANDIDATES_OF_A_LINE = 10
# Somebody whom line 5 adds is known to the lines below as 5 - NOT_STORED: no id of the
# database, and sorted by line.
NOT_STORED = 2**62


class LineStatus(models.TextChoices):
    """The result of a line; ``not_stored``: valid, but other lines are not."""

    CREATED = "created", gettext_lazy("added")
    UPDATED = "updated", gettext_lazy("already there")
    ERROR = "error", gettext_lazy("error")
    NOT_STORED = "not_stored", gettext_lazy("valid, but not imported")


@dataclass(slots=True)
class LineResult:
    """The result of one line: the participant's id, or its errors.

    ``text`` quotes the line, ``name`` is "" if it is wrong. ``candidates`` are people
    who may be meant, if that is doubtful: at most 10.
    """

    line: int
    name: str
    text: str
    status: LineStatus = LineStatus.NOT_STORED
    participant: int | None = None
    errors: list[Fault] = field(default_factory=list)
    candidates: list[Known] = field(default_factory=list)


@dataclass(slots=True)
class RosterImport:
    """The result of importing a file."""

    results: list[LineResult]
    unknown_columns: list[str]

    def count(self, status: LineStatus) -> int:
        """Return the number of lines with this status."""
        return sum(result.status == status for result in self.results)

    @property
    def created(self) -> int:
        return self.count(LineStatus.CREATED)

    @property
    def updated(self) -> int:
        """Lines of people who were already on the roster, changed or not."""
        return self.count(LineStatus.UPDATED)

    @property
    def wrong(self) -> int:
        return self.count(LineStatus.ERROR)

    @property
    def is_stored(self) -> bool:
        """Whether the valid lines were stored; either all of them are, or none."""
        return bool(self.created or self.updated)


def shown_results(done: RosterImport) -> list[LineResult]:
    """Return the lines that a page shows, at most 500, those with errors first."""
    wrong_first = sorted(done.results, key=lambda result: not result.errors)
    return wrong_first[:LINES_ON_A_PAGE]


@transaction.atomic
def import_roster(
    *, event: Event, content: bytes, partial: bool = False, by: User | None = None
) -> RosterImport:
    """Import a file into an event's roster.

    Args:
        event: The event.
        content: The file.
        partial: Store the valid lines even if others are wrong. Without it, one wrong
            line means that nothing is stored.
        by: The user who imports; None if no person does.

    Raises:
        Invalid: the file cannot be read.
    """
    table = read_table(content)
    # Without the locks, two imports at once would add the same people twice.
    lock_people(event.organization_id)
    return _Importing(lock_event(event.pk), table, by).run(partial=partial)


@dataclass(slots=True)
class _Plan:
    """What a line does to a person, and to their place.

    ``before`` are the values of a place that stands; None for a new one.
    """

    line: int
    person: Person
    about: Mapping[str, Any]
    place: Participant
    before: Mapping[str, Any] | None


class _Importing:
    """One import: its lines, and what they do."""

    def __init__(self, event: Event, table: Table, by: User | None) -> None:
        self.event = event
        self.by = by
        self.now = timezone.now()
        self.unknown_columns = table.unknown_columns
        self.results: dict[int, LineResult] = {}
        self.plans: list[_Plan] = []
        entries = []
        for recorded in table.records:
            entry, errors = read_line(recorded, event.time_zone)
            self.results[entry.line] = LineResult(entry.line, entry.name, recorded.text)
            for error in errors:
                self._refuse(entry.line, error)
            if not errors:
                entries.append(entry)
        self._read(entries)

    def _read(self, entries: Sequence[Entry]) -> None:
        """Read what is stored about the people of the lines."""
        self.entries = entries
        self.index = who_may_be_meant(self.event, map(_given, entries))
        ids = [known.person for known in self.index]
        stored = Person.objects.select_related("user").in_bulk(ids)
        standing = Participant.everybody.filter(event=self.event, person__in=ids)
        self.people: dict[int, Person] = dict(stored)
        self.places = {place.person_id: place for place in standing}
        for person_id, place in self.places.items():
            place.event, place.person = self.event, self.people[person_id]
        self.late = has_begun(self.event, self.now)

    def run(self, *, partial: bool) -> RosterImport:
        lines: dict[int, int] = {}
        for entry in self.entries:
            self._take(entry, lines)
        done = RosterImport(list(self.results.values()), self.unknown_columns)
        if partial or not done.wrong:
            self._store()
        return done

    def _refuse(self, line: int, fault: Fault) -> None:
        result = self.results[line]
        result.status = LineStatus.ERROR
        result.errors.append(fault)

    # What the lines do

    def _take(self, entry: Entry, lines: dict[int, int]) -> None:
        """Plan what a line does, or refuse it.

        Args:
            entry: The line.
            lines: The lines above by the person whom they mean.
        """
        meant = who_is_meant(_given(entry), self.index)
        if isinstance(meant, Doubtful):
            stored = [known for known in meant.candidates if known.person > 0]
            self.results[entry.line].candidates.extend(stored[:CANDIDATES_OF_A_LINE])
            self._refuse(entry.line, _in_doubt(meant, stored))
            return
        known = meant.person if isinstance(meant, Meant) else None
        if known and known.person in lines:
            self._refuse(entry.line, _same_as(lines[known.person]))
            return
        try:
            plan = self._plan_known(entry, known) if known else self._plan_new(entry)
        except RuleBroken as refused:
            self._refuse(entry.line, Fault(refused.field, str(refused)))
            return
        self.plans.append(plan)
        now_known = _now_known(plan, known)
        self.index.add(now_known)
        lines[now_known.person] = entry.line

    def _plan_new(self, entry: Entry) -> _Plan:
        person = Person(
            organization_id=self.event.organization_id,
            name=entry.name,
            email=entry.email,
            external_id=entry.external_id,
            time_zone=entry.time_zone,
            language=entry.language,
            created_at=self.now,
        )
        place = self._new_place(entry, person)
        return _Plan(entry.line, person, {}, place, None)

    def _plan_known(self, entry: Entry, known: Known) -> _Plan:
        person = self.people[known.person]
        values = {"time_zone": entry.time_zone, "language": entry.language}
        about = completed(person, _given(entry), values)
        standing = self.places.get(person.pk)
        if standing is None:
            place = self._new_place(entry, person)
            return _Plan(entry.line, person, about, place, None)
        place = copy(standing)
        asked = _asked(entry)
        if place.registration in NOT_REGISTERED:
            asked.setdefault("registration", Registration.REGISTERED)
        apply_changes(place, asked, late=self.late, now=self.now)
        before = values_of(standing)
        return _Plan(entry.line, person, about, place, before)

    def _new_place(self, entry: Entry, person: Person) -> Participant:
        return new_place(
            self.event, person, _asked(entry), late=self.late, now=self.now
        )

    # Storing

    def _store(self) -> None:
        known = [plan for plan in self.plans if plan.person.pk]
        new = [plan for plan in self.plans if not plan.person.pk]
        added = [plan.place for plan in self.plans if plan.before is None]
        changed = [
            (plan.place, plan.before) for plan in self.plans if plan.before is not None
        ]
        update_people([(plan.person, plan.about) for plan in known], by=self.by)
        create_people([plan.person for plan in new], by=self.by)
        create_places(added, by=self.by)
        update_places(changed, by=self.by)
        for plan in self.plans:
            result = self.results[plan.line]
            # Who only looked has a place of which organizers are told nothing.
            is_new = not plan.before
            result.status = LineStatus.CREATED if is_new else LineStatus.UPDATED
            result.participant = plan.place.pk


def _given(entry: Entry) -> Given:
    return Given(entry.name, entry.email, entry.external_id)


def _asked(entry: Entry) -> dict[str, Any]:
    """Return what a line asks for about the place, without its empty cells."""
    return as_changes(
        entry.role,
        entry.registration,
        entry.enrolled_from or UNSET,
        entry.enrolled_until or UNSET,
    )


def _now_known(plan: _Plan, known: Known | None) -> Known:
    """Return the person of a line as known to the lines below."""
    place = plan.place.pk or plan.line - NOT_STORED
    if known:
        email = plan.about.get("email", known.email)
        return replace(
            known,
            email=email,
            external_id=plan.about.get("external_id", known.external_id),
            folded_email=folded_address(email),
            place=place,
            registration=plan.place.registration,
        )
    person = plan.person
    return Known(
        person=plan.line - NOT_STORED,
        name=person.name,
        email=person.email,
        external_id=person.external_id,
        folded_name=folded(person.name),
        folded_email=folded_address(person.email),
        place=place,
        registration=plan.place.registration,
    )


# What is said about refused lines


def _in_doubt(doubtful: Doubtful, stored: Sequence[Known]) -> Fault:
    if not stored:
        line = doubtful.candidates[0].person + NOT_STORED
        return _in_doubt_with(line, doubtful.reason)
    names = {"names": candidates_in_words(list(map(as_candidate, stored)))}
    if doubtful.reason == Doubt.NAME_OF_NUMBER:
        text = _("This is the student number of %(names)s. Correct it, or the name.")
        return Fault("external_id", text % names)
    if doubtful.reason == Doubt.OTHER_NUMBER:
        text = _("This may be %(names)s. Correct the student number.")
        return Fault("external_id", text % names)
    if doubtful.reason == Doubt.SEVERAL:
        text = _("This may be %(names)s. Add the student number to show who is meant.")
        return Fault("name", text % names)
    text = _(
        "This may be %(names)s. Add the address or the student number to show who is "
        "meant."
    )
    return Fault("name", text % names)


def _in_doubt_with(line: int, reason: Doubt) -> Fault:
    """Return what is wrong with a line that may mean somebody whom ``line`` adds."""
    row = {"line": line}
    if reason == Doubt.NAME_OF_NUMBER:
        text = _("Row %(line)d has the same student number, and another name.")
        return Fault("external_id", text % row)
    if reason == Doubt.OTHER_NUMBER:
        text = _("Row %(line)d may be the same person, with another student number.")
        return Fault("external_id", text % row)
    text = _(
        "Row %(line)d has the same name. Add addresses or student numbers to tell them "
        "apart."
    )
    return Fault("name", text % row)


def _same_as(line: int) -> Fault:
    return Fault("line", _("Row %(line)d is about the same person.") % {"line": line})
