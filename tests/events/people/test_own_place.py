"""Which place of an account is meant, where it may stand for several people."""

import pytest

from core.errors import Conflict, Invalid
from events.models import Event, User
from events.people.lookups import own_place
from tests.factories import make_event, make_participant, make_user

pytestmark = pytest.mark.django_db

REGISTERED, WAITING, CANCELLED, LOOKED = (
    "registered",
    "waitlisted",
    "cancelled",
    "viewed",
)


def meant(event: Event, user: User, chosen: int | None = None) -> str:
    """The name of who is meant, or the names of those who may be."""
    try:
        place = own_place(event, user.pk, chosen=chosen)
    except Conflict as refusal:
        people = refusal.extra["participants"]
        assert isinstance(people, list)
        return "one of " + ", ".join(one["name"] for one in people)
    return place.name if place else "nobody"


@pytest.mark.parametrize(
    ("registrations", "who"),
    [
        ([], "nobody"),
        ([REGISTERED], "A"),
        ([CANCELLED], "A"),
        ([LOOKED], "A"),
        ([REGISTERED, REGISTERED], "one of A, B"),
        ([WAITING, REGISTERED], "one of A, B"),
        ([CANCELLED, "walk_in"], "B"),
        ([LOOKED, REGISTERED, CANCELLED], "B"),
        ([CANCELLED, CANCELLED], "one of A, B"),
    ],
)
def test_who_is_meant_by_an_account(registrations: list[str], who: str) -> None:
    event, user = make_event(), make_user()
    make_participant(event, name="Somebody else", user=make_user())
    make_participant(name="In another event", user=user)
    for name, registration in zip("ABC", registrations, strict=False):
        make_participant(event, name=name, user=user, registration=registration)
    assert meant(event, user) == who


def test_who_is_chosen_is_meant_whatever_their_registration() -> None:
    event, user = make_event(), make_user()
    make_participant(event, name="A", user=user)
    cancelled = make_participant(event, name="B", user=user, registration="cancelled")
    assert meant(event, user, cancelled.pk) == "B"


def test_somebody_elses_place_is_unknown_like_one_that_is_nobodys() -> None:
    event, user = make_event(), make_user()
    make_participant(event, user=user)
    others = make_participant(event).pk, make_participant(user=user).pk, 0
    for chosen in others:
        with pytest.raises(Invalid) as refusal:
            own_place(event, user.pk, chosen=chosen)
        assert refusal.value.code == "does_not_exist"
        assert refusal.value.field == "participant"
