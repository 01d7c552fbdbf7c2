"""Meetings that are really held: a session in Rollcall, and people with real clients.

Times are seconds since 1970 by this machine's clock, which all processes share. When
something happened is known as the two times between which it did.
"""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal, TypeAlias

from livekit import api

from tests.launcher.waiting import until

Between: TypeAlias = tuple[float, float]
Json: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["standard", "agent"]

LIVEKIT_URL = os.environ["LIVEKIT_URL"]
KEY, SECRET = os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"]
# LiveKit tells when somebody left in whole seconds, rounded down.
ROUNDED = 1.0
# It gives up a client that has vanished after about twenty seconds.
NOTICED: Between = (16.0, 24.0)
PATIENCE_SECONDS = 90.0


def passes(seconds: float) -> None:
    """Let people stay, or stay away, for so long."""
    time.sleep(seconds)


def instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


# --- What people do -------------------------------------------------------------------


@dataclass
class Stay:
    """One unbroken stay, as the person knows it."""

    begins: Between
    ends: Between = (float("inf"), float("inf"))

    def inside(self, window: Between) -> "Stay":
        start, end = window
        return Stay(
            *(
                (min(max(earliest, start), end), min(max(latest, start), end))
                for earliest, latest in (self.begins, self.ends)
            )
        )


class Person:
    """Somebody with a LiveKit client, which is a process of its own."""

    def __init__(self, name: str, token: Callable[[], str]) -> None:
        self.name = name
        self.token = token
        self.stays: list[Stay] = []
        self._heard: list[Json] = []
        self._starts_client()

    def _starts_client(self) -> None:
        self.client = subprocess.Popen(
            [sys.executable, "-m", "tests_livekit.client"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._ear = threading.Thread(target=self._listens)
        self._ear.start()
        self._hears("ready")

    def _listens(self) -> None:
        assert self.client.stdout is not None
        for line in self.client.stdout:
            self._heard.append(json.loads(line))

    def ends_client(self) -> None:
        """End the process, without a word to LiveKit."""
        self.client.kill()
        self._ear.join()
        with self.client:
            return

    def _hears(self, what: str) -> Json:
        """Wait until the client tells this; what it told before is past."""

        def told() -> Json | None:
            for line in self._heard:
                if line["what"] == what:
                    self._heard.remove(line)
                    return line
            return None

        return until(told)

    def _tells(self, do: str, **details: str) -> None:
        assert self.client.stdin is not None
        self.client.stdin.write(json.dumps({"do": do, **details}) + "\n")
        self.client.stdin.flush()

    def joins(self, url: str = LIVEKIT_URL) -> None:
        """Join with a token of Rollcall's."""
        self._tells("join", url=url, token=self.token())
        joined = self._hears("joined")
        self.stays.append(Stay((joined["called"], joined["at"])))

    def leaves(self) -> None:
        self._tells("leave")
        left = self._hears("left")
        self._is_out(left["called"], left["at"])

    def another_device(self) -> "Person":
        """Return the same person with a second client."""
        return Person(self.name, self.token)

    def _is_out(self, earliest: float, latest: float) -> None:
        self.stays[-1].ends = (earliest - ROUNDED, latest)

    def is_cut_off(self, since: float) -> None:
        """Notice that others ended the connection, not before ``since``."""
        self._is_out(since, self._hears("cut off")["at"])

    def is_killed(self) -> float:
        """Vanish without a word; return when."""
        killed_at = time.time()
        self.ends_client()
        self._is_out(killed_at + NOTICED[0], killed_at + NOTICED[1])
        return killed_at

    def comes_back_at_once(self) -> None:
        """Start the client anew: only now LiveKit drops the vanished one."""
        self._starts_client()
        self.joins()
        self.is_replaced_by(self.stays[-1], self.stays[-2])

    @staticmethod
    def is_replaced_by(new: Stay, old: Stay) -> None:
        """End a stay because the same person has joined anew."""
        earliest, latest = new.begins
        old.ends = earliest - ROUNDED, latest

    def resumes(self) -> None:
        """Lose the signal connection, and take it up again."""
        self._tells("resume")
        self._hears("reconnected")

    def reconnects(self) -> None:
        """Lose everything; the client connects anew by itself."""
        self._tells("reconnect")
        self.has_reconnected(time.time())

    def has_reconnected(self, since: float) -> None:
        at = self._hears("reconnected")["at"]
        self._is_out(since, at)
        self.stays.append(Stay((since, at)))

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Shut the laptop for a while: the client's process is stopped."""
        self.client.send_signal(signal.SIGSTOP)
        yield
        self.client.send_signal(signal.SIGCONT)


# --- Meetings -------------------------------------------------------------------------


@dataclass
class Rollcall:
    """The REST API of the running instance."""

    token: str = ""
    base: str = os.environ["PUBLIC_URL"]

    def __post_init__(self) -> None:
        sign_in = Path(os.environ["ROLLCALL_DATA_DIR"], "sign-in.txt")
        name, password = sign_in.read_text().split()
        account = {"username": name, "password": password}
        until(lambda: self._has_token(account), every=1.0)

    def _has_token(self, account: Json) -> bool:
        """Ask for a token: all workers do so at once, and some are to come back."""
        try:
            self.token = self.post("/api/auth/token", account)["token"]
        except urllib.error.HTTPError as refused:
            if refused.code != HTTPStatus.TOO_MANY_REQUESTS:
                raise
        return bool(self.token)

    def get(self, path: str) -> Json:
        return self._ask("GET", path, None)

    def post(self, path: str, body: Json | None = None) -> Json:
        return self._ask("POST", path, body or {})

    def patch(self, path: str, body: Json) -> Json:
        return self._ask("PATCH", path, body)

    def put(self, path: str, body: Json) -> Json:
        return self._ask("PUT", path, body)

    def _ask(self, method: str, path: str, body: Json | None) -> Json:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return dict(json.load(answer))


@dataclass
class Meeting:
    """A session of an event of its own, with whom it invites."""

    rollcall: Rollcall
    starts_at: float
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        slug = f"school-{secrets.token_hex(4)}"
        post, starts_at = self.rollcall.post, instant(self.starts_at)
        of = post("/api/organizations", {"name": slug, "slug": slug})
        event = {"organization": of["id"], "title": slug, "starts_at": starts_at}
        self.event = post("/api/events", {**event, "time_zone": "UTC"})
        ends_at = instant(self.starts_at + 3600)
        session = {"event": self.event["id"], "title": slug, "session_type": "academic"}
        self.session = post(
            "/api/sessions", {**session, "starts_at": starts_at, "ends_at": ends_at}
        )
        self.room: str = self.session["room_name"]
        self._path = f"/api/sessions/{self.session['id']}"

    def invites(self, *names: str) -> list[Person]:
        """Put people on the roster; they join with tokens of `join-token`."""
        return [self._invites(name) for name in names]

    def _invites(self, name: str) -> Person:
        roster = f"/api/events/{self.event['id']}/participants"
        participant = self.rollcall.post(roster, {"name": name})["id"]

        @cache
        def token() -> str:
            asked = {"participant": participant}
            return str(self.rollcall.post(f"{self._path}/join-token", asked)["token"])

        self.people[name] = Person(name, token)
        return self.people[name]

    def meets(self, identity: str, kind: Kind = "standard", **grants: Any) -> Person:
        """Let somebody in who is on no roster, with a token made elsewhere."""
        token = api.AccessToken(KEY, SECRET).with_identity(identity).with_name(identity)
        rights = api.VideoGrants(room_join=True, room=self.room, **grants)
        ready = token.with_grants(rights).with_kind(kind).to_jwt()
        self.people[identity] = Person(identity, lambda: ready)
        return self.people[identity]

    def removes(self, person: Person) -> None:
        """Kick somebody out, as a host may."""
        identity = self.row(person)["participant"]["identity"]

        async def remove() -> None:
            async with api.LiveKitAPI(LIVEKIT_URL, KEY, SECRET) as server:
                await server.room.remove_participant(
                    api.RoomParticipantIdentity(room=self.room, identity=identity)
                )

        since = time.time()
        asyncio.run(remove())
        person.is_cut_off(since)

    def reaches(self, second: float) -> None:
        """Let everybody stay until so long after the start."""
        passes(max(0.0, self.starts_at + second - time.time()))

    def begins(self) -> None:
        """Move the start to now."""
        self.starts_at = time.time()
        self.rollcall.patch(self._path, {"starts_at": instant(self.starts_at)})

    def has_policy(self, **thresholds: int) -> None:
        self.rollcall.put(f"{self._path}/policy", thresholds)

    def connections(self) -> list[Json]:
        return list(self.rollcall.get(f"{self._path}/connections")["results"])

    def facts(self) -> list[Json]:
        return list(self.rollcall.get(f"{self._path}/presence-events")["results"])

    def came_as_the_room_started(self, person: Person) -> bool:
        """Whether somebody last joined in the very instant of the room's last start."""
        [*_, started_at] = sorted(
            fact["occurred_at"]
            for fact in self.facts()
            if fact["event"] == "room_started"
        )
        joined_at = max(
            one["joined_at"] for one in self.connections() if one["name"] == person.name
        )
        return bool(joined_at == started_at)

    def hears_of(self, event: str) -> None:
        """Wait for a fact of the room."""
        until(
            lambda: any(fact["event"] == event for fact in self.facts()),
            every=0.5,
        )

    def empties(self, *, after: int) -> list[Json]:
        """Wait until Rollcall knows so many connections' ends; return those."""

        def ended() -> list[Json] | None:
            known = [
                one for one in self.connections() if one["left_at"] or one["aborted_at"]
            ]
            return known if len(known) >= after else None

        return until(ended, every=0.5, patience=PATIENCE_SECONDS)

    def ends(self) -> None:
        """End the session now and calculate it."""
        window = self.rollcall.post(f"{self._path}/end")["window"]
        self.window = seconds(window["starts_at"]), seconds(window["ends_at"])
        self.calculates()

    def calculates(self) -> None:
        self.rollcall.post(f"{self._path}/calculate")

    def report(self) -> Json:
        return self.rollcall.get(f"{self._path}/attendance")

    def row(self, person: Person) -> Json:
        [row] = [
            row
            for row in self.report()["results"]
            if row["participant"]["name"] == person.name
        ]
        return dict(row)

    def unmatched(self) -> dict[str, Json]:
        return {one["identity"]: one for one in self.report()["unmatched"]}

    # --- What the report must say -----------------------------------------------------

    def tells_the_truth(self, person: Person, row: Json | None = None) -> Json:
        """Check the person's row against what they did; return it."""
        row = row or self.row(person)
        stays = [stay.inside(self.window) for stay in person.stays]
        told = [
            (seconds(one["joined_at"]), seconds(one["left_at"]))
            for one in row["intervals"]
        ]
        assert len(told) == len(stays), (told, stays)
        for (joined_at, left_at), stay in zip(told, stays, strict=True):
            assert is_between(joined_at, stay.begins), (joined_at, stay)
            assert is_between(left_at, stay.ends), (left_at, stay)
        total = sum(left_at - joined_at for joined_at, left_at in told)
        assert row["attended_seconds"] == int(total + 1e-6)
        return row


def is_between(moment: float, bounds: Between) -> bool:
    """Return whether it is; LiveKit cuts milliseconds, and REST may too."""
    earliest, latest = bounds
    return earliest - 0.002 <= moment <= latest + 0.002
