"""The part of a report's page where organizers say who an unmatched person was.

Texts are in the language that is active when they are made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from attendance.evidence.probable_people import Ground, Guess
from attendance.evidence.session_evidence import LinkedIdentity, UnmatchedPerson
from attendance.report_rows.namesakes import Namesakes
from core.errors import RuleBroken
from core.names import isolated
from core.validators import without_hidden
from events.models import NOT_REGISTERED, Participant, Registration
from events.people.matching import Given
from events.roster.adding import who_may_be
from events.roster.who_form import choices_of
from sessions_app.models import LiveSession

_KEPT = "refused_walk_in"
LONGEST_KEPT = 1000


class PersonOption(NamedTuple):
    """A person to choose, with a label that tells people of the same name apart."""

    participant_id: int
    label: str


@dataclass(frozen=True, slots=True)
class PersonOptions:
    """The people to whom an identity can be linked.

    Attributes:
        expected: People on the roster.
        others: People who cancelled, and onlookers; they would become walk-ins.
    """

    expected: list[PersonOption]
    others: list[PersonOption]

    def named(self, participant_id: int | None) -> PersonOption | None:
        """Return the option of a person; None if they are no option."""
        everybody = (*self.expected, *self.others)
        return next(
            (option for option in everybody if option[0] == participant_id), None
        )

    def as_html(self) -> SafeString:
        """Return the options of a select, rendered once for all strangers of a page."""
        return render_to_string("attendance/reports/_options.html", {"options": self})

    @classmethod
    def of(cls, candidates: Sequence[Participant]) -> "PersonOptions":
        """Return the options in the order of ``candidates``."""
        namesakes = Namesakes((person.name, person.email) for person in candidates)
        expected: list[PersonOption] = []
        others: list[PersonOption] = []
        for person in candidates:
            group = others if person.registration in NOT_REGISTERED else expected
            label = _label(person, namesakes.beside(person))
            group.append(PersonOption(person.pk, label))
        return cls(expected, others)


class RefusedWalkIn(NamedTuple):
    """A walk-in that was refused: the values of the form, and the reason.

    It is kept in the Django session until the page is shown once more. ``field`` is the
    field with the error, or empty; ``who`` what was chosen. ``on_roster`` is the place
    of whoever is on the roster already. Who may be meant is looked up when the page is
    shown (``choices``).
    """

    identity: str
    name: str
    email: str
    external_id: str
    who: str
    field: str
    why: str
    on_roster: int | None = None
    choices: tuple[tuple[str, str], ...] = ()

    @classmethod
    def keep(
        cls, request: HttpRequest, session: LiveSession, refusal: RuleBroken
    ) -> None:
        """Keep the values in ``request`` for the page of ``session``."""
        identity, name, email, external_id, who = (
            request.POST.get(field, "")[:LONGEST_KEPT]
            for field in ("identity", "name", "email", "external_id", "who")
        )
        field, why = refusal.field.rpartition(".")[2], str(refusal)
        if refusal.code == "doubtful":
            field, why = "who", _("Choose who is meant, then send again.")
        there: Any = refusal.extra.get("participant")
        on_roster = there if refusal.code == "on_roster" else None
        refused = cls(identity, name, email, external_id, who, field, why, on_roster)
        request.session[_KEPT] = {"session": session.pk, "refused": refused}

    @classmethod
    def take(cls, request: HttpRequest, session: LiveSession) -> "RefusedWalkIn | None":
        """Return and forget the walk-in just refused on the page of ``session``."""
        kept = request.session.get(_KEPT)
        if kept is None or kept["session"] != session.pk:
            return None
        del request.session[_KEPT]
        refused = cls(*kept["refused"])
        if refused.field != "who" and not refused.who:
            return refused
        given = Given(refused.name, refused.email, refused.external_id)
        choices = choices_of(who_may_be(session.event, given))
        return refused._replace(choices=tuple(choices))


@dataclass(frozen=True, slots=True)
class UnmatchedPanel:
    """The choices for one stranger.

    Attributes:
        identity: The stranger's LiveKit identity.
        guess: A sentence that says who it probably was, and why; may be empty.
        guessed: The guessed person, if they can be chosen.
        name: Initial value of the form for a walk-in.
        email: Initial value of the form for a walk-in.
        external_id: Initial value of the form for a walk-in.
        refused: The walk-in just refused for this stranger; its form is shown open.
    """

    identity: str
    guess: str
    guessed: PersonOption | None
    name: str
    email: str
    external_id: str
    refused: RefusedWalkIn | None

    @classmethod
    def of(
        cls,
        stranger: UnmatchedPerson,
        guess: Guess | None,
        options: PersonOptions,
        refused: RefusedWalkIn | None = None,
    ) -> "UnmatchedPanel | None":
        """Return the choices; None for a stranger without identity."""
        if not stranger.identity:
            return None
        known = guess.known if guess and guess.participant_id is None else None
        if refused and refused.identity != stranger.identity:
            refused = None
        initial = refused or known
        return cls(
            identity=stranger.identity,
            guess=_in_words(guess) if guess else "",
            guessed=options.named(guess.participant_id) if guess else None,
            name=initial.name if initial else without_hidden(stranger.name or ""),
            email=initial.email if initial else "",
            external_id=refused.external_id if refused else "",
            refused=refused,
        )


class LinkedName(NamedTuple):
    """A linked identity under which somebody was seen."""

    identity: str
    label: str

    @classmethod
    def of(cls, linked: LinkedIdentity) -> "LinkedName":
        """Return the identity, labelled with its name if it has one."""
        return cls(linked.identity, linked.name or linked.identity)


def _label(person: Participant, beside: str) -> str:
    label = isolated(f"{person.name} <{beside}>") if beside else person.name
    if person.registration == Registration.CANCELLED:
        return _("%(name)s (cancelled)") % {"name": label}
    if person.registration == Registration.VIEWED:
        return _("%(name)s (only viewed the event)") % {"name": label}
    if person.registration == Registration.WAITLISTED:
        return _("%(name)s (on the waiting list)") % {"name": label}
    return label


def _in_words(guess: Guess) -> str:
    """Return a sentence that says who it probably was, and why."""
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
