"""The parser of JSON in REST requests."""

from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, parsers

# Valid requests have three levels. Error messages recurse through a value.
MAX_DEPTH = 20


class JSONParser(parsers.JSONParser):
    """JSON of at most 20 levels: deeper documents could crash the process."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the document.

        Raises:
            ParseError: the body is not JSON, or nested too deeply.
        """
        try:
            document = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise _too_deep() from None
        if _is_deeper_than(MAX_DEPTH, document):
            raise _too_deep()
        return document


def _too_deep() -> exceptions.ParseError:
    return exceptions.ParseError(_("The JSON is nested too deeply."))


def _is_deeper_than(levels: int, document: Any) -> bool:
    level = [document]
    for _level in range(levels + 1):
        level = [child for node in level for child in _nested(node)]
        if not level:
            return False
    return True


def _nested(node: Any) -> Iterable[Any]:
    """Return the objects and arrays directly inside a node."""
    values = node.values() if isinstance(node, dict) else node
    if not isinstance(node, dict | list):
        return ()
    return (value for value in values if isinstance(value, dict | list))
