"""Importing a roster file: people are added, or updated if already on the roster.

A line means the person on the roster with the same address, ignoring case. If the line
has no address, it means the person with the same name (``core.names.SAME_NAME``) and no
address. If that could be two people, the line is refused, so that nobody is mistaken
for somebody else.

An empty cell or a missing column changes nothing, except that people who only viewed
the event become registered. A file cannot remove people: their registration can become
``cancelled``, which keeps the decisions about them.

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

# For each line with an address: the address in lower case, the participant who has it,
# and the account that has verified it, unless that is already on this roster.
_FIND_BY_ADDRESS = """
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

# Each name in the form in which the database compares it, in the order of the names.
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
# `p.id = ANY(...)` repeats the join, so that the planner uses the index on ids even if
# its statistics are old, as right after a large import.
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
_UPDATE_PARAMETERS = ("id", "name", "role", "registration", "time_zone", "language")


class LineStatus(models.TextChoices):
    """The result of a line; ``not_stored``: valid, but other lines are not."""

    CREATED = "created", gettext_lazy("added")
    UPDATED = "updated", gettext_lazy("already there")
    ERROR = "error", gettext_lazy("error")
    NOT_STORED = "not_stored", gettext_lazy("valid, but not imported")


@dataclass(slots=True)
class LineResult:
    """The result of one line: the participant's id, or its errors.

    ``text`` quotes the line, ``name`` is "" if it is wrong.
    """

    line: int
    name: str
    text: str
    status: LineStatus = LineStatus.NOT_STORED
    participant: int | None = None
    errors: list[Fault] = field(default_factory=list)


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
    *, event: Event, content: bytes, partial: bool = False
) -> RosterImport:
    """Import a file into an event's roster.

    Args:
        event: The event.
        content: The file.
        partial: Store the valid lines even if others are wrong. Without it, one wrong
            line means that nothing is stored.

    Raises:
        Invalid: the file cannot be read.
    """
    table = read_table(content)
    # Without the lock, two imports at once would add the same people twice.
    lock_event(event.pk)
    return _Importing(event, table).run(partial=partial)


class _Importing:
    """One import: its lines, and the people whom they mean.

    ``results`` and ``accounts`` (ids of users) are keyed by line number.
    """

    def __init__(self, event: Event, table: Table) -> None:
        self.event = event
        self.entries: list[Entry] = []
        self.unknown_columns = table.unknown_columns
        self.results: dict[int, LineResult] = {}
        self.accounts: dict[int, int] = {}
        for record in table.records:
            entry, errors = read_line(record, event.time_zone)
            self.entries.append(entry)
            self.results[entry.line] = LineResult(entry.line, entry.name, record.text)
            for error in errors:
                self._refuse(entry.line, error)

    def run(self, *, partial: bool) -> RosterImport:
        self._find_by_address([entry for entry in self.entries if entry.email])
        # A line with an invalid address is refused already, so it is not looked up.
        self._find_by_name([entry for entry in self._valid() if not entry.email])
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
        result.status, result.participant = LineStatus.ERROR, None
        result.errors.append(fault)

    def _find_by_address(self, entries: Sequence[Entry]) -> None:
        values: dict[str, Any] = {
            "event": self.event.pk,
            "lines": [entry.line for entry in entries],
            "emails": [entry.email for entry in entries],
        }
        with connection.cursor() as cursor:
            cursor.execute(_FIND_BY_ADDRESS, values)
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
        valid = self._valid()
        known = [entry for entry in valid if self.results[entry.line].participant]
        for entries in batched(known, PEOPLE_AT_ONCE):
            self._update(entries)
        new = [entry for entry in valid if not self.results[entry.line].participant]
        for entries in batched(new, PEOPLE_AT_ONCE):
            self._create(entries)

    def _update(self, entries: Sequence[Entry]) -> None:
        rows = []
        for entry in entries:
            result = self.results[entry.line]
            result.status = LineStatus.UPDATED
            values = [getattr(entry, name) for name in _UPDATE_PARAMETERS[1:]]
            rows.append((result.participant, *values))
        columns = map(list, zip(*rows, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, dict(zip(_UPDATE_PARAMETERS, columns, strict=True)))

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
    """Yield the entries in groups of at most ``size``."""
    for start in range(0, len(entries), size):
        yield entries[start : start + size]
