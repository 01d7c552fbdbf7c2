"""From the link of an invitation to being a member, or having one's place."""

from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from events.models import Invitation, Membership, Role, User
from tests.events.invitations.browsers import (
    LINK,
    browser,
    link_in,
    link_to_place,
    link_to_role,
)
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail_server(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_who_is_invited_by_address_signs_up_by_the_link_and_is_a_member() -> None:
    organization = make_organization(name="Al-Noor")
    owner = browser(make_member(organization, Role.OWNER))
    page = owner.post(
        f"/organizations/{organization.pk}/members/",
        {"username": "amina@example.com", "role": "organizer"},
    )
    link = link_in(page.content)
    [sent] = mail.outbox
    assert sent.to == ["amina@example.com"]
    assert link_in(sent.body) == link
    visitor = Client()
    assert "Al-Noor" in visitor.get(link).content.decode()
    leads = visitor.post(link, {"do": "sign_up"})
    form = {
        "name": "Amina",
        "email": "amina@example.com",
        "password1": "a long enough secret",
        "next": link,
    }
    answer = visitor.post(leads["Location"], form)
    assert urlsplit(answer["Location"]).path == link, answer.content.decode()
    assert not Membership.objects.filter(user__first_name="Amina").exists()
    visitor.post(link, {"do": "accept"})
    member = Membership.objects.get(user__first_name="Amina")
    assert member.role == Role.ORGANIZER
    # The address is not confirmed before the second mail was answered.
    assert member.user.email_verified_at is None
    assert mail.outbox[-1].to == ["amina@example.com"]
    assert "/account/email/confirm/" in mail.outbox[-1].body
    assert Client().get(link).status_code == 404


def test_a_mother_accepts_the_places_of_both_children() -> None:
    event = make_event()
    children = [
        make_participant(event, name=name, email="mother@example.com")
        for name in ("Amina", "Yusuf")
    ]
    organizer = browser(make_member(event.organization))
    page = organizer.post(f"/events/{event.pk}/people/invite/", {"all": "1"})
    links = LINK.findall(page.content.decode())
    assert len(links) == 2
    mother = make_user(email="mother@example.com")
    client = browser(mother)
    for link in links:
        client.post(link, {"do": "accept"})
    assert set(mother.people.all()) == {child.person for child in children}


def test_a_link_works_once() -> None:
    organization = make_organization()
    owner = make_client(make_member(organization, Role.OWNER))
    made = owner.post(
        f"/api/organizations/{organization.pk}/invitations",
        {"email": "a@example.com", "role": "viewer"},
    )
    assert made.status_code == 201, made.json()
    link = urlsplit(made.json()["url"]).path
    first, second = make_user(), make_user()
    assert browser(first).post(link, {"do": "accept"}).status_code == 302
    assert browser(second).post(link, {"do": "accept"}).status_code == 404
    assert Membership.objects.filter(organization=organization, user=first).exists()
    assert not Membership.objects.filter(user=second).exists()


@pytest.mark.parametrize("what", ["role", "place"])
def test_who_used_a_link_is_led_on_by_it_as_long_as_they_belong(what: str) -> None:
    school, user = make_organization(name="Al-Noor"), make_user()
    person = make_person(school)
    link = link_to_role(school) if what == "role" else link_to_place(person)
    client = browser(user)
    client.post(link, {"do": "accept"})
    leads_to = f"/organizations/{school.pk}/" if what == "role" else "/"
    for answer in (client.get(link), client.post(link, {"do": "accept"})):
        assert answer.status_code == 302
        assert answer["Location"] == leads_to
    page = client.get(leads_to).content.decode()
    assert "You belong to \u2068Al-Noor\u2069 already." in page
    for other in (Client(), browser(make_user())):
        assert other.get(link).status_code == 404
    Membership.objects.filter(user=user).delete()
    user.people.update(user=None)
    assert client.get(link).status_code == 404


def test_rest_makes_a_link_for_a_person() -> None:
    event = make_event()
    place = make_participant(event, email="")
    organizer = make_client(make_member(event.organization))
    made = organizer.post(f"/api/people/{place.person_id}/invite").json()
    assert set(made) >= {"id", "url", "expires_at"}
    assert not mail.outbox
    user = make_user()
    browser(user).post(urlsplit(made["url"]).path, {"do": "accept"})
    place.refresh_from_db()
    assert User.objects.get(people=place.person_id) == user
    assert Invitation.objects.get().answered_by == user
    again = organizer.post(f"/api/people/{place.person_id}/invite")
    assert again.status_code == 409


def test_members_keep_a_higher_role() -> None:
    organization = make_organization()
    owner = make_client(make_member(organization, Role.OWNER))
    member = make_membership(organization, role=Role.ADMIN)
    made = owner.post(
        f"/api/organizations/{organization.pk}/invitations",
        {"email": "a@example.com", "role": "viewer"},
    ).json()
    browser(member.user).post(urlsplit(made["url"]).path, {"do": "accept"})
    member.refresh_from_db()
    assert member.role == Role.ADMIN
