"""A page in one of its states, and who looks at it."""

from http import HTTPStatus
from typing import NamedTuple

from django.urls import reverse

from events.models import Participant, User
from events.public.claims import Claim, token_of
from events.roster.personal_links import token_of as link_of
from tests.browser.school import School
from tests.browser.with_invitations import LINKS
from tests.browser.with_prompts import PROMPTED


class Seen(NamedTuple):
    """A page: its route, what it is about, and whoever sees it.

    ``refused``: its form has been sent empty, and says what is wrong. ``opened``: so
    is everything on it that opens. ``person``: of whom it is, beside ``about``.
    ``code``: the one at the door that opens it. ``session_type``: of which type it is.
    ``link``: whose personal link opens it; ``claim``: for which event a registration is
    confirmed; ``key``: the link of which mail opens it.
    """

    route: str
    about: str = ""
    who: str = "organizer"
    query: str = ""
    status: int = HTTPStatus.OK
    refused: bool = False
    opened: bool = False
    person: str = ""
    code: str = ""
    session_type: str = ""
    link: str = ""
    claim: str = ""
    key: str = ""

    def path(self, school: School) -> str:
        named = [name for name in (self.about, self.person) if name]
        subjects = [school.subjects[name].pk for name in named]
        codes = [school.code(self.code)] if self.code else []
        codes += [self.session_type] if self.session_type else []
        links = LINKS | PROMPTED
        if self.key in links:
            codes.append(links[self.key])
        elif self.key:
            codes += school.accounts.key(self.key)
        query = self.query.format_map(school.subjects)
        args = [*subjects, *codes, *self._secrets(school)]
        if self.route == "contest_personally":
            args.reverse()
        return reverse(self.route, args=args) + query

    def _secrets(self, school: School) -> list[str]:
        if self.claim:
            pk = school.subjects[self.claim].pk
            return [token_of(Claim(pk, "Ana", "ana@example.com", "", school.now))]
        place = school.subjects.get(self.link)
        return (
            [link_of(place)]
            if isinstance(place, Participant)
            else ["none"] * bool(self.link)
        )

    def user(self, school: School) -> User | None:
        return getattr(school, self.who) if self.who else None
