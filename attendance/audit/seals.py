"""The seals of the log: a hash chain per organization, with one link per transaction.

A link covers all changes of one batch and the link before it. Editing, deleting,
inserting or swapping rows breaks the chain, even if the database's owner does it. A
chain that was calculated anew, or has lost its newest links, is noticed only by
comparison with seals kept elsewhere (``manage.py verify_audit --export`` and
``--against``).

Source: docs/rules.md 67, 68; docs/architecture.md, "The log".
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db import connection

from attendance.models import AuditSeal
from events.models import Organization

# The previous digest of the first link of a chain.
GENESIS = bytes(32)
SEALS_AT_ONCE = 1000

# A row of attendance_attendancechange as it is sealed. Do not change this: existing
# seals would no longer match.
_SEALED_ROW = """
    jsonb_build_array(
        c.id, c.organization_id, c.participant_id, c.session_id,
        c.from_status, c.to_status, c.from_source, c.source, c.actor_id, c.undoes_id,
        (extract(epoch FROM c.at) * 1000000)::bigint, c.batch,
        encode(c.reason_digest, 'hex')
    )::text
"""
_CONTENT = f"""
    sha256(convert_to(string_agg({_SEALED_ROW}, E'\\n' ORDER BY c.id), 'UTF8'))
"""


_SEAL = f"""
    INSERT INTO attendance_auditseal (
        organization_id, number, batch, previous_digest, digest
    )
    SELECT b.organization_id, h.number + 1, b.batch, h.digest,
        sha256(h.digest || int8send(h.number + 1) || int8send(b.batch) || b.content)
    FROM (
        SELECT c.organization_id, c.batch, {_CONTENT} AS content
        FROM attendance_attendancechange c
        WHERE c.organization_id = ANY(%(organizations)s) AND c.batch = %(batch)s
        GROUP BY c.organization_id, c.batch
    ) b
    LEFT JOIN LATERAL (
        SELECT number, digest FROM attendance_auditseal
        WHERE organization_id = b.organization_id
        ORDER BY number DESC LIMIT 1
    ) last ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(last.number, 0), coalesce(last.digest, %(genesis)s)
    ) h (number, digest)
"""


def seal_batch(batch: int, organizations: Iterable[int]) -> None:
    """Add a link over ``batch`` to the chain of each organization.

    The caller has locked the heads of the logs (``lock_heads``).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SEAL,
            {"organizations": list(organizations), "batch": batch, "genesis": GENESIS},
        )


# --- Verifying ------------------------------------------------------------------------


class Misfit(NamedTuple):
    """The first seal or change of an organization that does not verify, and why."""

    organization: str
    row: str
    why: str


class Head(NamedTuple):
    """The newest seal of an organization, for keeping elsewhere."""

    organization: str
    number: int
    digest: str


_LINKS = f"""
    SELECT s.number, s.batch, s.previous_digest, s.digest, c.content, c.first, c.last
    FROM attendance_auditseal s
    LEFT JOIN LATERAL (
        SELECT {_CONTENT} AS content, min(c.id) AS first, max(c.id) AS last
        FROM attendance_attendancechange c
        WHERE c.organization_id = s.organization_id AND c.batch = s.batch
    ) c ON true
    WHERE s.organization_id = %s AND s.number > %s
    ORDER BY s.number
    LIMIT {SEALS_AT_ONCE}
"""
_UNSEALED = """
    SELECT min(c.id) FROM attendance_attendancechange c
    WHERE c.organization_id = %s AND NOT EXISTS (
        SELECT FROM attendance_auditseal s
        WHERE s.organization_id = c.organization_id AND s.batch = c.batch
    )
"""
_OTHER_REASON = """
    SELECT min(c.id)
    FROM attendance_attendancechange c
    JOIN attendance_changereason r ON r.change_id = c.id
    WHERE c.organization_id = %s
        AND c.reason_digest
            IS DISTINCT FROM sha256(r.salt || convert_to(r.text, 'UTF8'))
"""


class SealToVerify(NamedTuple):
    """A seal, with the changes that it covers as they are now.

    Attributes:
        content: SHA-256 of the changes; None if there are none.
        first: Smallest id of the changes.
        last: Largest id of the changes.
    """

    number: int
    batch: int
    previous_digest: bytes
    digest: bytes
    content: bytes | None
    first: int | None
    last: int | None


def verify(organizations: Iterable[Organization]) -> list[Misfit]:
    """Return the first misfit of each organization whose log does not verify.

    Changes may be written meanwhile: they become visible together with their seal.
    """
    misfits = (_first_misfit(organization) for organization in organizations)
    return [misfit for misfit in misfits if misfit]


def _first_misfit(organization: Organization) -> Misfit | None:
    previous_digest, number = GENESIS, 0
    for link in _links(organization.pk):
        if why := _why_not(link, previous_digest, number + 1):
            return Misfit(organization.slug, _place(link, number + 1), why)
        previous_digest, number = link.digest, link.number
    for statement, why in (
        (_UNSEALED, "no seal covers it"),
        (_OTHER_REASON, "its reason is not the text that was given"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement, [organization.pk])
            [change] = cursor.fetchone()
        if change is not None:
            return Misfit(organization.slug, f"change {change}", why)
    return None


def _why_not(link: SealToVerify, previous_digest: bytes, number: int) -> str:
    """Return why a link does not verify; empty if it does."""
    if link.number != number:
        return f"the seal is missing, the next is {link.number}"
    if link.previous_digest != previous_digest:
        return "it does not follow the seal before it"
    if link.content is None:
        return "the changes that it covers are gone"
    if digest_of(previous_digest, number, link.batch, link.content) != link.digest:
        return "the changes that it covers are not those that were sealed"
    return ""


def digest_of(previous_digest: bytes, number: int, batch: int, content: bytes) -> bytes:
    """Return the digest of a link, as :data:`_SEAL` calculates it."""
    numbers = struct.pack(">qq", number, batch)
    return hashlib.sha256(previous_digest + numbers + content).digest()


def _place(link: SealToVerify, number: int) -> str:
    if link.number != number or link.first is None:
        return f"seal {number}"
    return f"seal {number}, over the changes {link.first} to {link.last}"


def _links(organization_id: int) -> Iterator[SealToVerify]:
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LINKS, [organization_id, after])
            links = [_link(row) for row in cursor.fetchall()]
        yield from links
        if len(links) < SEALS_AT_ONCE:
            return
        after = links[-1].number


def _link(row: Sequence[object]) -> SealToVerify:
    return SealToVerify._make(
        bytes(value) if isinstance(value, memoryview) else value for value in row
    )


# --- Keeping elsewhere ----------------------------------------------------------------


def heads(organizations: Iterable[Organization]) -> list[Head]:
    """Return the newest seal of each organization that has any."""
    seals = (
        AuditSeal.objects.filter(organization__in=organizations)
        .order_by("organization_id", "-number")
        .distinct("organization_id")
        .select_related("organization")
    )
    return [
        Head(seal.organization.slug, seal.number, bytes(seal.digest).hex())
        for seal in seals
    ]


def missing(kept: Iterable[Head]) -> list[Misfit]:
    """Return the seals kept elsewhere that are gone here, or differ."""
    gone = []
    for head in kept:
        seal = AuditSeal.objects.filter(
            organization__slug=head.organization, number=head.number
        ).first()
        if seal is None or bytes(seal.digest).hex() != head.digest:
            why = "it is gone" if seal is None else "it is not the one that was kept"
            gone.append(Misfit(head.organization, f"seal {head.number}", why))
    return gone
