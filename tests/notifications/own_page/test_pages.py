"""The page of one's own record, and those around it."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from attendance.absences.announcing import announce
from attendance.absences.settling import settle as settle_absence
from attendance.contests.contesting import contest
from attendance.contests.contesting import settle as settle_contest
from attendance.decisions.answering import answer
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import Feedback, OwnAnswer
from events.models import Participant, User
from events.roster.personal_links import personal_path
from notifications.models import Notification, PromptOptOut
from notifications.prompts.opting_out import opt_out
from tests.attendance.absences.announced import Course
from tests.attendance.contests.contested import Contested
from tests.attendance.pages import be_there, calculate, queries, signed_in, text
from tests.factories import (
    make_event,
    make_notification,
    make_organization,
    make_participant,
    make_person,
    make_prompt,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def place(now: datetime) -> Participant:
    """Of somebody with an account who is asked about an event that is just over."""
    event = make_event(starts_at=now - timedelta(hours=4), title="Async Django")
    place = make_participant(event, name="Amal", user=make_user())
    make_notification(make_prompt(place))
    return place


def client_of(place: Participant) -> Client:
    assert place.user
    return signed_in(place.user)


def shown(user: User | None, path: str = "/me/") -> str:
    assert user
    page = signed_in(user).get(path)
    assert page.status_code == 200
    return page.content.decode()


def groups_of(page: str) -> dict[str, str]:
    """Each heading with the text of what stands under it."""
    sections = re.findall(
        r"<section[^>]*>\s*<h2[^>]*>(.*?)</h2>(.*?)</section>", page, re.S
    )
    return {text(title): text(content) for title, content in sections}


def bell_of(page: str) -> str:
    [bell] = re.findall(r'<a class="bell".*?</a>', page, re.S)
    return text(bell)


def answer_path(place: Participant) -> str:
    return f"/me/places/{place.pk}/"


# --- What is asked --------------------------------------------------------------------


def test_what_is_asked_stands_first_and_is_answered_right_there(
    place: Participant,
) -> None:
    page = shown(place.user)
    assert next(iter(groups_of(page))) == "Were you at “ Async Django ”?"
    assert f'action="{answer_path(place)}"' in page
    sent = client_of(place).post(answer_path(place), {"attended": "yes"})
    assert sent["Location"] == answer_path(place)
    assert OwnAnswer.objects.get().actor == place.user
    assert "Your answer is saved: you were there." in text(
        shown(place.user, answer_path(place))
    )
    assert "Were you at" not in shown(place.user)


def test_how_it_was_is_said_by_one_button(place: Participant, now: datetime) -> None:
    marks = [Mark(place, "present")]
    mark(Place(place.event, None), marks, by=make_user(), now=now)
    page = shown(place.user)
    assert '<button class="button" name="rating" value="4">' in page
    client_of(place).post(answer_path(place), {"rating": "4"})
    assert Feedback.objects.get().rating == 4


def test_an_answer_leaves_alone_who_may_see_it(place: Participant) -> None:
    client_of(place).post(answer_path(place), {"attended": "yes"})
    place.refresh_from_db()
    assert (place.show_on_profile, place.show_to_other_orgs) == (True, False)


def test_they_put_it_off_once(place: Participant) -> None:
    path = answer_path(place)
    assert "ask me again" in shown(place.user, path)
    client_of(place).post(path, {"do": "snooze"})
    assert place.prompts.filter(number=2).exists()
    assert "ask me again" not in shown(place.user, path)
    again = client_of(place).post(path, {"do": "snooze"})
    assert again.status_code == 409


def test_a_parent_is_asked_of_each_child_by_name(now: datetime) -> None:
    parent, event = make_user(), make_event(starts_at=now - timedelta(hours=4))
    for name in ("Amal", "Basil"):
        make_prompt(make_participant(event, name=name, user=parent))
    asked = [title for title in groups_of(shown(parent)) if title.startswith("Was")]
    assert [title.split()[1] for title in asked] == ["Basil", "Amal"]


def test_where_nothing_is_recorded_they_may_say_so(now: datetime) -> None:
    user = make_user()
    for hours, title in ((-4, "Just over"), (-24 * 20, "Long over"), (24, "Ahead")):
        event = make_event(starts_at=now + timedelta(hours=hours), title=title)
        make_participant(event, user=user)
    unsaid = groups_of(shown(user))["Nothing is recorded yet"]
    assert "Just over" in unsaid
    assert "Long over" not in unsaid
    assert "Ahead" not in unsaid


# --- What is recorded -----------------------------------------------------------------


def test_it_shows_status_evidence_and_sentence_and_the_way_to_correct(
    now: datetime,
) -> None:
    user = make_user()
    session = make_session(
        make_event(starts_at=now - timedelta(hours=4)),
        starts_at=now - timedelta(hours=4),
        title="Lesson 1",
    )
    place = make_participant(session.event, user=user)
    be_there(session, place, (0, 52))
    calculate(session, now)
    page = shown(user)
    recorded = groups_of(page)["What is recorded of you"]
    assert "Lesson 1 present" in recorded
    assert "Present: 52 of 60 minutes" in recorded
    assert '<svg class="bar"' in page
    assert f'href="{answer_path(place)}"' in page
    assert "Correct, or say how it was" in recorded
    assert f'href="/me/attendance/{place.attendances.get().pk}/contest/"' in page


def test_what_was_contested_stands_with_what_became_of_it() -> None:
    school = Contested()
    link = f'href="/me/attendance/{school.decision.pk}/contest/"'
    said = school.say("I sat in front.")
    page = shown(school.amal)
    assert "You said: I sat in front. It is not settled yet." in text(page)
    assert link not in page
    settle_contest(
        said, status="late", notes="So you did.", by=school.organizer, now=school.now
    )
    page = shown(school.amal)
    assert "marked late." in text(page)
    assert "The organizers say: So you did." in text(page)
    assert link in page
    place = school.place
    place.show_on_profile = True
    place.save()
    assert "I sat in front." not in shown(school.amal, "/me/profile/")


def test_what_was_announced_stands_with_what_became_of_it() -> None:
    course = Course()
    waits, refused = course.lessons
    _said, said = course.say(waits, refused)
    settle_absence(
        said, confirmed=False, with_others=False, by=course.organizer, now=course.now
    )
    told = groups_of(shown(course.amal))["Announced absences"]
    assert f"{waits.title} Not answered yet." in told
    assert f"{refused.title} Not confirmed: ask an organizer" in told


def test_after_14_days_only_who_may_see_it_is_changed(now: datetime) -> None:
    event = make_event(starts_at=now - timedelta(days=20))
    place = make_participant(event, user=make_user())
    marks = [Mark(place, "late")]
    mark(Place(event, None), marks, by=make_user(), now=now)
    recorded = groups_of(shown(place.user))["What is recorded of you"]
    assert "Correct" not in recorded
    page = shown(place.user, answer_path(place))
    assert "Answers count until 14 days after the end" in text(page)
    assert "Save my answer" not in page
    client, path = client_of(place), answer_path(place)
    assert client.post(path, {"rating": "4"}).status_code == 409
    client.post(path, {"do": "privacy", "privacy": "True", "show_to_other_orgs": "on"})
    place.refresh_from_db()
    assert (place.show_on_profile, place.show_to_other_orgs) == (False, True)


def test_each_place_of_an_account_leads_to_its_personal_page(now: datetime) -> None:
    parent = make_user()
    events = [make_event(), make_event(starts_at=now + timedelta(days=3))]
    children = [make_participant(event, user=parent) for event in events]
    other = make_participant(events[0])
    page = shown(parent)
    assert [personal_path(one) in page for one in (*children, other)] == [
        True,
        True,
        False,
    ]


def test_what_is_to_come_leads_to_where_one_says_that_one_will_miss_it(
    now: datetime,
) -> None:
    event = make_event(starts_at=now + timedelta(days=3))
    place = make_participant(event, user=make_user())
    path = f'href="/me/places/{place.pk}/absence/"'
    assert path in shown(place.user)
    make_session(event, starts_at=now - timedelta(hours=1))
    assert path not in shown(place.user)
    make_session(event, starts_at=now + timedelta(days=3))
    assert path in shown(place.user)


def test_nobody_opens_places_of_others(place: Participant) -> None:
    for user in (make_user(), make_user(is_superuser=True)):
        assert signed_in(user).get(answer_path(place)).status_code == 404


def test_it_reads_as_often_for_many_as_for_few(now: datetime) -> None:
    user = make_user()

    def add() -> None:
        organization = make_organization()
        person = make_person(organization, name="Amal", user=user)
        for hours in (-4, -30, 24):
            event = make_event(organization, starts_at=now + timedelta(hours=hours))
            place = make_participant(event, person=person)
            if hours == -4:
                make_notification(make_prompt(place))
            if hours == -30:
                session = make_session(event, starts_at=event.starts_at)
                be_there(session, place)
                calculate(session, now)
                decision = place.attendances.get(session=session)
                contest(decision, text="No.", by=user, now=now)
            if hours == 24:
                announce(place, sessions=[], reason="Ill.", by=user, now=now)

    add()
    few = queries(signed_in(user), "/me/")
    for _ in range(4):
        add()
    assert queries(signed_in(user), "/me/") == few


# --- The bell -------------------------------------------------------------------------


def test_the_bell_of_every_page_counts_what_is_new_in_words(
    place: Participant, now: datetime
) -> None:
    assert bell_of(shown(place.user, "/")) == "Notifications 1 new"
    answer(place, attended=True, by=None, now=now)
    assert bell_of(shown(place.user, "/")) == "Notifications"


def test_the_bell_costs_one_query_more_if_something_is_new(place: Participant) -> None:
    with_new = queries(client_of(place), "/account/")
    Notification.objects.all().delete()
    assert queries(client_of(place), "/account/") == with_new - 1


def test_notifications_lead_to_what_they_ask_and_are_read_at_once(
    place: Participant,
) -> None:
    page = shown(place.user, "/notifications/")
    assert f'href="{answer_path(place)}"' in page
    client_of(place).post("/notifications/read/")
    assert Notification.objects.get().read_at is not None
    page = shown(place.user, "/notifications/")
    assert bell_of(page) == "Notifications"
    assert "Mark all as read" not in page


def test_opening_notes_nothing_as_read(place: Participant) -> None:
    shown(place.user, "/notifications/")
    assert Notification.objects.get().read_at is None


# --- Settings -------------------------------------------------------------------------


def test_mails_are_switched_off_and_on() -> None:
    user = make_user()
    for sent, wants in (({}, False), ({"wants_prompts": "on"}, True)):
        signed_in(user).post("/me/mails/", sent)
        user.refresh_from_db()
        assert user.wants_prompts is wants


def test_what_their_address_has_stopped_is_taken_back_one_by_one() -> None:
    user = make_user(email_verified_at=timezone.now())
    organization = make_organization(name="Al-Noor")
    for stopped in (organization, None):
        opt_out(user.email, stopped)
    opt_out("other@example.com", organization)
    page = text(shown(user, "/me/mails/"))
    assert "All organizations here Undo Al-Noor Undo Al-Noor" in page
    signed_in(user).post("/me/mails/again/", {"of": str(organization.pk)})
    mine = PromptOptOut.objects.filter(folded_email=user.email)
    assert [row.organization for row in mine] == [None]
    signed_in(user).post("/me/mails/again/", {"of": "all"})
    assert PromptOptOut.objects.get().folded_email == "other@example.com"


def test_nobody_takes_back_what_an_address_stopped_that_they_never_confirmed() -> None:
    user = make_user()
    opt_out(user.email, None)
    assert "Undo" not in shown(user, "/me/mails/")
    signed_in(user).post("/me/mails/again/", {"of": "all"})
    assert PromptOptOut.objects.exists()


def test_they_see_what_others_see(now: datetime) -> None:
    place = make_participant(make_event(title="Shown"), name="Amal", user=make_user())
    hidden = make_event(place.event.organization, title="Hidden")
    other = make_participant(hidden, person=place.person, show_on_profile=False)
    for one in (place, other):
        marks = [Mark(one, "late", "My secret")]
        mark(Place(one.event, None), marks, by=make_user(), now=now)
    page = text(shown(place.user, "/me/profile/"))
    assert "Shown late" in page
    assert "Hidden" not in page
    assert "My secret" not in page


def test_a_parent_shows_nothing(now: datetime) -> None:
    parent = make_user()
    for name in ("Amal", "Basil"):
        place = make_participant(make_event(title="Shown"), name=name, user=parent)
        marks = [Mark(place, "late")]
        mark(Place(place.event, None), marks, by=make_user(), now=now)
    page = text(shown(parent, "/me/profile/"))
    assert "your account stands for several people" in page
    assert "Shown" not in page


def test_everything_is_a_file(place: Participant) -> None:
    answered: Any = client_of(place).get("/me/export/")
    assert answered["Content-Type"] == "application/json"
    assert answered["Content-Disposition"].startswith("attachment")
