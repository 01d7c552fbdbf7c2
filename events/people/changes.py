"""The log of what changed about people and their places on rosters.

Every act leaves one row in the transaction that made it. The values are personal data
and can be erased; the row and the digest of the values stay.

Source: docs/rules.md 97.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection

from events.models import User

SALT_LENGTH = 16

Values = Mapping[str, Any]


class Act(NamedTuple):
    """What was changed; ``before`` is None if something was added, ``after`` removed.

    Only the values that differ are given, under the names of
    :class:`~events.models.PersonChangeValues`; of something added those that are set.
    """

    person_id: int
    event_id: int | None
    before: Values | None
    after: Values | None


def digest_of(salt: bytes, before: Values | None, after: Values | None) -> bytes:
    """Return the SHA-256 of the salt and the values as JSON with sorted keys."""
    text = json.dumps([before, after], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(salt + text.encode()).digest()


def record(acts: Iterable[Act], *, organization_id: int, by: User | None) -> None:
    """Write acts into the log; those that change nothing are left out.

    Args:
        acts: In the order in which they happened.
        organization_id: The organization of all the people.
        by: The user who acted; None if no person did.
    """
    rows = [_row(act) for act in acts if act.before != act.after]
    if rows:
        given = json.dumps(rows)
        by_id = by.pk if by else None
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, [given, organization_id, by_id])


# Digests are unique, because each has a random salt: they tell which values belong to
# which change.
_RECORD = """
    WITH act AS (
        SELECT * FROM ROWS FROM (
            jsonb_to_recordset(%s) AS (
                person bigint, event bigint, digest text, salt text,
                before jsonb, after jsonb
            )
        ) WITH ORDINALITY
    ), written AS (
        INSERT INTO events_personchange (
            organization_id, person_id, event_id, actor_id, values_digest
        )
        SELECT %s, person, event, %s, decode(digest, 'hex') FROM act ORDER BY ordinality
        RETURNING id, values_digest
    )
    INSERT INTO events_personchangevalues (change_id, salt, before, after)
    SELECT written.id, decode(salt, 'hex'), before, after
    FROM written JOIN act ON decode(digest, 'hex') = values_digest
"""


def _row(act: Act) -> dict[str, Any]:
    salt = secrets.token_bytes(SALT_LENGTH)
    return {
        "person": act.person_id,
        "event": act.event_id,
        "digest": digest_of(salt, act.before, act.after).hex(),
        "salt": salt.hex(),
        "before": act.before,
        "after": act.after,
    }


def difference(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values that differ, as they were and as they are."""
    differing = [name for name in after if before[name] != after[name]]
    return (
        {name: before[name] for name in differing},
        {name: after[name] for name in differing},
    )
