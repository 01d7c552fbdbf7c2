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

from events.models import PersonChange, PersonChangeValues, User

SALT_LENGTH = 16

Values = Mapping[str, Any]


class Act(NamedTuple):
    """What was changed; ``before`` is None if something was added, ``after`` removed.

    Only the values that differ are given, under the names of
    :class:`~events.models.PersonChangeValues`.
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
    written = []
    for act in acts:
        if act.before == act.after:
            continue
        salt = secrets.token_bytes(SALT_LENGTH)
        change = PersonChange(
            organization_id=organization_id,
            person_id=act.person_id,
            event_id=act.event_id,
            actor=by,
            values_digest=digest_of(salt, act.before, act.after),
        )
        values = PersonChangeValues(salt=salt, before=act.before, after=act.after)
        written.append((change, values))
    PersonChange.objects.bulk_create([change for change, _values in written])
    for change, values in written:
        values.change = change
    PersonChangeValues.objects.bulk_create([values for _change, values in written])


def difference(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values that differ, as they were and as they are."""
    differing = [name for name in after if before[name] != after[name]]
    return (
        {name: before[name] for name in differing},
        {name: after[name] for name in differing},
    )
