"""Turning a webhook's body into JSON that may be stored.

Secrets are removed, and characters that jsonb cannot hold become visible escapes.

Source: docs/rules.md 6; docs/architecture.md, "The payload".
"""

import json
import math
import re
from typing import Any, NamedTuple, NoReturn

MAX_DEPTH = 200

_SECRET_KEY = re.compile("turn_?password", re.IGNORECASE)
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
# Anything in serialized JSON that makes cleaning necessary.
_TO_CLEAN = re.compile("\\\\u0000|[\ud800-\udfff]|turn_?password", re.IGNORECASE)


def _letters(word: str) -> str:
    """Return a pattern of a word in which any letter may be an escape of JSON."""
    return "".join(
        rf"(?:{letter}|\\{{1,8}}u00(?:{ord(letter):x}|{ord(letter.upper()):x}))"
        for letter in word
    )


_SECRET_NAME = f"{_letters('turn')}_?{_letters('password')}"
# In text: a secret's name and its value, or all that follows if the value is unclear.
_SECRET_IN_TEXT = re.compile(
    rf"""({_SECRET_NAME})
        (?:
            (\\*+["']?\s*+[:=]\s*+)
            (?:
                (\\*["'])(?:[^\\"']++|(?!\3)(?:\\.|.))*  # up to the same quote
                | [^\s,\[\]{{}}()/\\"']+(?=[\s,}}\]]|\Z)
                | (?=[,}}\]]|\Z)
            )
            | .*
        )
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


class Payload(NamedTuple):
    """A body as it is stored.

    Attributes:
        value: The JSON value, without secrets and with odd characters escaped.
        text: ``value``, serialized.
        is_parsed: False if the body was not readable as JSON; then ``value`` has it as
            text under the key ``unparsed``.
    """

    value: Any
    text: str
    is_parsed: bool


def read_payload(body: bytes) -> Payload:
    """Return ``body`` as it may be stored; never raises for its content.

    ``turnPassword`` is removed at every depth, and masked inside strings. U+0000 and
    lone surrogates become visible escapes. A body that is not JSON, that jsonb cannot
    hold (``NaN``, ``1e400000``) or that is nested deeper than 200 levels is stored as
    one string.
    """
    try:
        value = json.loads(
            body.decode(), parse_constant=_refuse, parse_float=_finite_float
        )
        if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
            _refuse_depth(value)
        _remove_usual_secret(value)
        text = _serialize(value)
        if _TO_CLEAN.search(text):
            value = _clean(value)
            text = _serialize(value)
    except (ValueError, RecursionError):
        return unparsed(body)
    return Payload(value, text, is_parsed=True)


def unparsed(body: bytes) -> Payload:
    """Return ``body`` as one escaped string in which secrets are masked."""
    text = body.decode(errors="backslashreplace")
    # In UTF-16 there is a NUL beside each letter of the name.
    if _SECRET_KEY.search(text.replace("\x00", "")) and "\x00" in text:
        text = "***"
    value = {"unparsed": _storable(text)}
    return Payload(value, _serialize(value), is_parsed=False)


def _serialize(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _finite_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:20]} is too large a number")
    return number


def _refuse_depth(value: object) -> None:
    level, depth = [value], 0
    while level:
        depth += isinstance(level[0], dict | list) or len(level) > 1
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]


def _remove_usual_secret(value: object) -> None:
    """Remove the secret from its usual place, so that most bodies need no cleaning."""
    room = value.get("room") if isinstance(value, dict) else None
    if isinstance(room, dict):
        room.pop("turnPassword", None)


def _clean(value: object) -> object:
    if isinstance(value, dict):
        return {
            _escape(key): _clean(item)
            for key, item in value.items()
            if not _SECRET_KEY.search(key)
        }
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return _storable(value) if isinstance(value, str) else value


def _storable(text: str) -> str:
    return _escape(_SECRET_IN_TEXT.sub(r"\1\2\3***", text))


def _escape(text: str) -> str:
    return _NOT_STORABLE.sub(lambda odd: f"\\u{ord(odd[0]):04x}", text)
