"""Reads contests, with everything that is told of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from attendance.models import Contest
from attendance.models.answers import ContestQuerySet
from attendance.wording.said import ContestInWords
from events.accounts.clocks import zone_of


def contests() -> ContestQuerySet:
    """Return all contests, the newest first, with what is told of them loaded."""
    return Contest.objects.select_related(
        "attendance__participant__person",
        "attendance__session",
        "attendance__event__organization",
        "change",
        "contested_by",
        "settled_by",
    ).order_by("-pk")


def newest_in_words(decisions: Collection[int]) -> Mapping[int, ContestInWords]:
    """Return the newest contest of each decision, by the id of the decision.

    One query; decisions that nobody contested are missing.
    """
    return {
        pk: ContestInWords.of(newest, ZoneInfo(zone_of(newest.attendance.event)))
        for pk, (newest, *_earlier) in contests_of(decisions).items()
    }


def contests_of(decisions: Collection[int]) -> Mapping[int, list[Contest]]:
    """Return the contests of decisions by the ids of these, the newest first.

    One query; decisions that nobody contested are missing.
    """
    found: dict[int, list[Contest]] = defaultdict(list)
    for each in contests().filter(attendance__in=decisions):
        found[each.attendance_id].append(each)
    return found
