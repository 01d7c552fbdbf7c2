"""Forms of organizations, events and rosters, as people use them."""

import re

import pytest
from django.test import Client

from events.invitations.answering import offered_people
from events.models import Event, EventState, Organization, Participant, Role
from tests.attendance.pages import signed_in, text
from tests.factories import (
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_user,
)
from tests.forms import assert_told, at, send, wrong

pytestmark = pytest.mark.django_db


# --- Organizations ------------------------------------------------------------------

SCHOOL = {"name": "Al-Noor Academy", "time_zone": "Asia/Riyadh", "language": "ar"}


def test_whoever_makes_an_organization_owns_it() -> None:
    user = make_user()
    answer = send(signed_in(user), "/organizations/new/", **SCHOOL)
    made = Organization.objects.get()
    assert answer["Location"] == f"/organizations/{made.pk}/"
    assert (made.name, made.slug) == ("Al-Noor Academy", "al-noor-academy")
    assert (made.time_zone, made.language) == ("Asia/Riyadh", "ar")
    assert made.memberships.get().user == user
    assert made.memberships.get().role == Role.OWNER


def test_a_zone_is_found_however_it_is_written() -> None:
    client = signed_in(make_user())
    send(client, "/organizations/new/", **SCHOOL | {"time_zone": "america/new york"})
    assert Organization.objects.get().time_zone == "America/New_York"


def test_an_unknown_zone_is_told_with_an_example() -> None:
    answer = send(
        signed_in(make_user()), "/organizations/new/", **SCHOOL | {"time_zone": "Riyad"}
    )
    assert wrong(answer) == {
        "time_zone": "“Riyad” is not a time zone. Write a name like Asia/Riyadh or UTC."
    }
    assert b'<option value="Asia/Riyadh">' in answer.content


def test_admins_change_an_organization_but_never_its_slug() -> None:
    organization = make_organization(slug="al-noor")
    client = signed_in(make_member(organization, Role.ADMIN))
    path = f"/organizations/{organization.pk}/settings/"
    assert b'name="slug"' not in client.get(path).content
    send(client, path, slug="other", **SCHOOL)
    organization.refresh_from_db()
    assert (organization.name, organization.slug) == ("Al-Noor Academy", "al-noor")


# --- Events -------------------------------------------------------------------------

COURSE = {"title": "Algebra", "starts_at": "2026-07-01T10:00", "time_zone": ""}


def berlin() -> tuple[Client, Organization]:
    organization = make_organization(time_zone="Europe/Berlin")
    return signed_in(make_member(organization)), organization


def test_times_are_on_the_clocks_of_the_organization_unless_another_zone_is_named() -> (
    None
):
    client, organization = berlin()
    answer = send(client, "/events/new/", **COURSE)
    event = Event.objects.get()
    assert answer["Location"] == f"/events/{event.pk}/"
    assert (event.organization, event.state) == (organization, EventState.DRAFT)
    assert event.time_zone == "Europe/Berlin"
    assert event.starts_at == at("2026-07-01T08:00Z")
    send(client, "/events/new/", **COURSE | {"title": "B", "time_zone": "Asia/Tokyo"})
    assert Event.objects.get(title="B").starts_at == at("2026-07-01T01:00Z")


def test_of_two_times_the_form_asks_which() -> None:
    client, _ = berlin()
    twice = COURSE | {"starts_at": "2026-10-25T02:30"}
    answer = send(client, "/events/new/", **twice)
    assert wrong(answer) == {
        "starts_at": "02:30 comes twice on this day, because the clocks go back. "
        "Choose which."
    }
    assert b'name="starts_at_which"' in answer.content
    assert b'name="ends_at_which"' not in answer.content
    send(client, "/events/new/", **twice, starts_at_which="1")
    event = Event.objects.get()
    assert event.starts_at == at("2026-10-25T01:30Z")
    page = client.get(f"/events/{event.pk}/edit/").content.decode()
    assert '<option value="1" selected>' in page


def test_whoever_organizes_in_several_organizations_says_in_which() -> None:
    user = make_user()
    one, other = (make_membership(user=user).organization for _ in range(2))
    foreign = make_organization()
    viewed = make_membership(user=user, role=Role.VIEWER).organization
    client = signed_in(user)
    page = client.get(f"/events/new/?organization={other.pk}").content.decode()
    assert f'<option value="{other.pk}" selected>' in page
    for not_theirs in (foreign, viewed):
        answer = send(client, "/events/new/", **COURSE, organization=not_theirs.pk)
        assert list(wrong(answer)) == ["organization"]
    send(client, "/events/new/", **COURSE, organization=one.pk)
    assert Event.objects.get().organization == one


def test_what_nobody_touched_stays_to_the_microsecond() -> None:
    client, organization = berlin()
    exact = at("2026-10-25T01:30:12.345678Z")
    event = make_event(
        organization, starts_at=exact, ends_at=None, time_zone="Europe/Berlin"
    )
    path = f"/events/{event.pk}/edit/"
    page = client.get(path).content.decode()
    assert 'value="2026-10-25T02:30"' in page
    same = {
        "starts_at": "2026-10-25T02:30",
        "starts_at_which": "1",
        "time_zone": "Europe/Berlin",
    }
    assert send(client, path, title="New", **same).status_code == 302
    event.refresh_from_db()
    assert (event.title, event.starts_at) == ("New", exact)
    # The same time on the clocks of another zone is another time.
    send(client, path, title="New", **same | {"time_zone": "UTC"})
    event.refresh_from_db()
    assert event.starts_at == at("2026-10-25T02:30Z")


def test_a_change_writes_what_changed_alone() -> None:
    client, organization = berlin()
    event = make_event(organization, title="Old", location="Room 4")
    values = {
        "title": "New",
        "starts_at": "2026-03-02T10:00",
        "ends_at": "2026-03-02T12:00",
        "time_zone": "UTC",
    }
    Event.objects.filter(pk=event.pk).update(state=EventState.COMPLETED)
    send(client, f"/events/{event.pk}/edit/", **values, location="Room 4")
    event.refresh_from_db()
    assert (event.title, event.state) == ("New", EventState.COMPLETED)
    assert event.starts_at == at("2026-03-02T10:00Z")


def test_a_form_says_when_people_can_check_themselves_in() -> None:
    client, _ = berlin()
    page = client.get("/events/new/").content.decode()
    assert re.findall(r'name="door_(\w+)" value="(\d+)"', page) == [
        ("opens_minutes", "30"),
        ("closes_minutes", "0"),
    ]
    send(client, "/events/new/", **COURSE, door_opens_minutes=5, door_closes_minutes=9)
    event = Event.objects.get()
    assert (event.door_opens_minutes, event.door_closes_minutes) == (5, 9)
    # What is not sent stays, what was emptied is as if nothing had been said.
    send(client, f"/events/{event.pk}/edit/", **COURSE, door_closes_minutes="")
    event.refresh_from_db()
    assert (event.door_opens_minutes, event.door_closes_minutes) == (5, 0)


def test_publishing_takes_a_post_and_says_when_it_is_too_late() -> None:
    client, organization = berlin()
    event = make_event(organization, state=EventState.DRAFT)
    path = f"/events/{event.pk}/publish/"
    assert client.get(path).status_code == 405
    assert client.post(path)["Location"] == f"/events/{event.pk}/"
    event.refresh_from_db()
    assert event.state == EventState.SCHEDULED
    Event.objects.update(state=EventState.COMPLETED)
    page = client.post(path, follow=True).content.decode()
    assert "already completed" in page


# --- Rosters ------------------------------------------------------------------------


def roster() -> tuple[Client, Event]:
    event = make_event()
    return signed_in(make_member(event.organization)), event


PERSON = {"name": "Amina", "role": "attendee", "registration": "registered"}


def test_somebody_with_a_known_address_is_offered_their_place() -> None:
    client, event = roster()
    user = make_user(email="amina@example.com", email_verified_at=event.starts_at)
    answer = send(
        client,
        f"/events/{event.pk}/people/new/",
        **PERSON | {"email": "Amina@example.com", "role": "host"},
    )
    assert answer["Location"] == f"/events/{event.pk}/people/"
    person = Participant.objects.get()
    assert (person.user, person.role) == (None, "host")
    assert offered_people(user) == [person.person_id]


def test_a_person_is_changed() -> None:
    client, event = roster()
    person = make_participant(event, name="Amin")
    answer = send(
        client,
        f"/participants/{person.pk}/edit/",
        **PERSON | {"registration": "cancelled"},
        email=person.email,
        time_zone="asia/tokyo",
        language="ar",
    )
    assert answer["Location"] == f"/events/{event.pk}/people/"
    person.refresh_from_db()
    assert (person.name, person.registration) == ("Amina", "cancelled")
    assert (person.time_zone, person.language) == ("Asia/Tokyo", "ar")


def test_people_change_their_own_zone_and_language_alone() -> None:
    _, event = roster()
    person = make_participant(
        event, name="Ali", user=make_user(), email="own@example.com"
    )
    path = f"/participants/{person.pk}/edit/"
    assert person.user
    client = signed_in(person.user)
    page = client.get(path).content.decode()
    assert re.findall(r'label for="id_(\w+)"', page) == ["time_zone", "language"]
    said = text(page)
    assert "Name on the roster: Ali ." in said
    assert f"{event.organization.name} keeps the register: ask its organizers" in said
    changes = {"role": "host", "email": "x@example.com", "language": "ar"}
    send(client, path, **PERSON | changes)
    person.refresh_from_db()
    assert (person.name, person.role) == ("Ali", "attendee")
    assert (person.email, person.language) == ("own@example.com", "ar")


# --- Several people -----------------------------------------------------------------


def people(event: Event) -> dict[str, str]:
    return {place.name: place.email for place in event.participants.all()}


def test_lines_become_people() -> None:
    client, event = roster()
    lines = (
        "Amina Hadid, amina@example.com\r\n\r\nYusuf Karim\tyusuf@example.com\r\n"
        "Lopes, Maria; maria@example.com\r\nTom Becker\r\nسمر، sara@example.com\r\n"
        "Omar,"
    )
    answer = client.post(
        f"/events/{event.pk}/people/several/", {"lines": lines}, follow=True
    )
    assert "6 people were added to the roster." in answer.content.decode()
    assert answer.redirect_chain == [(f"/events/{event.pk}/", 302)]
    assert people(event) == {
        "Amina Hadid": "amina@example.com",
        "Yusuf Karim": "yusuf@example.com",
        "Lopes, Maria": "maria@example.com",
        "Tom Becker": "",
        "سمر": "sara@example.com",
        "Omar": "",
    }


def test_addresses_are_understood_as_mail_programs_write_them() -> None:
    client, event = roster()
    lines = (
        "Amina Hadid <amina@example.com>\r\n"
        '"Lopes, Maria" <maria@example.com>,\r\n'
        "<yusuf@example.com>;\r\nsara@example.com"
    )
    send(client, f"/events/{event.pk}/people/several/", lines=lines)
    assert people(event) == {
        "Amina Hadid": "amina@example.com",
        "Lopes, Maria": "maria@example.com",
        "yusuf@example.com": "yusuf@example.com",
        "sara@example.com": "sara@example.com",
    }


def test_each_bad_line_is_named_and_nobody_is_added() -> None:
    client, event = roster()
    path = f"/events/{event.pk}/people/several/"
    lines = f"Amina, a@example.com\n\nBen, ben(at)example.com\n, c@d.de\n{'x' * 201}"
    answer = send(client, path, lines=lines)
    said = wrong(answer)["lines"]
    quoted = "“Ben, ben(at)example.com”: “ben(at)example.com” is not an email address."
    assert f"Line 3, {quoted}" in said
    assert "Line 4, “, c@d.de”: The name is missing." in said
    assert f"Line 5, “{'x' * 60}…”: At most 200 characters." in said
    assert "Line 1" not in said
    assert "Ben, ben(at)example.com" in answer.content.decode()
    assert not event.participants.exists()


def test_a_line_that_cannot_be_added_is_named_and_nobody_is() -> None:
    client, event = roster()
    make_participant(event, name="Old", email="old@example.com", external_id="7")
    path = f"/events/{event.pk}/people/several/"
    lines = "A, a@example.com\nOLD, Old@example.com\nB, 7\nOld\nC, old@example.com"
    said = wrong(send(client, path, lines=lines))["lines"]
    said = re.sub("[\u2068\u2069]", "", said)
    assert "Line 2, “OLD, Old@example.com”: Old is already on the roster." in said
    assert "Line 3, “B, 7”: This may be Old (old@example.com, 7). Add" in said
    assert "Line 4, “Old”: This may be Old (old@example.com, 7). Add" in said
    assert "Line 1" not in said
    assert "Line 5" not in said
    assert event.participants.count() == 1
    # A brother or sister has the same address.
    send(client, path, lines="A, a@example.com\nC, old@example.com")
    assert people(event) == {
        "Old": "old@example.com",
        "A": "a@example.com",
        "C": "old@example.com",
    }


def test_a_line_that_means_somebody_of_an_earlier_line_names_it() -> None:
    client, event = roster()
    lines = "Ana Lopes\nBen\nLOPES, Ana; a@example.com"
    answer = send(client, f"/events/{event.pk}/people/several/", lines=lines)
    assert wrong(answer)["lines"] == (
        "Line 3 is the same as line 1: “LOPES, Ana; a@example.com”."
    )
    assert not event.participants.exists()


def test_lines_give_addresses_to_those_who_have_none() -> None:
    client, event = roster()
    bare = make_participant(event, name="Ana", email="")
    path, sent = (
        f"/events/{event.pk}/people/several/",
        {"lines": "ANA, a@example.com, 7"},
    )
    said = client.post(path, sent, follow=True).content.decode()
    assert "1 person was already on the roster." in said
    assert "added to the roster" not in said
    assert event.participants.get() == bare
    assert people(event) == {"Ana": "a@example.com"}


def test_of_a_line_that_comes_again_the_first_is_named() -> None:
    client, event = roster()
    lines = "Ana Lopes, a@example.com\n\nLOPES, Ana; A@example.com"
    answer = send(client, f"/events/{event.pk}/people/several/", lines=lines)
    assert wrong(answer)["lines"] == (
        "Line 3 is the same as line 1: “LOPES, Ana; A@example.com”."
    )
    assert not event.participants.exists()


# --- What is refused ----------------------------------------------------------------

SEVERAL: dict[str, str] = {}
NEW = {
    "/organizations/new/": SCHOOL,
    "/events/new/": COURSE,
    "/events/{event}/people/new/": PERSON,
    "/events/{event}/people/several/": SEVERAL,
}
SCHOOLS, COURSES, PEOPLE, LINES = NEW
TOO_LONG = f"{'a' * 250}@example.com"
REFUSED = [
    (SCHOOLS, "slug", "al-noor", "Another organization has this slug."),
    (SCHOOLS, "slug", "Al_Noor", "…lowercase letters…"),
    (
        COURSES,
        "starts_at",
        "2026-03-29T02:30",
        "02:30 does not exist on this day, because the clocks go forward.",
    ),
    (COURSES, "starts_at", "tomorrow", "Write a date and a time."),
    (COURSES, "starts_at", "2026-13-01T10:00", "Write a date and a time."),
    (COURSES, "starts_at", "2026-07-01T10:00Z", "Write a date and a time."),
    (
        COURSES,
        "starts_at",
        "0001-01-01T00:00",
        "Write a time between the years 2000 and 2100.",
    ),
    (COURSES, "starts_at", "", "This field is required."),
    (COURSES, "ends_at", "2026-07-01T09:00", "The end must be later than the start."),
    # No time is blamed for it.
    (COURSES, "time_zone", "Nowhere", "…"),
    (COURSES, "time_zone", "localtime", "…is not a time zone…"),
    (COURSES, "door_opens_minutes", "-1", "…greater than or equal to 0."),
    (COURSES, "door_closes_minutes", "1441", "…less than or equal to 1440."),
    (COURSES, "door_closes_minutes", "an hour", "Enter a whole number."),
    (PEOPLE, "email", "amina", "…"),
    (PEOPLE, "email", TOO_LONG, "…at most 254 characters…"),
    (LINES, "lines", f"Amina, {TOO_LONG}", "…At most 254 characters.…"),
    (LINES, "lines", "a@b.org, b@b.org", "…”: write one person per line…"),
    (LINES, "lines", "A <a@b.org>, B <b@b.org>", "…”: write one person per line…"),
    (LINES, "lines", "a@@example", "…“a@@example” is not an email address.…"),
    (LINES, "lines", "A <a@@example>", "…“a@@example” is not an email address.…"),
    (LINES, "lines", "Total: 23", "This field is required."),
    (LINES, "lines", "x\n" * 201, "…at most 200…"),
    (LINES, "lines", " \n", "…"),
]


@pytest.mark.parametrize(("form", "field", "written", "said"), REFUSED)
def test_what_is_refused_is_told_at_its_field_and_nothing_is_saved(
    form: str, field: str, written: str, said: str
) -> None:
    organization = make_organization(slug="al-noor", time_zone="Europe/Berlin")
    event = make_event(organization)
    make_participant(event, name="Amina", email="a@example.com")
    client = signed_in(make_member(organization))
    answer = send(client, form.format(event=event.pk), **NEW[form] | {field: written})
    assert_told(answer, field, said)
    for model in (Organization, Event, Participant):
        assert model.objects.count() == 1
