"""How the body of a REST request is read."""

import io
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, parsers

from events.problems import TooLarge

MAX_BODY_BYTES = 2 * 1024 * 1024
# What is sent has three; messages that repeat a deep value would recurse through it.
MAX_DEPTH = 20


class JSONParser(parsers.JSONParser):
    """JSON of at most 2 MiB and 20 levels: neither can bring the process down."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the document.

        Raises:
            TooLarge: the body is longer than 2 MiB; counted while reading.
            ParseError: it is not JSON, or too deep.
        """
        body = stream.read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(_("The body is over 2 MiB."))
        try:
            document = super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError:
            raise _too_deep() from None
        if _is_deeper_than(MAX_DEPTH, document):
            raise _too_deep()
        return document


def _too_deep() -> exceptions.ParseError:
    return exceptions.ParseError(_("The JSON is nested too deep."))


def _is_deeper_than(levels: int, document: Any) -> bool:
    level = [document]
    for _level in range(levels + 1):
        level = [child for node in level for child in _inside(node)]
        if not level:
            return False
    return True


def _inside(node: Any) -> Iterable[Any]:
    """Return what a node holds that may itself hold something."""
    values = node.values() if isinstance(node, dict) else node
    if not isinstance(node, dict | list):
        return ()
    return (value for value in values if isinstance(value, dict | list))
