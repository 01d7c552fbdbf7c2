"""``manage.py reconcile_connections``: what also happens every ten minutes."""

from typing import Any

from django.utils import timezone

from core import commands
from sessions_app.reconciliation import reconcile_connections


class Command(commands.Command):
    help = (
        "Say since when connections that no fact has ended are taken as left: an hour "
        "after the last session that they can reach, without any a day after the join."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        number = reconcile_connections(now=timezone.now())
        self.stdout.write(f"Connections taken as left: {number}.")
