"""Mailboxes of people: in which language they are written to, and which take no mail.

Source: docs/rules.md 200.
"""

from events.models import Participant, Person


def mail_language(place: Participant) -> str:
    """Return the language of mails about a place: theirs, else the organization's."""
    account = place.user.language if place.user else ""
    return place.language or account or place.event.organization.language


def note_refused(person: Person) -> bool:
    """Note that a mail server has refused a person's address for good.

    Returns:
        False, with nothing noted, if they have another one meanwhile.
    """
    tried = person.folded_email
    same = Person.objects.filter(pk=person.pk, folded_email=tried)
    return same.update(refused_email=tried) > 0
