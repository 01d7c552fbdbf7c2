"""Consent to attendance being recorded, without which nobody joins where required.

It belongs to the person, so it holds at all events of the organization. Only they give
and withdraw it: signed in, or by a personal link.

Source: docs/rules.md 167, 168.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from events.locks import lock_people
from events.models import Organization, Participant, Person, User
from events.people.services import update_person
from events.recording.notice import recording_notice

# The modes of sessions that have a room to join.
_ONLINE = ("online", "hybrid")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page that leads to joining tells and asks a person.

    Attributes:
        person: The person.
        notice: What they read before they join.
        is_missing: They cannot join before they consent.
        is_required: The organization lets nobody join without consent.
    """

    person: Person
    notice: str
    is_missing: bool
    is_required: bool

    @classmethod
    def of(cls, person: Person, organization: Organization) -> "Asked":
        """Return what is asked of a person of the organization."""
        return cls(
            person,
            recording_notice(organization),
            consent_is_missing(person, organization),
            organization.consent_required,
        )


def consent_is_missing(person: Person, organization: Organization) -> bool:
    """Return whether the person joins nothing before they consent.

    Who withdrew joins nothing, also where the organization no longer requires consent.
    """
    if person.consent_withdrawn_at is not None:
        return True
    return organization.consent_required and not person.consents_to_recording


def must_consent(place: Participant) -> None:
    """Let nobody join whose consent is missing, whatever their role.

    Raises:
        Conflict: It is missing; ``person`` is whose.
    """
    if consent_is_missing(place.person, place.event.organization):
        text = _(
            "%(name)s must first consent to attendance being recorded: on the page of "
            "their personal link, or, with an account, on the page of the account "
            "under “%(link)s”."
        )
        names = {"name": place.name, "link": _("Invitations, and where you belong")}
        raise Conflict("consent_missing", text % names, person=place.person_id)


@transaction.atomic
def set_consent(
    *, person: Person, consents: bool, by: User | None, now: datetime
) -> Person:
    """Give or withdraw a person's consent; twice is once.

    Withdrawing what was never given changes nothing.

    Args:
        person: The person.
        consents: Whether they consent from now on.
        by: Their account; None if they came by a personal link.
        now: The present time.
    """
    lock_people(person.organization_id)
    locked = get_object_or_404(Person.objects.select_related("user"), pk=person.pk)
    if consents == locked.consents_to_recording:
        return locked
    changes: dict[str, datetime | None]
    if consents:
        changes = {"consented_at": now, "consent_withdrawn_at": None}
    else:
        given_at = locked.consented_at or now
        changes = {"consent_withdrawn_at": max(now, given_at)}
    return update_person(person=locked, changes=changes, by=by)


def people_asked(user: User) -> QuerySet[Person]:
    """Return the people of an account; ``is_asked``: recording by joining is for them.

    That is so where something is held online, and for whoever answered before. In a
    room nobody joins, and there is nothing to consent to.
    """
    places = Participant.objects.filter(person=OuterRef("pk"))
    joins = Exists(places.filter(event__sessions__mode__in=_ONLINE))
    return user.people.select_related("organization").annotate(
        is_asked=joins | Q(consented_at__isnull=False)
    )
