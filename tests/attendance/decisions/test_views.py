"""Marking by hand on the page of a report, and taking it back there."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from attendance import admin_marking
from attendance.decisions.checking_in import check_in
from attendance.decisions.forms import MarkForm, UndoForm
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.serializers import (
    CheckInSerializer,
    MarkSerializer,
    OneOfManySerializer,
    UndoSerializer,
)
from attendance.models import (
    LONGEST_REASON,
    Attendance,
    AttendanceChange,
)
from events.models import Participant, Role, User
from sessions_app.models import LiveSession
from tests.attendance.pages import (
    AFTERWARDS,
    RUNNING,
    be_there,
    calculate,
    get,
    make_lesson,
    organizer_of,
    people_of,
    queries,
    row_of,
    signed_in,
    text,
)
from tests.factories import (
    START,
    change_person,
    make_member,
    make_participant,
    make_participants,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

OVERRIDE = "Lock (only admins can change)"


@pytest.fixture
def lesson() -> LiveSession:
    """Ana was there, Ben and Cem were not; calculated."""
    session, [ana, *_others] = make_lesson("Ana Ben Cem")
    be_there(session, ana)
    calculate(session)
    return session


@pytest.fixture
def organizer(lesson: LiveSession) -> User:
    return organizer_of(lesson, first_name="Amal", last_name="Hadid")


def named(session: LiveSession, name: str) -> Participant:
    return session.event.participants.get(person__name=name)


def send(
    session: LiveSession, user: User, what: str, query: str = "", **fields: Any
) -> tuple[str, str]:
    """Where one lands, and what the page then says happened."""
    client = signed_in(user)
    with time_machine.travel(AFTERWARDS, tick=False):
        answer = client.post(
            f"/sessions/{session.pk}/{what}/{query}", fields, follow=True
        )
    [(address, _status)] = answer.redirect_chain
    [said] = re.findall(r'<p class="message \w+">(.*?)</p>', answer.content.decode())
    return address, html.unescape(said).replace("\u2068", "").replace("\u2069", "")


def say(
    session: LiveSession, user: User, names: str, status: str, **fields: Any
) -> str:
    people = [named(session, name).pk for name in names.split()]
    _, said = send(session, user, "mark", participant=people, status=status, **fields)
    return said


def status_of(session: LiveSession, name: str) -> tuple[str, str | None]:
    row = Attendance.objects.get(session=session, participant__person__name=name)
    return row.status, row.source


def mark_as(
    session: LiveSession,
    name: str,
    status: str,
    by: User,
    source: str = "manual",
) -> AttendanceChange:
    place, person = Place(session.event, session), named(session, name)
    mark(place, [Mark(person, status)], source=source, by=by, now=AFTERWARDS)
    return AttendanceChange.objects.latest("pk")


# Marking


def test_a_mark_stands_in_the_row_with_who_when_why_and_what_was_computed(
    lesson: LiveSession, organizer: User
) -> None:
    said = say(lesson, organizer, "Ben", "excused", reason="Ill, called in.")
    assert said == "Ben is marked: excused."
    row = text(row_of(get(lesson), "Ben"))
    assert (
        "Excused: marked by Amal Hadid at 12:00: “Ill, called in.” Calculated: absent."
    ) in row
    assert "excused marked by hand" in row


def test_after_a_mark_the_page_shows_that_row_and_the_same_people(
    lesson: LiveSession, organizer: User
) -> None:
    ben = named(lesson, "Ben")
    address, _ = send(
        lesson,
        organizer,
        "mark",
        "?status=absent&q=b",
        participant=ben.pk,
        status="late",
    )
    assert address == f"/sessions/{lesson.pk}/?status=absent&q=b#p{ben.pk}"
    assert f'id="p{ben.pk}"' in get(lesson)


def test_many_are_marked_at_once_with_one_reason(
    lesson: LiveSession, organizer: User
) -> None:
    said = say(lesson, organizer, "Ben Cem", "excused", reason="Bus strike")
    assert said == "2 people are marked: excused."
    assert status_of(lesson, "Ben") == status_of(lesson, "Cem") == ("excused", "manual")
    changes = AttendanceChange.objects.filter(source="manual")
    assert {change.reason.text for change in changes} == {"Bus strike"}
    assert len({change.batch for change in changes}) == 1


def test_what_was_typed_for_a_refused_mark_of_several_is_kept_once(
    lesson: LiveSession, organizer: User
) -> None:
    """Also without anybody chosen, and with what cannot be; at its own place alone."""
    client = signed_in(organizer)
    other = make_session(lesson.event, starts_at=lesson.ends_at)
    sent = {"several": "1", "status": "", "reason": 'Trip "A"', "override": "on"}
    people = ["x", "-1", "9" * 40, str(named(lesson, "Ben").pk)]
    with time_machine.travel(AFTERWARDS, tick=False):

        def chosen(session: LiveSession) -> list[str]:
            page = client.get(f"/sessions/{session.pk}/").content.decode()
            box = r'name="participant" value="(\d+)" autocomplete="off"\s+checked>'
            typed = re.findall(r'name="reason"[^>]*value="([^"]*)"', page)
            return [*re.findall(box, page), *typed]

        def send_and_look(session: LiveSession, people: list[str]) -> list[str]:
            client.post(f"/sessions/{lesson.pk}/mark/", sent | {"participant": people})
            return chosen(session)

        reason = "Trip &quot;A&quot;"
        assert send_and_look(lesson, people) == [people[-1], reason]
        assert chosen(lesson) == []
        assert send_and_look(lesson, []) == [reason]
        assert send_and_look(other, people) == []


def test_a_reason_may_be_as_long_wherever_it_is_written(
    lesson: LiveSession, organizer: User
) -> None:
    reason = "x" * LONGEST_REASON
    said = say(lesson, organizer, "Ben", "excused", reason=reason)
    assert said == "Ben is marked: excused."
    page = get(lesson)
    assert set(re.findall(r'name="reason" maxlength="(\d+)"', page)) == {
        str(LONGEST_REASON)
    }
    fields = [
        MarkForm(None, event=lesson.event).fields["reason"],
        UndoForm(None, place=Place(lesson.event, lesson)).fields["reason"],
        admin_marking.AdminMarkForm().fields["reason"],
        CheckInSerializer().fields["notes"],
        MarkSerializer().fields["notes"],
        OneOfManySerializer().fields["notes"],
        UndoSerializer().fields["reason"],
    ]
    assert {getattr(field, "max_length", None) for field in fields} == {LONGEST_REASON}


def test_who_is_missing_is_filtered_and_all_shown_are_chosen_by_a_link(
    lesson: LiveSession,
) -> None:
    page = get(lesson, query="?status=absent")
    [link] = re.findall(r'href="([^"]*)" data-choose-all', page)
    assert html.unescape(link) == "?status=absent&choose=all#several"
    chosen = get(lesson, query="?status=absent&choose=all")
    assert people_of(chosen) == ["Ben", "Cem"]
    assert len(re.findall(r'form="several"[^>]*\schecked>', chosen)) == 2
    assert "<details open>" in chosen
    assert not re.search(r'form="several"[^>]*\schecked>', page)


def test_missing_are_the_absent_and_the_unknown_who_were_not_seen() -> None:
    session, [ana, *_others] = make_lesson("Ana Ben Cem Dan")
    be_there(session, ana)
    mark_as(session, "Cem", "absent", make_user())
    page = get(session)
    assert "Absent or not seen 3" in text(page)
    assert people_of(get(session, query="?who=missing")) == ["Ben", "Cem", "Dan"]
    calculate(session)
    # All of them are absent: the filter would say the same twice.
    assert "Absent or not seen" not in text(get(session))


def test_nobody_misses_a_session_that_has_not_begun() -> None:
    session, _ = make_lesson("Ana Ben")
    page = get(session, now=START - timedelta(hours=1))
    assert "Absent or not seen" not in text(page)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "late"}, "Nobody is selected. Tick at least one person."),
        ({"participant": "{Ben}"}, "Choose a status."),
        (
            {"participant": "{Ben}", "status": "unknown"},
            "Choose a status.",
        ),
        (
            {"participant": "{foreign}", "status": "late"},
            "Somebody you selected is not on the roster of this event.",
        ),
        (
            {"participant": "x", "status": "late"},
            "Somebody you selected is not on the roster of this event.",
        ),
        (
            {"participant": "{Ben}", "status": "late", "reason": "x" * 2001},
            "The reason is too long: at most 2000 characters.",
        ),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    lesson: LiveSession, organizer: User, fields: dict[str, str], said: str
) -> None:
    people = {one.name: one.pk for one in lesson.event.participants.all()}
    people["foreign"] = make_participant().pk
    sent = {name: value.format_map(people) for name, value in fields.items()}
    assert send(lesson, organizer, "mark", **sent)[1] == said
    assert status_of(lesson, "Ben") == ("absent", "livekit_auto")


def test_of_many_nobody_is_marked_where_an_override_stands(
    lesson: LiveSession, organizer: User
) -> None:
    admin = make_member(lesson.event.organization, Role.ADMIN)
    mark_as(lesson, "Cem", "excused", admin, "admin_override")
    assert say(lesson, organizer, "Ben Cem", "present") == (
        "Nobody was marked. The status of Cem is locked: only admins can change it."
    )
    assert status_of(lesson, "Ben") == ("absent", "livekit_auto")


def test_a_cancelled_session_offers_no_marks_and_says_why_it_takes_none(
    lesson: LiveSession, organizer: User
) -> None:
    lesson.cancelled_at = AFTERWARDS
    lesson.save()
    assert "Mark" not in text(get(lesson))
    assert say(lesson, organizer, "Ben", "late") == (
        "The session is cancelled. Restore it first."
    )


def test_people_can_be_marked_while_it_runs() -> None:
    session, _ = make_lesson("Ana")
    assert "Mark…" in text(get(session, now=RUNNING))


# Who may


def test_admins_override_and_organizers_are_not_offered_it(
    lesson: LiveSession, organizer: User
) -> None:
    admin = make_member(lesson.event.organization, Role.ADMIN)
    assert OVERRIDE in text(get(lesson, admin))
    assert OVERRIDE not in text(get(lesson, organizer))
    say(lesson, admin, "Ben", "excused", override="on")
    assert status_of(lesson, "Ben") == ("excused", "admin_override")
    client = signed_in(organizer)
    sent = {"participant": named(lesson, "Ana").pk, "status": "late", "override": "on"}
    assert client.post(f"/sessions/{lesson.pk}/mark/", sent).status_code == 403
    assert status_of(lesson, "Ana") == ("present", "livekit_auto")


def test_hosts_mark_in_their_own_sessions(lesson: LiveSession) -> None:
    host = make_participant(lesson.event, user=make_user(), role="host").user
    assert host is not None
    assert "Mark several…" in text(get(lesson, host))
    say(lesson, host, "Ben", "late")
    assert status_of(lesson, "Ben") == ("late", "manual")
    foreign, _ = make_lesson("Zoe")
    assert signed_in(host).post(f"/sessions/{foreign.pk}/mark/").status_code == 404


@pytest.mark.parametrize("who", ["viewer", "attendee"])
def test_who_only_reads_sees_no_controls(lesson: LiveSession, who: str) -> None:
    user = make_member(lesson.event.organization, Role.VIEWER)
    if who == "attendee":
        user = make_user()
        change_person(Participant.objects.get(person__name="Ben"), user=user)
    mark_as(lesson, "Ben", "excused", make_user())
    page = get(lesson, user)
    for control in ("Mark…", "Mark several", "Undo", 'type="checkbox"', "choose.js"):
        assert control not in page
    assert f'href="/participants/{named(lesson, "Ben").pk}/history/' in page


# Taking back


def undo(
    session: LiveSession, user: User, change: AttendanceChange, **fields: str
) -> str:
    return send(session, user, "undo", change=change.pk, **fields)[1]


def test_undo_says_beforehand_what_was_said_and_what_will_stand(
    lesson: LiveSession, organizer: User
) -> None:
    change = mark_as(lesson, "Ben", "excused", organizer)
    row = text(row_of(get(lesson, organizer), "Ben", with_controls=True))
    assert "excused (marked by hand). Before: absent (LiveKit)." in row
    assert "Undo After undoing: absent (LiveKit)" in row
    assert undo(lesson, organizer, change, reason="The wrong person") == (
        "Undone. Ben is now: absent."
    )
    assert status_of(lesson, "Ben") == ("absent", "livekit_auto")
    newest = AttendanceChange.objects.latest("pk")
    assert (newest.undoes, newest.reason.text) == (change, "The wrong person")


def afterwards(page: str, name: str) -> str:
    """What the row says will stand after undoing."""
    row = text(row_of(page, name, with_controls=True))
    return row.partition("After undoing: ")[2].partition(")")[0] + ")"


def test_undo_tells_of_every_kind_of_decision_what_really_comes(
    lesson: LiveSession, organizer: User
) -> None:
    place, other = Place(lesson.event, lesson), make_user()
    check_in(place, named(lesson, "Ben"), at=START, by=other, now=START)
    mark_as(lesson, "Ben", "excused", other)
    mark_as(lesson, "Ana", "late", other)
    mark_as(lesson, "Ana", "excused", other)
    check_in(place, named(lesson, "Cem"), at=START, by=other, now=START)
    page = get(lesson, organizer)
    told = {name: afterwards(page, name) for name in ("Ana", "Ben", "Cem")}
    assert told == {
        "Ana": "late (marked by hand)",
        "Ben": "present (check-in)",
        "Cem": "absent (LiveKit)",
    }
    for name, expected in told.items():
        newest = named(lesson, name).attendance_changes.latest("pk")
        undo(lesson, organizer, newest)
        row = Attendance.objects.get(session=lesson, participant__person__name=name)
        assert expected == f"{row.status} ({row.get_source_display()})"


def test_what_was_taken_back_can_be_brought_back(
    lesson: LiveSession, organizer: User
) -> None:
    undo(lesson, organizer, mark_as(lesson, "Ben", "excused", organizer))
    page = get(lesson, organizer)
    assert "Undone by \u2068Amal Hadid\u2069" in page
    assert afterwards(page, "Ben") == "excused (marked by hand)"
    undo(lesson, organizer, AttendanceChange.objects.latest("pk"))
    assert status_of(lesson, "Ben") == ("excused", "manual")


def test_a_check_in_outlives_the_undo_of_an_undo(
    lesson: LiveSession, organizer: User
) -> None:
    place, ben = Place(lesson.event, lesson), named(lesson, "Ben")
    check_in(place, ben, at=START, by=organizer, now=START)
    undo(lesson, organizer, mark_as(lesson, "Ben", "excused", organizer))
    assert status_of(lesson, "Ben") == ("present", "check_in")
    undo(lesson, organizer, AttendanceChange.objects.latest("pk"))
    assert status_of(lesson, "Ben") == ("excused", "manual")
    assert Attendance.objects.get(session=lesson, participant=ben).checked_in_at


def test_what_a_calculation_decided_has_nothing_to_undo(
    lesson: LiveSession, organizer: User
) -> None:
    assert "Undo" not in get(lesson, organizer)


def test_somebody_elses_newer_decision_is_not_undone_by_an_old_page(
    lesson: LiveSession, organizer: User
) -> None:
    old = mark_as(lesson, "Ben", "excused", organizer)
    mark_as(lesson, "Ben", "late", make_user())
    assert undo(lesson, organizer, old) == (
        "There is a newer decision. Undo that first, or mark the person again."
    )
    assert status_of(lesson, "Ben") == ("late", "manual")


def test_organizers_are_not_offered_to_undo_an_override(
    lesson: LiveSession, organizer: User
) -> None:
    admin = make_member(lesson.event.organization, Role.ADMIN)
    change = mark_as(lesson, "Ben", "excused", admin, "admin_override")
    assert "Undo" not in get(lesson, organizer)
    assert "Undo" in get(lesson, admin)
    answer = signed_in(organizer).post(
        f"/sessions/{lesson.pk}/undo/", {"change": change.pk}
    )
    assert answer.status_code == 403


def test_a_change_of_another_session_is_not_undone_here(
    lesson: LiveSession, organizer: User
) -> None:
    other, _ = make_lesson("Zoe")
    foreign = mark_as(other, "Zoe", "late", make_user())
    assert undo(lesson, organizer, foreign) == (
        "This page is out of date. Choose again what to undo."
    )
    assert status_of(other, "Zoe") == ("late", "manual")


# How much it costs


def test_thirty_marked_people_take_as_many_queries_as_three() -> None:
    counts = set()
    for number in (3, 30):
        names = [f"Person{index}" for index in range(number)]
        session, people = make_lesson(" ".join(names))
        by = make_user()
        for index, person in enumerate(people):
            be_there(session, person)
            if index % 2:
                check_in(Place(session.event, session), person, by=by, now=START)
        calculate(session)
        for name in names:
            mark_as(session, name, "late", by)
            mark_as(session, name, "excused", by)
        user = organizer_of(session)
        counts.add(queries(signed_in(user), f"/sessions/{session.pk}/"))
    assert len(counts) == 1
    assert counts.pop() <= 20


def test_as_many_people_are_marked_on_a_page_as_over_rest(
    lesson: LiveSession, organizer: User
) -> None:
    people = make_participants(lesson.event, [f"Person {n}" for n in range(1200)])
    sent = {"participant": [one.pk for one in people], "status": "present"}
    answer = signed_in(organizer).post(f"/sessions/{lesson.pk}/mark/", sent)
    assert answer.status_code == 302
    assert lesson.attendances.filter(status="present").count() == 1201
