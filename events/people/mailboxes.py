"""Mailboxes of people: in which language they are written to, and which take no mail.

Source: docs/rules.md 200.
"""

from events.models import Participant, Person


def mail_language(place: Participant) -> str:
    """Return the language of mails about a place: theirs, else the organization's."""
    account = place.user.language if place.user else ""
    return place.language or account or place.event.organization.language


def note_refused(person: Person) -> None:
    """Note that a mail server has refused a person's address for good.

    Unless they have another one meanwhile.
    """
    Person.objects.filter(pk=person.pk, folded_email=person.folded_email).update(
        refused_email=person.folded_email
    )
