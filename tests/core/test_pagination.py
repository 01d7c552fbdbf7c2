"""Lists go on where a cursor says; what is none was never given out."""

from base64 import b64encode

import pytest

from tests.factories import make_client, make_event, make_member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "said", ["p=", "p=abc", "p=-1", "p=%00", f"p={2**63}", f"p={'9' * 5000}", "o=x"]
)
def test_a_damaged_cursor_is_404(said: str) -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    cursor = b64encode(said.encode()).decode()
    answer = client.get(
        f"/api/events/{event.pk}/attendance-changes", {"cursor": cursor}
    )
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
