"""``manage.py complete_events``: complete due events, as a task does every minute."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from attendance.completion.completing import complete_due_events
from core import commands


class Command(commands.Command):
    help = (
        "Complete the events that have ended: calculate the course results from "
        "their sessions; whoever is still unknown then counts as absent."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        completed = complete_due_events(now=timezone.now())
        failed = [event for event in completed if event.error]
        completed = [event for event in completed if not event.error]
        for event in completed:
            statuses = ", ".join(f"{n} {s}" for s, n in event.changes.items())
            self.stdout.write(
                f"{event.event_id}: {event.people} people; {statuses or 'no change'}"
            )
        self.stdout.write(f"{len(completed)} completed.")
        if failed:
            raise CommandError(
                "\n".join(f"{event.event_id}: {event.error}" for event in failed)
            )
