"""``manage.py simulate_session``: play a lesson, and check its report."""

import json
import math
import secrets
import sys
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.core.management.base import CommandParser
from django.utils import timezone

from attendance_site.simulation import instance, lesson
from attendance_site.simulation.lesson import ComparedLine, Delivery, Simulation
from attendance_site.simulation.livekit import NotDelivered
from attendance_site.simulation.ownership import NotOurs
from attendance_site.simulation.report_client import NoReader, NoReport
from core import commands
from core.errors import RuleBroken
from events.models import Organization

FAILED, WRONG_USE = 1, 2
PEOPLE_AT_MOST = 1000


class Command(commands.Command):
    help = (
        "Play a session against the running instance: signed webhooks of people who "
        "come late, drop and come back, of lost, doubled and disordered facts, "
        "strangers, an agent. Then end and calculate the session, and compare its "
        "report with what they did. By default all is sent at once, and the session "
        "ended a moment ago. With --speed the session runs meanwhile: open the page "
        "that is printed first, and watch. Exit code 0: the report is right, 1: it is "
        "not, or something failed, 2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--participants",
            type=int,
            default=len(lesson.NAMES),
            metavar="N",
            help=f"people on the roster, 1 to {PEOPLE_AT_MOST} "
            f"({len(lesson.NAMES)}: one of each kind)",
        )
        parser.add_argument(
            "--speed",
            type=float,
            default=math.inf,
            metavar="X",
            help="how much faster than time, at least 1: with 60 a minute of the "
            "session takes a second, and all of it about 70 (default: at once)",
        )
        parser.add_argument(
            "--seed",
            type=int,
            metavar="N",
            help="play again what was played with this seed (default: any)",
        )
        parser.add_argument(
            "--organization",
            metavar="SLUG",
            help="hold it there, where it stays for good (default: in an organization "
            "for simulations, which `manage.py demo --purge` removes)",
        )
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization = self._checked(options)
        seed = options["seed"]
        if seed is None:
            seed = secrets.randbelow(10_000)
        try:
            held = self._hold(organization, seed, options)
        except NotDelivered as error:
            self._fail(f"The running instance took no webhook: {error}")
        except NoReport as error:
            self._fail(f"The running instance shows no report: {error}")
        except (NotOurs, NoReader, RuleBroken) as error:
            self._fail(str(error))
        except KeyboardInterrupt:
            self._fail("Stopped: the session stays as far as it was played.")
        if options["json"]:
            self.stdout.write(json.dumps(as_document(held), ensure_ascii=False))
        else:
            self._print(held)
        if not held.agrees:
            sys.exit(FAILED)

    def _checked(self, options: dict[str, Any]) -> Organization | None:
        """Check the options; return the organization that they name, if any."""
        if not 1 <= options["participants"] <= PEOPLE_AT_MOST:
            self._refuse(f"--participants takes a number from 1 to {PEOPLE_AT_MOST}.")
        # `not … >=` also refuses nan.
        if not options["speed"] >= 1:
            self._refuse("--speed takes a number of 1 or more: 1 is as fast as time.")
        if options["organization"] is None:
            return None
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            self._refuse(f"There is no organization “{options['organization']}”.")
        return organization

    def _hold(
        self, organization: Organization | None, seed: int, options: dict[str, Any]
    ) -> Simulation:
        instance.must_answer()
        play = lesson.prepare(
            organization=organization,
            participants=options["participants"],
            seed=seed,
            speed=options["speed"],
            now=timezone.now(),
        )
        is_watched = math.isfinite(options["speed"]) and not options["json"]
        if is_watched:
            self.stdout.write(f"Watch it: {play.url}")
        lesson.hold(
            play,
            speed=options["speed"],
            on_delivery=self._print_delivery if is_watched else None,
        )
        lesson.compare(play)
        return play

    def _print_delivery(self, delivery: Delivery) -> None:
        body = delivery.body
        happened = datetime.fromtimestamp(int(body["createdAt"]), UTC)
        name = body.get("participant", {}).get("name", "")
        self.stdout.write(f"{happened:%H:%M:%S}  {body['event']}  {name}".rstrip())
        self.stdout.flush()

    def _print(self, held: Simulation) -> None:
        self.stdout.write(
            f"Played with --seed {held.seed}: {len(held.deliveries)} webhooks, "
            f"{held.copies} of them copies, {held.disordered} out of order; "
            f"it lasted {held.window // 60}:{held.window % 60:02} minutes.\n"
        )
        width = max(len(line.name) for line in held.lines)
        for line in held.lines:
            self.stdout.write(f"{line.name:{width}}  {line.story}")
            self.stdout.write(f"{'':{width}}  {in_words(line)}")
        wrong = sum(not line.agrees for line in held.lines)
        verdict = f"wrong about {wrong} of" if wrong else "right about all"
        self.stdout.write(f"\nThe report is {verdict} {len(held.lines)}: {held.url}")

    def _fail(self, message: str) -> NoReturn:
        self.stderr.write(message)
        sys.exit(FAILED)

    def _refuse(self, message: str) -> NoReturn:
        self.stderr.write(message)
        sys.exit(WRONG_USE)


def in_words(line: ComparedLine) -> str:
    """Return what the report says, and what it should say if that differs."""
    reported = "in no report" if line.reported is None else str(line.reported)
    if line.agrees:
        return f"as it should be: {reported}"
    expected = "in no report" if line.expected is None else str(line.expected)
    return f"WRONG: {reported}; it should say: {expected}"


def as_document(held: Simulation) -> dict[str, Any]:
    """Return the document for ``--json``."""
    return {
        "session": held.session.pk,
        "url": held.url,
        "seed": held.seed,
        "window_seconds": held.window,
        "webhooks": len(held.deliveries),
        "copies": held.copies,
        "out_of_order": held.disordered,
        "agrees": held.agrees,
        "people": [
            {
                "name": line.name,
                "story": line.story,
                "expected": line.expected and line.expected.as_dict(),
                "reported": line.reported and line.reported.as_dict(),
                "agrees": line.agrees,
            }
            for line in held.lines
        ],
    }
