"""What the admin makes no sense of is refused, and whoever runs it hears of it."""

import logging

import pytest

from tests.factories import make_client, make_user


@pytest.mark.django_db
def test_a_senseless_address_is_400_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = make_client(make_user(is_staff=True, is_superuser=True))
    with caplog.at_level(logging.ERROR):
        answer = client.get("/admin/events/event/?starts_at__year=10000")
        assert answer.status_code == 302
        answer = client.get("/admin/events/event/?starts_at__year=9999")
    assert answer.status_code == 400
    [record] = caplog.records
    assert record.name == "attendance_site.admin_site"
    assert record.exc_info
