"""Filters and search of the report, as people use them: by addresses and links."""

import re
from typing import Any

import pytest

from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import Attendance, Status
from core.names import searched
from events.models import Role
from sessions_app.models import LiveSession
from tests.attendance.pages import (
    AFTERWARDS,
    RUNNING,
    be_there,
    calculate,
    get,
    make_lesson,
    people_of,
    text,
)
from tests.factories import change_person, make_member, make_user

pytestmark = pytest.mark.django_db


def make_calculated() -> LiveSession:
    """Amina and Ben are present, Cleo late and Dora absent, but for Ben's mark."""
    session, [amina, ben, cleo, _] = make_lesson("Amina Ben Cleo Dora")
    be_there(session, amina)
    be_there(session, ben)
    be_there(session, cleo, (18, 55))
    calculate(session)
    Attendance.objects.filter(participant=ben).update(
        status="present", source="manual", marked_by=make_user(), marked_at=AFTERWARDS
    )
    return session


def pills_of(page: str) -> list[tuple[str, str, bool]]:
    """Each filter's words, where it leads, and whether it is the present one."""
    return [
        (text(words), href.replace("&amp;", "&"), bool(current))
        for href, current, words in re.findall(
            r'<a class="pill" href="([^"]*)"( aria-current="true")?>(.*?)</a>',
            page,
            re.DOTALL,
        )
    ]


def test_without_a_choice_everybody_is_shown_and_each_kind_is_counted() -> None:
    page = get(make_calculated())
    assert people_of(page) == ["Amina", "Ben", "Cleo", "Dora"]
    assert pills_of(page) == [
        ("All 4", "?", True),
        ("Present 2", "?status=present", False),
        ("Late 1", "?status=late", False),
        ("Absent 1", "?status=absent", False),
        ("Marked by hand 1", "?by=hand", False),
    ]


@pytest.mark.parametrize(
    ("query", "names", "said"),
    [
        ("?status=late", ["Cleo"], "1 of 4: late"),
        ("?status=present", ["Amina", "Ben"], "2 of 4: present"),
        ("?by=hand", ["Ben"], "1 of 4: marked by hand"),
        ("?q=ami", ["Amina"], "1 of 4: “ami”"),
        ("?status=present&q=B", ["Ben"], "1 of 4: present, “B”"),
        ("?status=absent&by=hand", [], "0 of 4: absent, marked by hand"),
        ("?status=excused", [], "0 of 4: excused"),
    ],
)
def test_each_filter_leaves_whom_it_says(
    query: str, names: list[str], said: str
) -> None:
    page = get(make_calculated(), query=query)
    assert people_of(page) == names
    assert said in text(page).replace("\u2068", "").replace("\u2069", "")
    current = [href for _words, href, is_current in pills_of(page) if is_current]
    assert current
    [summary] = re.findall(r'<ul class="counts-big">.*?</ul>', page, re.DOTALL)
    assert text(summary) == "2 present 1 late 0 partial 1 absent"


def test_the_present_filter_is_marked_and_keeps_the_search() -> None:
    page = get(make_calculated(), query="?status=late&q=cleo")
    assert ("Late 1", "?status=late&q=cleo", True) in pills_of(page)
    assert ("All 4", "?q=cleo", False) in pills_of(page)
    assert '<input type="hidden" name="status" value="late">' in page
    assert re.search(r'<input type="search" name="q" value="cleo"', page)


def test_where_nobody_fits_there_is_a_way_back() -> None:
    page = get(make_calculated(), query="?q=nobody")
    assert people_of(page) == []
    assert "No results. Show everybody (4)" in text(page)
    assert '<a class="button" href="?">' in page
    assert "Nobody is on the roster" not in page


@pytest.mark.parametrize("query", ["?status=lost", "?by=foot", "?where=here", "?q=+"])
def test_what_is_no_choice_leaves_nobody_out(query: str) -> None:
    page = get(make_calculated(), query=query)
    assert people_of(page) == ["Amina", "Ben", "Cleo", "Dora"]
    assert ("All 4", "?", True) in pills_of(page)


def test_organizers_find_people_by_their_address_and_nobody_else_does() -> None:
    session = make_calculated()
    change_person(
        session.event.participants.get(person__name="Cleo"), email="c.l@school.example"
    )
    assert people_of(get(session, query="?q=c.l@school")) == ["Cleo"]
    viewer = make_member(session.event.organization, Role.VIEWER)
    assert people_of(get(session, viewer, query="?q=c.l@school")) == []


def test_attendees_see_their_own_row_whatever_they_ask_for() -> None:
    session = make_calculated()
    user = make_user()
    change_person(session.event.participants.get(person__name="Dora"), user=user)
    assert people_of(get(session, user, query="?status=late&q=Cleo")) == ["Dora"]


def test_what_was_searched_for_cannot_write_markup() -> None:
    page = get(make_calculated(), query='?q="><script>alert(1)</script>')
    assert "<script>" not in page


def test_an_endless_search_is_cut() -> None:
    page = get(make_calculated(), query=f"?q={'x' * 201}")
    assert f'value="{"x" * 200}"' in page


def test_people_of_a_running_session_are_chosen_by_where_they_are() -> None:
    session, [amina, ben, _] = make_lesson("Amina Ben Cleo")
    be_there(session, amina, (0, None))
    be_there(session, ben, (3, 15))
    page = get(session, now=RUNNING)
    assert pills_of(page) == [
        ("All 3", "?", True),
        ("In the room 1", "?where=here", False),
        ("Left 1", "?where=left", False),
        ("Not seen 1", "?where=missing", False),
    ]
    for where, name in [("here", "Amina"), ("left", "Ben"), ("missing", "Cleo")]:
        assert people_of(get(session, now=RUNNING, query=f"?where={where}")) == [name]


def test_nobody_who_is_decided_about_is_looked_for_while_it_runs() -> None:
    session, [_, ben, cleo] = make_lesson("Amina Ben Cleo")
    place, staff = Place(session.event, session), make_user()
    check_in(place, ben, by=staff, now=RUNNING)
    mark(place, [Mark(cleo, Status.EXCUSED)], by=staff, now=RUNNING)
    page = get(session, now=RUNNING)
    assert ("Not seen 1", "?where=missing", False) in pills_of(page)
    assert people_of(get(session, now=RUNNING, query="?where=missing")) == ["Amina"]
    assert "1 not seen" in text(page)


def test_a_search_is_by_all_its_words_in_any_order() -> None:
    session, [amina, _] = make_lesson("Amina Omar")
    change_person(amina, name="Amina Bint Omar")
    assert people_of(get(session, query="?q=omar+ami")) == ["Amina Bint Omar"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("jose", "José"),
        ("oneil", "O\N{RIGHT SINGLE QUOTATION MARK}Neil"),
        ("o'neil", "ONeil"),
        ("JOSÉ", "jose"),
        ("strasse", "Straße"),
        ("soren", "Søren"),
        ("lodz", "Łódź"),
        ("istanbul", "İstanbul"),
        ("محمد", "مُحَمَّد"),
        ("احمد", "أحمد"),
        ("فاطمه", "فاطمة"),
        ("ليلي", "ليلى"),
        ("امينة", "أمـيـنة"),
    ],
)
def test_names_are_found_however_they_are_typed(typed: str, name: str) -> None:
    assert searched(typed) == searched(name)


def test_different_names_stay_different() -> None:
    names: list[Any] = ["Lina", "Lena", "سارة", "سيرة", "Иван", "Йван"]
    assert len({searched(name) for name in names[:5]}) == 5
