"""People who were asked whether they consent to being recorded."""

from datetime import datetime

from django.db.models import Model

from events.models import Organization, Participant, Person, User
from tests.factories import make_event, make_organization, make_participant


def people_asked(user: User, *, now: datetime) -> dict[str, Model]:
    """People of one account where consent is required, and the place of one of them."""
    organization = make_organization(
        name="Fourth school",
        consent_required=True,
        recording_notice="We record who comes.\n\nAsk Rima if you want to know more.",
    )
    event = make_event(organization)

    def place(name: str, **fields: datetime) -> Participant:
        return make_participant(
            event, person=_person(event.organization, name, user, **fields)
        )

    asked, consented = place("Samir"), place("Huda", consented_at=now)
    withdrew = place("Zaid", consented_at=now, consent_withdrawn_at=now)
    return {
        "asked": asked.person,
        "consented": consented.person,
        "withdrew": withdrew.person,
        "place of who consented": consented,
        "place of who withdrew": withdrew,
    }


def _person(
    organization: Organization, name: str, user: User, **fields: datetime
) -> Person:
    return Person.objects.create(
        organization=organization, name=name, user=user, **fields
    )
