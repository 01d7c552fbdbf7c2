"""The superuser of the first start, also of one that was broken off and begun again."""

import pytest
from django.core.management import call_command

from events.models import User


@pytest.mark.django_db
def test_it_is_made_once_and_then_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "admin")
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "admin@example.org")
    for password in ("the first one", "another one"):
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
        call_command("ensure_superuser")
    admin = User.objects.get()
    assert admin.is_superuser
    assert admin.check_password("the first one")
