"""Messages for violated constraints of this app, the same in forms and REST."""

from django.utils.translation import gettext_lazy as _

from core.constraints import ConstraintRule

RULES = {
    "events_organization_slug_key": ConstraintRule(
        409, "slug", _("Another organization has this slug.")
    ),
    "organization_slug_without_underscore": ConstraintRule(
        400, "slug", _("Use lowercase letters a to z, digits and single hyphens.")
    ),
    "membership_once_per_organization": ConstraintRule(
        409, "username", _("This user is already a member. Change their role instead.")
    ),
    "user_verified_email_unique": ConstraintRule(
        409, "email", _("Another account has already confirmed this address.")
    ),
    "user_folded_email_unique": ConstraintRule(
        409, "email", _("Another account has already confirmed this address.")
    ),
    "user_folded_username_unique": ConstraintRule(
        409, "username", _("Another account has this name, or one like it.")
    ),
    "event_ends_after_start": ConstraintRule(
        400, "ends_at", _("The end must be later than the start.")
    ),
    "event_has_a_place": ConstraintRule(
        400, "capacity", _("Write at least 1, or nothing.")
    ),
    "participant_once_per_event": ConstraintRule(
        409, "person", _("This person is already on the roster.")
    ),
    "person_external_id_once_per_organization": ConstraintRule(
        409, "external_id", _("Somebody else has this student number.")
    ),
}
