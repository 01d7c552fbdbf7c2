"""What answers of REST say."""

from typing import Any


def errors(response: Any) -> dict[str, str]:
    """The code of what is wrong with each field."""
    return {error["field"]: error["code"] for error in response.json()["errors"]}
