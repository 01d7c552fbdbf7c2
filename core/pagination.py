"""How lists are cut: pages for what people browse, a cursor for logs that grow."""

from rest_framework.exceptions import NotFound
from rest_framework.pagination import (
    Cursor,
    CursorPagination,
    PageNumberPagination,
)
from rest_framework.request import Request

from core.row_ids import row_id


class Pages(PageNumberPagination):
    """``{"count", "next", "previous", "results"}``; ``?page=`` and ``?page_size=``."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


class LogCursor(CursorPagination):
    """``{"next", "previous", "results"}``, newest first.

    Rows added meanwhile do not shift what was already read.
    """

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
    ordering = "-pk"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return where to go on.

        Raises:
            NotFound: it is no cursor that was ever given out.
        """
        cursor = super().decode_cursor(request)
        position = cursor and cursor.position
        if position is not None and not row_id(str(position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor
