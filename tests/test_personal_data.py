"""docs/personal-data.md names every place where personal data may stand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.db.models import Model

from attendance.models import AttendanceChange
from events.models import Participant, Person, PersonChange, User

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/personal-data.md").read_text(encoding="utf-8")
APPS = ["attendance", "attendance_site", "core", "events", "notifications"]
MODULES = [
    path for app in [*APPS, "sessions_app"] for path in (ROOT / app).rglob("*.py")
]
CODE = re.compile(r"`([^`]+)`")
# What holds no text, whatever it is called.
NUMBERS_AND_TIMES = re.compile(
    r"bigint|integer|smallint|boolean|numeric|double precision|timestamp|date|interval"
)

Column = tuple[str, str]
"""Table and column."""


def section(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, each as its cells."""
    text = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [line.strip("|").split(" | ") for line in lines[2:]]


def columns_under(heading: str) -> list[Column]:
    return [
        (table, column)
        for first, second, *_rest in section(heading)
        for table in CODE.findall(first)
        for column in CODE.findall(second)
    ]


PERSONAL = columns_under("Columns that hold personal data")
NOT_PERSONAL = columns_under("Columns of text that hold nothing personal")


# --- The database ---------------------------------------------------------------------

MODELS = list(apps.get_models(include_auto_created=True))


def columns(model: type[Model], *, that_may_be_personal: bool) -> Iterator[Column]:
    for field in model._meta.concrete_fields:
        kind = field.db_type(connection) or ""
        if field.is_relation:
            may_be = field.related_model in (User, Participant, Person)
        else:
            may_be = not NUMBERS_AND_TIMES.match(kind) or kind.endswith("[]")
        if may_be or not that_may_be_personal:
            yield model._meta.db_table, field.column or ""


def all_columns(*, that_may_be_personal: bool = False) -> set[Column]:
    return {
        column
        for model in MODELS
        for column in columns(model, that_may_be_personal=that_may_be_personal)
    }


def test_every_text_and_everything_that_points_to_a_person_is_named() -> None:
    named = {*PERSONAL, *NOT_PERSONAL}
    assert all_columns(that_may_be_personal=True) - named == set()


def test_every_column_that_is_named_is_there_and_named_once() -> None:
    named = [*PERSONAL, *NOT_PERSONAL]
    assert set(named) - all_columns() == set()
    assert sorted(named) == sorted(set(named))


def test_every_row_of_the_tables_says_all_that_its_heading_asks() -> None:
    for row in section("Columns that hold personal data"):
        assert len(row) == 5, row
        assert all(cell.strip() for cell in row), row


@pytest.mark.django_db
def test_there_are_no_tables_but_those_of_models() -> None:
    """Names of migrations are nobody's."""
    tables = set(connection.introspection.table_names())
    assert tables - {model._meta.db_table for model in MODELS} == {"django_migrations"}


def test_what_is_sealed_or_cannot_be_changed_names_nobody() -> None:
    append_only = [
        model
        for app in ("attendance", "events")
        for model in apps.get_app_config(app).get_models()
        if getattr(model, "append_only", False)
    ]
    assert PersonChange in append_only
    assert AttendanceChange in append_only
    for model in append_only:
        for field in model._meta.concrete_fields:
            kind = field.db_type(connection) or ""
            is_code = bool(field.choices) or kind == "bytea"
            assert field.is_relation or is_code or NUMBERS_AND_TIMES.match(kind), field


# --- Browsers -------------------------------------------------------------------------


def kept_in_browsers(*, cookies: bool) -> set[str]:
    return {
        name
        for first, where, *_rest in section("In browsers")
        if (where == "cookie") is cookies
        for name in CODE.findall(first)
    }


SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
OF_ADMIN = list((Path(admin.__file__).parent / "static/admin/js").glob("*.js"))
# What is written, or the beginning of the keys under which taps.js writes.
KEY = re.compile(r"(?:\bsetItem|\bnew Taps)\(\s*([^,]+),")


def written_keys() -> set[str]:
    """Keys up to where a template string puts in values."""
    keys = {
        key
        for path in [*SCRIPTS, *OF_ADMIN]
        for key in KEY.findall(path.read_text(encoding="utf-8"))
    }
    # In taps.js: what it was given to begin with, and a random number.
    keys.remove("name")
    return {key.strip("'\"`").partition("${")[0] for key in keys}


def test_every_key_of_a_browsers_storage_is_named() -> None:
    assert written_keys() == kept_in_browsers(cookies=False)


def test_no_other_script_keeps_anything_in_a_browser() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS}
    stores = re.compile(r"(?:local|session)Storage|indexedDB|\bcaches\b|cookie", re.I)
    assert [name for name, text in texts.items() if stores.search(text)] == ["taps.js"]
    unseen = re.compile(
        r"(?:local|session)Storage(?:\[|\.(?!\w+Item\b|length\b|key\b))"
    )
    assert not unseen.findall(texts["taps.js"]), "write by setItem, which is looked for"


def test_every_cookie_is_named() -> None:
    cookies = {CookieStorage.cookie_name, *cookies_of_settings(), *cookies_of_code()}
    assert cookies == kept_in_browsers(cookies=True)


def cookies_of_settings() -> Iterator[str]:
    """What stands in ``…_COOKIE_NAME = …``, with https and without."""
    for name, value in assignments(ROOT / "attendance_site/settings.py"):
        if name.endswith("COOKIE_NAME"):
            for part in ast.walk(value):
                if isinstance(part, ast.Constant):
                    yield str(part.value)


def cookies_of_code() -> Iterator[str]:
    for path in MODULES:
        constants = {name: ast.unparse(value) for name, value in assignments(path)}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and SET_COOKIE.search(ast.unparse(node.func)):
                name = ast.unparse(node.args[0])
                if name.startswith("settings."):
                    continue
                yield constants.get(name, name).strip("'")
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                assert not ast.unparse(node.value).endswith(".cookies"), path


SET_COOKIE = re.compile(r"\.set_(?:signed_)?cookie$")


def assignments(path: Path) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            yield from ((ast.unparse(target), node.value) for target in node.targets)
