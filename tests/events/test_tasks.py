"""What runs on a schedule and only tidies up."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from events.tasks import forget_sessions_that_are_over


@pytest.mark.django_db
def test_sessions_of_browsers_go_when_they_are_over() -> None:
    now = timezone.now()
    for key, days in (("over", -1), ("open", 1)):
        at = now + timedelta(days=days)
        Session.objects.create(session_key=key, session_data="", expire_date=at)
    forget_sessions_that_are_over()
    assert [each.session_key for each in Session.objects.all()] == ["open"]
    scheduled = [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()]
    assert forget_sessions_that_are_over.name in scheduled
