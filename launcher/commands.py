"""The launcher's commands: run, demo, test, test-fast, bench, pictures, and more."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from launcher import (
    browser,
    checks,
    environment,
    livekit,
    postgres,
    redis,
    rollcall,
)
from launcher.console import RefusedError, Stopwatch, complain, say, step
from launcher.instance import PROJECT, Instance, data_dir, secret, service_port
from launcher.lifeline import die_with_parent
from launcher.logs import last_message
from launcher.supervisor import StopRequestedError, Supervisor, run_until_stopped

SUPERUSER = "admin"


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code.

    It is 1 for a refusal, which is printed as one line, and 2 for wrong use.
    """
    name, *rest = arguments or [""]
    command = COMMANDS.get(name)
    if command is None:
        complain(f"Usage: python3 -m launcher {'|'.join(COMMANDS)}")
        return 2
    _end_with_make()
    try:
        return command(rest)
    except RefusedError as refusal:
        complain(str(refusal))
        return 1
    except (KeyboardInterrupt, StopRequestedError):
        return 130


def _end_with_make() -> None:
    # A killed `make` cannot pass on a signal.
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)


# --- run, demo ------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """Start everything, print the address, and keep it running until Ctrl-C."""
    return _run(arguments, demo=os.environ.get("ROLLCALL_DEMO") != "0", always=False)


def demo(arguments: list[str]) -> int:
    """Load the demonstration into the running instance; start one if none runs."""
    instance = Instance(data_dir(os.environ), os.environ)
    if not instance.is_held():
        return _run(arguments, demo=True, always=True)
    argv = rollcall.manage("demo", *arguments)
    return subprocess.run(
        argv, env=instance.process_environment(), check=False
    ).returncode


def _run(arguments: list[str], *, demo: bool, always: bool) -> int:
    if arguments:
        raise RefusedError(
            f"Unexpected arguments: {' '.join(arguments)}. Only `demo` takes some,"
            " and only while Rollcall runs."
        )
    watch = Stopwatch()
    instance = Instance(data_dir(os.environ), os.environ)
    instance.open()
    instance.choose()
    say("Starting Rollcall.")
    packages = environment.ensure()
    with Supervisor(lock=instance.lock) as supervisor:
        try:
            first = _start(supervisor, instance, packages, demo=demo, always=always)
        except StopRequestedError:
            say("\nStopped before everything had started.")
            return 130
        _print_address(instance, watch, first_start=first)
        run_until_stopped(supervisor)
    say("Stopped.")
    return 0


def _start(
    supervisor: Supervisor,
    instance: Instance,
    packages: Path,
    *,
    demo: bool,
    always: bool,
) -> bool:
    """Start everything; return whether it was the first start of this database."""
    start_services(supervisor, instance, packages)
    first = instance.first_start.exists()
    _prepare_database(supervisor, instance, first_start=first)
    supervisor.start(*rollcall.programs(instance))
    supervisor.until_ready()
    if demo and (first or always):
        _demo(supervisor, instance)
    instance.first_start.unlink(missing_ok=True)
    return first


def _demo(supervisor: Supervisor, instance: Instance) -> None:
    argv = rollcall.manage_all(["demo"])
    _step(supervisor, instance, "demo", argv, "two schools and their sessions loaded")


def _prepare_database(
    supervisor: Supervisor, instance: Instance, *, first_start: bool
) -> None:
    """Migrate, and on the first start create the superuser in the same process.

    An embedded database that the same code has migrated before is skipped. The web
    server checks, before it is ready, that no migration is missing.
    """
    stamp = instance.migrated
    digest = rollcall.code_digest()
    if instance.has_own_postgres and not first_start and stamp.exists():
        if stamp.read_text() == digest:
            step("migrations", "up to date", Stopwatch())
            return
        stamp.unlink()
    commands = [["migrate", "--no-input"]]
    variables = {"ROLLCALL_AS_OWNER": "1"}
    if first_start:
        _compile_ahead(supervisor, instance)
        # The superuser exists already if an earlier first start was interrupted.
        commands.append(["ensure_superuser"])
        variables |= _superuser(instance)
    _step(
        supervisor,
        instance,
        "migrations",
        rollcall.manage_all(*commands),
        "done, superuser created" if first_start else "done",
        **variables,
    )
    if instance.has_own_postgres:
        stamp.write_text(digest)
        instance.hand_over(stamp)


def _compile_ahead(supervisor: Supervisor, instance: Instance) -> None:
    log = instance.logs / "compile.log"
    env = instance.process_environment()
    supervisor.begin(rollcall.compile_ahead(), env=env, cwd=PROJECT, log=log)


def _superuser(instance: Instance) -> dict[str, str]:
    # Written first, so that an interrupted start does not lose the password.
    if not instance.sign_in.exists():
        text = f"{SUPERUSER}\n{secrets.token_urlsafe(12)}\n"
        instance.write_private(instance.sign_in, text)
    name, password = instance.sign_in.read_text().split()
    return {
        "DJANGO_SUPERUSER_USERNAME": name,
        "DJANGO_SUPERUSER_PASSWORD": password,
        "DJANGO_SUPERUSER_EMAIL": f"{name}@example.org",
    }


def start_services(
    supervisor: Supervisor, instance: Instance, packages: Path, *, durable: bool = True
) -> None:
    """Start Redis and Postgres, except where the environment names a running one."""
    given = instance.environ
    if url := given.get("REDIS_URL"):
        instance.values["REDIS_URL"] = url
        step("redis", "the one in REDIS_URL is used", Stopwatch())
    else:
        supervisor.start(redis.program(instance, packages))
    if not instance.has_own_postgres:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            instance.values[name] = given.get(name, "")
        step("postgres", "the one in DATABASE_URL is used", Stopwatch())
    else:
        cluster = postgres.prepare(instance, packages, durable=durable)
        supervisor.start(postgres.program(cluster, instance, durable=durable))
    instance.save()
    supervisor.until_ready()


def _step(
    supervisor: Supervisor,
    instance: Instance,
    name: str,
    argv: list[str],
    result: str,
    **variables: str,
) -> None:
    """Run a command that ends by itself, as a step of the start.

    Raises:
        RefusedError: the command failed.
    """
    watch = Stopwatch()
    log = instance.logs / f"{name}.log"
    env = instance.process_environment() | variables
    code = supervisor.finish(supervisor.begin(argv, env=env, cwd=PROJECT, log=log))
    if code:
        last = last_message(log) or "no output"
        raise RefusedError(f"{name} failed (exit code {code}): {last} (log: {log}).")
    step(name, result, watch)


def _print_address(instance: Instance, watch: Stopwatch, *, first_start: bool) -> None:
    took = str(watch).strip()
    say(f"\nRollcall runs at {instance.values['PUBLIC_URL']} (started in {took}).")
    if first_start:
        name, password = instance.sign_in.read_text().split()
        say(f"Sign in as {name} with the password {password}")
        say(f"(it is also in {instance.sign_in}).")
    elif instance.sign_in.exists():
        say(f"Sign in as {SUPERUSER}; its first password is in {instance.sign_in}.")
    else:
        say("To sign in, create an account: python3 manage.py createsuperuser")
    if not instance.environ.get("EMAIL_URL"):
        say(f"Mails are files in {instance.data_dir / 'mail'} until EMAIL_URL is set.")
    say(f"Logs are in {instance.logs}; warnings are shown here too.")
    say("Ctrl-C stops everything.")


# --- test, test-fast, test-livekit, bench, pictures -----------------------------------


def test(arguments: list[str]) -> int:
    """Run the tests on services of their own; the arguments go to pytest."""
    return _pytest(
        arguments, chromium=browser.ensure() if _needs_browser(arguments) else ""
    )


def test_fast(arguments: list[str]) -> int:
    """Run the tests for after each change: all except slow ones."""
    left_out = [f"--ignore={directory}" for directory in SLOW_DIRECTORIES]
    return _pytest([*left_out, "-m", "not slow", *arguments])


def _pytest(arguments: list[str], chromium: str = "") -> int:
    # One process per processor; tests of one file run in the same, with its fixtures.
    spread = ["--numprocesses", "auto", "--dist", "loadfile"]
    return _with_own_services(
        ["-m", "pytest", *spread, *arguments],
        durable=False,
        # Tests create databases, which only the owner may.
        ROLLCALL_AS_OWNER="1",
        ROLLCALL_CHROMIUM=chromium,
    )


def _needs_browser(arguments: list[str]) -> bool:
    """Return whether the tests that the arguments select include those in a browser."""
    paths = [word for word in arguments if word.startswith("tests/")]
    return not paths or any(word.startswith("tests/browser") for word in paths)


def bench(arguments: list[str]) -> int:
    """Run the benchmark on services of its own, durable as in production."""
    return _with_own_services(
        ["-m", "bench", *arguments], durable=True, prepare=_migrate
    )


def _migrate(supervisor: Supervisor, instance: Instance) -> None:
    _prepare_database(supervisor, instance, first_start=False)


def test_livekit(arguments: list[str]) -> int:
    """Compare reports with what real clients did on a real LiveKit server."""
    if not livekit.clients_can_connect():
        say(livekit.NO_INTERFACE)
        return 0
    livekit.must_be_available()
    return _with_own_services(
        ["-m", "pytest", *livekit.TESTS, *arguments],
        durable=False,
        prepare=_run_with_livekit,
        LIVEKIT_URL=f"ws://127.0.0.1:{service_port()}",
        LIVEKIT_WEBHOOK_KEYS=f"APIprevious:{secret()}",
        # All scenarios sign in at the same time.
        LOGIN_TRIES_PER_MINUTE="100",
    )


def _run_with_livekit(supervisor: Supervisor, instance: Instance) -> None:
    """Start LiveKit, and everything that `make run` starts."""
    executable = livekit.server(supervisor, instance)
    instance.values["LIVEKIT_SERVER"] = str(executable)
    _prepare_database(supervisor, instance, first_start=True)
    supervisor.start(livekit.program(instance, executable))
    supervisor.start(*rollcall.programs(instance))
    supervisor.until_ready()


def pictures(_: list[str]) -> int:
    """Take the README's pictures of the demonstration, in a new instance."""
    return _with_own_services(
        ["-m", "launcher.pictures"],
        durable=False,
        prepare=_run_with_demo,
        ROLLCALL_CHROMIUM=browser.ensure(),
    )


def _run_with_demo(supervisor: Supervisor, instance: Instance) -> None:
    """Start everything that `make run` starts, and load the demonstration."""
    _prepare_database(supervisor, instance, first_start=True)
    supervisor.start(*rollcall.programs(instance))
    supervisor.until_ready()
    _demo(supervisor, instance)


def _with_own_services(
    python: list[str],
    *,
    durable: bool,
    prepare: Callable[[Supervisor, Instance], None] | None = None,
    **variables: str,
) -> int:
    directory = Path(tempfile.mkdtemp(prefix="rollcall-"))
    own = {"ROLLCALL_DATA_DIR": str(directory), **variables}
    environ = {k: v for k, v in os.environ.items() if k not in OF_INSTANCES}
    instance = Instance(directory, environ | own)
    try:
        instance.open()
        instance.choose_privately()
        packages = environment.ensure(development=True)
        with Supervisor(lock=instance.lock, show_logs=False) as supervisor:
            start_services(supervisor, instance, packages, durable=durable)
            if prepare is not None:
                prepare(supervisor, instance)
            argv = [str(environment.PYTHON), *python]
            env = instance.process_environment()
            return supervisor.foreground(argv, env=env, cwd=PROJECT)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


# --- check, lock ----------------------------------------------------------------------


def check(_: list[str]) -> int:
    """Run every check; return 1 if any failed."""
    environment.ensure(development=True)
    return checks.run_all()


def lock(arguments: list[str]) -> int:
    """Compile the locks again; ``--upgrade`` takes the newest versions."""
    environment.ensure(development=True)
    return environment.write_locks(arguments)


# Variables of an instance that may be in use, which must not reach tests.
OF_INSTANCES = frozenset(
    {
        "ALLOWED_HOSTS",
        "DATABASE_OWNER_URL",
        "DATABASE_URL",
        "EMAIL_URL",
        "LIVEKIT_API_KEY",
        "LIVEKIT_API_SECRET",
        "LIVEKIT_URL",
        "LIVEKIT_WEBHOOK_KEYS",
        "PUBLIC_URL",
        "REDIS_URL",
        "ROLLCALL_HOST",
        "ROLLCALL_PORT",
        "SECRET_KEY",
    }
)
# Left out like tests marked `slow` (pyproject.toml): these need a browser or programs.
SLOW_DIRECTORIES = ("tests/browser", "tests/launcher")
COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "test-fast": test_fast,
    "test-livekit": test_livekit,
    "check": check,
    "demo": demo,
    "bench": bench,
    "lock": lock,
    "pictures": pictures,
}
