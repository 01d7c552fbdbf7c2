"""The export: everything of an account as one JSON document, written piece by piece.

However much there is, little of it is in memory at once.

Source: docs/rules.md 206.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from rest_framework.utils.encoders import JSONEncoder

from events.models import User
from notifications.export.of_account import OF_ACCOUNT, account
from notifications.export.of_people import OF_PEOPLE


def export_response(user: User) -> StreamingHttpResponse:
    """Return the export of an account as a file, in the language that is active."""
    now = timezone.now()
    name = f"rollcall-{now:%Y-%m-%d}.json"
    pieces = _in_language(_pieces(user, now), translation.get_language())
    return StreamingHttpResponse(
        pieces,
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _pieces(user: User, now: datetime) -> Iterator[str]:
    yield f'{{"exported_at":{_json(now)},\n"account":{_json(account(user))}'
    for name, of_account in OF_ACCOUNT.items():
        yield from _section(name, of_account(user))
    for name, of_people in OF_PEOPLE.items():
        yield from _section(name, of_people(user, now))
    yield "}\n"


def _section(name: str, rows: Iterator[Any]) -> Iterator[str]:
    yield f",\n{_json(name)}:["
    before = "\n"
    for row in rows:
        yield before + _json(row)
        before = ",\n"
    yield "]"


def _json(value: object) -> str:
    return json.dumps(value, cls=JSONEncoder, ensure_ascii=False)


def _in_language(pieces: Iterator[str], language: str | None) -> Iterator[str]:
    """Yield them in a language: by then the request, and its language, are over."""
    while True:
        with translation.override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
