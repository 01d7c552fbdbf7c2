"""``manage.py demo``: load the demonstration into the running instance."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils import timezone

from attendance_site.demo import load_demo
from sessions_app.simulation import NotDelivered


class Command(BaseCommand):
    help = "Hold a lesson that ended ten minutes ago, told by signed webhooks."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LIVEKIT_API_KEY:
            self.stderr.write("Set LIVEKIT_API_KEY and LIVEKIT_API_SECRET first.")
            sys.exit(1)
        try:
            session = load_demo(
                webhook_url=settings.PUBLIC_URL + reverse("livekit-webhook"),
                now=timezone.now(),
            )
        except NotDelivered as error:
            self.stderr.write(f"The running instance took no webhook: {error}")
            sys.exit(1)
        self.stdout.write(f"{settings.PUBLIC_URL}/sessions/{session.pk}/")
