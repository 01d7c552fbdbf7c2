"""Who somebody unmatched probably is."""

from attendance.evidence.probable_people import (
    Candidate,
    Ground,
    Guess,
    LinkedElsewhere,
    guess,
)


def on_roster(*names: str, seen: tuple[str, ...] = ()) -> list[Candidate]:
    return [
        Candidate(number, name, f"identity {number}", name in seen)
        for number, name in enumerate(names, start=1)
    ]


def grounds(found: Guess | None) -> tuple[Ground, int | None] | None:
    return found and (found.ground, found.participant_id)


def test_the_same_name_is_a_guess_however_it_is_written() -> None:
    roster = on_roster("Omar Nasser", "Lina Haddad")
    found = guess("guest", "LINA  haddad", None, roster)
    assert found == Guess(Ground.SAME_NAME, 2, "Lina Haddad")


def test_the_order_of_given_and_family_name_makes_no_difference() -> None:
    found = guess("guest", "Haddad Lina", None, on_roster("Omar", "Lina Haddad"))
    assert grounds(found) == (Ground.SAME_NAME, 2)


def test_neither_a_keyboard_nor_a_device_hides_a_name() -> None:
    roster = on_roster(
        "Łukasz Żak", "I\u015f\u0131k Demir (5A)", "I\u015f\u0131k Demir (5B)"
    )
    for name in (
        "lukasz zak",
        "Zak, Lukasz",
        "Łukasz Żak (iPad)",
        "ŁUKASZ ŻAK [Guest]",
    ):
        assert grounds(guess("guest", name, None, roster)) == (Ground.SAME_NAME, 1)
    for name in ("Łukasz (iPad)", "Zak (Guest)"):
        assert grounds(guess("guest", name, None, roster)) == (Ground.PART_OF_NAME, 1)
    found = guess("guest", "ISIK DEMIR (5B)", None, roster)
    assert grounds(found) == (Ground.SAME_NAME, 3)
    assert guess("guest", "I\u015f\u0131k Demir", None, roster) is None


def test_part_of_a_name_is_a_guess_if_it_is_the_only_one() -> None:
    roster = on_roster("Omar Nasser", "Lina Haddad")
    assert grounds(guess("guest", "Lina", None, roster)) == (Ground.PART_OF_NAME, 2)
    twice = on_roster("Lina Nasser", "Lina Haddad")
    assert guess("guest", "Lina", None, twice) is None


def test_of_two_it_is_the_one_who_was_not_seen() -> None:
    roster = on_roster("Lina Nasser", "Lina Haddad", seen=("Lina Nasser",))
    assert grounds(guess("guest", "Lina", None, roster)) == (Ground.PART_OF_NAME, 2)


def test_the_only_one_is_guessed_although_they_were_seen() -> None:
    """With a second device, perhaps."""
    roster = on_roster("Lina Haddad", seen=("Lina Haddad",))
    assert grounds(guess("guest", "Lina", None, roster)) == (Ground.PART_OF_NAME, 1)


def test_a_letter_or_no_name_says_nothing() -> None:
    roster = on_roster("A B", "Lina Haddad")
    assert guess("guest", "A", None, roster) is None
    assert guess("guest", "", None, roster) is None
    assert guess("guest", "🙂", None, on_roster("🙂")) is None


def test_a_longer_name_is_no_part() -> None:
    assert guess("guest", "Lina Haddad Omar", None, on_roster("Lina Haddad")) is None


def test_whose_own_identity_it_is_comes_first() -> None:
    """They are on the roster and in no report: they cancelled, say."""
    roster = on_roster("Lina Haddad", "Omar Nasser")
    found = guess("identity 2", "Lina Haddad", None, roster)
    assert grounds(found) == (Ground.OWN_IDENTITY, 2)


def test_who_is_known_from_another_event_is_found_by_that_name() -> None:
    known = LinkedElsewhere("Lina Haddad", "lina@example.com", "Physics")
    found = guess("guest", "iPad", known, on_roster("Omar", "Lina Haddad"))
    assert found == Guess(Ground.KNOWN_ELSEWHERE, 2, "Lina Haddad", known)


def test_who_is_known_and_not_on_this_roster_is_named() -> None:
    known = LinkedElsewhere("Lina Haddad", "lina@example.com", "Physics")
    found = guess("guest", "Omar", known, on_roster("Omar Nasser"))
    assert found == Guess(Ground.KNOWN_ELSEWHERE, None, "Lina Haddad", known)


def test_nobody_comes_to_mind() -> None:
    assert guess("guest", "Somebody", None, on_roster("Omar Nasser")) is None
    assert guess("guest", "Somebody", None, []) is None
