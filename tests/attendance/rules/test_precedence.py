"""Who wins when decisions of different sources meet; pure."""

import pytest

from attendance.rules.precedence import calculation_replaces, is_automatic, rank

# Lowest first; what stands in one line weighs the same.
ORDER: list[list[tuple[str | None, bool]]] = [
    [(None, False)],
    [("system_default", False), ("system_default", True)],
    [("self_reported", False), ("self_reported", True)],
    # Which of them decides is asked before (``calculate_person``).
    [("whiteboard_auto", False), ("livekit_auto", False)],
    [("check_in", False), ("check_in", True)],
    [
        ("manual", True),
        ("parent_reported", True),
        ("livekit_auto", True),
        ("whiteboard_auto", True),
    ],
    [("admin_override", True)],
]


def test_the_whole_order() -> None:
    ranks = [{rank(source, marked=marked) for source, marked in line} for line in ORDER]
    assert [len(line) for line in ranks] == [1] * len(ORDER)
    weights = [line.pop() for line in ranks]
    assert weights == sorted(set(weights))


def test_a_source_that_is_not_known_has_no_rank() -> None:
    with pytest.raises(KeyError):
        rank("horoscope", marked=False)


@pytest.mark.parametrize("computed", ["livekit_auto", "whiteboard_auto"])
@pytest.mark.parametrize(
    "source",
    [None, "livekit_auto", "whiteboard_auto", "self_reported", "system_default"],
)
def test_a_calculation_replaces_what_no_person_of_rank_decided(
    source: str | None, computed: str
) -> None:
    """Also what an earlier calculation found in the other source."""
    assert calculation_replaces(source, computed, marked=False)


@pytest.mark.parametrize("computed", ["livekit_auto", "whiteboard_auto"])
@pytest.mark.parametrize(
    ("source", "marked"),
    [
        ("check_in", False),
        ("check_in", True),
        ("manual", True),
        ("manual", False),
        ("parent_reported", True),
        ("admin_override", True),
        ("livekit_auto", True),
        ("whiteboard_auto", True),
    ],
)
def test_a_calculation_never_replaces_a_check_in_or_a_persons_mark(
    source: str, computed: str, *, marked: bool
) -> None:
    assert not calculation_replaces(source, computed, marked=marked)


def test_only_the_machines_that_see_are_automatic() -> None:
    assert is_automatic("livekit_auto")
    assert is_automatic("whiteboard_auto")
    assert not any(map(is_automatic, [None, "check_in", "system_default", "manual"]))
