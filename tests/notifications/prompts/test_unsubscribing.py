"""Stopping prompts: by one click of a mail program, or on the page."""

import pytest
from django.test import Client

from events.models import EventState, Organization
from notifications.models import PromptOptOut
from notifications.prompts.opting_out import opt_in, opt_out, opt_outs_of
from tests.attendance.pages import text
from tests.factories import make_organization
from tests.notifications.prompts.asked import Asked, ask

pytestmark = pytest.mark.django_db

ONE_CLICK = "List-Unsubscribe=One-Click"
ADDRESS = "amal@example.com"


@pytest.fixture
def asked() -> Asked:
    return ask()


def stopped() -> list[tuple[str, int | None]]:
    rows = PromptOptOut.objects.values_list("folded_email", "organization")
    return sorted(rows, key=str)


def press(asked: Asked, **button: str) -> str:
    answer = Client(enforce_csrf_checks=True).post(asked.stop, button)
    assert answer.status_code == 200
    return text(answer.content.decode())


def test_a_mail_program_stops_them_by_one_click(asked: Asked) -> None:
    for _time in range(2):
        answer = Client(enforce_csrf_checks=True).post(
            asked.stop,
            ONE_CLICK,
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer
    assert stopped() == [(ADDRESS, asked.place.event.organization_id)]


def test_the_page_asks_first_then_offers_all_and_to_take_it_back(asked: Asked) -> None:
    page = Client().get(asked.stop).content.decode()
    assert "Stop these mails" in page
    assert ADDRESS not in page
    assert stopped() == []
    organization = asked.place.event.organization_id
    page = press(asked, stop="organization")
    assert "asks this address no more" in page
    assert "Stop these mails" not in page
    assert "Nobody here asks" in press(asked, stop="all")
    assert stopped() == [(ADDRESS, organization), (ADDRESS, None)]
    page = press(asked, take_back="all")
    assert "asks this address no more" in page
    assert "Stop these mails" in press(asked, take_back="organization")
    assert "Stop these mails" in press(asked, take_back="organization")
    assert stopped() == []


def test_so_does_the_page_of_the_answer(asked: Asked) -> None:
    page = Client().get(asked.path).content.decode()
    assert f'action="{asked.stop}"' in page
    assert 'name="stop" value="all"' in page


def test_it_works_also_once_the_event_is_cancelled(asked: Asked) -> None:
    asked.place.event.state = EventState.CANCELLED
    asked.place.event.save()
    press(asked, stop="organization")
    assert len(stopped()) == 1


def test_addresses_are_noted_in_any_case_and_each_once() -> None:
    one, other = make_organization(name="A"), make_organization(name="B")
    for organization in (one, other, None):
        opt_out("Amal@Example.com", organization)
        opt_out(ADDRESS, organization)
    opt_out("", one)
    assert [row.organization for row in opt_outs_of("AMAL@example.com")] == [
        None,
        one,
        other,
    ]
    opt_in("AMAL@example.com", one)
    opt_in("AMAL@example.com", one)
    assert left() == [None, other]


def left() -> list[Organization | None]:
    return [row.organization for row in opt_outs_of(ADDRESS)]
