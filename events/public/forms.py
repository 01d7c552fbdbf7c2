"""The form with which people register themselves."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_parts import AddressField, NameField, RowForm
from core.validators import validate_plain_address


class RegistrationForm(RowForm):
    """Name and address of somebody who wants to come."""

    name = NameField(label=_("Your name"))
    email = AddressField(
        label=_("Your email address"),
        required=True,
        validators=[validate_plain_address],
        widget=forms.EmailInput({"dir": "ltr", "autocomplete": "email"}),
        help_text=_(
            "You get a mail with a link. Open it and confirm. Only then are you "
            "registered."
        ),
    )
