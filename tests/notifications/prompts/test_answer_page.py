"""The page of an answer: without signing in, cookies, or a script."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import (
    LONGEST_REASON,
    Attendance,
    Contest,
    Feedback,
    OwnAnswer,
    Status,
)
from attendance.signals import own_answer_given
from core.errors import Conflict
from events.models import (
    EventState,
    Participant,
    ParticipantRole,
    Registration,
)
from events.people.services import update_person
from notifications.models import AttendancePrompt, PromptOptOut, PromptToken
from tests.attendance.pages import be_there, calculate, text
from tests.factories import (
    change_person,
    make_attendance,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)
from tests.notifications.prompts.asked import Asked, ask, event_over

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-11-18T21:00:00+00:00")
ANSWER = {"attended": "yes", "rating": "4", "text": "More tea,\r\nplease."}
HOW = {"rating": "4"}


def send(asked: Asked, **data: Any) -> Any:
    """What a browser without cookies gets that sends the form."""
    return Client(enforce_csrf_checks=True).post(asked.path, data)


def shown(asked: Asked, query: str = "") -> str:
    answer = Client().get(asked.path + query)
    assert answer.status_code == 200
    return answer.content.decode()


def chosen(page: str) -> list[str]:
    """The values of the radios that are checked."""
    inputs = [part.partition(">")[0] for part in page.split("<input ")[1:]]
    return [
        each.partition('value="')[2].partition('"')[0]
        for each in inputs
        if 'type="radio"' in each and "checked" in each
    ]


@pytest.fixture
def asked() -> Asked:
    return ask()


@pytest.fixture
def seen() -> Asked:
    """Somebody whom LiveKit saw."""
    event = event_over()
    session = make_session(event, starts_at=event.starts_at)
    place = make_participant(event, name="Amal", email="amal@example.com")
    be_there(session, place)
    calculate(session, session.ends_at + timedelta(minutes=10))
    return ask(place)


# --- Answering ------------------------------------------------------------------------


def test_one_post_keeps_answer_stars_and_text(asked: Asked) -> None:
    assert send(asked, **ANSWER)["Location"] == asked.path
    decision = Attendance.objects.get()
    assert (decision.status, decision.source) == (Status.PRESENT, "self_reported")
    assert OwnAnswer.objects.get().actor is None
    feedback = Feedback.objects.get()
    assert (feedback.rating, feedback.text) == (4, "More tea,\nplease.")
    assert AttendancePrompt.objects.get().answered_at
    page = shown(asked)
    assert chosen(page) == ["yes", "4"]
    assert "More tea,\nplease." in page
    assert "Your answer is saved: you were there." in text(page)


@pytest.mark.parametrize(
    ("query", "radios"),
    [
        ("?answer=yes", ["yes", ""]),
        ("?answer=no", ["no", ""]),
        ("?stars=4", ["yes", "4"]),
        ("?stars=6&answer=maybe", [""]),
        ("", [""]),
    ],
)
def test_the_choice_of_the_mail_is_chosen_already(
    asked: Asked, query: str, radios: list[str]
) -> None:
    assert chosen(shown(asked, query)) == radios


def test_it_can_be_changed_until_14_days_are_over(asked: Asked) -> None:
    send(asked, **ANSWER)
    over = asked.place.event.end + timedelta(days=14)
    with time_machine.travel(over - timedelta(seconds=1), tick=False):
        send(asked, attended="no")
        page = shown(asked)
        assert chosen(page)[0] == "no"
        assert "you were not there" in text(page)
    assert Attendance.objects.get().status == Status.ABSENT
    with time_machine.travel(over, tick=False):
        assert Client().get(asked.path).status_code == 404
        assert send(asked, attended="yes").status_code == 404
    assert OwnAnswer.objects.count() == 2


def test_of_yes_and_no_within_seconds_the_later_counts(asked: Asked) -> None:
    send(asked, attended="yes")
    send(asked, attended="no")
    assert Attendance.objects.get().status == Status.ABSENT
    assert [a.attended for a in OwnAnswer.objects.order_by("pk")] == [True, False]


def test_who_says_no_is_not_asked_how_it_was(asked: Asked) -> None:
    assert send(asked, attended="no", rating="4", text="Nice").status_code == 302
    assert not Feedback.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({}, "attended", "Choose one of the two."),
        ({"rating": "4"}, "attended", "Choose one of the two."),
        ({"attended": "maybe"}, "attended", "Choose one of the two."),
        ({"attended": "yes", "rating": "6"}, "rating", "Give one to five stars."),
        ({"attended": "yes", "text": "Tea"}, "rating", "Give stars, too"),
        (
            {**ANSWER, "text": "a" * (LONGEST_REASON + 1)},
            "text",
            f"at most {LONGEST_REASON} characters",
        ),
        ({**ANSWER, "text": "a\0b"}, "text", "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_done(
    asked: Asked, sent: dict[str, str], field: str, said: str
) -> None:
    answer = send(asked, **sent, privacy="True")
    assert answer.status_code == 200
    page = answer.content.decode()
    error = page.partition(f'id="id_{field}_error"')[2].partition("</div>")[0]
    assert said in error
    assert 'role="alert"' in page
    assert not OwnAnswer.objects.exists()
    assert not Feedback.objects.exists()
    assert Participant.objects.get().show_on_profile


def test_a_refusal_undoes_all_of_a_post(asked: Asked) -> None:
    """Feedback is refused after the answer was taken: hosts give none."""
    Participant.objects.update(role=ParticipantRole.HOST)
    page = shown(asked)
    assert 'name="rating"' not in page
    Participant.objects.update(
        role=ParticipantRole.ATTENDEE,
        registration=Registration.CANCELLED,
        cancelled_at=asked.place.event.starts_at - timedelta(days=1),
        enrolled=[],
    )
    answer = send(asked, **ANSWER, privacy="True")
    assert answer.status_code == 409
    assert "not registered" in answer.content.decode()
    assert chosen(answer.content.decode()) == ["yes", "4"]
    assert not OwnAnswer.objects.exists()
    assert Participant.objects.get().show_on_profile


def test_nor_is_half_of_it_kept_when_the_other_half_fails(asked: Asked) -> None:
    told = []

    def refuse_the_second(**_news: object) -> None:
        told.append(OwnAnswer.objects.count())
        if len(told) > 1:
            raise Conflict("refused", "Not now.")

    own_answer_given.connect(refuse_the_second)
    try:
        assert send(asked, **ANSWER).status_code == 409
    finally:
        own_answer_given.disconnect(refuse_the_second)
    assert told == [1, 1]
    assert not OwnAnswer.objects.exists()
    assert not Feedback.objects.exists()


# --- Only how it was ------------------------------------------------------------------


def test_who_was_seen_reads_what_is_recorded_and_is_asked_only_how_it_was(
    seen: Asked,
) -> None:
    page = shown(seen)
    assert "How was" in page
    assert 'name="attended"' not in page
    assert "Present: 60 of 60 minutes" in text(page)
    assert send(seen, **HOW).status_code == 302
    assert Feedback.objects.get().rating == 4
    assert not OwnAnswer.objects.exists()


def test_they_contest_what_is_recorded_right_there_and_are_led_nowhere_else(
    seen: Asked,
) -> None:
    """The mail may have been forwarded, and personal links end never."""
    decision = Attendance.objects.get(status=Status.PRESENT, session__isnull=False)
    page = shown(seen)
    assert "/p/" not in page
    assert "Is this wrong?" in page
    said = {"do": "contest", "decision": str(decision.pk)}
    assert "This field is required." in send(seen, **said, text=" ").content.decode()
    assert send(seen, **said, text="x" * (LONGEST_REASON + 1)).status_code == 200
    assert not Contest.objects.exists()
    assert send(seen, **said, text="I left early.").status_code == 302
    contest = Contest.objects.get()
    assert (contest.attendance, contest.contested_by) == (decision, None)
    assert contest.text == "I left early."
    assert "It is not settled yet." in text(shown(seen))
    again = send(seen, **said, text="Once more.")
    assert again.status_code == 409
    assert "You have said so already" in text(again.content.decode())


@pytest.mark.parametrize("decision", ["", "0", "x", "9" * 30, "theirs"])
def test_nobody_contests_what_is_recorded_of_others(seen: Asked, decision: str) -> None:
    other = make_attendance(
        make_participant(seen.place.event, name="Ben"), status="absent"
    )
    pk = str(other.pk) if decision == "theirs" else decision
    said = {"do": "contest", "decision": pk, "text": "No."}
    assert send(seen, **said).status_code == 404
    assert not Contest.objects.exists()


def test_they_are_told_that_stars_are_missing(seen: Asked) -> None:
    page = send(seen, text="Nice").content.decode()
    assert "Give one to five stars." in page
    assert not Feedback.objects.exists()


def test_what_counts_is_what_is_known_now(asked: Asked) -> None:
    assert 'name="attended"' in shown(asked)
    by = make_member(asked.place.event.organization)
    place = Place(asked.place.event, None)
    mark(place, [Mark(asked.place, "present")], by=by, now=timezone.now())
    assert 'name="attended"' not in shown(asked)


def test_whoever_was_excused_reads_that_and_may_still_say_that_they_came(
    asked: Asked,
) -> None:
    by = make_member(asked.place.event.organization)
    place = Place(asked.place.event, None)
    mark(place, [Mark(asked.place, "excused", "Ill")], by=by, now=timezone.now())
    page = shown(asked)
    assert "Excused" in text(page)
    assert 'name="attended"' in page
    send(asked, attended="yes")
    assert Attendance.objects.get().status == Status.EXCUSED
    assert "Your answer is saved: you were there." in text(shown(asked))


# --- Privacy --------------------------------------------------------------------------


def test_they_choose_who_may_see_it_with_the_answer_or_alone(asked: Asked) -> None:
    send(asked, attended="yes", privacy="True", show_to_other_orgs="on")
    place = Participant.objects.get()
    assert (place.show_on_profile, place.show_to_other_orgs) == (False, True)
    send(asked, do="privacy", privacy="True", show_on_profile="on")
    place.refresh_from_db()
    assert (place.show_on_profile, place.show_to_other_orgs) == (True, False)
    assert OwnAnswer.objects.count() == 1


def test_a_post_without_the_boxes_leaves_privacy_alone(asked: Asked) -> None:
    send(asked, attended="yes")
    assert Participant.objects.get().show_on_profile


# --- Not now --------------------------------------------------------------------------


def test_they_are_asked_again_tomorrow_on_their_clocks() -> None:
    with time_machine.travel(NOW, tick=False):
        asked = ask(time_zone="America/New_York")
        page = text(shown(asked))
        assert "Not now: ask me again tomorrow at 9:00" in page
        assert "Thu 19 Nov 2026, 09:00 (America/New_York)" in page
        assert send(asked, do="snooze")["Location"] == asked.path
        again = AttendancePrompt.objects.get(number=2)
        assert again.due_at == datetime.fromisoformat("2026-11-19T09:00-05:00")
        page = text(shown(asked))
        assert "You will be asked once more: Thu 19 Nov 2026, 09:00" in page
        assert "Not now" not in page
        answer = send(asked, do="snooze")
    assert answer.status_code == 409
    assert "not be asked a third time" in answer.content.decode()
    assert AttendancePrompt.objects.count() == 2


def test_before_nine_it_is_still_today() -> None:
    with time_machine.travel(NOW, tick=False):
        asked = ask(time_zone="Asia/Tokyo")
        assert "ask me again today at 9:00" in text(shown(asked))


def test_it_is_not_offered_to_who_answered_or_when_it_would_be_too_late(
    asked: Asked,
) -> None:
    late = asked.place.event.end + timedelta(days=14, minutes=-1)
    with time_machine.travel(late, tick=False):
        assert "Not now" not in shown(asked)
    send(asked, attended="yes")
    assert "Not now" not in shown(asked)


# --- Links ----------------------------------------------------------------------------


def dead(asked: Asked) -> dict[str, str]:
    """The paths of links that open nothing any more, by what became of them."""
    deleted, revoked, moved, cancelled = (
        ask(make_participant(event_over())) for _number in range(4)
    )
    PromptToken.objects.filter(participant=deleted.place).delete()
    PromptToken.objects.filter(participant=revoked.place).update(
        revoked_at=timezone.now()
    )
    new_mailbox = {"email": "new@example.com"}
    update_person(person=moved.place.person, changes=new_mailbox, by=None)
    cancelled.place.event.state = EventState.CANCELLED
    cancelled.place.event.save()
    over = asked.place.event
    over.starts_at, over.ends_at = (
        timezone.now() - timedelta(days=days) for days in (15, 14)
    )
    over.save()
    return {
        "unknown": "/a/none/",
        "deleted": deleted.path,
        "revoked": revoked.path,
        "of an old mailbox": moved.path,
        "cancelled": cancelled.path,
        "over": asked.path,
    }


def test_links_that_do_not_work_look_alike_and_say_whom_to_ask(asked: Asked) -> None:
    answers = []
    for what, path in dead(asked).items():
        answers += [Client().get(path), Client().post(path, ANSWER)]
        if what != "cancelled":
            stop = path.replace("/a/", "/u/")
            answers += [Client().get(stop), Client().post(stop)]
    assert {answer.status_code for answer in answers} == {404}
    [page] = {answer.content for answer in answers}
    assert "Ask the organizers of the event, or whoever runs" in text(page.decode())
    assert not OwnAnswer.objects.exists()
    assert not PromptOptOut.objects.exists()


def test_the_page_is_kept_nowhere_and_tells_nobody_its_address(asked: Asked) -> None:
    for path in (asked.path, asked.stop, "/a/none/", "/u/none/"):
        for answer in (Client().get(path), Client().head(path)):
            assert "no-store" in answer["Cache-Control"]
            assert answer["Referrer-Policy"] == "no-referrer"
            assert answer["X-Robots-Tag"] == "noindex, nofollow"
            assert "Set-Cookie" not in answer


def test_nothing_of_whoever_is_signed_in_is_used(asked: Asked) -> None:
    client = Client()
    client.force_login(make_user(first_name="Signed", last_name="In"))
    assert "Signed In" not in client.get(asked.path).content.decode()
    client.post(asked.path, {"attended": "yes"})
    assert OwnAnswer.objects.get().actor is None


def test_names_are_text_on_it(asked: Asked) -> None:
    change_person(asked.place, name="<b>Amal</b>")
    asked.place.event.title = "<script>alert(1)</script>"
    asked.place.event.save()
    page = shown(asked)
    assert "<script>alert" not in page
    assert "<bdi>&lt;b&gt;Amal&lt;/b&gt;</bdi>" in page


def test_it_is_in_the_language_of_the_person() -> None:
    asked = ask(language="ar")
    assert '<html lang="ar" dir="rtl">' in shown(asked)
    answer = Client(headers={"Accept-Language": "en"}).get(asked.path)
    assert '<html lang="en" dir="ltr">' in answer.content.decode()


def test_a_course_tells_the_result_of_all_its_sessions() -> None:
    event = make_event(
        title="Course",
        starts_at=timezone.now() - timedelta(days=7),
        ends_at=timezone.now() - timedelta(hours=2),
    )
    for days in (7, 1):
        make_session(event, starts_at=timezone.now() - timedelta(days=days))
    asked = ask(make_participant(event))
    page = shown(asked)
    assert "How was" in page
    assert 'name="attended"' not in page


def test_who_was_seen_is_never_asked_whether_they_came(seen: Asked) -> None:
    organization = seen.place.event.organization
    organization.asks_how_it_was = False
    organization.save()
    page = shown(seen)
    assert "Were you at" not in page
    assert 'name="attended"' not in page
