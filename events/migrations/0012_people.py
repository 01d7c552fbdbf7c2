"""People between organizations and rosters.

Names, addresses, accounts, zones and languages of participants become those of people.
Participants of one organization become one person if they have the same account and the
same folded name, or the same address and the same folded name; never two on one roster,
never two with different accounts. A participant who fits two people stays a person of
their own. What a participant had otherwise than the person is kept in the log of
changes, and comes back when this is taken back.

Web and workers are stopped meanwhile.
"""

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib import import_module
from itertools import starmap
from typing import Any, NamedTuple

from django.conf import settings
from django.apps.registry import Apps
from django.core.management.base import CommandError
from django.db import migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import deletion
from django.db.models.functions import Now

import core.spans
import core.validators
from core import append_only
from core.addresses import folded_address
from core.names import folded

_links_by_guessing = import_module("events.migrations.0005_known_people")

TRIGGERS = """
CREATE TRIGGER roster_insert AFTER INSERT ON events_participant
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_roster_changed();
CREATE TRIGGER roster_update AFTER UPDATE ON events_participant
    REFERENCING OLD TABLE AS was NEW TABLE AS is_now
    FOR EACH STATEMENT EXECUTE FUNCTION events_roster_updated();
CREATE TRIGGER roster_delete AFTER DELETE ON events_participant
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_roster_changed();
CREATE TRIGGER links_insert AFTER INSERT ON events_knownidentity
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_links_changed();
CREATE TRIGGER links_update AFTER UPDATE ON events_knownidentity
    REFERENCING OLD TABLE AS was NEW TABLE AS is_now
    FOR EACH STATEMENT EXECUTE FUNCTION events_links_updated();
CREATE TRIGGER links_delete AFTER DELETE ON events_knownidentity
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_links_changed();
"""
NO_TRIGGERS = """
DROP TRIGGER roster_insert ON events_participant;
DROP TRIGGER roster_update ON events_participant;
DROP TRIGGER roster_delete ON events_participant;
DROP TRIGGER links_insert ON events_knownidentity;
DROP TRIGGER links_update ON events_knownidentity;
DROP TRIGGER links_delete ON events_knownidentity;
"""

# What changed is the difference of two sets, not a join: plans of triggers are kept, and
# one made for a few rows would compare each of thousands with each. A link holds for its
# person, so it makes the sessions of all their events due.
NEW_FUNCTIONS = """
CREATE OR REPLACE FUNCTION events_roster_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM events_mark_rosters(ARRAY(
        SELECT event_id FROM (
            (
                SELECT id, event_id, identity, registration, person_id, enrolled,
                    cancelled_at FROM was
                EXCEPT
                SELECT id, event_id, identity, registration, person_id, enrolled,
                    cancelled_at FROM is_now
            ) UNION ALL (
                SELECT id, event_id, identity, registration, person_id, enrolled,
                    cancelled_at FROM is_now
                EXCEPT
                SELECT id, event_id, identity, registration, person_id, enrolled,
                    cancelled_at FROM was
            )
        ) place
    ));
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION events_links_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM events_mark_rosters(ARRAY(
        SELECT p.event_id FROM events_participant p
        JOIN changed ON changed.person_id = p.person_id
    ));
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION events_links_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM events_mark_rosters(ARRAY(
        SELECT p.event_id FROM (
            (
                SELECT id, person_id, identity, event_id FROM was
                EXCEPT SELECT id, person_id, identity, event_id FROM is_now
            ) UNION ALL (
                SELECT id, person_id, identity, event_id FROM is_now
                EXCEPT SELECT id, person_id, identity, event_id FROM was
            )
        ) changed
        JOIN events_participant p ON p.person_id = changed.person_id
    ));
    RETURN NULL;
END $$;
CREATE FUNCTION events_place_of_own_organization() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT organization_id FROM events_event WHERE id = NEW.event_id)
        <> (SELECT organization_id FROM events_person WHERE id = NEW.person_id)
    THEN
        RAISE EXCEPTION 'the person belongs to another organization'
            USING ERRCODE = 'check_violation',
            CONSTRAINT = 'participant_person_of_own_organization';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER place_of_own_organization
    BEFORE INSERT OR UPDATE OF event_id, person_id ON events_participant
    FOR EACH ROW EXECUTE FUNCTION events_place_of_own_organization();
"""
NO_NEW_FUNCTIONS = """
DROP TRIGGER place_of_own_organization ON events_participant;
DROP FUNCTION events_place_of_own_organization();
"""
# Before the columns that it reads are gone, and after they are back.
NO_OLD_FUNCTIONS = "DROP FUNCTION events_of_person(bigint, bigint, text);"
OLD_FUNCTIONS = f"""
DROP FUNCTION events_mark_rosters(bigint[]);
{_links_by_guessing.EVENTS_OF_PERSON}
{_links_by_guessing.ROSTER_UPDATED}
{_links_by_guessing.LINKS_CHANGED}
"""

# --- Forwards: people -----------------------------------------------------------------

PARTICIPANTS = """
    SELECT p.id, p.event_id, e.organization_id, p.created_at,
        p.user_id, p.name, p.email, p.time_zone, p.language
    FROM events_participant p JOIN events_event e ON e.id = p.event_id
    ORDER BY p.id
"""
COLUMNS = ("user", "name", "email", "time_zone", "language")


class Place(NamedTuple):
    """A participant until now: a place on a roster, with what its person is known by."""

    id: int
    event: int
    organization: int
    created_at: datetime
    user: int | None
    name: str
    email: str
    time_zone: str
    language: str

    def keys(self) -> Iterator[tuple[Any, ...]]:
        """Give what two places have in common if they are one person."""
        name = folded(self.name)
        if self.user is not None:
            yield self.organization, name, self.user
        if address := folded_address(self.email):
            yield self.organization, name, address


class Human:
    """A person to be made, of the places that are theirs, the oldest first."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.events: set[int] = set()
        self.values: dict[str, Any] = {}

    def has_another_account(self, user: int | None) -> bool:
        """Return whether both have accounts, and they differ."""
        return None not in (user, self.values["user"]) and user != self.values["user"]

    def add(self, place: Place) -> None:
        """Take a place; the newest values win, empty ones change nothing."""
        self.places.append(place)
        self.events.add(place.event)
        for name in COLUMNS:
            if getattr(place, name) or name not in self.values:
                self.values[name] = getattr(place, name)


def humans_of(places: Iterable[Place]) -> list[Human]:
    """Return the people whose places these are; places come in the order of their ids."""
    humans: list[Human] = []
    known: dict[tuple[Any, ...], dict[Human, None]] = defaultdict(dict)
    for place in places:
        keys = list(place.keys())
        fitting = {
            human
            for key in keys
            for human in known[key]
            if not human.has_another_account(place.user)
        }
        human = fitting.pop() if len(fitting) == 1 else None
        if human is None or place.event in human.events:
            human = Human()
            humans.append(human)
        human.add(place)
        for key in keys:
            known[key][human] = None
    return humans


def make_people(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the people, and give each participant their person."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(PARTICIPANTS)
        humans = humans_of(map(Place._make, cursor.fetchall()))
        people = dict(zip(new_ids(cursor, "events_person", len(humans)), humans, strict=True))
        copy(cursor, "events_person", PERSON, starmap(row_of_person, people.items()))
        cursor.execute("CREATE TEMP TABLE place_of (id bigint, person_id bigint)")
        copy(cursor, "place_of", ("id", "person_id"), (
            (place.id, person) for person, human in people.items() for place in human.places
        ))
        cursor.execute(
            "UPDATE events_participant p SET person_id = place_of.person_id"
            " FROM place_of WHERE place_of.id = p.id; DROP TABLE place_of"
        )
        cursor.execute("SELECT id, username FROM events_user")
        log(cursor, list(differences(people, dict(cursor.fetchall()))))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


PERSON = (
    "id", "organization_id", "user_id", "name", "email", "time_zone", "language",
    "external_id", "show_on_leaderboard", "folded_name", "folded_email", "created_at",
)


def row_of_person(person: int, human: Human) -> tuple[Any, ...]:
    """Return the row of a person, in the order of ``PERSON``."""
    name, address = human.values["name"], human.values["email"]
    return (
        person, human.places[0].organization, *(human.values[column] for column in COLUMNS),
        "", False, folded(name), folded_address(address),
        min(place.created_at for place in human.places),
    )


class Change(NamedTuple):
    """A row of the log, made by nobody, with its values."""

    organization: int
    person: int
    event: int
    before: dict[str, Any]
    after: dict[str, Any]


def differences(people: dict[int, Human], usernames: dict[int, str]) -> Iterator[Change]:
    """Give what participants had otherwise than their person."""
    for person, human in people.items():
        for place in human.places:
            differing = [n for n in COLUMNS if getattr(place, n) != human.values[n]]
            before = {name: getattr(place, name) for name in differing}
            after = {name: human.values[name] for name in differing}
            if "user" in differing:
                before["user"] = usernames.get(before["user"])
                after["user"] = usernames.get(after["user"])
            if differing:
                yield Change(place.organization, person, place.event, before, after)


CHANGE = "id", "organization_id", "person_id", "event_id", "values_digest"
VALUES_OF_CHANGE = "change_id", "salt", "before", "after"


def log(cursor: Any, changes: list[Change]) -> None:
    """Write changes as events/people/changes.py does it."""
    rows, values = [], []
    for number, change in zip(
        new_ids(cursor, "events_personchange", len(changes)), changes, strict=True
    ):
        salt = secrets.token_bytes(16)
        text = json.dumps(
            [change.before, change.after], sort_keys=True, ensure_ascii=False
        )
        digest = hashlib.sha256(salt + text.encode()).digest()
        rows.append((number, *change[:3], digest))
        values.append((number, salt, json.dumps(change.before), json.dumps(change.after)))
    copy(cursor, "events_personchange", CHANGE, rows)
    copy(cursor, "events_personchangevalues", VALUES_OF_CHANGE, values)


def new_ids(cursor: Any, table: str, number: int) -> list[int]:
    """Return ids that nobody else will get."""
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        [table, number],
    )
    return [row[0] for row in cursor.fetchall()]


def copy(
    cursor: Any, table: str, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Write many rows."""
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copying:
        for row in rows:
            copying.write_row(row)


# --- Forwards: links ------------------------------------------------------------------

SAME_NAME = (
    "lower(normalize(trim(regexp_replace("
    r"{row}.name COLLATE pg_c_utf8, '\s+', ' ', 'g')), NFC))"
)
SAMENESS = f"""
    unnest(ARRAY[
        'user ' || {{row}}.user_id,
        'email ' || lower(nullif({{row}}.email, '')) || ' ' || {SAME_NAME}
    ]) AS sameness
"""
# Until now an identity meant, in each event: whose own it was (0), else who was linked there
# (1), else who had the same account, or address and name, as somebody linked elsewhere (2).
# These are the last: the others go on by themselves.
MEANT = f"""
CREATE TEMP TABLE meant AS
WITH roster AS (
    SELECT p.*, e.organization_id
    FROM events_participant p JOIN events_event e ON e.id = p.event_id
    WHERE p.registration NOT IN ('cancelled', 'viewed')
        AND e.organization_id IN (SELECT organization_id FROM events_knownidentity)
), here AS (
    SELECT roster.*, {SAMENESS.format(row="roster")} FROM roster
), elsewhere AS (
    SELECT link.id AS link_id, link.organization_id, link.identity, known.event_id,
        known.user_id, {SAMENESS.format(row="known")}
    FROM events_knownidentity link
    JOIN events_participant known ON known.id = link.participant_id
)
SELECT organization_id, event_id, identity, person_id, participant_id
FROM (
    SELECT DISTINCT ON (event_id, identity) *
    FROM (
        SELECT organization_id, event_id, identity, person_id, id AS participant_id,
            0 AS how, NULL::bigint AS link_id, NULL AS sameness
        FROM roster
        UNION ALL
        SELECT roster.organization_id, roster.event_id, link.identity, roster.person_id,
            roster.id, 1, link.id, NULL
        FROM events_knownidentity link JOIN roster ON roster.id = link.participant_id
        UNION ALL
        SELECT here.organization_id, here.event_id, elsewhere.identity, here.person_id,
            here.id, 2, elsewhere.link_id, here.sameness
        FROM here JOIN elsewhere USING (organization_id, sameness)
        WHERE here.event_id <> elsewhere.event_id
            AND coalesce(here.user_id = elsewhere.user_id, true)
    ) possible
    ORDER BY event_id, identity, how, link_id DESC, sameness DESC
) meaning
WHERE how = 2;
"""
LINKS_OF_PEOPLE = """
UPDATE events_knownidentity link
SET person_id = p.person_id, event_id = p.event_id
FROM events_participant p WHERE p.id = link.participant_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
# From now on an identity means whoever of its people is on a roster; of several, the
# newest link made in that event. So that it means the same as before, it is linked in each
# event where that would be somebody else, or nobody.
LINKS_TO_KEEP_MEANING = """
WITH of_person AS (
    SELECT organization_id, identity, person_id FROM events_knownidentity
    UNION SELECT organization_id, identity, person_id FROM meant
), possible AS (
    SELECT p.event_id, of_person.identity, count(*) AS people
    FROM of_person JOIN events_participant p USING (person_id)
    WHERE p.registration <> 'viewed'
    GROUP BY 1, 2
)
INSERT INTO events_knownidentity
    (organization_id, identity, person_id, event_id, participant_id)
SELECT meant.organization_id, meant.identity, meant.person_id, meant.event_id,
    meant.participant_id
FROM meant JOIN possible USING (event_id, identity)
WHERE people > 1 OR NOT EXISTS (
    SELECT FROM events_knownidentity known
    WHERE known.organization_id = meant.organization_id
        AND known.identity = meant.identity AND known.person_id = meant.person_id
)
ORDER BY meant.event_id, meant.identity
RETURNING organization_id, person_id, event_id, identity
"""


def keep_links(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Link identities to people, and log the links that are new."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(MEANT)
        cursor.execute(LINKS_OF_PEOPLE)
        cursor.execute("ANALYZE meant")
        cursor.execute(LINKS_TO_KEEP_MEANING)
        log(cursor, [
            Change(school, person, event, {"identity": None}, {"identity": identity})
            for school, person, event, identity in cursor.fetchall()
        ])
        cursor.execute("DROP TABLE meant")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


# --- Back -----------------------------------------------------------------------------

# What participants had before: what the log kept of them, else what their person has.
# Accounts never differ: a participant had that of their person, or none.
BEFORE = """
    SELECT p.id, p.event_id, p.person_id,
        CASE WHEN kept ? 'user' THEN NULL ELSE person.user_id END AS user_id,
        coalesce(kept ->> 'name', person.name) AS name,
        coalesce(kept ->> 'email', person.email) AS email,
        coalesce(kept ->> 'time_zone', person.time_zone) AS time_zone,
        coalesce(kept ->> 'language', person.language) AS language
    FROM events_participant p
    JOIN events_person person ON person.id = p.person_id
    LEFT JOIN (
        SELECT c.person_id, c.event_id, v.before AS kept
        FROM events_personchange c JOIN events_personchangevalues v ON v.change_id = c.id
        WHERE v.before ?| ARRAY['user', 'name', 'email', 'time_zone', 'language']
            AND c.event_id IS NOT NULL
    ) other ON other.person_id = p.person_id AND other.event_id = p.event_id
"""
# What would be lost: the reason, and whom it is about.
NEEDED = {
    "have a student number": "SELECT id FROM events_person WHERE external_id <> ''",
    "take part in the leaderboard": "SELECT id FROM events_person WHERE show_on_leaderboard",
    "are on no roster": """
        SELECT id FROM events_person person WHERE NOT EXISTS (
            SELECT FROM events_participant p WHERE p.person_id = person.id
        )
    """,
    "share an address on one roster": f"""
        SELECT unnest(array_agg(person_id)) AS id FROM ({BEFORE}) participant
        WHERE email <> '' GROUP BY event_id, lower(email) HAVING count(*) > 1
    """,
    "share an account on one roster": f"""
        SELECT unnest(array_agg(person_id)) AS id FROM ({BEFORE}) participant
        WHERE user_id IS NOT NULL GROUP BY event_id, user_id HAVING count(*) > 1
    """,
    "are enrolled for a time": """
        SELECT person_id AS id FROM events_participant
        WHERE enrolled <> CASE WHEN cancelled_at IS NULL THEN '{(,)}'
            ELSE tstzmultirange(tstzrange(NULL, cancelled_at)) END
            AND NOT (registration = 'cancelled' AND isempty(enrolled))
    """,
    "were added, changed or linked since": """
        SELECT c.person_id AS id
        FROM events_personchange c
        LEFT JOIN events_personchangevalues v ON v.change_id = c.id
        WHERE c.event_id IS NULL OR c.actor_id IS NOT NULL
            OR coalesce(v.after, v.before) ?| ARRAY['role', 'registration', 'enrolled']
    """,
}
NAMED = 20


def must_not_be_needed(connection: BaseDatabaseWrapper) -> None:
    """Refuse to go back if something would be lost, naming the people.

    ``events/people/going_back.py`` asks before any migration is taken back.

    Raises:
        CommandError: something would be; ``migrate`` prints it and exits with 1.
    """
    reasons = []
    with connection.cursor() as cursor:
        for reason, people in NEEDED.items():
            cursor.execute(f"SELECT DISTINCT id FROM ({people}) person ORDER BY id")
            if ids := [str(row[0]) for row in cursor.fetchall()]:
                more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
                reasons.append(f"people {', '.join(ids[:NAMED])}{more} {reason}")
    if reasons:
        raise CommandError(
            "Going back to the time before there were people would lose something,"
            f" so nothing was changed: {'; '.join(reasons)}."
        )


RESTORE = f"""
UPDATE events_participant p
SET user_id = was.user_id, name = was.name, email = was.email, time_zone = was.time_zone,
    language = was.language
FROM ({BEFORE}) was WHERE was.id = p.id;
DELETE FROM events_knownidentity link
USING events_personchange c JOIN events_personchangevalues v ON v.change_id = c.id
WHERE c.person_id = link.person_id AND c.event_id = link.event_id
    AND v.after ->> 'identity' = link.identity;
UPDATE events_knownidentity link SET participant_id = p.id
FROM events_participant p
WHERE p.person_id = link.person_id AND p.event_id = link.event_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


def restore_participants(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give participants back what they had, and forget the links that kept meaning."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(RESTORE)


# --- The tables -----------------------------------------------------------------------

CANCELLED = """
UPDATE events_participant
SET cancelled_at = created_at,
    enrolled = tstzmultirange(tstzrange(NULL, created_at))
WHERE registration = 'cancelled'
"""


def person_key(**kwargs: Any) -> "models.ForeignKey[Any, Any]":
    """Return the key of a person's row."""
    return models.ForeignKey(to="events.person", **kwargs)


def id_field() -> "models.BigAutoField[Any, Any]":
    """Return the key that Django gives each table."""
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


PERSON_MODEL = migrations.CreateModel(
    name="Person",
    fields=[
        ("id", id_field()),
        ("name", models.CharField(
            max_length=200, validators=[core.validators.validate_name], verbose_name="name"
        )),
        ("email", models.EmailField(blank=True, max_length=254, verbose_name="email")),
        ("external_id", models.CharField(
            blank=True, max_length=64, validators=[core.validators.validate_name],
            verbose_name="student number",
        )),
        ("time_zone", models.CharField(
            blank=True, max_length=64, validators=[core.validators.validate_time_zone],
            verbose_name="time zone",
        )),
        ("language", models.CharField(
            blank=True, max_length=16, validators=[core.validators.validate_language],
            verbose_name="language",
        )),
        ("show_on_leaderboard", models.BooleanField(
            default=False, verbose_name="show on leaderboard"
        )),
        ("folded_name", models.TextField(editable=False)),
        ("folded_email", models.TextField(editable=False)),
        ("created_at", models.DateTimeField(db_default=Now(), editable=False)),
        ("organization", models.ForeignKey(
            db_index=False, on_delete=deletion.PROTECT, related_name="people",
            to="events.organization",
        )),
        ("user", models.ForeignKey(
            blank=True, null=True, on_delete=deletion.SET_NULL, related_name="people",
            to=settings.AUTH_USER_MODEL, verbose_name="account",
        )),
    ],
    options={
        "verbose_name": "person",
        "verbose_name_plural": "people",
        "ordering": ["name", "pk"],
        "indexes": [
            models.Index(
                fields=["organization", "folded_name"], name="person_name_in_organization"
            ),
            models.Index(
                condition=models.Q(("folded_email", ""), _negated=True),
                fields=["folded_email"],
                name="person_email",
            ),
        ],
        "constraints": [
            models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("organization", "external_id"),
                name="person_external_id_once_per_organization",
            ),
        ],
    },
)
LOG = [
    migrations.CreateModel(
        name="PersonChange",
        fields=[
            ("id", id_field()),
            ("at", models.DateTimeField(db_default=Now(), verbose_name="at")),
            ("values_digest", models.BinaryField(
                max_length=32, verbose_name="digest of the values"
            )),
            ("actor", models.ForeignKey(
                null=True, on_delete=deletion.PROTECT, related_name="+",
                to=settings.AUTH_USER_MODEL,
            )),
            ("event", models.ForeignKey(
                db_constraint=False, db_index=False, null=True,
                on_delete=deletion.DO_NOTHING, related_name="+", to="events.event",
            )),
            ("organization", models.ForeignKey(
                on_delete=deletion.PROTECT, related_name="+", to="events.organization"
            )),
            ("person", person_key(
                db_constraint=False, db_index=False, on_delete=deletion.DO_NOTHING,
                related_name="changes",
            )),
        ],
        options={
            "verbose_name": "change of a person",
            "verbose_name_plural": "changes of people",
            "ordering": ["-pk"],
            "indexes": [models.Index(fields=["person", "-id"], name="person_change_of")],
        },
    ),
    migrations.CreateModel(
        name="PersonChangeValues",
        fields=[
            ("change", models.OneToOneField(
                on_delete=deletion.PROTECT, primary_key=True, related_name="values",
                serialize=False, to="events.personchange",
            )),
            ("salt", models.BinaryField(max_length=16)),
            ("before", models.JSONField(null=True, verbose_name="before")),
            ("after", models.JSONField(null=True, verbose_name="after")),
        ],
        options={
            "verbose_name": "values of a change of a person",
            "verbose_name_plural": "values of changes of people",
        },
    ),
    append_only.refuse_changes("events_personchange"),
]

# Columns that may be empty until the data are in them.
ADDED = [
    migrations.AddField("participant", "person", person_key(
        null=True, on_delete=deletion.PROTECT, related_name="places"
    )),
    migrations.AddField("participant", "enrolled", core.spans.SpansField(
        default=core.spans.always, verbose_name="enrolled"
    )),
    migrations.AddField("participant", "cancelled_at", models.DateTimeField(
        editable=False, null=True, verbose_name="cancelled at"
    )),
    migrations.AddField("knownidentity", "person", person_key(
        null=True, on_delete=deletion.CASCADE, related_name="known_identities"
    )),
    migrations.AddField("knownidentity", "event", models.ForeignKey(
        null=True, on_delete=deletion.CASCADE, related_name="known_identities",
        to="events.event",
    )),
    migrations.RemoveConstraint("knownidentity", "known_identity_once_per_participant"),
    migrations.AddConstraint("knownidentity", models.UniqueConstraint(
        fields=("organization", "identity", "person", "event"),
        name="known_identity_once_per_person_and_event",
    )),
]
FILLED = [
    migrations.AlterField("participant", "person", person_key(
        on_delete=deletion.PROTECT, related_name="places"
    )),
    migrations.AlterField("knownidentity", "person", person_key(
        on_delete=deletion.CASCADE, related_name="known_identities"
    )),
    migrations.AlterField("knownidentity", "event", models.ForeignKey(
        on_delete=deletion.CASCADE, related_name="known_identities", to="events.event"
    )),
    migrations.AddConstraint("participant", models.UniqueConstraint(
        fields=("event", "person"), name="participant_once_per_event"
    )),
    migrations.AddConstraint("participant", models.CheckConstraint(
        condition=models.Q(
            models.Q(("cancelled_at__isnull", False), ("registration", "cancelled")),
            models.Q(
                models.Q(("registration", "cancelled"), _negated=True),
                ("cancelled_at__isnull", True),
            ),
            _connector="OR",
        ),
        name="participant_cancelled_at_a_time",
    )),
]
# Both become empty at first, so that they can when this is taken back.
EMPTIED = [
    migrations.RemoveConstraint("participant", "participant_email_once_per_event"),
    migrations.RemoveConstraint("participant", "participant_user_once_per_event"),
    migrations.AlterField("participant", "name", models.CharField(
        max_length=200, null=True, validators=[core.validators.validate_name],
        verbose_name="name",
    )),
    migrations.AlterField("knownidentity", "participant", models.ForeignKey(
        null=True, on_delete=deletion.CASCADE, related_name="known_identities",
        to="events.participant",
    )),
]
REMOVED = [
    migrations.AlterModelOptions(name="participant", options={
        "base_manager_name": "objects",
        "ordering": ["person__name", "pk"],
        "verbose_name": "participant",
        "verbose_name_plural": "participants",
    }),
    *(
        migrations.RemoveField("participant", name)
        for name in ("user", "name", "email", "time_zone", "language")
    ),
    migrations.RemoveField("knownidentity", "participant"),
]


class Migration(migrations.Migration):
    dependencies = [("events", "0011_words")]

    operations = [
        migrations.RunSQL(NO_TRIGGERS + NO_OLD_FUNCTIONS, OLD_FUNCTIONS + TRIGGERS),
        PERSON_MODEL,
        *LOG,
        *ADDED,
        migrations.RunSQL(CANCELLED, migrations.RunSQL.noop),
        migrations.RunPython(make_people, migrations.RunPython.noop),
        migrations.RunPython(keep_links, migrations.RunPython.noop),
        *FILLED,
        *EMPTIED,
        migrations.RunPython(migrations.RunPython.noop, restore_participants),
        *REMOVED,
        migrations.RunSQL(NEW_FUNCTIONS + TRIGGERS, NO_TRIGGERS + NO_NEW_FUNCTIONS),
    ]
