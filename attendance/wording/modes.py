"""Words that depend on where a session is held: what is missing, and what proves it.

Source: docs/rules.md 32, 117, 118.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from attendance.evidence.whereabouts import Whereabouts
from attendance.rules.proof import Proof
from events.models import Participant, ParticipantRole
from sessions_app.models import Mode

# Of a person of whom nothing is known, while the session runs.
_MISSING_PERSON: dict[str, Promise] = {
    Mode.IN_PERSON: pgettext_lazy("person", "not checked in yet"),
    Mode.HYBRID: pgettext_lazy("person", "neither seen nor checked in yet"),
}
# The same of many.
_MISSING_PEOPLE: dict[str, Promise] = {
    Mode.IN_PERSON: pgettext_lazy("people", "not checked in yet"),
    Mode.HYBRID: pgettext_lazy("people", "neither seen nor checked in yet"),
}


# For one person; the labels of ``Whereabouts`` are for many.
_LABELS_OF_ONE = {
    Whereabouts.HERE: pgettext_lazy("person", "in the room"),
    Whereabouts.LEFT: pgettext_lazy("person", "left"),
    Whereabouts.MISSING: pgettext_lazy("person", "not seen"),
}


def is_missed(person: Participant, mode: str) -> bool:
    """Return whether somebody is missing as long as nothing speaks for them.

    Hosts are no guests where people are checked in.
    """
    return mode == Mode.ONLINE or person.role != ParticipantRole.HOST


def label_of_person(where: Whereabouts, mode: str) -> str:
    """Return where somebody is while a session runs, as the label of one person."""
    if where == Whereabouts.MISSING and mode in _MISSING_PERSON:
        return str(_MISSING_PERSON[mode])
    return str(_LABELS_OF_ONE[where])


def label_of_people(where: Whereabouts, mode: str) -> str:
    """Return where people are while a session runs, as the label of their number."""
    if where == Whereabouts.MISSING and mode in _MISSING_PEOPLE:
        return str(_MISSING_PEOPLE[mode])
    return str(where.label)


def not_there(mode: str) -> str:
    """Return the sentence about somebody of whom nothing is known."""
    if mode == Mode.IN_PERSON:
        return _("Not checked in")
    if mode == Mode.HYBRID:
        return _("Neither seen nor checked in")
    return _("Not seen")


def absent_or_missing(mode: str) -> str:
    """Return the label of all who are absent, or unknown and missing."""
    if mode == Mode.ONLINE:
        return pgettext("people", "absent or not seen")
    if mode == Mode.IN_PERSON:
        return pgettext("people", "absent or not checked in")
    return pgettext("people", "absent, or neither seen nor checked in")


def check_ins(proof: Proof) -> list[str]:
    """Return sentences that say how many people were checked in and marked."""
    sentences = []
    if proof.by_staff:
        text = ngettext(
            "%(number)d person was checked in by staff.",
            "%(number)d people were checked in by staff.",
            proof.by_staff,
        )
        sentences.append(text % {"number": proof.by_staff})
    if proof.by_themselves:
        text = ngettext(
            "%(number)d person checked themselves in.",
            "%(number)d people checked themselves in.",
            proof.by_themselves,
        )
        sentences.append(text % {"number": proof.by_themselves})
    if proof.marked:
        text = ngettext(
            "%(number)d person was marked as having come.",
            "%(number)d people were marked as having come.",
            proof.marked,
        )
        sentences.append(text % {"number": proof.marked})
    return sentences


def why_not_proved(proof: Proof, mode: str) -> list[str]:
    """Return sentences that say what is known of a session that nothing proves."""
    known = check_ins(proof)
    if mode == Mode.ONLINE:
        return [*known, _("Nobody was seen in its room.")]
    if mode == Mode.IN_PERSON and proof.seen:
        text = ngettext(
            "%(number)d person was seen online.",
            "%(number)d people were seen online.",
            proof.seen,
        )
        known.insert(0, text % {"number": proof.seen})
    if proof.by_themselves:
        return [*known, _("That alone does not show that it was held.")]
    if mode == Mode.HYBRID:
        return [_("Nobody was seen in its room, checked in, or marked as having come.")]
    return [*known, _("Nobody was checked in, or marked as having come.")]
