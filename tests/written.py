"""What a request wrote."""

from django.test.utils import CaptureQueriesContext


def written(queries: CaptureQueriesContext) -> list[str]:
    """Return the statements that wrote rows, but counted tries of passwords."""
    return [
        query["sql"]
        for query in queries.captured_queries
        if query["sql"].lstrip().startswith(("INSERT", "UPDATE", "DELETE"))
        and "events_signintries" not in query["sql"]
    ]
