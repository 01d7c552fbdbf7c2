"""Evidence of any kinds, in any order, before and after the calculation."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.attendance.modes_evidence import settle
from tests.attendance.modes_generated import (
    CHECK_IN,
    FACT,
    MODE,
    ORGANIZER,
    SAID,
    do,
)
from tests.attendance.modes_lesson import Act, Lesson

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FACTS = ("livekit", "board", "stranger", "agent", "attempt")
LATER = st.sampled_from([timedelta(hours=1), timedelta(days=30)])
some = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
# Of one person one mark and one check-in at most: of two the later, or earlier, counts.
SIDE_BY_SIDE = st.lists(
    st.one_of(FACT, CHECK_IN),
    min_size=2,
    max_size=7,
    unique_by=lambda one: one.values[0] if one.name == "check_in" else repr(one),
)
MARKS = st.dictionaries(
    st.sampled_from(["Ana", "Ben", "Hana"]),
    st.sampled_from(["present", "absent", "excused"]),
    max_size=2,
)


@some
@given(
    mode=MODE,
    before=st.lists(st.one_of(FACT, SAID, SAID), max_size=6),
    after=st.lists(st.one_of(FACT, SAID, SAID, ORGANIZER), max_size=8),
    later=LATER,
)
def test_what_stands_follows_from_the_evidence_alone(
    db: None, mode: str, before: list[Act], after: list[Act], later: timedelta
) -> None:
    with transaction.atomic():
        lesson = Lesson(mode)
        do(lesson, before)
        settle(lesson)
        lesson.school.now += later
        is_old = later > timedelta(days=7)
        # Facts alone do not make an old session due; tests of their own say what does.
        do(lesson, [one for one in after if not (is_old and one.name in FACTS)])
        settle(lesson)
        transaction.set_rollback(True)


@some
@given(
    mode=MODE,
    acts=SIDE_BY_SIDE,
    marks=MARKS,
    random=st.randoms(use_true_random=False),
    calculations=st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
def test_the_order_of_arrival_does_not_matter(
    db: None,
    mode: str,
    acts: list[Act],
    marks: dict[str, str],
    random: Random,
    calculations: tuple[int, int],
) -> None:
    acts = [*acts, *(Act("mark", (name, marks[name])) for name in marks)]
    other = random.sample(acts, len(acts))
    note(f"the other order: {other}")
    told: list[Any] = []
    for order, calculated in zip((acts, other), calculations, strict=True):
        with transaction.atomic():
            lesson = Lesson(mode)
            for number, one in enumerate(order):
                if number == calculated:
                    lesson.calculate()
                lesson.do([one])
            settle(lesson)
            told.append(lesson.figures())
            transaction.set_rollback(True)
    assert told[0] == told[1]
