"""Who may see what is recorded of somebody at an event; they decide it themselves.

Source: docs/rules.md 178.
"""

from collections.abc import Mapping

from django.db import transaction
from django.shortcuts import get_object_or_404

from events.models import Participant

PRIVACY = ("show_on_profile", "show_to_other_orgs")


@transaction.atomic
def set_privacy(place: Participant, *, changes: Mapping[str, bool]) -> Participant:
    """Change who may see what is recorded of a place; its organization always does.

    Args:
        place: Their place.
        changes: New values by column, of :data:`PRIVACY`.
    """
    rows = Participant.everybody.select_for_update(of=("self",), no_key=True)
    get_object_or_404(rows, pk=place.pk)
    for name in PRIVACY:
        if name in changes:
            setattr(place, name, changes[name])
    place.save(update_fields=list(PRIVACY))
    return place
