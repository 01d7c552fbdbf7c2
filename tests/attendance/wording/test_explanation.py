"""The sentences, word for word, and that every word of them can be translated."""

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from attendance.wording.explanation import explain
from attendance.wording.parts import ExplainedDecision
from tests.attendance.wording.sentences import RIYADH, SENTENCES, at, marked, seen
from tests.attendance.wording.sentences_by_mode import SENTENCES_BY_MODE
from tests.attendance.wording.sentences_of_answers import SENTENCES_OF_ANSWERS

ALL_SENTENCES = SENTENCES | SENTENCES_BY_MODE | SENTENCES_OF_ANSWERS


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


decisions = pytest.mark.parametrize(
    ("decision", "sentence"), ALL_SENTENCES.values(), ids=ALL_SENTENCES.keys()
)


@decisions
def test_the_sentence_says(decision: ExplainedDecision, sentence: str) -> None:
    assert explain(decision, RIYADH) == sentence


@decisions
def test_the_sentence_has_no_system_words(
    decision: ExplainedDecision, sentence: str
) -> None:
    assert "_" not in sentence
    assert "None" not in sentence
    assert "--:--" not in sentence


def test_times_are_those_of_the_readers_clock() -> None:
    said = explain(seen((10, 29)), ZoneInfo("America/New_York"))
    assert "from 02:10 to 02:29" in said


def test_the_day_of_a_mark_is_that_of_the_readers_clock() -> None:
    late_evening = marked("present", marked_at=at("23:30"))
    assert "at 23:30. " in explain(late_evening, RIYADH)
    assert "at 05:30 on Thu 19 Nov. " in explain(late_evening, ZoneInfo("Asia/Tokyo"))


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(KeyError):
        explain(marked("asleep"), RIYADH)


def test_percentages_have_the_separator_of_the_language() -> None:
    with translation.override("de"):
        assert "(75,33 %)" in explain(seen((14, 59.2)), RIYADH)


def test_digits_stay_western_in_arabic() -> None:
    with translation.override("ar"):
        said = explain(marked("present", marked_at=at("11:20", day=20)), RIYADH)
        assert re.findall(r"\d+", said) == ["11", "20", "20"]
        assert all(digit in "0123456789" for digit in re.findall(r"\d", said))


def test_names_and_notes_are_isolated_where_text_runs_from_right_to_left() -> None:
    decision = marked("excused", notes="Ill, called in.")
    with translation.override("ar"):
        said = explain(decision, RIYADH)
    assert "\u2068A. Hadid\u2069" in said
    assert "\u2068Ill, called in.\u2069" in said
    assert "\u2068" not in explain(decision, RIYADH)


def test_a_quoted_sentence_is_not_ended_twice_in_any_language() -> None:
    decision = marked(
        "excused", notes="Ill.", computed_status=None, checked_in_at=at("10:05")
    )
    assert "“Ill.” Checked in" in explain(decision, RIYADH)
    with translation.override("ar"):
        assert "\u2068Ill.\u2069» " in explain(decision, RIYADH)


def test_a_percent_sign_in_a_name_or_a_note_is_just_a_percent_sign() -> None:
    decision = marked("late", marked_by_name="100 %(s", notes="50 % of %(status)s")
    assert explain(decision, RIYADH) == (
        "Late: marked by 100 %(s at 11:20: “50 % of %(status)s”. Calculated: absent."
    )


# Every word can be translated

PLACEHOLDER = re.compile(r"(%%|%\(\w+\)[sd])")


def pseudo(message: str) -> str:
    """A language in which all letters are ж, and placeholders come in another order."""
    parts = PLACEHOLDER.split(message)
    return "".join(
        part if PLACEHOLDER.fullmatch(part) else re.sub(r"[^\W\d]", "ж", part)
        for part in reversed(parts)
    )


def _pseudo_in_context(context: str, message: str) -> str:
    return message if context == "date format" else pseudo(message)


@pytest.fixture
def in_a_pseudo_language(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = "django.utils.translation._trans"
    monkeypatch.setattr(f"{engine}.gettext", pseudo)
    monkeypatch.setattr(f"{engine}.pgettext", _pseudo_in_context)
    monkeypatch.setattr(
        f"{engine}.ngettext",
        lambda one, many, number: pseudo(one if number == 1 else many),
    )


@pytest.mark.usefixtures("in_a_pseudo_language")
@decisions
def test_no_word_escapes_translation(
    decision: ExplainedDecision, sentence: str
) -> None:
    said = explain(decision, RIYADH)
    for own in (decision.marked_by_name, " ".join(decision.notes.split())):
        said = said.replace(own, "") if own else said
    assert re.findall(r"[A-Za-z]+", said) == []


@pytest.mark.usefixtures("in_a_pseudo_language")
@decisions
def test_a_translation_may_put_the_parts_in_another_order(
    decision: ExplainedDecision, sentence: str
) -> None:
    numbers = re.compile(r"\d+")
    said = sorted(numbers.findall(explain(decision, RIYADH)))
    assert said == sorted(numbers.findall(sentence))
