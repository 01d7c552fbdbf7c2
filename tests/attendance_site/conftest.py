import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

KEY, SECRET = "demokey", "a secret of this test alone, long enough to sign"


@pytest.fixture
def running(
    live_server: LiveServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> LiveServer:
    """A running instance, which commands find and whose key they know."""
    # Else each answer, written in two pieces, waits 40 ms for the client's receipt.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = KEY, SECRET
    settings.LIVEKIT_WEBHOOK_KEYS = {KEY: SECRET}
    settings.PUBLIC_URL = live_server.url
    return live_server
