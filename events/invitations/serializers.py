"""Invitations as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.errors import Invalid
from core.fields import AddressField, Declared, ModelSerializer
from events.invitations.states import state_of
from events.models import Invitation, Role


class OwnInvitationSerializer(ModelSerializer[Invitation]):
    """What the caller is invited to: of the organization nothing but its name.

    With a ``role`` it is to that role; with null to a place of a person.
    """

    organization_name = serializers.CharField(
        source="organization.name", read_only=True
    )
    role = serializers.SerializerMethodField()

    class Meta:
        model = Invitation
        fields = [
            "id",
            "organization",
            "organization_name",
            "role",
            "created_at",
            "expires_at",
        ]

    def get_role(self, invitation: Invitation) -> str | None:
        """Return the role; null for the place of a person."""
        return invitation.role or None


class InvitationSerializer(ModelSerializer[Invitation]):
    """An invitation as its organization sees it.

    ``state`` tells nothing of an account before it accepts.
    """

    role = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()

    class Meta:
        model = Invitation
        fields = [
            "id",
            "role",
            "person",
            "username",
            "email",
            "state",
            "created_at",
            "expires_at",
        ]

    def get_role(self, invitation: Invitation) -> str | None:
        """Return the role; null for the place of a person."""
        return invitation.role or None

    def get_state(self, invitation: Invitation) -> str:
        """Return the state.

        One of asked, link, sent, not_sent, opened, accepted, left, expired and ended.
        """
        return state_of(invitation).value


class NewInvitationSerializer(serializers.Serializer[dict[str, Any]]):
    """An address to invite to a role."""

    email = AddressField()
    role = serializers.ChoiceField(choices=Role.choices)

    def validate_email(self, email: str) -> str:
        """Require an address."""
        if not email:
            raise Invalid("required", _("Write an address."), field="email")
        return email


class MadeSerializer(Declared):
    """An invitation that was made; its link is shown this once."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    expires_at = serializers.DateTimeField()
    state = serializers.CharField(
        help_text=(
            "`sent`, `not_sent`, or `link` if there is no address, or the installation "
            "sends no mail."
        )
    )
