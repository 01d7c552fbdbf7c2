"""Conversion between aware datetimes and the microseconds that the rules use. Pure."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(microseconds: int) -> datetime:
    """Return microseconds since the epoch as an aware datetime in UTC, exactly."""
    return EPOCH + timedelta(microseconds=microseconds)


def microseconds(time: datetime) -> int:
    """Return an aware datetime as microseconds since the epoch, exactly."""
    return (time - EPOCH) // timedelta(microseconds=1)
