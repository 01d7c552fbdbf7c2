"""People between organizations and rosters.

Names, addresses, accounts, zones and languages of participants become those of people.
Participants of one organization become one person if they have the same account and the
same folded name, or the same address and the same folded name; never two on one roster,
never two with different accounts. A participant who fits two people stays a person of
their own. What a participant had otherwise than the person is kept in the log of
changes, and comes back when this is taken back.

Web and workers are stopped meanwhile. 100,000 participants take less than a minute.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from importlib import import_module

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

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
DROP FUNCTION events_of_person(bigint, bigint, text);
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
OLD_FUNCTIONS = f"""
DROP TRIGGER place_of_own_organization ON events_participant;
DROP FUNCTION events_place_of_own_organization();
DROP FUNCTION events_mark_rosters(bigint[]);
{_links_by_guessing.EVENTS_OF_PERSON}
{_links_by_guessing.ROSTER_UPDATED}
{_links_by_guessing.LINKS_CHANGED}
"""

PARTICIPANTS = """
    SELECT p.id, p.event_id, e.organization_id, p.user_id, p.name, p.email, p.time_zone,
        p.language, p.created_at
    FROM events_participant p JOIN events_event e ON e.id = p.event_id
    ORDER BY p.id
"""
COLUMNS = ("user", "name", "email", "time_zone", "language")


class Human:
    """A person to be made, of the participants that are this person."""

    def __init__(self, organization: int) -> None:
        self.organization = organization
        self.places: list[tuple] = []
        self.events: set[int] = set()
        self.values: dict[str, object] = {}

    def fits(self, event: int, user: int | None) -> bool:
        """Return whether a participant may be this person, too."""
        account = self.values.get("user")
        is_other = user is not None and account is not None and user != account
        return event not in self.events and not is_other

    def add(self, place: tuple) -> None:
        """Take a participant; the newest values win, empty ones change nothing."""
        self.places.append(place)
        self.events.add(place[1])
        for name, value in zip(COLUMNS, place[3:8], strict=True):
            if value or name not in self.values:
                self.values[name] = value


def humans_of(places: Iterator[tuple]) -> list[Human]:
    """Return the people whom participants are."""
    humans: list[Human] = []
    by_key: dict[tuple, list[Human]] = {}
    for place in places:
        _id, event, organization, user, name, email, *_rest = place
        who = organization, folded(name)
        keys = []
        if user is not None:
            keys.append((*who, user))
        if email:
            keys.append((*who, folded_address(email)))
        found = {id(human): human for key in keys for human in by_key.get(key, ())}
        human = next(iter(found.values())) if len(found) == 1 else None
        if human is None or not human.fits(event, user):
            human = Human(organization)
            humans.append(human)
        human.add(place)
        for key in keys:
            known = by_key.setdefault(key, [])
            if human not in known:
                known.append(human)
    return humans


def make_people(apps, schema_editor) -> None:
    """Make the people, and give each participant their person."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(PARTICIPANTS)
        humans = humans_of(iter(cursor.fetchall()))
        cursor.execute("CREATE TEMP TABLE place (id bigint, person_id bigint) ON COMMIT DROP")
        with cursor.copy(
            "COPY events_person (id, organization_id, user_id, name, email, external_id,"
            " time_zone, language, show_on_leaderboard, folded_name, folded_email,"
            " created_at) FROM STDIN"
        ) as copy:
            for number, human in enumerate(humans, 1):
                values = human.values
                copy.write_row(
                    (
                        number,
                        human.organization,
                        values["user"],
                        values["name"],
                        values["email"],
                        "",
                        values["time_zone"],
                        values["language"],
                        False,
                        folded(str(values["name"])),
                        folded_address(str(values["email"])),
                        min(place[8] for place in human.places),
                    )
                )
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('events_person', 'id'), %s, true)",
            [max(len(humans), 1)],
        )
        with cursor.copy("COPY place (id, person_id) FROM STDIN") as copy:
            for number, human in enumerate(humans, 1):
                for place in human.places:
                    copy.write_row((place[0], number))
        cursor.execute(
            "UPDATE events_participant p SET person_id = place.person_id"
            " FROM place WHERE place.id = p.id"
        )
        keep_differences(cursor, humans)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def keep_differences(cursor, humans: list[Human]) -> None:
    """Log what participants had otherwise than their person."""
    usernames = {None: None}
    cursor.execute("SELECT id, username FROM events_user")
    usernames.update(cursor.fetchall())
    changes, values = [], []
    for number, human in enumerate(humans, 1):
        for place in human.places:
            own = dict(zip(COLUMNS, place[3:8], strict=True))
            before = {n: v for n, v in own.items() if v != human.values[n]}
            if not before:
                continue
            after = {name: human.values[name] for name in before}
            for of in (before, after):
                if "user" in of:
                    of["user"] = usernames[of["user"]]
            salt = secrets.token_bytes(16)
            text = json.dumps([before, after], sort_keys=True, ensure_ascii=False)
            digest = hashlib.sha256(salt + text.encode()).digest()
            at = len(changes) + 1
            changes.append((at, human.organization, number, place[1], digest))
            values.append((at, salt, json.dumps(before), json.dumps(after)))
    with cursor.copy(
        "COPY events_personchange (id, organization_id, person_id, event_id,"
        " values_digest) FROM STDIN"
    ) as copy:
        for row in changes:
            copy.write_row(row)
    with cursor.copy(
        "COPY events_personchangevalues (change_id, salt, before, after) FROM STDIN"
    ) as copy:
        for row in values:
            copy.write_row(row)
    cursor.execute(
        "SELECT setval(pg_get_serial_sequence('events_personchange', 'id'), %s, true)",
        [max(len(changes), 1)],
    )


# What an identity means is no longer guessed by accounts and addresses. So that it means
# the same as before in every event, it is linked there to whom it meant, wherever the
# people have become two, or several of a roster have the same link.
LINKS = """
CREATE TEMP TABLE meant ON COMMIT DROP AS
WITH roster AS (
    SELECT p.id, p.event_id, p.identity, p.person_id, p.user_id, p.email, p.name,
        e.organization_id
    FROM events_participant p JOIN events_event e ON e.id = p.event_id
    WHERE p.registration NOT IN ('cancelled', 'viewed')
        AND e.organization_id IN (SELECT organization_id FROM events_knownidentity)
), keyed AS (
    SELECT roster.*, unnest(ARRAY[
        'user ' || user_id,
        'email ' || lower(nullif(email, '')) || ' ' || {name}
    ]) AS sameness
    FROM roster
), elsewhere AS (
    SELECT link.organization_id, link.identity, link.id, known.event_id, known.user_id,
        unnest(ARRAY[
            'user ' || known.user_id,
            'email ' || lower(nullif(known.email, '')) || ' ' || {known_name}
        ]) AS sameness
    FROM events_knownidentity link
    JOIN events_participant known ON known.id = link.participant_id
)
SELECT DISTINCT ON (event_id, identity)
    event_id, organization_id, identity, person_id, how
FROM (
    SELECT event_id, organization_id, identity, person_id,
        0 AS how, NULL::bigint AS link, NULL AS sameness
    FROM roster
    UNION ALL
    SELECT roster.event_id, roster.organization_id, link.identity, roster.person_id,
        1, link.id, NULL
    FROM events_knownidentity link JOIN roster ON roster.id = link.participant_id
    UNION ALL
    SELECT keyed.event_id, keyed.organization_id, elsewhere.identity, keyed.person_id,
        2, elsewhere.id, sameness
    FROM keyed JOIN elsewhere USING (organization_id, sameness)
    WHERE keyed.event_id <> elsewhere.event_id
        AND coalesce(keyed.user_id = elsewhere.user_id, true)
) meaning
ORDER BY event_id, identity, how, link DESC, sameness DESC;

UPDATE events_knownidentity link
SET person_id = p.person_id, event_id = p.event_id
FROM events_participant p WHERE p.id = link.participant_id;

INSERT INTO events_knownidentity (
    organization_id, identity, person_id, event_id, participant_id
)
SELECT meant.organization_id, meant.identity, meant.person_id, meant.event_id, (
    SELECT id FROM events_participant p
    WHERE p.event_id = meant.event_id AND p.person_id = meant.person_id
)
FROM meant
WHERE how = 2 AND (
    SELECT array_agg(DISTINCT link.person_id)
    FROM events_knownidentity link
    JOIN events_participant p
        ON p.person_id = link.person_id AND p.event_id = meant.event_id
    WHERE link.organization_id = meant.organization_id
        AND link.identity = meant.identity
) IS DISTINCT FROM ARRAY[meant.person_id];
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
SAME_NAME = (
    "lower(normalize(trim(regexp_replace("
    r"{name} COLLATE pg_c_utf8, '\s+', ' ', 'g')), NFC))"
)


def keep_links(apps, schema_editor) -> None:
    """Link identities to people."""
    statement = LINKS.replace("{name}", SAME_NAME.format(name="name")).replace(
        "{known_name}", SAME_NAME.format(name="known.name")
    )
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(statement)


# --- Back -----------------------------------------------------------------------------

# What only people have, and would be lost: the reason, and the ids of the rows.
NEEDED = {
    "have a student number": "SELECT id FROM events_person WHERE external_id <> ''",
    "take part in the leaderboard": (
        "SELECT id FROM events_person WHERE show_on_leaderboard"
    ),
    "are on no roster": (
        "SELECT id FROM events_person person WHERE NOT EXISTS"
        " (SELECT FROM events_participant p WHERE p.person_id = person.id)"
    ),
    "share an address on one roster": (
        "SELECT unnest(array_agg(DISTINCT p.person_id)) FROM events_participant p"
        " JOIN events_person person ON person.id = p.person_id"
        " WHERE person.email <> ''"
        " GROUP BY p.event_id, lower(person.email) HAVING count(*) > 1"
    ),
    "share an account on one roster": (
        "SELECT unnest(array_agg(DISTINCT p.person_id)) FROM events_participant p"
        " JOIN events_person person ON person.id = p.person_id"
        " WHERE person.user_id IS NOT NULL"
        " GROUP BY p.event_id, person.user_id HAVING count(*) > 1"
    ),
    "were enrolled for a time": (
        "SELECT person_id FROM events_participant"
        " WHERE registration <> 'cancelled' AND enrolled <> '{(,)}'"
    ),
    "have changes that somebody made": (
        "SELECT person_id FROM events_personchange WHERE event_id IS NULL"
        " OR actor_id IS NOT NULL"
    ),
}


class StillNeeded(Exception):
    """Rows need what would be taken back."""


def must_not_be_needed(apps, schema_editor) -> None:
    """Refuse to go back if something would be lost, naming the people."""
    reasons = []
    with schema_editor.connection.cursor() as cursor:
        for reason, statement in NEEDED.items():
            cursor.execute(f"{statement} ORDER BY 1 LIMIT 20")
            if ids := [str(row[0]) for row in cursor.fetchall()]:
                reasons.append(f"people {', '.join(ids)} {reason}")
    if reasons:
        raise StillNeeded(f"Taking this back would lose something: {'; '.join(reasons)}.")


RESTORE = """
UPDATE events_participant p
SET (user_id, name, email, time_zone, language) = (
    SELECT
        CASE WHEN v.before ? 'user' THEN (
            SELECT id FROM events_user WHERE username = v.before ->> 'user'
        ) ELSE person.user_id END,
        coalesce(v.before ->> 'name', person.name),
        coalesce(v.before ->> 'email', person.email),
        coalesce(v.before ->> 'time_zone', person.time_zone),
        coalesce(v.before ->> 'language', person.language)
    FROM events_person person
    LEFT JOIN events_personchange c
        ON c.person_id = person.id AND c.event_id = p.event_id
    LEFT JOIN events_personchangevalues v ON v.change_id = c.id
    WHERE person.id = p.person_id
    LIMIT 1
);
DELETE FROM events_knownidentity link WHERE NOT EXISTS (
    SELECT FROM events_participant p
    WHERE p.person_id = link.person_id AND p.event_id = link.event_id
);
UPDATE events_knownidentity link SET participant_id = p.id
FROM events_participant p
WHERE p.person_id = link.person_id AND p.event_id = link.event_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


def restore_participants(apps, schema_editor) -> None:
    """Give participants back what their people have."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(RESTORE)


CANCELLED = """
UPDATE events_participant
SET cancelled_at = created_at,
    enrolled = tstzmultirange(tstzrange(NULL, created_at))
WHERE registration = 'cancelled'
"""


def _person(**kwargs) -> models.ForeignKey:
    return models.ForeignKey(to="events.person", **kwargs)


class Migration(migrations.Migration):
    dependencies = [("events", "0011_words")]

    operations = [
        migrations.RunSQL(NO_TRIGGERS, TRIGGERS),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=200,
                        validators=[core.validators.validate_name],
                        verbose_name="name",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="email"
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        max_length=64,
                        validators=[core.validators.validate_name],
                        verbose_name="student number",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        max_length=64,
                        validators=[core.validators.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        max_length=16,
                        validators=[core.validators.validate_language],
                        verbose_name="language",
                    ),
                ),
                (
                    "show_on_leaderboard",
                    models.BooleanField(
                        default=False, verbose_name="show on leaderboard"
                    ),
                ),
                ("folded_name", models.TextField(editable=False)),
                ("folded_email", models.TextField(editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="events.organization",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="people",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "ordering": ["name", "pk"],
                "indexes": [
                    models.Index(
                        fields=["organization", "folded_name"],
                        name="person_name_in_organization",
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
        ),
        migrations.CreateModel(
            name="PersonChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="at",
                    ),
                ),
                (
                    "values_digest",
                    models.BinaryField(
                        max_length=32, verbose_name="digest of the values"
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.organization",
                    ),
                ),
                (
                    "person",
                    _person(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="changes",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a person",
                "verbose_name_plural": "changes of people",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["person", "-id"], name="person_change_of")
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonChangeValues",
            fields=[
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="values",
                        serialize=False,
                        to="events.personchange",
                    ),
                ),
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
        migrations.AddField(
            "participant",
            "person",
            _person(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="places",
            ),
        ),
        migrations.AddField(
            "participant",
            "enrolled",
            core.spans.SpansField(
                default=core.spans.always, verbose_name="enrolled"
            ),
        ),
        migrations.AddField(
            "participant",
            "cancelled_at",
            models.DateTimeField(
                editable=False, null=True, verbose_name="cancelled at"
            ),
        ),
        migrations.AddField(
            "knownidentity",
            "person",
            _person(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="known_identities",
            ),
        ),
        migrations.AddField(
            "knownidentity",
            "event",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="known_identities",
                to="events.event",
            ),
        ),
        migrations.RemoveConstraint(
            "knownidentity", "known_identity_once_per_participant"
        ),
        migrations.RunSQL(CANCELLED, migrations.RunSQL.noop),
        migrations.RunPython(make_people, migrations.RunPython.noop),
        migrations.RunPython(keep_links, migrations.RunPython.noop),
        migrations.AlterField(
            "participant",
            "person",
            _person(
                on_delete=django.db.models.deletion.PROTECT, related_name="places"
            ),
        ),
        migrations.AlterField(
            "knownidentity",
            "person",
            _person(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="known_identities",
            ),
        ),
        migrations.AlterField(
            "knownidentity",
            "event",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="known_identities",
                to="events.event",
            ),
        ),
        migrations.RemoveConstraint("participant", "participant_email_once_per_event"),
        migrations.RemoveConstraint("participant", "participant_user_once_per_event"),
        migrations.AlterField(
            "participant",
            "name",
            models.CharField(
                max_length=200,
                null=True,
                validators=[core.validators.validate_name],
                verbose_name="name",
            ),
        ),
        migrations.AlterField(
            "knownidentity",
            "participant",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="known_identities",
                to="events.participant",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, restore_participants),
        migrations.AlterModelOptions(
            name="participant",
            options={
                "base_manager_name": "objects",
                "ordering": ["person__name", "pk"],
                "verbose_name": "participant",
                "verbose_name_plural": "participants",
            },
        ),
        *(
            migrations.RemoveField("participant", name)
            for name in ("user", "name", "email", "time_zone", "language")
        ),
        migrations.RemoveField("knownidentity", "participant"),
        migrations.AddConstraint(
            "participant",
            models.UniqueConstraint(
                fields=("event", "person"), name="participant_once_per_event"
            ),
        ),
        migrations.AddConstraint(
            "participant",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cancelled_at__isnull", False), ("registration", "cancelled")
                    ),
                    models.Q(
                        models.Q(("registration", "cancelled"), _negated=True),
                        ("cancelled_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="participant_cancelled_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            "knownidentity",
            models.UniqueConstraint(
                fields=("organization", "identity", "person", "event"),
                name="known_identity_once_per_person_and_event",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, must_not_be_needed),
        migrations.RunSQL(NEW_FUNCTIONS, OLD_FUNCTIONS),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
