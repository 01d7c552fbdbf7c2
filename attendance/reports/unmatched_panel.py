"""The unmatched desk on the page of a report: who it probably was, and who it may be.

For organizers alone. Made and rendered under the reader's language.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from attendance.evidence.probable_people import Ground, Guess
from attendance.evidence.session_evidence import LinkedIdentity, UnmatchedPerson
from core.errors import RuleBroken
from core.names import isolated
from core.validators import without_hidden
from events.models import NOT_IN_REPORTS, Participant, Registration
from sessions_app.models import LiveSession

_KEPT = "refused_walk_in"
LONGEST_KEPT = 1000


class PersonOption(NamedTuple):
    """Somebody to choose, in words that nobody else on the list has."""

    participant_id: int
    label: str


@dataclass(frozen=True, slots=True)
class PersonOptions:
    """Whom an identity may be said to be.

    Attributes:
        expected: Who is on the roster.
        others: Who had cancelled, or only looked; they become walk-ins.
    """

    expected: list[PersonOption]
    others: list[PersonOption]

    def named(self, participant_id: int | None) -> PersonOption | None:
        """Return one of them."""
        everybody = (*self.expected, *self.others)
        return next(
            (option for option in everybody if option[0] == participant_id), None
        )

    def as_html(self) -> SafeString:
        """Return them as a select has them: made once for all strangers of a page."""
        return render_to_string("attendance/reports/_options.html", {"options": self})

    @classmethod
    def of(cls, candidates: Sequence[Participant]) -> "PersonOptions":
        """Return them in the order of ``candidates``."""
        names = Counter(person.name for person in candidates)
        expected: list[PersonOption] = []
        others: list[PersonOption] = []
        for person in candidates:
            group = others if person.registration in NOT_IN_REPORTS else expected
            is_twice = names[person.name] > 1
            group.append(PersonOption(person.pk, _label(person, with_address=is_twice)))
        return cls(expected, others)


class RefusedWalkIn(NamedTuple):
    """A walk-in that was refused: what had been typed, and why not.

    The session of the browser keeps it until its page is shown again. ``field`` is the
    one to blame, else empty.
    """

    identity: str
    name: str
    email: str
    field: str
    why: str

    @classmethod
    def keep(
        cls, request: HttpRequest, session: LiveSession, refusal: RuleBroken
    ) -> None:
        """Keep what was typed in ``request`` for the page of ``session``."""
        identity, name, email = (
            request.POST.get(field, "")[:LONGEST_KEPT]
            for field in ("identity", "name", "email")
        )
        blamed = refusal.field.rpartition(".")[2]
        refused = cls(identity, name, email, blamed, str(refusal))
        request.session[_KEPT] = {"session": session.pk, "refused": refused}

    @classmethod
    def take(cls, request: HttpRequest, session: LiveSession) -> "RefusedWalkIn | None":
        """Return, once, what was just refused in this session."""
        kept = request.session.get(_KEPT)
        if kept is None or kept["session"] != session.pk:
            return None
        del request.session[_KEPT]
        return cls(*kept["refused"])


@dataclass(frozen=True, slots=True)
class UnmatchedPanel:
    """What can be said of one stranger.

    Attributes:
        identity: Theirs.
        guess: Who it probably was, and why; may be empty.
        guessed: The same person, if they can be chosen.
        name, email: What a walk-in begins with.
        refused: What was typed last, if that was refused: it is kept, and open.
    """

    identity: str
    guess: str
    guessed: PersonOption | None
    name: str
    email: str
    refused: RefusedWalkIn | None

    @classmethod
    def of(
        cls,
        stranger: UnmatchedPerson,
        guess: Guess | None,
        options: PersonOptions,
        refused: RefusedWalkIn | None = None,
    ) -> "UnmatchedPanel | None":
        """Return None where nothing can be said: without identity nobody is known."""
        if not stranger.identity:
            return None
        known = guess.known if guess and guess.participant_id is None else None
        if refused and refused.identity != stranger.identity:
            refused = None
        begun = refused or known
        return cls(
            identity=stranger.identity,
            guess=_in_words(guess) if guess else "",
            guessed=options.named(guess.participant_id) if guess else None,
            name=begun.name if begun else without_hidden(stranger.name or ""),
            email=begun.email if begun else "",
            refused=refused,
        )


class LinkedName(NamedTuple):
    """By which other identity somebody was seen."""

    identity: str
    label: str

    @classmethod
    def of(cls, linked: LinkedIdentity) -> "LinkedName":
        """Return it by the name that it showed, if it showed one."""
        return cls(linked.identity, linked.name or linked.identity)


def _label(person: Participant, *, with_address: bool) -> str:
    label = person.name
    if with_address and person.email:
        label = isolated(f"{label} <{person.email}>")
    if person.registration == Registration.CANCELLED:
        return _("%(name)s (cancelled)") % {"name": label}
    if person.registration == Registration.VIEWED:
        return _("%(name)s (only viewed the event)") % {"name": label}
    if person.registration == Registration.WAITLISTED:
        return _("%(name)s (on the waiting list)") % {"name": label}
    return label


def _in_words(guess: Guess) -> str:
    """Who it probably was, and why."""
    known = guess.known
    values = {
        "name": isolated(guess.name),
        "event": isolated(known.event if known else ""),
    }
    if guess.ground == Ground.OWN_IDENTITY:
        text = _(
            "Looks like %(name)s: joined with their own link, but is not registered"
        )
    elif guess.ground == Ground.SAME_NAME:
        text = _("Looks like %(name)s: same name")
    elif guess.ground == Ground.PART_OF_NAME:
        text = _("Looks like %(name)s: similar name")
    elif guess.participant_id is None:
        text = _("Known as %(name)s from %(event)s, but not on this roster")
    else:
        text = _("Looks like %(name)s: known from %(event)s")
    return text % values
