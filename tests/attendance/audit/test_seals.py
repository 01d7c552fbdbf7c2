"""The sealed log: whatever its owner does to a row, `verify_audit` finds it."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from attendance.audit.changes import Change, record_changes
from attendance.audit.seals import GENESIS, digest_of, seal_batch
from attendance.models import AttendanceChange, AuditSeal, ChangeReason
from events.models import Organization, Participant
from tests.factories import make_event, make_organization, make_participant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Organization:
    return make_organization(slug="al-noor")


@pytest.fixture
def people(school: Organization) -> list[Participant]:
    event = make_event(school)
    return [make_participant(event) for _ in range(3)]


def mark(people: list[Participant], status: str, reason: str = "") -> None:
    """Write one batch: each person from what they are to ``status``."""
    changes = []
    for person in people:
        last = person.attendance_changes.order_by("-pk").first()
        changes.append(
            Change(
                person.event.organization_id,
                person.pk,
                None,
                last.to_status if last else "unknown",
                status,
                last.source if last else None,
                "manual",
                reason=reason,
            )
        )
    record_changes(changes, actor_id=make_user().pk)


@pytest.fixture
def log(people: list[Participant]) -> list[AttendanceChange]:
    """Three batches of three changes."""
    mark(people, "present")
    mark(people, "late", "Train | “late”\nagain")
    mark(people, "excused")
    return list(AttendanceChange.objects.order_by("pk"))


@contextmanager
def as_owner() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL rollcall.maintenance = 'an attack'")
        yield
        cursor.execute("SET LOCAL rollcall.maintenance = ''")


def sql(statement: str, *values: int | str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def verify(*options: str) -> tuple[int, str]:
    """Exit code, and what was said."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", *options, stdout=out, stderr=err)
    except SystemExit as stop:
        return int(str(stop.code)), err.getvalue().strip()
    return 0, out.getvalue().strip()


def test_an_untouched_log_fits(log: list[AttendanceChange]) -> None:
    assert verify() == (0, "The history of 1 organization is as sealed.")


def test_there_is_one_link_for_each_batch(log: list[AttendanceChange]) -> None:
    seals = list(AuditSeal.objects.order_by("number"))
    assert [seal.number for seal in seals] == [1, 2, 3]
    assert [seal.batch for seal in seals] == sorted({one.batch for one in log})
    assert bytes(seals[0].previous_digest) == GENESIS
    assert seals[2].previous_digest == seals[1].digest


def test_each_organization_has_a_chain_of_its_own(people: list[Participant]) -> None:
    others = [make_participant()]
    mark(people + others, "present")
    mark(others, "late")
    chains = {
        organization: list(
            AuditSeal.objects.filter(organization=organization)
            .order_by("number")
            .values_list("number", flat=True)
        )
        for organization in (
            people[0].event.organization_id,
            others[0].event.organization_id,
        )
    }
    assert sorted(chains.values()) == [[1], [1, 2]]
    assert verify()[0] == 0


def test_the_digest_is_what_the_docs_say(log: list[AttendanceChange]) -> None:
    """Computed by hand, so that anybody can."""
    seal = AuditSeal.objects.get(number=2)
    rows = [
        json.dumps(
            [
                one.pk,
                one.organization_id,
                one.participant_id,
                one.session_id,
                one.from_status,
                one.to_status,
                one.from_source,
                one.source,
                one.actor_id,
                one.undoes_id,
                round(one.at.timestamp() * 1_000_000),
                one.batch,
                one.reason_digest and bytes(one.reason_digest).hex(),
            ]
        )
        for one in log
        if one.batch == seal.batch
    ]
    content = hashlib.sha256("\n".join(rows).encode()).digest()
    assert digest_of(bytes(seal.previous_digest), 2, seal.batch, content) == bytes(
        seal.digest
    )


# What an owner of the database can do to it

COPY = """
    INSERT INTO attendance_attendancechange (
        organization_id, participant_id, from_status, to_status, from_source, source,
        batch, at
    )
    SELECT organization_id, participant_id, 'unknown', 'absent', NULL, 'manual', {}, at
    FROM attendance_attendancechange WHERE id = %s
"""


def edit_status(log: list[AttendanceChange]) -> None:
    sql(
        "UPDATE attendance_attendancechange SET to_status = 'partial' WHERE id = %s",
        log[4].pk,
    )


def edit_actor(log: list[AttendanceChange]) -> None:
    sql(
        "UPDATE attendance_attendancechange SET actor_id = %s WHERE id = %s",
        make_user().pk,
        log[4].pk,
    )


def edit_time(log: list[AttendanceChange]) -> None:
    sql(
        "UPDATE attendance_attendancechange SET at = at + interval '1 microsecond' "
        "WHERE id = %s",
        log[4].pk,
    )


def edit_reason_digest(log: list[AttendanceChange]) -> None:
    ChangeReason.objects.filter(change=log[4]).delete()
    sql(
        "UPDATE attendance_attendancechange SET reason_digest = NULL WHERE id = %s",
        log[4].pk,
    )


def delete_one(log: list[AttendanceChange]) -> None:
    sql("DELETE FROM attendance_engagemententry")
    ChangeReason.objects.filter(change=log[4]).delete()
    sql("DELETE FROM attendance_attendancechange WHERE id = %s", log[4].pk)


def delete_batch(log: list[AttendanceChange]) -> None:
    sql("DELETE FROM attendance_engagemententry")
    ChangeReason.objects.all().delete()
    sql("DELETE FROM attendance_attendancechange WHERE batch = %s", log[4].batch)


def insert_into_batch(log: list[AttendanceChange]) -> None:
    sql(COPY.format("batch"), log[4].pk)


def swap_two(log: list[AttendanceChange]) -> None:
    sql(
        "UPDATE attendance_attendancechange c SET participant_id = o.participant_id "
        "FROM attendance_attendancechange o "
        "WHERE (c.id, o.id) IN ((%s, %s), (%s, %s))",
        log[3].pk,
        log[4].pk,
        log[4].pk,
        log[3].pk,
    )


def delete_seal(log: list[AttendanceChange]) -> None:
    sql("DELETE FROM attendance_auditseal WHERE number = 2")


def edit_seal(log: list[AttendanceChange]) -> None:
    sql("UPDATE attendance_auditseal SET digest = sha256('x') WHERE number = 2")


def swap_batches(log: list[AttendanceChange]) -> None:
    """Two whole batches change places, and with them what their seals cover."""
    sql(
        "UPDATE attendance_attendancechange SET batch = CASE batch "
        "WHEN %s THEN %s::bigint ELSE %s::bigint END WHERE batch IN (%s, %s)",
        log[3].batch,
        log[6].batch,
        log[3].batch,
        log[3].batch,
        log[6].batch,
    )


@pytest.mark.parametrize(
    "attack",
    [
        edit_status,
        edit_actor,
        edit_time,
        edit_reason_digest,
        delete_one,
        delete_batch,
        insert_into_batch,
        swap_two,
        delete_seal,
        edit_seal,
        swap_batches,
    ],
)
def test_what_was_done_to_a_row_is_found_and_the_first_is_named(
    log: list[AttendanceChange], attack: Callable[[list[AttendanceChange]], None]
) -> None:
    attack(log)
    code, said = verify()
    assert code == 1
    assert re.match(r"al-noor: seal 2\b", said), said


def test_a_row_that_no_seal_covers_is_named(log: list[AttendanceChange]) -> None:
    sql(COPY.format("999999"), log[4].pk)
    newest = AttendanceChange.objects.latest("pk")
    assert verify() == (1, f"al-noor: change {newest.pk}: no seal covers it.")


def test_a_reason_that_was_rewritten_is_named(log: list[AttendanceChange]) -> None:
    ChangeReason.objects.filter(change=log[4]).update(text="Overslept")
    code, said = verify()
    assert (code, said.split(":")[1]) == (1, f" change {log[4].pk}")


def test_a_reason_that_was_erased_leaves_the_log_fitting(
    log: list[AttendanceChange],
) -> None:
    ChangeReason.objects.all().delete()
    assert verify()[0] == 0


# What only a copy elsewhere tells


def cut_the_tail() -> None:
    last = AuditSeal.objects.latest("number")
    sql("DELETE FROM attendance_engagemententry")
    sql("DELETE FROM attendance_attendancechange WHERE batch = %s", last.batch)
    sql("DELETE FROM attendance_auditseal WHERE id = %s", last.pk)


def recompute_the_chain() -> None:
    """The owner edits a row and seals everything anew, as if it had been so."""
    sql("UPDATE attendance_attendancechange SET source = 'check_in'")
    batches = list(AuditSeal.objects.order_by("number").values_list("batch", flat=True))
    organization = AuditSeal.objects.first()
    assert organization
    sql("DELETE FROM attendance_auditseal")
    for batch in batches:
        seal_batch(batch, [organization.organization_id])


@pytest.mark.parametrize("attack", [cut_the_tail, recompute_the_chain])
def test_a_cut_tail_or_a_recomputed_chain_is_found_by_an_export_and_only_so(
    log: list[AttendanceChange], attack: Callable[[], None], tmp_path: Path
) -> None:
    kept = str(tmp_path / "seals.json")
    assert verify("--export", kept)[0] == 0
    assert verify("--against", kept)[0] == 0
    attack()
    assert verify()[0] == 0
    code, said = verify("--against", kept)
    assert code == 1
    assert said.startswith("al-noor: seal 3: ")


def test_an_export_still_fits_when_the_log_has_grown(
    log: list[AttendanceChange], people: list[Participant], tmp_path: Path
) -> None:
    kept = str(tmp_path / "seals.json")
    verify("--export", kept)
    mark(people, "absent")
    assert verify("--against", kept)[0] == 0


def test_one_organization_alone_can_be_verified(log: list[AttendanceChange]) -> None:
    make_organization(slug="other")
    edit_status(log)
    assert verify("--organization", "other")[0] == 0
    assert verify("--organization", "al-noor")[0] == 1


@pytest.mark.parametrize("text", [None, "no JSON", "{}", '{"seals": [{}]}'])
def test_wrong_use_is_told_from_a_misfit(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "seals.json"
    if text is not None:
        file.write_text(text)
    assert verify("--against", str(file))[0] == 2
    assert verify("--organization", "nobody")[0] == 2
    assert verify("--export", str(tmp_path / "no" / "file"))[0] == 2


def test_reasons_are_kept_with_their_changes(people: list[Participant]) -> None:
    organization, event = people[0].event.organization_id, None
    record_changes(
        [
            Change(
                organization, one.pk, event, "unknown", "late", None, "manual", reason=r
            )
            for one, r in zip(people, ("Ill", "", '‏متأخر {"}'), strict=True)
        ]
    )
    texts = {
        one.participant_id: getattr(getattr(one, "reason", None), "text", None)
        for one in AttendanceChange.objects.select_related("reason")
    }
    assert list(texts.values())[::-1] == ["Ill", None, '‏متأخر {"}']
    assert verify()[0] == 0


def test_verifying_takes_as_many_queries_for_a_long_log_as_for_a_short_one(
    people: list[Participant], django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(20):
        mark(people, ("present", "late")[number % 2])
    with django_assert_max_num_queries(6):  # type: ignore[attr-defined]
        verify()
