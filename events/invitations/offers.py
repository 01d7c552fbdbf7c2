"""Offers people's places to the accounts that have confirmed their addresses.

Nobody is connected by it: the account accepts, or declines. Whom an organizer took off
a place is offered it again; who declined or left is not. An offer that ends with a link
(``starting.py``) is renewed without one. One statement does it for any
number of people and whether such accounts exist or not, so that neither the answer nor
the number of queries tells.

Source: docs/rules.md 154.
"""

from collections.abc import Iterable

from django.db import connection

from core.addresses import folded_address
from events.models import Person, User

_OFFER = """
    INSERT INTO events_invitation AS offer (
        organization_id, role, person_id, user_id, username, email, folded_email
    )
    SELECT person.organization_id, '', person.id, account.id, '', '', ''
    FROM events_person person
    JOIN events_user account
        ON lower(account.email) = person.folded_email
        AND account.email_verified_at IS NOT NULL AND account.email <> ''
        AND account.folded_email IS NOT NULL AND account.is_active
    WHERE person.user_id IS NULL AND person.folded_email <> '' AND {which}
    ON CONFLICT (person_id, user_id) WHERE invited_by_id IS NULL DO UPDATE
    SET state = 'open', answered_at = NULL, answered_by_id = NULL,
        token_digest = NULL, expires_at = NULL
    WHERE offer.state IN ('accepted', 'revoked') OR offer.expires_at <= now()
"""


def offer_places(people: Iterable[Person]) -> None:
    """Offer the places of these people to whoever has confirmed their addresses."""
    ids = [person.pk for person in people if person.email]
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_OFFER.format(which="person.id = ANY(%s)"), [ids])


def offer_all_places(*, user: User) -> int:
    """Offer an account the places of all people who have its confirmed address.

    Returns:
        How many are offered that were not before.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _OFFER.format(which="person.folded_email = %s"),
            [folded_address(user.email)],
        )
        return int(cursor.rowcount)
