"""The whole history of a person's decisions, as people read it."""

import html
from datetime import timedelta

import pytest

from attendance.completion.completing import complete_event
from attendance.decisions.marking import Mark, mark
from attendance.decisions.marking_panel import MarkingPanel
from attendance.decisions.place import Place
from attendance.decisions.rights import Rights
from attendance.decisions.undoing import undo
from attendance.models import Attendance, AttendanceChange
from events.models import Participant, Role, User
from sessions_app.models import LiveSession
from tests.attendance.pages import (
    AFTERWARDS,
    be_there,
    calculate,
    make_lesson,
    queries,
    signed_in,
    text,
)
from tests.factories import (
    START,
    change_person,
    make_attendance_change,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson() -> LiveSession:
    """Ana was there; calculated."""
    session, [ana] = make_lesson("Ana")
    be_there(session, ana)
    calculate(session)
    return session


@pytest.fixture
def ana(lesson: LiveSession) -> Participant:
    return lesson.event.participants.get(person__name="Ana")


@pytest.fixture
def teacher() -> User:
    return make_user(first_name="Amal", last_name="Hadid")


def get(person: Participant, user: User | None = None, query: str = "") -> str:
    client = signed_in(user or make_member(person.event.organization))
    answer = client.get(f"/participants/{person.pk}/history/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def lines_of(page: str) -> list[str]:
    """What each line says, as they stand."""
    [_, *lines] = page.partition('<ol class="list history"')[2].split("<li>")
    return [text(line.partition("</li>")[0]) for line in lines]


def say(
    session: LiveSession | None, person: Participant, status: str, why: str, by: User
) -> AttendanceChange:
    place = Place(person.event, session)
    mark(place, [Mark(person, status, why)], by=by, now=AFTERWARDS)
    return AttendanceChange.objects.latest("pk")


def offered(person: Participant) -> str:
    """What the newest change about the event was, as whoever may undo it reads it."""
    place = Place(person.event, None)
    rights = Rights(reads_all=True, organizes=True, administers=True, hosts=False)
    decisions = Attendance.objects.filter(participant=person, session=None)
    return MarkingPanel(place, rights, list(decisions)).undoable[person.pk].done


def test_the_same_said_again_stands_there_with_its_reason(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    for reason in ("Came by train", "Came by bus"):
        place = Place(lesson.event, lesson)
        mark(place, [Mark(ana, "late", reason)], by=teacher, now=AFTERWARDS)
    page = text(get(ana))
    assert "Decided again: late “ Came by bus ” Amal Hadid" in page
    assert "present becomes late “ Came by train ” Amal Hadid" in page


def test_who_says_what_followed_or_was_computed_confirms_it_and_then_says_it_again(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    """Two sessions were marked, the event followed: nobody had said it of the event."""
    other = make_session(lesson.event, starts_at=START + timedelta(hours=2))
    for session in (lesson, other):
        say(session, ana, "present", "", teacher)
    complete_event(event=lesson.event, now=START + timedelta(days=1))
    say(None, ana, "present", "Seen by me", teacher)
    assert offered(ana).startswith("Confirmed by \u2068Amal Hadid\u2069")
    say(None, ana, "present", "By omar too", make_user("omar"))
    assert offered(ana).startswith("Decided again by \u2068omar\u2069")
    again, first, follows = lines_of(get(ana, query="?session=event"))
    assert "Decided again: present “ By omar too ”" in again
    assert "Confirmed: present “ Seen by me ”" in first
    assert "unknown becomes present calculated from the sessions" in follows


def test_what_was_restored_is_said_again_only_if_a_person_had_said_it(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    change = say(lesson, ana, "late", "", teacher)
    undo(change, reason="", by=teacher, now=AFTERWARDS)
    say(lesson, ana, "late", "", teacher)
    undo(say(lesson, ana, "absent", "", teacher), reason="", by=teacher, now=AFTERWARDS)
    say(lesson, ana, "late", "Once more", teacher)
    newest, *before = lines_of(get(ana))
    assert "Decided again: late “ Once more ”" in newest
    assert not any("again" in line or "Confirmed" in line for line in before)


def test_it_says_who_when_from_what_to_what_source_and_reason_newest_first(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    say(lesson, ana, "late", "Came by bus.", teacher)
    newest, first = lines_of(get(ana))
    assert "present becomes late “ Came by bus. ”" in newest
    assert newest.endswith("Amal Hadid marked by hand Quadratic equations")
    assert first.endswith(
        "unknown becomes present calculated LiveKit Quadratic equations"
    )


def test_what_was_taken_back_says_by_whom_and_what_took_it_back_says_so(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    change = say(lesson, ana, "late", "", teacher)
    undo(change, reason="Somebody else", by=make_user("omar"), now=AFTERWARDS)
    newest, marked, _calculated = lines_of(get(ana))
    assert "late becomes present Undoes the decision of" in newest
    assert "“ Somebody else ”" in newest
    assert "omar LiveKit" in newest
    assert "present becomes late Undone by omar ," in marked


def test_what_nobody_decided_says_how_it_came(
    lesson: LiveSession, ana: Participant
) -> None:
    absent = make_participant(make_event(lesson.event.organization), name="Ben")
    for event in (lesson.event, absent.event):
        complete_event(event=event, now=START + timedelta(days=1))
    newest, _ = lines_of(get(ana))
    assert newest.endswith("calculated from the sessions course result")
    [only] = lines_of(get(absent))
    assert "automatically, when the event was completed by default" in only


def test_it_is_filtered_by_what_it_is_about(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    other = make_session(lesson.event, title="Roots", starts_at=START)
    say(other, ana, "excused", "", teacher)
    say(None, ana, "excused", "", teacher)
    assert len(lines_of(get(ana))) == 3
    page = get(ana, query=f"?session={other.pk}")
    assert [line.endswith("Roots") for line in lines_of(page)] == [True]
    assert f'<option value="{other.pk}" selected>' in page
    [whole] = lines_of(get(ana, query="?session=event"))
    assert whole.endswith("course result")
    foreign = make_session(make_event()).pk
    assert len(lines_of(get(ana, query=f"?session={foreign}"))) == 3
    assert len(lines_of(get(ana, query="?session=x"))) == 3


def test_reasons_cannot_write_markup(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    say(lesson, ana, "late", "<script>alert(1)</script>", teacher)
    page = get(ana)
    assert "<script>" not in page
    assert html.escape("<script>alert(1)</script>") in page


def test_a_person_about_whom_nothing_is_decided_says_so() -> None:
    page = get(make_participant(name="Zoe"))
    assert "No decisions yet." in text(page)


@pytest.mark.parametrize("who", ["viewer", "host", "attendee"])
def test_the_entitled_read_it(
    lesson: LiveSession, ana: Participant, teacher: User, who: str
) -> None:
    say(lesson, ana, "late", "Came by bus.", teacher)
    user = make_user()
    if who == "viewer":
        user = make_member(lesson.event.organization, Role.VIEWER)
    elif who == "host":
        make_participant(lesson.event, user=user, role="host")
    else:
        change_person(Participant.objects.get(pk=ana.pk), user=user)
    assert "Came by bus." in get(ana, user)


def test_nobody_else_reads_it(lesson: LiveSession, ana: Participant) -> None:
    other = make_participant(lesson.event, user=make_user()).user
    stranger = make_member(make_event().organization, Role.OWNER)
    for user in (other, stranger):
        assert user is not None
        client = signed_in(user)
        assert client.get(f"/participants/{ana.pk}/history/").status_code == 404


def test_fifty_changes_take_as_many_queries_as_five(
    lesson: LiveSession, teacher: User
) -> None:
    counts = set()
    for number in (5, 50):
        person = make_participant(lesson.event)
        for index in range(number // 5):
            session = make_session(
                lesson.event, starts_at=START + timedelta(days=index, hours=number)
            )
            for status in ("late", "excused", "absent"):
                say(session, person, status, "Why", teacher)
            newest = AttendanceChange.objects.latest("pk")
            undo(newest, reason="No", by=teacher, now=AFTERWARDS)
            say(session, person, "present", "", teacher)
        client = signed_in(make_member(lesson.event.organization))
        path = f"/participants/{person.pk}/history/"
        counts.add(queries(client, path))
        assert len(lines_of(client.get(path).content.decode())) == number
    assert len(counts) == 1
    assert counts.pop() <= 12


def test_long_histories_come_in_pages(ana: Participant) -> None:
    for _ in range(51):
        make_attendance_change(ana)
    assert len(lines_of(get(ana))) == 50
    assert len(lines_of(get(ana, query="?page=2"))) == 2
