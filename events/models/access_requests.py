"""Who asks to be let in, where accounts are made by invitation."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.validators import validate_name

LONGEST_PURPOSE = 1_000


class AccessRequest(models.Model):
    """What somebody without an account wrote to the superusers.

    The address is not confirmed: anybody can type anybody's. A superuser who has
    answered deletes the row.
    """

    name = models.CharField(_("name"), max_length=200, validators=[validate_name])
    email = models.EmailField(_("email"))
    purpose = models.TextField(_("what for"), max_length=LONGEST_PURPOSE)
    created_at = models.DateTimeField(
        _("created at"), db_default=Now(), editable=False, db_index=True
    )

    class Meta:
        verbose_name = _("request for access")
        verbose_name_plural = _("requests for access")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name
