"""A lesson in a classroom, and what its report says."""

from datetime import timedelta

from attendance.decisions.checking_in import check_in
from attendance.decisions.place import Place
from events.models import Participant, User
from sessions_app.models import LiveSession, Mode
from tests.attendance.pages import (
    make_lesson,
    organizer_of,
    text,
)


def lesson(
    names: str = "Amina Ben Cleo", mode: str = Mode.IN_PERSON
) -> tuple[LiveSession, list[Participant]]:
    return make_lesson(names, mode=mode)


def staff(session: LiveSession) -> User:
    user = organizer_of(session)
    user.first_name, user.last_name = "Jana", "Weber"
    user.save()
    return user


def arrive(
    session: LiveSession,
    person: Participant,
    minute: int = 3,
    *,
    method: str = "staff",
    by: User | None = None,
) -> None:
    at = session.starts_at + timedelta(minutes=minute)
    check_in(
        Place(session.event, session),
        person,
        method=method,
        by=by or staff(session),
        now=at,
    )


def summary(page: str) -> str:
    _, _, rest = page.partition('<ul class="counts-big">')
    return text(rest.partition("</section>")[0])
