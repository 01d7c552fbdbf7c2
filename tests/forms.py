"""Forms as people send them, and what they say is wrong when they are shown again."""

import html
import re
from datetime import datetime
from typing import Any

from django.test import Client

from tests.attendance.pages import text


def at(written: str) -> datetime:
    return datetime.fromisoformat(written)


def send(client: Client, path: str, **data: Any) -> Any:
    return client.post(path, data)


def wrong(answer: Any) -> dict[str, str]:
    """What the form says is wrong, by field; "" for what is no field's fault."""
    assert answer.status_code == 200
    page = answer.content.decode()
    found = dict(
        re.findall(
            r'<div class="error-text" id="id_(\w+)_error">(.*?)</div>',
            page,
            re.DOTALL,
        )
    )
    for name in found:
        field = re.search(
            rf'<(?:input|select|textarea) [^>]*id="id_{name}"[^>]*>', page
        )
        assert field
        assert 'aria-invalid="true"' in field[0]
        assert f"id_{name}_error" in field[0]
    [summary] = re.findall(r'role="alert">(.*?)</div>', page, re.DOTALL)
    general = text(summary).removeprefix(
        "Nothing was saved. Please correct the marked fields."
    )
    if general:
        found[""] = general
    return {name: html.unescape(text(said)) for name, said in found.items()}


def assert_told(answer: Any, field: str, said: str) -> None:
    """One thing is wrong, and this is said of it: all, or between two "…" a part."""
    [(name, told)] = wrong(answer).items()
    assert name == field
    assert told == said or (said.startswith("…") and said.strip("…") in told)
