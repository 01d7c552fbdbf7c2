"""Signs of life in tests."""

import os
from collections.abc import Iterator

import pytest

from attendance_site import liveness


@pytest.fixture
def no_pulse(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No worker or beat has lived lately; what the test leaves is forgotten."""
    monkeypatch.setattr(liveness, "_left_at", {})
    # Other tests run beside, on the same Redis.
    monkeypatch.setattr(liveness, "PREFIX", f"test-{os.getpid()}")
    yield
    with liveness.connect(1) as client:
        client.delete(*map(liveness.key, liveness.KINDS))
