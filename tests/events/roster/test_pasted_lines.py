"""Pasted people: whatever tables, mail programs and lists give, one per line."""

import pytest

from events.roster.pasted_lines import at_line, faults, read_lines, repeated


def people(text: str) -> list[tuple[str, str, str]]:
    """Name, number and address of each line; nothing is wrong with them."""
    lines = read_lines(text)
    assert [faults(line) for line in lines] == [[] for _ in lines]
    return [(line.name, line.external_id, line.email) for line in lines]


def wrong(text: str) -> list[str]:
    return [message for line in read_lines(text) for message in faults(line)]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Amina Hadid", ("Amina Hadid", "", "")),
        ("Hadid, Amina", ("Hadid, Amina", "", "")),
        ("Hadid, Amina, a@b.org", ("Hadid, Amina", "", "a@b.org")),
        ("Hadid; Amina; a@b.org", ("Hadid, Amina", "", "a@b.org")),
        ("Hadid، Amina، a@b.org", ("Hadid, Amina", "", "a@b.org")),
        ('"Hadid, Amina", a@b.org', ("Hadid, Amina", "", "a@b.org")),
        ("Amina\tHadid\ta@b.org", ("Amina Hadid", "", "a@b.org")),
        ("a@b.org, Amina Hadid", ("Amina Hadid", "", "a@b.org")),
        ("Hadid, A.", ("Hadid, A.", "", "")),
        ("Amina Hadid, 12345, a@b.org", ("Amina Hadid", "12345", "a@b.org")),
        ("Amina Hadid, 12345", ("Amina Hadid", "12345", "")),
        ("12345\tAmina Hadid", ("Amina Hadid", "12345", "")),
        ("سمر، 77، a@b.org", ("سمر", "77", "a@b.org")),
        ("سمر؛ 77؛ a@b.org", ("سمر", "77", "a@b.org")),
        ("Hadid, Amina, M-17/4, a@b.org", ("Hadid, Amina", "M-17/4", "a@b.org")),
        ("Hadid, 12345, Amina <a@b.org>", ("Hadid, Amina", "12345", "a@b.org")),
        ("R2D2", ("R2D2", "", "")),
        ("amina.hadid", ("amina.hadid", "", "")),
        ("R2D2, a@b.org", ("R2D2", "", "a@b.org")),
        ("Hadid, Amina, 12345", ("Hadid, Amina", "12345", "")),
        ("Amina Hadid, , a@b.org", ("Amina Hadid", "", "a@b.org")),
        ("a@b.org, , Amina Hadid", ("Amina Hadid", "", "a@b.org")),
        ("\tHadid\tAmina", ("Hadid Amina", "", "")),
        ("77\tHadid\tAmina", ("Hadid Amina", "77", "")),
        ("77\t\tAmina Hadid", ("Amina Hadid", "77", "")),
        ("Amina, Class 7", ("Amina, Class 7", "", "")),
        ("a@b.org", ("a@b.org", "", "a@b.org")),
        ("\ufeffAmi\u200bna, \u200ea@b.\u200borg", ("Amina", "", "a@b.org")),
    ],
)
def test_a_line_is_somebody(text: str, person: tuple[str, str, str]) -> None:
    assert people(text) == [person]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        (
            "Pérez Gómez, José\tS-101\tj@b.org",
            ("Pérez Gómez, José", "S-101", "j@b.org"),
        ),
        ("S-101\tPérez Gómez, José", ("Pérez Gómez, José", "S-101", "")),
        ("Pérez, José\tj@b.org", ("Pérez, José", "", "j@b.org")),
        ("Pérez, José; S-101; j@b.org", ("Pérez, José", "S-101", "j@b.org")),
        ("Pérez; José\tS-101", ("Pérez; José", "S-101", "")),
        ("حداد، أمينة\t77\ta@b.org", ("حداد، أمينة", "77", "a@b.org")),
        ("حداد، أمينة؛ 77؛ a@b.org", ("حداد، أمينة", "77", "a@b.org")),
        ("King, 3rd\t77", ("King, 3rd", "77", "")),
        ('"Pérez, José"\t77\t', ("Pérez, José", "77", "")),
        ("Ben,\t77,\tb@b.org", ("Ben", "77", "b@b.org")),
        ("Pérez, José\t", ("Pérez, José", "", "")),
    ],
)
def test_a_comma_beside_tabs_or_semicolons_belongs_to_the_name(
    text: str, person: tuple[str, str, str]
) -> None:
    assert people(text) == [person]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ben, ben(at)b.org", "“ben(at)b.org” is not an email address."),
        ("Ben, ben.example.org", "“ben.example.org” is not an email address."),
        ("ben(at)b.org", "“ben(at)b.org” is not an email address."),
        ("Ben, , no-address", "“no-address” is not an email address."),
        ("Ben، ، no-address", "“no-address” is not an email address."),
        ("Ben, 12345, no-address", "“no-address” is not an email address."),
        ("Ben; ; no-address", "“no-address” is not an email address."),
        ("Ben\t\tno-address", "“no-address” is not an email address."),
        ("Ben, a@b.org, c@d.org", "write one person per line"),
        ("Amina, Ben, Eva", "write one person per line"),
        ("Amina, 12, 13", "There are two student numbers. Write only one."),
        ("12345", "The name is missing."),
        ('Ana\n", , "', "The name is missing."),
        ("12345, a@b.org", "The name is missing."),
        ("12345 <a@b.org>", "The name is missing."),
        ("\t\ta@b.org", "The name is missing."),
        ("Amina, " + "7" * 65, "At most 64 characters."),
        ("Ana \u202egpj.exe", "changes the direction"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    (message,) = wrong(text)
    assert said in message


def test_a_refused_line_is_quoted_shortly_and_hides_nothing() -> None:
    (line,) = read_lines("Ben\u202e,\tben(at)b.org " + "x" * 100)
    said = at_line(line, "No.")
    assert said.startswith("Line 1, “Ben, ben(at)b.org xxx")
    assert said.endswith("x…”: No.")
    assert len(said) < 90


@pytest.mark.parametrize("nobody", ["", " \t", "\u200b", ", ;", "Total: 23", "المجموع"])
def test_lines_of_nobody_are_left_out_and_counted_as_lines(nobody: str) -> None:
    lines = read_lines(f"Ana\n{nobody}\nBen\n{nobody}")
    assert [(line.number, line.name) for line in lines] == [(1, "Ana"), (3, "Ben")]


@pytest.mark.parametrize(
    "heading",
    [
        *("Name", "name, e-mail", "Email\tName\tStudent number", "Name\tNumber"),
        *("الاسم، البريد الإلكتروني", "الاسم؛ الرقم"),
    ],
)
def test_headings_of_a_table_are_nobody(heading: str) -> None:
    assert people(f"\n{heading}\nAna") == [("Ana", "", "")]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Last name\tFirst name\tEmail", "“Last name” is only a part"),
        ("Name, Email, RSVP", "“RSVP” is not understood"),
        ("Name, Email, Group", "“Group” can only be read from a file"),
        ("Name, Email, Role", "“Role” can only be read from a file"),
    ],
)
def test_headings_of_what_would_be_misread_are_refused(heading: str, said: str) -> None:
    (message,) = wrong(f"{heading}\nAna")
    assert said in message


def test_only_the_first_line_is_a_heading() -> None:
    assert people("Ana\nName, Email") == [("Ana", "", ""), ("Name, Email", "", "")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana Lopes", "ana  lopes"),
        ("Ana Lopes, a@b.org", "Lopes; Ana; A@b.org"),
        ("Ana, 7, a@b.org", "A@b.org\t7\tANA"),
    ],
)
def test_a_line_that_comes_again_names_the_first(one: str, other: str) -> None:
    text = f"{one}\nBen\n{other}\n{one}"
    said = list(repeated(read_lines(text)))
    assert said[0].startswith("Line 3 is the same as line 1: “")
    assert said[1].startswith("Line 4 is the same as line 1: “")
    assert len(said) == 2


def test_who_shares_a_name_or_an_address_is_somebody_else() -> None:
    text = "Ana, a@b.org\nAna, c@d.org\nEva, a@b.org\nAna, 7\nAna, 8\nAna"
    assert list(repeated(read_lines(text))) == []
