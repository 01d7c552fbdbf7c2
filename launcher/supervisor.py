"""The supervisor: starts programs, waits until they are ready, restarts and stops them.

Everything happens in one thread, because the kernel ties a child to the thread that
forks it (launcher/lifeline.py), and forking is safe without other threads.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from launcher import guard
from launcher.account import Account
from launcher.console import RefusedError, Stopwatch, log, say, step
from launcher.lifeline import die_with_parent
from launcher.logs import LogFile

DEATHS_TOO_MANY = 3
DEATHS_WITHIN_SECONDS = 60.0
# Before the first, the second, and all further restarts of a program that keeps dying.
PAUSES_SECONDS = (0.0, 1.0, 2.0)
DEATHS_FORGOTTEN_SECONDS = 600.0
READY_WITHIN_SECONDS = 60.0
POLL_SECONDS = 0.03
ANYBODY = Account()
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequestedError(Exception):
    """Somebody pressed Ctrl-C, or the process got a signal to end."""


def _nothing() -> None:
    return


@dataclass(frozen=True)
class Program:
    """A program to keep running.

    ``is_ready`` is called with the process id. ``shown`` is printed when it is ready.
    ``before`` is called before each start. ``if_killed`` is the signal that the program
    gets if the supervisor was killed.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    is_ready: Callable[[int], bool]
    shown: str = "ready"
    account: Account = ANYBODY
    before: Callable[[], None] = _nothing
    stop_signal: int = signal.SIGTERM
    stop_within_seconds: float = 10.0
    if_killed: int = signal.SIGKILL
    # A plain line of its log is shown at a terminal if this pattern occurs in it.
    alarm: str = r"\b(WARNING|ERROR|CRITICAL)\b"


@dataclass
class Child:
    """A program with its present process, and the times at which it died."""

    program: Program
    log: LogFile
    process: subprocess.Popen[bytes] | None = None
    was_ready: bool = False
    deaths: list[float] = field(default_factory=list)
    restart_at: float = 0.0

    @property
    def pid(self) -> int:
        """Process id; 0 if there is no process."""
        return self.process.pid if self.process else 0

    def ended(self) -> bool:
        """Return whether there is no running process."""
        return self.process is None or self.process.poll() is not None


class Supervisor:
    """Runs programs and one-time steps.

    Its guard keeps the file ``lock`` open until all processes have ended.
    """

    def __init__(self, *, lock: int = -1, show_logs: bool = True) -> None:
        self._lock = lock
        self._show_logs = show_logs
        self._waves: list[list[Child]] = []
        self._steps: list[subprocess.Popen[bytes]] = []
        self._stop_requests = 0
        self._stopping = False
        self._handles_signals = False
        self._wake, self._wakes = socket.socketpair()
        self._wake.setblocking(False)
        self._wakes.setblocking(False)
        self._guard = self._start_guard()

    # --- Signals and waiting ------------------------------------------------------

    def __enter__(self) -> "Supervisor":
        signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        self._handles_signals = True
        for number in STOP_SIGNALS:
            signal.signal(number, self._request_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1

    def _pause(self, seconds: float = POLL_SECONDS) -> None:
        """Wait for a signal, a child's end, or the time; then show new log lines."""
        if not self._stop_requests:
            select.select([self._wake], [], [], seconds)
            with suppress(BlockingIOError):
                self._wake.recv(4096)
        if self._show_logs:
            for child in self._children():
                child.log.show_new()
        if self._stop_requests and not self._stopping:
            raise StopRequestedError

    def _children(self) -> list[Child]:
        return [child for wave in self._waves for child in wave]

    # --- Starting -----------------------------------------------------------------

    def start(self, *programs: Program) -> None:
        """Start a group of programs; groups are stopped in reverse order.

        Raises:
            RefusedError: a program cannot be started.
        """
        wave = [Child(program, LogFile(program)) for program in programs]
        self._waves.append(wave)
        for child in wave:
            self._spawn(child)

    def until_ready(self) -> None:
        """Wait until all programs are ready, and print a line for each.

        Raises:
            RefusedError: one ended, or was not ready in time.
        """
        watch = Stopwatch()
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while waiting := [child for child in self._children() if not child.was_ready]:
            for child in waiting:
                _refuse_if_ended(child)
                if child.program.is_ready(child.pid):
                    child.was_ready = True
                    step(child.program.name, child.program.shown, watch)
                elif time.monotonic() > deadline:
                    raise _not_ready(child)
            self._restart_dead()
            self._pause()

    def _spawn(self, child: Child) -> None:
        program = child.program
        program.before()
        child.log.rotate()
        with child.log.open_to_append() as log_file:
            child.process = self._popen(
                program.argv,
                env=program.env,
                cwd=program.cwd,
                output=log_file,
                account=program.account,
                if_killed=program.if_killed,
            )

    def _popen(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        output: IO[bytes] | None,
        account: Account = ANYBODY,
        if_killed: int = signal.SIGKILL,
        session: bool = True,
    ) -> subprocess.Popen[bytes]:
        me = os.getpid()
        try:
            process = subprocess.Popen(
                argv,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL if output else None,
                stdout=output,
                stderr=output,
                start_new_session=session,
                preexec_fn=lambda: die_with_parent(if_killed, me),
                **account.identity,
            )
        except OSError as error:
            raise RefusedError(f"Cannot start {argv[0]}: {error.strerror}.") from None
        self._tell_guard(f"add {process.pid} {int(if_killed)}")
        return process

    # --- Steps: commands that run once ----------------------------------------------

    def begin(
        self, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path
    ) -> subprocess.Popen[bytes]:
        """Start a command that ends by itself; its output goes to ``log``."""
        with log.open("wb") as output:
            process = self._popen(argv, env=env, cwd=cwd, output=output)
        self._steps.append(process)
        return process

    def foreground(
        self, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path
    ) -> int:
        """Run a command at this terminal; return its exit code."""
        process = self._popen(argv, env=env, cwd=cwd, output=None, session=False)
        self._steps.append(process)
        return self.finish(process)

    def finish(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for a step's end while keeping all programs running."""
        while process.poll() is None:
            self._restart_dead()
            self._pause()
        self._steps.remove(process)
        self._tell_guard(f"drop {process.pid}")
        return process.returncode

    # --- Keeping it running -------------------------------------------------------

    def watch(self) -> None:
        """Keep all programs running until a stop is requested.

        Raises:
            StopRequestedError: a stop was requested.
            RefusedError: a program died three times within a minute.
        """
        while True:
            self._restart_dead()
            self._pause(0.2)

    def _restart_dead(self) -> None:
        for child in self._children():
            if child.was_ready and child.ended():
                if child.process is not None:
                    self._note_death(child)
                if time.monotonic() >= child.restart_at:
                    self._spawn(child)
        if self._guard.poll() is not None:
            self._guard = self._start_guard()

    def _note_death(self, child: Child) -> None:
        how = _how_it_ended(child)
        self._bury(child)
        now = time.monotonic()
        child.deaths = [
            at for at in child.deaths if now - at < DEATHS_FORGOTTEN_SECONDS
        ]
        child.deaths.append(now)
        recent = [at for at in child.deaths if now - at < DEATHS_WITHIN_SECONDS]
        if len(recent) >= DEATHS_TOO_MANY:
            raise RefusedError(
                f"{child.program.name} died three times within a minute, so everything"
                f" was stopped ({how}{_last_words(child)}; log: {child.program.log})."
            )
        pause = PAUSES_SECONDS[min(len(child.deaths), len(PAUSES_SECONDS)) - 1]
        child.restart_at = now + pause
        when = f"in {pause:.0f} s" if pause else "now"
        log("WARNING", f"{child.program.name} died ({how}) and is restarted {when}.")

    def _bury(self, child: Child) -> None:
        """Forget an ended process, and kill the rest of its process group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        self._tell_guard(f"drop {child.pid}")
        child.process = None

    # --- Stopping -----------------------------------------------------------------

    def stop(self) -> None:
        """Stop everything, last started first; another Ctrl-C kills what is left."""
        self._stopping = True
        self._stop_requests = 0
        for process in list(self._steps):
            self._stop_step(process)
        for wave in reversed(self._waves):
            self._stop_wave([child for child in wave if not child.ended()])
        self._waves.clear()
        with suppress(OSError):
            if self._guard.stdin:
                self._guard.stdin.close()
        self._guard.wait()
        if self._handles_signals:
            signal.set_wakeup_fd(-1)
        self._wake.close()
        self._wakes.close()

    def _stop_step(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._tell_guard(f"drop {process.pid}")

    def _stop_wave(self, wave: list[Child]) -> None:
        began = time.monotonic()
        for child in wave:
            # Only the main process: a signal to the group would interrupt its work.
            os.kill(child.pid, child.program.stop_signal)
        while left := [child for child in wave if not child.ended()]:
            waited = time.monotonic() - began
            for child in left:
                if self._stop_requests or waited > child.program.stop_within_seconds:
                    os.kill(child.pid, signal.SIGKILL)
            self._stop_requests = 0
            self._pause()
        for child in wave:
            self._bury(child)

    # --- The guard ----------------------------------------------------------------

    def _start_guard(self) -> subprocess.Popen[bytes]:
        # On its command line, so that it knows the processes from the beginning.
        running = [
            f"{child.pid}:{int(child.program.if_killed)}"
            for child in self._children()
            if not child.ended()
        ]
        return subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, *running],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[self._lock] if self._lock >= 0 else [],
        )

    def _tell_guard(self, line: str) -> None:
        with suppress(OSError):
            if self._guard.stdin:
                self._guard.stdin.write(f"{line}\n".encode())
                self._guard.stdin.flush()


def run_until_stopped(supervisor: Supervisor) -> None:
    """Keep a started supervisor running; return when a stop is requested."""
    try:
        supervisor.watch()
    except StopRequestedError:
        say("\nStopping when running tasks are finished (Ctrl-C again: at once).")


def _refuse_if_ended(child: Child) -> None:
    if child.ended():
        raise RefusedError(
            f"{child.program.name} did not start"
            f" ({_how_it_ended(child)}{_last_words(child)}; log: {child.program.log})."
        )


def _not_ready(child: Child) -> RefusedError:
    return RefusedError(
        f"{child.program.name} was not ready within {READY_WITHIN_SECONDS:.0f} s"
        f" (log: {child.program.log})."
    )


def _how_it_ended(child: Child) -> str:
    code = child.process.returncode if child.process else 0
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def _last_words(child: Child) -> str:
    return f": {words}" if (words := child.log.last_line()) else ""
