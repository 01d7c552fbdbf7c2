"""``manage.py create_api_token USERNAME``: print a bearer token, and nothing else."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from core import commands
from events.accounts.authentication import issue_token
from events.models import User


class Command(commands.Command):
    """Creates a bearer token that is valid until it is revoked."""

    help = "Print a new API token of a user, alone on its line. It is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token; exit 2 if no active user has this name."""
        username = options["username"]
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(
                f"There is no active user “{username}”.",
                returncode=2,
            )
        token, _ = issue_token(user=user, lifetime=None)
        self.stdout.write(token)
