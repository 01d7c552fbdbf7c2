"""Importing a roster file: people are added, or changed if already on the roster.

Whom a line means is decided as everywhere (``events/people/matching.py``). A line of
which that is doubtful is refused, with the people it may be, so that nobody is mistaken
for somebody else; so is a second line about the same person.

An empty cell or a missing column changes nothing, except that people who only viewed
the event, or had cancelled, become registered. A file renames nobody, and cannot remove
people: their registration can become ``cancelled``, which keeps what was decided.

Source: docs/rules.md 77, 78, 79.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.addresses import folded_address
from core.names import folded
from events.accounts.addresses import accounts_of_addresses
from events.locks import lock_event, lock_people
from events.models import (
    NOT_REGISTERED,
    Event,
    Participant,
    ParticipantRole,
    Person,
    Registration,
    User,
)
from events.people import services as people_services
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
from events.roster import places
from events.roster.enrolment import UNSET, first_spans, with_latest
from events.roster.file import Table, read_table
from events.roster.lines import Entry, Fault, read_line
from events.signals import roster_changed

PEOPLE_AT_ONCE = 1000
LINES_ON_A_PAGE = 500


class LineStatus(models.TextChoices):
    """The result of a line; ``not_stored``: valid, but other lines are not."""

    CREATED = "created", gettext_lazy("added")
    UPDATED = "updated", gettext_lazy("already there")
    ERROR = "error", gettext_lazy("error")
    NOT_STORED = "not_stored", gettext_lazy("valid, but not imported")


@dataclass(slots=True)
class LineResult:
    """The result of one line: the participant's id, or its errors.

    ``text`` quotes the line, ``name`` is "" if it is wrong. ``candidates`` are the
    people who may be meant, if that is doubtful.
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


class _Importing:
    """One import: its lines, and the people whom they mean.

    ``results`` and ``meant`` (known people) are keyed by line number.
    """

    def __init__(self, event: Event, table: Table, by: User | None) -> None:
        self.event = event
        self.by = by
        self.now = timezone.now()
        self.entries: list[Entry] = []
        self.unknown_columns = table.unknown_columns
        self.results: dict[int, LineResult] = {}
        self.meant: dict[int, Known] = {}
        for recorded in table.records:
            entry, errors = read_line(recorded, event.time_zone)
            self.entries.append(entry)
            self.results[entry.line] = LineResult(entry.line, entry.name, recorded.text)
            for error in errors:
                self._refuse(entry.line, error)

    def run(self, *, partial: bool) -> RosterImport:
        self._find()
        done = RosterImport(list(self.results.values()), self.unknown_columns)
        if partial or not done.wrong:
            self._store()
        return done

    def _valid(self) -> list[Entry]:
        return [
            entry
            for entry in self.entries
            if self.results[entry.line].status != LineStatus.ERROR
        ]

    def _refuse(self, line: int, fault: Fault) -> None:
        result = self.results[line]
        result.status = LineStatus.ERROR
        result.errors.append(fault)

    # Whom the lines mean

    def _find(self) -> None:
        """Find whom each valid line means.

        Somebody new is known to the lines below by the negative number of their line.
        """
        entries = self._valid()
        index = who_may_be_meant(self.event, map(_given, entries))
        lines: dict[int, int] = {}
        for entry in entries:
            given = _given(entry)
            meant = who_is_meant(given, index)
            if isinstance(meant, Doubtful):
                self._refuse_doubtful(entry.line, meant)
            elif isinstance(meant, NumberTaken):
                self._refuse(entry.line, Fault("external_id", _number_taken(meant)))
            elif isinstance(meant, Meant):
                first = lines.setdefault(meant.person.person, entry.line)
                if first != entry.line or meant.person.person < 0:
                    self._refuse(entry.line, Fault("line", _same_as(first)))
                else:
                    self.meant[entry.line] = meant.person
            else:
                index.add(_known(given, entry.line))
                lines[-entry.line] = entry.line

    def _refuse_doubtful(self, line: int, doubtful: Doubtful) -> None:
        stored = [known for known in doubtful.candidates if known.person > 0]
        others = [-known.person for known in doubtful.candidates if known.person < 0]
        if stored:
            text = _(
                "This may be %(names)s. Add the address or the student number to show "
                "who is meant."
            ) % {"names": ", ".join(map(_in_words, stored))}
        else:
            text = _(
                "Row %(line)d has the same name. Add addresses or student numbers to "
                "tell them apart."
            ) % {"line": others[0]}
        self.results[line].candidates.extend(stored)
        self._refuse(line, Fault("name", text))

    # Storing

    def _store(self) -> None:
        valid = self._valid()
        known = [entry for entry in valid if entry.line in self.meant]
        new = [entry for entry in valid if entry.line not in self.meant]
        for entries in batched(known, PEOPLE_AT_ONCE):
            self._store_known(entries)
        for entries in batched(new, PEOPLE_AT_ONCE):
            self._add(zip(entries, self._new_people(entries), strict=True))

    def _store_known(self, entries: Sequence[Entry]) -> None:
        ids = [self.meant[entry.line].person for entry in entries]
        people = Person.objects.select_related("user").in_bulk(ids)
        self._complete(entries, people)
        on_roster = {
            place.person_id: place
            for place in Participant.objects.filter(event=self.event, person__in=ids)
        }
        added = []
        changed = []
        for entry in entries:
            person = people[self.meant[entry.line].person]
            if place := on_roster.get(person.pk):
                place.event = self.event
                changed.append((entry, place))
            else:
                added.append((entry, person))
        self._change(changed)
        self._add(added)

    def _complete(self, entries: Sequence[Entry], people: dict[int, Person]) -> None:
        """Add what is new about known people. Their names stay as they are written."""
        emails = (entry.email for entry in entries)
        accounts = accounts_of_addresses(emails)
        acts, changed = [], []
        for entry in entries:
            person = people[self.meant[entry.line].person]
            before = people_services.values_of(person)
            for name in ("email", "external_id", "time_zone", "language"):
                if value := getattr(entry, name):
                    setattr(person, name, value)
            if person.user is None:
                person.user = accounts.get(folded_address(person.email))
            after = people_services.values_of(person)
            if before != after:
                acts.append(Act(person.pk, None, *difference(before, after)))
                changed.append(person)
        Person.objects.bulk_update(
            changed, [*people_services.COLUMNS, "folded_email"], PEOPLE_AT_ONCE
        )
        record(acts, organization_id=self.event.organization_id, by=self.by)

    def _new_people(self, entries: Sequence[Entry]) -> list[Person]:
        accounts = accounts_of_addresses(entry.email for entry in entries)
        people = [
            Person(
                organization_id=self.event.organization_id,
                name=entry.name,
                email=entry.email,
                external_id=entry.external_id,
                user=accounts.get(folded_address(entry.email)),
                time_zone=entry.time_zone,
                language=entry.language,
            )
            for entry in entries
        ]
        return people_services.create_people(people, by=self.by)

    def _add(self, added: Iterable[tuple[Entry, Person]]) -> None:
        late = places.has_begun(self.event, self.now)
        rows = [
            (entry, self._new_place(entry, person, late=late))
            for entry, person in added
        ]
        places.create_places([place for _entry, place in rows], by=self.by)
        for entry, place in rows:
            result = self.results[entry.line]
            result.status, result.participant = LineStatus.CREATED, place.pk

    def _new_place(self, entry: Entry, person: Person, *, late: bool) -> Participant:
        registration = entry.registration or Registration.REGISTERED
        is_cancelled = registration == Registration.CANCELLED
        return Participant(
            event=self.event,
            person=person,
            role=entry.role or ParticipantRole.ATTENDEE,
            registration=registration,
            enrolled=first_spans(
                registration,
                start=entry.enrolled_from or UNSET,
                end=entry.enrolled_until or UNSET,
                late=late,
                now=self.now,
            ),
            cancelled_at=self.now if is_cancelled else None,
        )

    def _change(self, changed: Iterable[tuple[Entry, Participant]]) -> None:
        acts, rows = [], []
        for entry, place in changed:
            before = places.values_of(place)
            registration = entry.registration
            if not registration and place.registration in NOT_REGISTERED:
                registration = Registration.REGISTERED
            places.register(place, registration or place.registration, self.now)
            place.role = entry.role or place.role
            self._enrol(entry, place)
            act = places.act_of(place, before)
            if act.before != act.after:
                acts.append(act)
                rows.append(place)
            result = self.results[entry.line]
            result.status, result.participant = LineStatus.UPDATED, place.pk
        Participant.objects.bulk_update(rows, places.COLUMNS_OF_PLACE, PEOPLE_AT_ONCE)
        record(acts, organization_id=self.event.organization_id, by=self.by)
        ids = [place.pk for place in rows]
        roster_changed.send(Participant, event=self.event, participants=ids)

    def _enrol(self, entry: Entry, place: Participant) -> None:
        """Set the bounds of the latest span that the line names."""
        if entry.enrolled_from or entry.enrolled_until:
            place.enrolled = with_latest(
                place.enrolled,
                start=entry.enrolled_from or UNSET,
                end=entry.enrolled_until or UNSET,
            )


def batched(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    """Yield the entries in groups of at most ``size``."""
    for start in range(0, len(entries), size):
        yield entries[start : start + size]


def _given(entry: Entry) -> Given:
    return Given(entry.name, entry.email, entry.external_id)


def _known(given: Given, line: int) -> Known:
    """Return somebody whom a line adds, as known to the lines below."""
    return Known(
        person=-line,
        name=given.name,
        email=given.email,
        external_id=given.external_id,
        folded_name=folded(given.name),
        folded_email=folded_address(given.email),
        place=-line,
        registration=Registration.REGISTERED,
    )


def _in_words(known: Known) -> str:
    about = ", ".join(filter(None, [known.email, known.external_id]))
    return f"{known.name} ({about})" if about else known.name


def _same_as(line: int) -> str:
    return _("Row %(line)d is about the same person.") % {"line": line}


def _number_taken(meant: NumberTaken) -> str:
    return _("%(name)s has this student number.") % {"name": meant.owner.name}
