"""How violations of this app's named constraints are told, by forms and REST alike."""

from django.utils.translation import gettext_lazy as _

from core.constraints import ConstraintRule

RULES = {
    "policy_thresholds_ascend": ConstraintRule(
        400, "present_over", _("The thresholds must be in ascending order.")
    ),
}
