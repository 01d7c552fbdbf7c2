"""Upgrading: each identity goes on to mean whom it meant, at each event."""

import pytest

from tests.attendance.migrating_people.before_people import (
    School,
    make_user,
    migrate,
    people_of,
    query,
)
from tests.attendance.migrating_people.meaning import meanings_now, meanings_until_then
from tests.factories import START

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("before_people")]


def test_every_meaning_is_kept() -> None:
    school = School()
    first, second, third, fourth = events = [school.event() for _ in range(4)]
    lessons = {event: school.lesson(event) for event in events}
    account = make_user()

    # By an account that has two names, so the people become two; the second goes on by
    # an address alone, where the first is on the roster, too.
    ana = school.place(first, "Ana", "", account)
    ana_maria = school.place(second, "Ana María", "am@x.org", account)
    ana_again = school.place(third, "Ana", "", account)
    school.place(third, "Ana María", "am@x.org")
    school.link(ana, "of-two-names")
    school.link(ana_again, "of-two-names")

    # By an address and a name, though the person fits two and stays their own.
    account = make_user()
    school.place(first, "Cem", "", account)
    cem = school.place(second, "Cem", "cem@x.org")
    both = school.place(third, "Cem", "cem@x.org", account)
    school.link(cem, "of-a-third")

    # A family's tablet: of several on one roster the newest link counts.
    account = make_user()
    school.link(school.place(first, "Mia", "home@x.org", account), "tablet")
    school.link(school.place(second, "Leo", "home@x.org"), "tablet")
    mia = school.place(third, "Mia", "mia@x.org", account)
    leo = school.place(third, "Leo", "home@x.org")
    school.link(school.place(fourth, "Mia", "home@x.org"), "tablet")
    school.link(mia, "tablet-2")
    school.link(leo, "tablet-2")

    # Known from an event where they were only an onlooker, or cancelled.
    for name, registration in (("Pia", "viewed"), ("Rio", "cancelled")):
        seen = school.place(first, name, f"{name}@x.org", registration=registration)
        school.place(second, name, f"{name}@x.org")
        school.link(seen, f"of-{name}")

    before = meanings_until_then()
    assert before[lessons[second], "of-two-names"] == ana_maria
    assert before[lessons[third], "of-two-names"] == ana_again
    assert before[lessons[third], "of-a-third"] == both
    assert before[lessons[third], "tablet"] == leo
    assert before[lessons[third], "tablet-2"] == leo
    migrate()
    assert len({*people_of(ana, ana_maria)}) == len({*people_of(cem, both)}) == 2
    after = meanings_now()
    assert {key: after.get(key) for key in before} == before


def test_only_links_that_are_needed_are_added() -> None:
    school = School()
    first, second = school.event(), school.event()
    ana = school.place(first, "Ana", "ana@x.org")
    school.place(second, "Ana", "ana@x.org")
    mia, leo = school.place(first, "Mia"), school.place(first, "Leo")
    school.link(ana, "of-ana")
    school.link(leo, "tablet")
    school.link(mia, "tablet")
    before = query(
        "SELECT identity, participant_id FROM events_knownidentity ORDER BY id"
    )
    migrate()
    assert before == query(
        "SELECT link.identity, p.id FROM events_knownidentity link"
        " JOIN events_participant p USING (event_id, person_id) ORDER BY link.id"
    )


def test_what_is_linked_to_somebody_means_them_wherever_they_are() -> None:
    """Until then a name written otherwise was somebody else."""
    school = School()
    first, second = school.event(), school.event()
    jose = school.place(first, "José", "jose@x.org")
    elsewhere = school.place(second, "Jose", "jose@x.org")
    lesson = school.lesson(second)
    school.link(jose, "of-jose")
    assert (lesson, "of-jose") not in meanings_until_then()
    migrate()
    assert meanings_now()[lesson, "of-jose"] == elsewhere


def test_at_lessons_before_they_cancelled_an_identity_means_who_cancelled() -> None:
    school = School()
    event = school.event()
    place = school.place(event, "Ole", registration="cancelled", identity="of-ole")
    lesson = school.lesson(event)
    school.link(place, "tablet")
    migrate()
    meant = {(lesson, "of-ole"): place, (lesson, "tablet"): place}
    assert meanings_now() == meant
    query("UPDATE events_participant SET cancelled_at = %s", START)
    assert meanings_now() == {}
