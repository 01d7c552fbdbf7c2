"""Taking a roster from a file: new people are added, those already there changed.

Who is already there: whose address it is, case ignored; without an address whoever has
the same name (spaces and case ignored) and no address either. Where that could be two
people the line is refused: nobody is ever taken for somebody else. An empty cell, or a
column that is missing, changes nothing; but somebody who only looked and now stands in
the file is registered. A line never takes somebody off: that is ``cancelled``, which
keeps what was decided about them.

Source: docs/rules.md 77, 78, 79.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.names import SAME_NAME
from events.locks import lock_event
from events.models import (
    Event,
    Participant,
    ParticipantRole,
    Registration,
    SameName,
)
from events.roster.file import Table, read_table
from events.roster.lines import Entry, Fault, read_line

PEOPLE_AT_ONCE = 1000
LINES_ON_A_PAGE = 500

# For each address how the database compares it, who of the event has it, and which
# account has verified it, unless that has another place on this roster.
_OF_ADDRESSES = """
    SELECT k.line, lower(k.email), p.id, u.id
    FROM unnest(%(lines)s::int[], %(emails)s::text[]) k (line, email)
    LEFT JOIN events_participant p
        ON p.event_id = %(event)s AND lower(p.email) = lower(k.email) AND p.email <> ''
    LEFT JOIN events_user u
        ON lower(u.email) = lower(k.email) AND u.email_verified_at IS NOT NULL
        AND u.email <> '' AND u.is_active AND NOT EXISTS (
            SELECT FROM events_participant other
            WHERE other.event_id = %(event)s AND other.user_id = u.id
        )
"""

# How the database compares each name, in their order.
_SAME_NAMES = f"""
    SELECT {SAME_NAME.format(name="name")}
    FROM unnest(%(names)s::text[]) WITH ORDINALITY AS k (name, line) ORDER BY line
"""

_NEW = """
    n.name, coalesce(nullif(n.role, ''), p.role),
    coalesce(
        nullif(n.registration, ''),
        CASE p.registration WHEN 'viewed' THEN 'registered' ELSE p.registration END
    ),
    coalesce(nullif(n.time_zone, ''), p.time_zone),
    coalesce(nullif(n.language, ''), p.language)
"""
# Named once more by their ids, the people are looked up by them, however many the
# planner believes there are: right after a large import its statistics are old.
_UPDATE = f"""
    UPDATE events_participant p
    SET (name, role, registration, time_zone, language) = ROW ({_NEW})
    FROM unnest(%(id)s::bigint[], %(name)s::text[], %(role)s::text[],
        %(registration)s::text[], %(time_zone)s::text[], %(language)s::text[])
        n (id, name, role, registration, time_zone, language)
    WHERE p.id = n.id AND p.id = ANY(%(id)s::bigint[])
        AND (p.name, p.role, p.registration, p.time_zone, p.language)
            IS DISTINCT FROM ({_NEW})
"""
_WRITTEN = ("id", "name", "role", "registration", "time_zone", "language")


class LineStatus(models.TextChoices):
    """What became of a line; ``not_stored`` is right, while others are not."""

    CREATED = "created", gettext_lazy("added")
    UPDATED = "updated", gettext_lazy("already there")
    ERROR = "error", gettext_lazy("error")
    NOT_STORED = "not_stored", gettext_lazy("valid, but not imported")


@dataclass(slots=True)
class LineResult:
    """What became of one line, and what is wrong with it."""

    line: int
    name: str
    status: LineStatus = LineStatus.NOT_STORED
    participant: int | None = None
    errors: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class RosterImport:
    """What became of a file."""

    results: list[LineResult]
    unknown_columns: list[str]

    def count(self, status: LineStatus) -> int:
        """Return of how many lines that became."""
        return sum(result.status == status for result in self.results)

    @property
    def created(self) -> int:
        """How many people are new."""
        return self.count(LineStatus.CREATED)

    @property
    def updated(self) -> int:
        """How many were there before, changed or not."""
        return self.count(LineStatus.UPDATED)

    @property
    def wrong(self) -> int:
        """How many lines are wrong."""
        return self.count(LineStatus.ERROR)

    @property
    def is_stored(self) -> bool:
        """Whether the right lines were stored: all of them, or none, are."""
        return bool(self.created or self.updated)


def shown_results(done: RosterImport) -> list[LineResult]:
    """Return as many lines as a page shows: those that are wrong first."""
    wrong_first = sorted(done.results, key=lambda one: not one.errors)
    return wrong_first[:LINES_ON_A_PAGE]


@transaction.atomic
def import_roster(
    *, event: Event, content: bytes, partial: bool = False
) -> RosterImport:
    """Put the people of a file on an event's roster.

    Args:
        event: Whose roster.
        content: The file.
        partial: Store the right lines even if others are wrong; else nothing then.

    Raises:
        Invalid: it is no file of a roster.
    """
    table = read_table(content)
    # Two imports at once would both find nobody.
    lock_event(event.pk)
    return _Importing(event, table).run(partial=partial)


class _Importing:
    """One import: its lines, and who they turn out to be."""

    def __init__(self, event: Event, table: Table) -> None:
        self.event = event
        self.entries: list[Entry] = []
        self.unknown_columns = table.unknown_columns
        self.results: dict[int, LineResult] = {}
        self.accounts: dict[int, int] = {}
        for record in table.records:
            entry, errors = read_line(record)
            self.entries.append(entry)
            self.results[entry.line] = LineResult(entry.line, entry.name)
            for error in errors:
                self._refuse(entry.line, error)

    def run(self, *, partial: bool) -> RosterImport:
        self._find_by_address([entry for entry in self.entries if entry.email])
        # Of a line whose address is wrong nobody is looked up by name.
        self._find_by_name([entry for entry in self._right() if not entry.email])
        done = RosterImport(list(self.results.values()), self.unknown_columns)
        if partial or not done.wrong:
            self._store()
        return done

    def _right(self) -> list[Entry]:
        return [
            entry
            for entry in self.entries
            if self.results[entry.line].status != LineStatus.ERROR
        ]

    def _refuse(self, line: int, fault: Fault) -> None:
        result = self.results[line]
        result.status, result.participant = LineStatus.ERROR, None
        result.errors.append(fault)

    def _find_by_address(self, entries: Sequence[Entry]) -> None:
        values: dict[str, Any] = {
            "event": self.event.pk,
            "lines": [entry.line for entry in entries],
            "emails": [entry.email for entry in entries],
        }
        with connection.cursor() as cursor:
            cursor.execute(_OF_ADDRESSES, values)
            found = {line: rest for line, *rest in cursor.fetchall()}
        firsts: dict[str, int] = {}
        for entry in entries:
            email, participant, account = found[entry.line]
            first = firsts.setdefault(email, entry.line)
            if first != entry.line:
                text = _("Row %(line)d has the same address.")
                self._refuse(entry.line, Fault("email", text % {"line": first}))
            elif self.results[entry.line].status != LineStatus.ERROR:
                self.results[entry.line].participant = participant
                self.accounts[entry.line] = account

    def _find_by_name(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        roster = defaultdict(list)
        people = self.event.participants.annotate(same_name=SameName("name"))
        for pk, name, email in people.values_list("pk", "same_name", "email"):
            roster[name].append((pk, email))
        with connection.cursor() as cursor:
            cursor.execute(_SAME_NAMES, {"names": [entry.name for entry in entries]})
            names = [name for (name,) in cursor.fetchall()]
        firsts: dict[str, int] = {}
        for entry, name in zip(entries, names, strict=True):
            first = firsts.setdefault(name, entry.line)
            if first != entry.line:
                text = _(
                    "Row %(line)d has the same name. Add both addresses to tell them "
                    "apart."
                )
                self._refuse(entry.line, Fault("email", text % {"line": first}))
            else:
                self._find_in(entry, roster[name])

    def _find_in(self, entry: Entry, namesakes: Sequence[tuple[int, str]]) -> None:
        without_address = [pk for pk, email in namesakes if not email]
        if len(without_address) == 1:
            self.results[entry.line].participant = without_address[0]
        elif namesakes:
            text = _(
                "Somebody with this name is already on the roster. Add the "
                "address to show who is meant."
            )
            self._refuse(entry.line, Fault("email", text))

    def _store(self) -> None:
        right = self._right()
        known = [entry for entry in right if self.results[entry.line].participant]
        for entries in batched(known, PEOPLE_AT_ONCE):
            self._update(entries)
        new = [entry for entry in right if not self.results[entry.line].participant]
        for entries in batched(new, PEOPLE_AT_ONCE):
            self._create(entries)

    def _update(self, entries: Sequence[Entry]) -> None:
        rows = []
        for entry in entries:
            result = self.results[entry.line]
            result.status = LineStatus.UPDATED
            rows.append((result.participant, entry.name, *entry[3:]))
        columns = map(list, zip(*rows, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, dict(zip(_WRITTEN, columns, strict=True)))

    def _create(self, entries: Sequence[Entry]) -> None:
        people = [self._person(entry) for entry in entries]
        Participant.objects.bulk_create(people)
        for entry, person in zip(entries, people, strict=True):
            result = self.results[entry.line]
            result.status, result.participant = LineStatus.CREATED, person.pk

    def _person(self, entry: Entry) -> Participant:
        return Participant(
            event=self.event,
            user_id=self.accounts.get(entry.line),
            name=entry.name,
            email=entry.email,
            role=entry.role or ParticipantRole.ATTENDEE,
            registration=entry.registration or Registration.REGISTERED,
            time_zone=entry.time_zone,
            language=entry.language,
        )


def batched(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    """Yield the entries, so many at a time."""
    for start in range(0, len(entries), size):
        yield entries[start : start + size]
