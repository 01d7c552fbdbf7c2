"""Prompts in the admin: found by what became of them, without secrets."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications.models import PromptToken
from tests.factories import make_event, make_participant, make_prompt, make_user

pytestmark = pytest.mark.django_db

PROMPTS = "/admin/notifications/attendanceprompt/"


@pytest.fixture
def superuser(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def test_prompts_are_found_by_what_became_of_them(superuser: Client) -> None:
    now = timezone.now()
    event = make_event(starts_at=now)
    make_prompt(make_participant(event, name="Ana"), answered_at=now)
    make_prompt(make_participant(event, name="Ben"), send_at=now)
    everybody = superuser.get(PROMPTS).content.decode()
    assert "Ana" in everybody
    assert "answered" in everybody
    answered = superuser.get(f"{PROMPTS}?state=answered").content.decode()
    assert ("Ana" in answered, "Ben" in answered) == (True, False)
    waiting = superuser.get(f"{PROMPTS}?send_at__isempty=0").content.decode()
    assert ("Ana" in waiting, "Ben" in waiting) == (False, True)


def test_of_a_link_nothing_shows_that_is_kept_of_its_secret(superuser: Client) -> None:
    token = PromptToken.objects.create(
        participant=make_participant(name="Ana"), digest=b"kept of the secret"
    )
    path = reverse("admin:notifications_prompttoken_change", args=[token.pk])
    page = superuser.get(path).content.decode()
    assert "Ana" in page
    assert "kept of the secret" not in page
    assert "digest" not in page.lower()
