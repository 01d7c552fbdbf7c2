"""How the launcher knows that the web server is ready, or never will be."""

import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import MappingProxyType

import pytest

from launcher import rollcall
from launcher.console import RefusedError
from launcher.instance import Instance
from launcher.supervisor import Program


class Health(BaseHTTPRequestHandler):
    """Answers as the application does, in whatever language."""

    status = 503
    checks: Mapping[str, str] = MappingProxyType({})

    def do_GET(self) -> None:
        body = {"status": "?", "checks": dict(self.checks), "reasons": ["…"]}
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    """An instance at whose port :class:`Health` answers."""
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        Thread(target=server.serve_forever).start()
        instance = Instance(tmp_path, {})
        instance.open()
        instance.choose_privately()
        instance.port = server.server_port
        instance.migrated.touch()
        yield instance
        server.shutdown()


def web(instance: Instance) -> Program:
    return next(one for one in rollcall.programs(instance) if one.name == "web")


def test_an_older_database_is_told_by_the_check_and_migrated_by_the_next_start(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Health, "checks", {"database": "ok", "migrations": "missing"})
    with pytest.raises(RefusedError, match="Start again to migrate it"):
        web(instance).is_ready(0)
    assert not instance.migrated.exists()


def test_a_database_that_does_not_answer_yet_is_waited_for(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Health, "checks", {"database": "down", "migrations": "down"})
    assert not web(instance).is_ready(0)
    monkeypatch.setattr(Health, "status", 200)
    assert web(instance).is_ready(0)
    assert instance.migrated.exists()
