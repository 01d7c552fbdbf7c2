"""Who somebody unmatched was, said on the page of the report."""

import html
import re

import pytest
import time_machine

from attendance.models import Attendance
from events.models import KnownIdentity, Participant, Registration, Role
from sessions_app.models import LiveSession
from tests.attendance.pages import (
    AFTERWARDS,
    be_there,
    calculate,
    get,
    make_lesson,
    organizer_of,
    row_of,
    signed_in,
    text,
    try_in_vain,
)
from tests.factories import (
    START,
    change_person,
    make_connection,
    make_event,
    make_link,
    make_member,
    make_participant,
    make_session,
)

pytestmark = pytest.mark.django_db

GUEST = "guest-7f3a"


@pytest.fixture
def lesson() -> LiveSession:
    """Ana was there; so was somebody called Lina whom nobody knows."""
    session, [ana, _lina] = make_lesson("Ana Lina")
    be_there(session, ana)
    be_there(session, None, (4, 52), identity=GUEST, name="Lina")
    calculate(session)
    return session


@pytest.fixture
def lina(lesson: LiveSession) -> Participant:
    return lesson.event.participants.get(person__name="Lina")


def say(
    session: LiveSession, what: str = "link", /, **fields: object
) -> tuple[str, str]:
    """The page afterwards, and what it says happened."""
    fields.setdefault("identity", GUEST)
    client = signed_in(organizer_of(session))
    path = f"/sessions/{session.pk}/unmatched/{what}/"
    with time_machine.travel(AFTERWARDS, tick=False):
        answer = client.post(path, fields, follow=True)
    assert answer.redirect_chain == [(f"/sessions/{session.pk}/", 302)]
    page = answer.content.decode()
    [said] = re.findall(r'<p class="message \w+">(.*?)</p>', page)
    return page, html.unescape(said).replace("\u2068", "").replace("\u2069", "")


def strangers_of(page: str) -> str:
    """What the page says of people off the roster."""
    return page.partition('id="strangers"')[2]


def options_of(page: str) -> list[tuple[str, bool]]:
    """Whom the first stranger can be said to be, and who is chosen already."""
    [select] = re.findall(r"<select.*?</select>", strangers_of(page), re.DOTALL)[:1]
    return [
        (html.unescape(label), bool(selected))
        for selected, label in re.findall(
            r'<option value="\d*"( selected)?>(.*?)</option>', select
        )
    ]


# What is offered


def test_each_stranger_can_be_somebody_on_the_roster_or_a_walk_in(
    lesson: LiveSession,
) -> None:
    page = strangers_of(get(lesson))
    assert text(page).count("This is …") == 1
    assert f'action="/sessions/{lesson.pk}/unmatched/link/"' in page
    assert page.count(f'name="identity" value="{GUEST}"') == 2
    assert re.search(r'<input id="name-1" name="name" value="Lina"', page)
    assert "for future ones" in text(page)


def test_who_it_probably_was_is_chosen_already_and_the_reason_said(
    lesson: LiveSession,
) -> None:
    page = get(lesson)
    said = text(strangers_of(page)).replace("\u2068", "").replace("\u2069", "")
    assert "Looks like Lina: same name" in said
    assert options_of(page) == [("Lina", True), ("Ana", False), ("Lina", False)]


def test_without_a_guess_nobody_is_chosen(lesson: LiveSession) -> None:
    change_person(lesson.event.participants.get(person__name="Lina"), name="Zayd")
    page = get(lesson)
    assert "Looks like" not in page
    assert options_of(page) == [("Choose", False), ("Ana", False), ("Zayd", False)]


def test_part_of_a_name_is_said_to_be_that(lesson: LiveSession) -> None:
    change_person(
        lesson.event.participants.get(person__name="Lina"), name="Lina Haddad"
    )
    assert "Lina Haddad\u2069: similar name" in get(lesson)


@pytest.mark.parametrize(
    ("registration", "label"),
    [
        (Registration.CANCELLED, "Lina (cancelled)"),
        (Registration.VIEWED, "Lina (only viewed the event)"),
        (Registration.WAITLISTED, "Lina (on the waiting list)"),
    ],
)
def test_whoever_was_not_expected_can_be_chosen_and_is_marked(
    lesson: LiveSession, registration: str, label: str
) -> None:
    is_cancelled = registration == Registration.CANCELLED
    lesson.event.participants.filter(person__name="Lina").update(
        registration=registration, cancelled_at=START if is_cancelled else None
    )
    assert options_of(get(lesson))[0] == (label, True)


def test_whoever_cancelled_and_came_is_recognized_by_their_own_identity() -> None:
    session, [ben] = make_lesson("Ben")
    Participant.objects.update(registration=Registration.CANCELLED, cancelled_at=START)
    be_there(session, ben, name="somebody")
    calculate(session)
    page = get(session)
    assert "Ben\u2069: joined with their own link, but is not registered" in page
    assert options_of(page)[0] == ("Ben (cancelled)", True)


def test_people_of_the_same_name_are_told_apart(lesson: LiveSession) -> None:
    change_person(
        lesson.event.participants.get(person__name="Lina"), email="one@example.com"
    )
    make_participant(lesson.event, name="Lina", email="two@example.com")
    labels = [label for label, _ in options_of(get(lesson))]
    assert labels == [
        "Choose",
        "Ana",
        "\u2068Lina <one@example.com>\u2069",
        "\u2068Lina <two@example.com>\u2069",
    ]


def test_whoever_is_known_from_elsewhere_is_a_walk_in_by_that_name(
    lesson: LiveSession,
) -> None:
    other = make_event(lesson.event.organization, title="Geometry")
    person = make_participant(other, name="Nadia Haddad", email="nadia@example.com")
    make_link(person, GUEST)
    change_person(lesson.event.participants.get(person__name="Lina"), name="Zayd")
    page = strangers_of(get(lesson))
    said = text(page).replace("\u2068", "").replace("\u2069", "")
    assert "Known as Nadia Haddad from Geometry, but not on this roster" in said
    assert 'name="name" value="Nadia Haddad"' in page
    assert 'type="email" value="nadia@example.com"' in page


def test_whoever_tried_in_vain_can_be_named_too(lesson: LiveSession) -> None:
    try_in_vain(lesson, "lost-phone", 3)
    assert get(lesson).count('name="identity" value="lost-phone"') == 2


def test_nothing_can_be_said_of_somebody_without_an_identity() -> None:
    session, _ = make_lesson("Ana")
    make_connection(session, identity=None, left_at=session.ends_at)
    page = get(session)
    assert "Seen, but not on the roster (1)" in text(page)
    assert "<details" not in strangers_of(page)


@pytest.mark.parametrize("who", ["viewer", "host"])
def test_viewers_and_hosts_are_asked_nothing_and_learn_no_guess(
    lesson: LiveSession, who: str
) -> None:
    user = make_member(lesson.event.organization, Role.VIEWER)
    if who == "host":
        user = make_member(make_event().organization)
        make_participant(lesson.event, user=user, role="host", name="Host")
    page = get(lesson, user)
    assert "not on the roster" in page
    assert "<details" not in strangers_of(page)
    for hidden in ("unmatched/link", "Looks like", GUEST, "remembered"):
        assert hidden not in page


# Saying it


def test_saying_who_it_was_moves_them_into_the_report(
    lesson: LiveSession, lina: Participant
) -> None:
    page, said = say(lesson, participant=lina.pk)
    assert said == "Linked to Lina, also for future sessions."
    row = row_of(page, "Lina")
    assert "48 min" in text(row)
    assert "Seen as “ Lina ” Unlink" in text(row)
    assert "not on the roster" not in text(page)
    assert Attendance.objects.get(participant=lina).status == "present"


def test_it_is_remembered_for_the_next_session(
    lesson: LiveSession, lina: Participant
) -> None:
    say(lesson, participant=lina.pk)
    following = make_session(lesson.event)
    be_there(following, None, (0, 60), identity=GUEST, name="Lina")
    calculate(following)
    page = get(following)
    assert "60 min" in text(row_of(page, "Lina"))
    assert "not on the roster" not in text(page)


def test_a_walk_in_joins_the_roster(lesson: LiveSession) -> None:
    page, said = say(lesson, name="Lina Omar", email="lina.omar@example.com")
    assert said.startswith("Linked to Lina Omar")
    assert "48 min" in text(row_of(page, "Lina Omar"))
    person = lesson.event.participants.get(person__name="Lina Omar")
    assert (person.registration, person.email) == ("walk_in", "lina.omar@example.com")


def test_a_walk_in_needs_no_address(lesson: LiveSession) -> None:
    say(lesson, name=" Lina Omar ", email="")
    assert lesson.event.participants.get(person__name="Lina Omar").email == ""


def test_what_was_said_can_be_taken_back(
    lesson: LiveSession, lina: Participant
) -> None:
    page, _ = say(lesson, participant=lina.pk)
    assert f'action="/sessions/{lesson.pk}/unmatched/unlink/"' in page
    page, said = say(lesson, "unlink")
    assert said == "Unlinked. Choose below who it was."
    assert "Seen, but not on the roster (1)" in text(page)
    assert "Seen as" not in text(page)
    assert Attendance.objects.get(participant=lina).status == "absent"


def test_only_organizers_see_by_which_identities_somebody_was_seen(
    lesson: LiveSession, lina: Participant
) -> None:
    say(lesson, participant=lina.pk)
    page = get(lesson, make_member(lesson.event.organization, Role.VIEWER))
    assert "Seen as" not in page
    assert GUEST not in page


def test_a_name_cannot_write_markup_into_the_forms(lesson: LiveSession) -> None:
    name = "<script>x</script>"
    change_person(lesson.event.participants.get(person__name="Lina"), name=name)
    be_there(lesson, None, (5, 9), identity='"><script>', name=name)
    page = get(lesson)
    assert "<script>" not in page
    assert (name, False) in options_of(page)


# Refusals


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose the person from the roster."),
        ({"participant": ""}, "Choose the person from the roster."),
        (
            {"participant": "99999999999999999999"},
            "This person is not on the roster of this event: choose again.",
        ),
        (
            {"participant": "Lina"},
            "This person is not on the roster of this event: choose again.",
        ),
        ({"name": " "}, "Enter the person's name."),
        ({"name": "L" * 201}, "The name is too long: at most 200 characters."),
        (
            {"name": "Lina \u202egpj"},
            "A hidden character (U+202E) changes the direction of the text. "
            "Delete it, or type everything again.",
        ),
        (
            {"name": "Lina", "email": "lina"},
            "This is not an email address. Correct it or leave it empty.",
        ),
        (
            {"name": "Lina", "email": f"{'l' * 250}@example.com"},
            "The address is too long: at most 254 characters.",
        ),
        (
            {"name": "ana", "email": "ANA@example.com"},
            "Ana is already on the roster.",
        ),
        (
            {"name": "Lina", "identity": "nobody"},
            "Nobody with this identity was seen in this session.",
        ),
        (
            {"name": "Lina", "identity": ""},
            "Choose the person again on this page.",
        ),
    ],
)
def test_a_refusal_says_what_to_do_and_changes_nothing(
    lesson: LiveSession, fields: dict[str, str], said: str
) -> None:
    change_person(
        lesson.event.participants.get(person__name="Ana"), email="ana@example.com"
    )
    assert say(lesson, **fields)[1] == said
    assert not KnownIdentity.objects.exists()
    assert lesson.event.participants.count() == 2


@pytest.mark.parametrize(
    ("fields", "to_blame"),
    [
        ({"name": "L" * 201, "email": "lina@example.com"}, "name"),
        ({"name": "Lina Omar", "email": "lina"}, "email"),
        ({"name": "Ana", "email": "ana@example.com"}, "name"),
    ],
)
def test_what_was_typed_for_a_refused_walk_in_stays_in_the_open_form(
    lesson: LiveSession, fields: dict[str, str], to_blame: str
) -> None:
    change_person(
        lesson.event.participants.get(person__name="Ana"), email="ana@example.com"
    )
    be_there(lesson, None, (4, 52), identity="another", name="Another")
    page, said = say(lesson, **fields)
    [form] = re.findall(r'<details name="desk-\d" open>.*?</details>', page, re.DOTALL)
    assert f'value="{GUEST}"' in form
    assert said in html.unescape(form).replace("\u2068", "").replace("\u2069", "")
    for name, value in fields.items():
        [field] = re.findall(rf'<input id="{name}-\d" [^>]*>', form)
        assert f'value="{value}"' in field
        assert ('aria-invalid="true"' in field) == (name == to_blame)


def test_a_refused_walk_in_is_shown_once_and_in_its_session_alone(
    lesson: LiveSession,
) -> None:
    client = signed_in(organizer_of(lesson))
    other = make_session(lesson.event)
    be_there(other, None, (4, 52), identity=GUEST, name="Lina")
    path = f"/sessions/{lesson.pk}/unmatched/link/"
    refused = {"identity": GUEST, "name": "Lina Omar", "email": "lina"}

    client.post(path, refused)
    assert "Lina Omar" not in client.get(f"/sessions/{other.pk}/").content.decode()

    client.post(path, refused)
    pages = [client.get(f"/sessions/{lesson.pk}/").content.decode() for _ in range(2)]
    assert ["Lina Omar" in page for page in pages] == [True, False]


def test_a_walk_in_begins_without_the_hidden_characters_of_a_shown_name(
    lesson: LiveSession,
) -> None:
    be_there(lesson, None, (4, 52), identity="another", name="gpj\u202e.Omar\x07")
    assert 'name="name" value="gpj.Omar"' in get(lesson)


def test_nobody_of_another_event_can_be_meant(lesson: LiveSession) -> None:
    other = make_participant(make_event(lesson.event.organization))
    _, said = say(lesson, participant=other.pk)
    assert said == "This person is not on the roster of this event: choose again."


def test_what_nobody_said_cannot_be_taken_back(lesson: LiveSession) -> None:
    _, said = say(lesson, "unlink")
    assert said == "This identity is not linked to anybody in this event."
