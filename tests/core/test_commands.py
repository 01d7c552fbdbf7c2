"""What every command does alike."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.db import OperationalError, connection

from core import commands

ROOT = Path(__file__).resolve().parents[2]
OURS = {name: app for name, app in get_commands().items() if (ROOT / app).is_dir()}
# Says what is wrong with the database, too.
COMMANDS = {name: app for name, app in OURS.items() if name != "doctor"}
# They look for the running instance first.
PLAYED = {"demo", "simulate_session"}
ARGUMENTS = {"create_api_token": ["admin"]}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - PLAYED))
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


@pytest.mark.parametrize("name", OURS)
def test_the_readme_tells_of_every_command(name: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = readme.partition("## Commands\n")[2].partition("\n## ")[0]
    assert re.search(rf"`(?:manage\.py )?{name}\b", told)
