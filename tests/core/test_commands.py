"""What every command does alike."""

import pytest
from django.core.management import call_command, load_command_class
from django.db import OperationalError, connection

from core import commands

COMMANDS = {
    "calculate_attendance": "attendance",
    "create_api_token": "events",
    "rebuild_connections": "sessions_app",
    "reconcile_connections": "sessions_app",
}
ARGUMENTS = {"create_api_token": ["admin"]}


@pytest.mark.django_db
@pytest.mark.parametrize("name", COMMANDS)
def test_a_database_that_is_down_is_one_clear_line(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(connection, "cursor", refuse)
    with pytest.raises(SystemExit) as left:
        call_command(name, *ARGUMENTS.get(name, []))
    assert left.value.code == 1
    assert capsys.readouterr() == (
        "",
        "The database does not answer: connection refused\n",
    )


@pytest.mark.parametrize(("name", "app"), COMMANDS.items())
def test_every_command_is_one_of_these(name: str, app: str) -> None:
    assert isinstance(load_command_class(app, name), commands.Command)
