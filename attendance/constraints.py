"""Messages for violations of this app's named constraints, in forms and REST."""

from django.utils.translation import gettext_lazy as _

from core.constraints import ConstraintRule

RULES = {
    "policy_thresholds_ascend": ConstraintRule(
        400, "present_over", _("The thresholds must be in ascending order.")
    ),
}
