"""How the body of a REST request is read."""

from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, parsers

# What is sent has three; messages that repeat a deep value would recurse through it.
MAX_DEPTH = 20


class JSONParser(parsers.JSONParser):
    """JSON of at most 20 levels: more could bring the process down."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the document.

        Raises:
            ParseError: it is not JSON, or too deep.
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
