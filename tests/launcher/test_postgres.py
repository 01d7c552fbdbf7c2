"""The embedded Postgres: its roles, its restarts, and the data it refuses."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from launcher import postgres
from launcher.console import RefusedError
from launcher.instance import Instance
from launcher.supervisor import Supervisor
from tests.launcher.machine import SITE_PACKAGES
from tests.launcher.waiting import until


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance whose Postgres runs, below a directory that others cannot enter."""
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    instance = Instance(closed / "with a space", {})
    instance.open()
    instance.choose_privately()
    supervisor = Supervisor(show_logs=False)
    try:
        cluster = postgres.prepare(instance, SITE_PACKAGES, durable=False)
        supervisor.start(postgres.program(cluster, instance, durable=False))
        supervisor.until_ready()
        yield instance
    finally:
        supervisor.stop()


def test_the_owner_makes_databases_and_the_application_role_makes_nothing(
    instance: Instance,
) -> None:
    with psycopg.connect(
        instance.values["DATABASE_OWNER_URL"], autocommit=True
    ) as owner:
        owner.execute("CREATE DATABASE made_by_the_owner")
        owner.execute("CREATE TABLE made_by_the_owner ()")
        rights = owner.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname IN ('rollcall', 'rollcall_owner') ORDER BY rolname"
        ).fetchall()
        assert rights == [(False, False, False), (False, False, True)]
    with psycopg.connect(
        instance.values["DATABASE_URL"], autocommit=True
    ) as application:
        for statement in ("CREATE TABLE t ()", "CREATE DATABASE d"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement)


def test_nobody_signs_in_as_superuser(instance: Instance) -> None:
    url = instance.values["DATABASE_URL"].replace("//rollcall:", "//postgres:")
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(url)


def test_what_the_database_refused_is_logged_without_whom_it_named(
    instance: Instance,
) -> None:
    with psycopg.connect(
        instance.values["DATABASE_OWNER_URL"], autocommit=True
    ) as owner:
        owner.execute("CREATE TABLE roster (email text UNIQUE)")
        owner.execute("INSERT INTO roster VALUES ('amina@example.com')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("INSERT INTO roster VALUES ('amina@example.com')")
        with pytest.raises(psycopg.errors.UndefinedTable):
            owner.execute("SELECT FROM what_was_asked_afterwards")
    log = instance.logs / "postgres.log"
    until(lambda: "what_was_asked_afterwards" in log.read_text())
    assert 'violates unique constraint "roster_email_key"' in log.read_text()
    assert "amina" not in log.read_text()


def test_a_cluster_outlives_a_killed_postmaster_and_a_lost_secret(
    tmp_path: Path,
) -> None:
    first = Instance(tmp_path, {})
    first.open()
    first.choose_privately()
    supervisor = Supervisor(show_logs=False)
    try:
        cluster = postgres.prepare(first, SITE_PACKAGES)
        supervisor.start(postgres.program(cluster, first))
        supervisor.until_ready()
        with psycopg.connect(first.values["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        pid = int((cluster.directory / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
    finally:
        supervisor.stop()
    # Its number belongs to another living process by now, as happens in containers.
    stale = cluster.directory / "postmaster.pid"
    stale.write_text(stale.read_text().replace(str(pid), str(os.getpid()), 1))
    first.values.pop("POSTGRES_PASSWORD")
    supervisor = Supervisor(show_logs=False)
    try:
        cluster = postgres.prepare(first, SITE_PACKAGES)
        supervisor.start(postgres.program(cluster, first))
        supervisor.until_ready()
        with psycopg.connect(first.values["DATABASE_OWNER_URL"]) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]
        psycopg.connect(first.values["DATABASE_URL"]).close()
    finally:
        supervisor.stop()


@pytest.mark.parametrize(("directory", "major"), [("pg18", "17"), ("pg16", "16")])
def test_data_of_another_major_is_refused(
    tmp_path: Path, directory: str, major: str
) -> None:
    (tmp_path / directory).mkdir()
    (tmp_path / directory / "PG_VERSION").write_text(f"{major}\n")
    with pytest.raises(
        RefusedError, match=f"database of Postgres {major}, and this is"
    ):
        postgres.refuse_other_major(tmp_path)


def test_data_of_an_older_major_beside_the_present_one_is_left_alone(
    tmp_path: Path,
) -> None:
    for major in (16, 18):
        (tmp_path / f"pg{major}").mkdir()
        (tmp_path / f"pg{major}" / "PG_VERSION").write_text(f"{major}\n")
    postgres.refuse_other_major(tmp_path)
