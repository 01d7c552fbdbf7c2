"""Several people who decide about one person at the same moment, over REST."""

from collections import Counter

import pytest

from attendance.audit.seals import verify
from attendance.models import Attendance, AttendanceChange
from events.models import Organization, Participant, User
from tests.at_once import at_once
from tests.factories import make_client, make_member, make_participant, make_session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person() -> Participant:
    return make_participant(make_session().event)


@pytest.fixture
def staff(person: Participant) -> User:
    return make_member(person.event.organization)


@pytest.mark.parametrize("is_of_session", [True, False])
def test_twenty_check_ins_of_one_person_are_one_change_and_twenty_successes(
    person: Participant, staff: User, *, is_of_session: bool
) -> None:
    if not is_of_session:
        make_session(person.event)
    client = make_client(staff)
    path = f"/api/participants/{person.pk}/check-in"
    answers = at_once([lambda: client.post(path, {})] * 20)
    assert {answer.status_code for answer in answers} == {200}
    already = Counter(answer.json()["already_checked_in"] for answer in answers)
    assert already == {False: 1, True: 19}
    row = Attendance.objects.get()
    assert (row.session_id is not None) == is_of_session
    assert AttendanceChange.objects.count() == 1


def test_two_who_contradict_each_other_are_both_in_the_log_in_order(
    person: Participant, staff: User
) -> None:
    session = person.event.sessions.get()
    client = make_client(staff)
    path = f"/api/participants/{person.pk}/attendance"
    said = ["present", "absent", "late", "excused"]
    answers = at_once(
        [
            lambda status=status: client.patch(  # type: ignore[misc]
                path, {"status": status, "session": session.pk}
            )
            for status in said
        ]
    )
    assert {answer.status_code for answer in answers} == {200}
    changes = list(AttendanceChange.objects.order_by("pk"))
    assert sorted(change.to_status for change in changes) == sorted(said)
    statuses = ["unknown", *(change.to_status for change in changes)]
    assert [change.from_status for change in changes] == statuses[:-1]
    assert Attendance.objects.get().status == statuses[-1]
    assert verify(Organization.objects.all()) == []


def test_one_change_is_undone_once(person: Participant, staff: User) -> None:
    client = make_client(staff)
    client.patch(f"/api/participants/{person.pk}/attendance", {"status": "late"})
    change = AttendanceChange.objects.get()
    path = f"/api/attendance-changes/{change.pk}/undo"
    answers = at_once([lambda: client.post(path, {})] * 4)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 3}
    assert AttendanceChange.objects.count() == 2
