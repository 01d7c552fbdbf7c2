"""Messages for violated constraints of this app, the same in forms and REST."""

from django.utils.translation import gettext_lazy as _

from core.constraints import ConstraintRule

RULES = {
    "live_session_ends_after_start": ConstraintRule(
        400, "ends_at", _("The end must be later than the start.")
    ),
    "live_session_ended_after_start": ConstraintRule(
        400, "ended_at", _("The actual end must be later than the start.")
    ),
}
