"""How the body of a REST request is read."""

import io
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, parsers

from core.problems import TooLarge

MAX_BODY_BYTES = 2 * 1024 * 1024


class JSONParser(parsers.JSONParser):
    """JSON of at most 2 MiB, however deep: neither can bring the process down."""

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
            return super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError(_("The JSON is nested too deep.")) from None
