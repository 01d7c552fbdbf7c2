"""Pagination of REST: pages for what people browse, a cursor for growing logs."""

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

    Rows that are added between two requests do not shift the pages.
    """

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
    ordering = "-pk"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the position that the request names; None on the first page.

        Raises:
            NotFound: the cursor is not one that Rollcall gave out.
        """
        cursor = super().decode_cursor(request)
        position = cursor and cursor.position
        if position is not None and not row_id(str(position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor
