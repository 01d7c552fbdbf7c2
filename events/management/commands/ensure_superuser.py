"""``manage.py ensure_superuser``: create the first superuser from the environment."""

import os
from typing import Any

from django.core.management import call_command

from core import commands
from events.models import User


class Command(commands.Command):
    help = (
        "Make the superuser of DJANGO_SUPERUSER_USERNAME, _PASSWORD and _EMAIL, unless "
        "there is an account of that name."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        username = os.environ.get(f"DJANGO_SUPERUSER_{User.USERNAME_FIELD.upper()}")
        if not User.objects.filter(username=username).exists():
            call_command("createsuperuser", interactive=False, skip_checks=True)
            # A file has it, so whoever comes over a network changes it.
            User.objects.filter(username=username).update(must_change_password=True)
