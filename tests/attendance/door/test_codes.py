"""The codes on the screen, without any database."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from attendance.door.codes import (
    LETTERS,
    LONGEST,
    code_at,
    event_of,
    grouped,
    is_accepted,
    normalized,
)

KEY, OTHER_KEY = b"a secret", b"another secret"
LARGEST_ID = 2**63 - 1
ids = st.integers(1, LARGEST_ID)
times = st.integers(946_684_800_000_000, 4_102_444_800_000_000).map(
    lambda microseconds: (
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    )
)
SECOND = timedelta(seconds=1)


@given(ids, times)
def test_a_code_tells_whose_it_is_and_is_accepted_at_once(
    event: int, now: datetime
) -> None:
    code = code_at(event, now, key=KEY)
    assert event_of(code.text) == event
    assert is_accepted(code.text, now, key=KEY)
    assert set(code.text) <= set(LETTERS)
    assert len(code.text) <= LONGEST


@given(ids, times)
def test_the_previous_code_is_still_accepted_and_none_before(
    event: int, now: datetime
) -> None:
    code = code_at(event, now, key=KEY)
    assert now < code.changes_at <= now + 30 * SECOND
    assert code.valid_until == code.changes_at + 30 * SECOND
    almost = timedelta(microseconds=1)
    assert code_at(event, code.changes_at - almost, key=KEY) == code
    assert code_at(event, code.changes_at, key=KEY) != code
    assert is_accepted(code.text, code.valid_until - almost, key=KEY)
    assert not is_accepted(code.text, code.valid_until, key=KEY)
    assert not is_accepted(code.text, code.changes_at - 31 * SECOND, key=KEY)


@given(ids, ids, times)
def test_a_code_opens_no_other_event_and_comes_from_no_other_key(
    event: int, other: int, now: datetime
) -> None:
    code = code_at(event, now, key=KEY).text
    assert code != code_at(event, now, key=OTHER_KEY).text
    if other != event:
        theirs = code_at(other, now, key=KEY).text
        assert not is_accepted(code[:6] + theirs[6:], now, key=KEY)


@given(ids, times, st.sampled_from([" ", "-", " - ", "\u00a0"]))
def test_it_may_be_typed_in_small_letters_and_in_groups(
    event: int, now: datetime, between: str
) -> None:
    code = code_at(event, now, key=KEY).text
    shown = grouped(code)
    assert normalized(shown) == code
    assert normalized(f" {shown.lower().replace(' ', between)} ") == code
    assert all(2 <= len(part) <= 4 for part in shown.split())


@given(st.text(max_size=40))
def test_whatever_is_typed_nothing_breaks(typed: str) -> None:
    text = normalized(typed)
    assert (event_of(text) is None) or set(text) <= set(LETTERS)
    assert not is_accepted(text, datetime(2026, 3, 2, tzinfo=UTC), key=KEY)


def test_an_event_has_one_way_of_being_written() -> None:
    code = code_at(7, datetime(2026, 3, 2, tzinfo=UTC), key=KEY).text
    assert event_of(code[:6] + LETTERS[0] + code[6:]) is None
    assert event_of(code[:6]) is None
    assert event_of("") is None
