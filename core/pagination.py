"""How lists are cut: pages for what people browse, a cursor for logs that grow."""

from rest_framework.pagination import CursorPagination, PageNumberPagination


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
