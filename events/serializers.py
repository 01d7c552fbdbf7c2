"""Organizations, people, events and rosters as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.addresses import folded_address
from core.errors import Invalid
from core.fields import AddressField, InstantField, ModelSerializer
from core.row_ids import BIGGEST_ID
from core.spans import Span
from core.validators import validate_language, validate_name, validate_time_zone
from events.accounts.confirming import waiting_address
from events.models import (
    Event,
    EventView,
    Invitation,
    Membership,
    Organization,
    Participant,
    Person,
    Role,
    User,
    slug_validator,
)
from events.permissions import Viewer, viewer_of
from events.roster.personal_links import personal_url


class SignInSerializer(serializers.Serializer[dict[str, str]]):
    """A user name or confirmed address, its password, and a code if it needs one."""

    username = serializers.CharField(max_length=254)
    password = serializers.CharField(
        max_length=4096, trim_whitespace=False, style={"input_type": "password"}
    )
    otp = serializers.CharField(
        max_length=16,
        default="",
        allow_blank=True,
        help_text=(
            "Of accounts with a second factor: the code that the app shows, or a "
            "recovery code."
        ),
    )


class TokenSerializer(serializers.Serializer[dict[str, Any]]):
    """A bearer token; it cannot be read again later."""

    token = serializers.CharField()
    expires_at = InstantField(allow_null=True)


class OwnRoleSerializer(ModelSerializer[Membership]):
    """One of the caller's organizations, with their role."""

    id = serializers.IntegerField(source="organization_id")
    slug = serializers.CharField(source="organization.slug")
    name = serializers.CharField(source="organization.name")

    class Meta:
        model = Membership
        fields = ["id", "slug", "name", "role"]


class AccountSerializer(ModelSerializer[User]):
    """The caller's account."""

    name = serializers.CharField(
        source="get_full_name",
        max_length=150,
        required=False,
        validators=[validate_name],
    )
    email_verified = serializers.SerializerMethodField()
    new_email = serializers.SerializerMethodField(
        help_text="An address that waits to be confirmed; until then `email` counts."
    )
    organizations = OwnRoleSerializer(source="memberships", many=True, read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "name",
            "email",
            "email_verified",
            "new_email",
            "language",
            "time_zone",
            "wants_prompts",
            "organizations",
        ]
        read_only_fields = ["username"]

    def get_new_email(self, user: User) -> str:
        """Return the address that waits to be confirmed; empty if none does."""
        waiting = waiting_address(user)
        return "" if folded_address(waiting) == folded_address(user.email) else waiting

    def get_email_verified(self, user: User) -> bool:
        """Return whether the address is verified, so that it connects with rosters."""
        return user.email_verified_at is not None


class OrganizationSerializer(ModelSerializer[Organization]):
    """An organization; ``role`` is the caller's, null for superusers without one."""

    slug = serializers.CharField(
        max_length=50,
        required=False,
        validators=[slug_validator],
        help_text="Begins its rooms' names; never changes. Default: from the name.",
    )
    role = serializers.SerializerMethodField()

    class Meta:
        model = Organization
        fields = [
            "id",
            "name",
            "slug",
            "time_zone",
            "language",
            "recording_notice",
            "consent_required",
            "sends_prompts",
            "asks_how_it_was",
            "role",
            "created_at",
        ]
        read_only_fields = ["created_at"]

    def get_role(self, organization: Organization) -> Role | None:
        """Return the caller's role; null for superusers who have none."""
        role = viewer_of(self.context["request"]).roles.get(organization.pk)
        return Role(role) if role else None

    def validate_slug(self, slug: str) -> str:
        """Refuse to change the slug."""
        if self.instance is not None and slug != self.instance.slug:
            raise serializers.ValidationError(
                _("A slug cannot be changed: room names begin with it."),
                code="never_changes",
            )
        return slug


class MemberSerializer(ModelSerializer[Membership]):
    """A user's role in an organization.

    Who is only invited is no member yet: ``accepted`` is false, ``id`` is null, and
    nothing of the account shows but what was typed.
    """

    id = serializers.IntegerField(read_only=True, allow_null=True)
    accepted = serializers.BooleanField(read_only=True, default=True)
    invitation = serializers.IntegerField(
        read_only=True, allow_null=True, default=None, help_text="Its id, if invited."
    )

    username = serializers.CharField(source="user.username", read_only=True)
    name = serializers.CharField(source="user.get_full_name", read_only=True)
    email = AddressField(source="user.email", read_only=True)

    class Meta:
        model = Membership
        fields = [
            "id",
            "username",
            "name",
            "email",
            "role",
            "created_at",
            "accepted",
            "invitation",
        ]
        read_only_fields = ["created_at"]

    def to_representation(self, instance: Membership | Invitation) -> dict[str, Any]:
        """Return a member, or what was typed of somebody who is invited."""
        if isinstance(instance, Invitation):
            return {
                "id": None,
                "username": instance.username,
                "name": "",
                "email": instance.email,
                "role": instance.role,
                "created_at": self.fields["created_at"].to_representation(
                    instance.created_at
                ),
                "accepted": False,
                "invitation": instance.pk,
            }
        data: dict[str, Any] = super().to_representation(instance)
        return data


class NewMemberSerializer(serializers.Serializer[dict[str, str]]):
    """A new member: an account by user name or verified address, and its role."""

    username = serializers.CharField(max_length=150, default="")
    email = AddressField(default="")
    role = serializers.ChoiceField(choices=Role.choices)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        """Require either ``username`` or ``email``, not both."""
        if bool(attrs["username"]) == bool(attrs["email"]):
            raise Invalid(
                "one_of", _("Give either username or email."), field="username"
            )
        return attrs


class EventSerializer(ModelSerializer[Event]):
    """An event. Without ``ends_at`` it lasts two hours."""

    time_zone = serializers.CharField(
        max_length=64,
        required=False,
        validators=[validate_time_zone],
        help_text="Default: the organization's.",
    )

    class Meta:
        model = Event
        fields = [
            "id",
            "organization",
            "title",
            "description",
            "starts_at",
            "ends_at",
            "time_zone",
            "location",
            "prompt_viewers",
            "door_opens_minutes",
            "door_closes_minutes",
            "visibility",
            "registration_open",
            "capacity",
            "state",
            "created_at",
        ]
        read_only_fields = ["state", "created_at"]

    def validate_organization(self, organization: Organization) -> Organization:
        """Refuse organizations of others as unknown, and moving an event."""
        if not viewer_of(self.context["request"]).belongs_to(organization.pk):
            self.fields["organization"].fail("does_not_exist", pk_value=organization.pk)
        if self.instance and self.instance.organization_id != organization.pk:
            raise serializers.ValidationError(
                _("An event cannot move to another organization."), code="never_changes"
            )
        return organization

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require an end after the start, even if only one of them is sent."""
        starts_at = attrs.get("starts_at", getattr(self.instance, "starts_at", None))
        ends_at = attrs.get("ends_at", getattr(self.instance, "ends_at", None))
        if ends_at is not None and starts_at is not None and ends_at <= starts_at:
            raise Invalid(
                "ends_before_start",
                _("The end must be later than the start."),
                field="ends_at",
            )
        return attrs


class EventViewSerializer(ModelSerializer[EventView]):
    """The caller's first view of an event."""

    class Meta:
        model = EventView
        fields = ["event", "viewed_at"]


# Fields that people may change on their own roster entry; organizers may change all.
# The organization keeps the register: docs/rules.md 106.
OWN_FIELDS = frozenset({"time_zone", "language"})


class AccountField(serializers.CharField):
    """The user name of a person's account, or of the one that is asked to be it.

    Whether there is such an account does not show before it has accepted.
    """

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "max_length": 150,
            "allow_null": True,
            "required": False,
            "help_text": "A user name. The account is asked: see `accepted`.",
        }
        super().__init__(**{**usual, **kwargs})

    def get_attribute(self, instance: Person | Participant) -> str | None:
        """Return the name; null if no account was named."""
        if isinstance(instance, Participant):
            instance = instance.person
        return instance.account_name or None


class AcceptedField(serializers.BooleanField):
    """Whether the account has accepted, so that it is this person's."""

    def __init__(self) -> None:
        super().__init__(
            read_only=True,
            source="*",
            help_text="Whether the account has accepted; until then it sees nothing.",
        )

    def to_representation(self, value: Any) -> bool:
        """Return whether there is an account."""
        return value.user_id is not None


class EmailRefusedField(serializers.BooleanField):
    """Whether a mail server refused the address for good, for organizers alone."""

    def __init__(self) -> None:
        super().__init__(
            read_only=True,
            allow_null=True,
            source="*",
            help_text="Mails to the address came back. Null except for organizers.",
        )

    def to_representation(self, value: Any) -> bool | None:  # type: ignore[override]
        """Return it, null if the caller is not an organizer."""
        person = value.person if isinstance(value, Participant) else value
        viewer = viewer_of(self.context["request"])
        organizes = viewer.organizes(person.organization_id)
        return person.email_refused if organizes else None


class EnrolmentSerializer(serializers.Serializer[Span]):
    """A span of time in which somebody belongs to an event; null: open."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the bounds; one of their names is a word of Python."""
        return {
            "from": InstantField(source="start", allow_null=True),
            "until": InstantField(source="end", allow_null=True),
        }


class ParticipantSerializer(ModelSerializer[Participant]):
    """One person on a roster.

    ``enrolled_from`` and ``enrolled_until`` are those of the latest span. Only
    organizers see ``identity``; only members of the organization and the person see
    ``email`` and ``external_id``. For others they are null.
    """

    user = AccountField()
    accepted = AcceptedField()
    name = serializers.CharField(max_length=200, validators=[validate_name])
    email = AddressField(required=False, allow_blank=True)
    email_refused = EmailRefusedField()
    external_id = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        validators=[validate_name],
        help_text="Student number, unique in the organization.",
    )
    time_zone = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        validators=[validate_time_zone],
    )
    language = serializers.CharField(
        max_length=16,
        required=False,
        allow_blank=True,
        validators=[validate_language],
    )
    enrolments = EnrolmentSerializer(source="enrolled", many=True, read_only=True)
    enrolled_from = InstantField(source="latest.start", allow_null=True, required=False)
    enrolled_until = InstantField(source="latest.end", allow_null=True, required=False)
    identity = serializers.SerializerMethodField()
    personal_url = serializers.SerializerMethodField()

    class Meta:
        model = Participant
        fields = [
            "id",
            "event",
            "person",
            "user",
            "accepted",
            "name",
            "email",
            "email_refused",
            "external_id",
            "role",
            "registration",
            "enrolments",
            "enrolled_from",
            "enrolled_until",
            "identity",
            "personal_url",
            "time_zone",
            "language",
            "created_at",
        ]
        read_only_fields = ["event", "person", "created_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Name the bounds of the enrolment as services do."""
        latest = attrs.pop("latest", {})
        names = {"start": "enrolled_from", "end": "enrolled_until"}
        return attrs | {names[name]: value for name, value in latest.items()}

    def get_identity(self, participant: Participant) -> str | None:
        """Return the LiveKit identity; null if the caller is not an organizer."""
        organization = participant.event.organization_id
        return participant.identity if self._viewer.organizes(organization) else None

    def get_personal_url(self, participant: Participant) -> str | None:
        """Return their secret link; null if the caller is not an organizer."""
        organization = participant.event.organization_id
        return (
            personal_url(participant) if self._viewer.organizes(organization) else None
        )

    def to_representation(self, participant: Participant) -> dict[str, Any]:
        """Hide address and number unless the caller is a member or this person."""
        data: dict[str, Any] = super().to_representation(participant)
        is_self = participant.user_id == self._viewer.user.pk
        if not is_self and not self._viewer.belongs_to(
            participant.event.organization_id
        ):
            data |= {"email": None, "external_id": None}
        return data

    @property
    def _viewer(self) -> Viewer:
        return viewer_of(self.context["request"])


class NewParticipantSerializer(ParticipantSerializer):
    """Somebody to add to a roster, and who they are if that is doubtful."""

    person = serializers.IntegerField(
        min_value=1,
        max_value=BIGGEST_ID,
        allow_null=True,
        required=False,
        help_text="Who is meant: one of the candidates.",
    )
    new = serializers.BooleanField(
        default=False, write_only=True, help_text="It is somebody new."
    )

    class Meta(ParticipantSerializer.Meta):
        fields = [*ParticipantSerializer.Meta.fields, "new"]
        read_only_fields = ["event", "created_at"]


class AddedParticipantSerializer(ParticipantSerializer):
    """Somebody who was added to a roster."""

    matched = serializers.ChoiceField(
        choices=["number", "address", "name", "choice"],
        allow_null=True,
        read_only=True,
        help_text="By what a known person was meant; null for somebody new.",
    )

    class Meta(ParticipantSerializer.Meta):
        fields = [*ParticipantSerializer.Meta.fields, "matched"]


class PersonalLinkSerializer(serializers.Serializer[Participant]):
    """The secret link of somebody on a roster."""

    personal_url = serializers.SerializerMethodField()

    def get_personal_url(self, place: Participant) -> str:
        """Return the link as it is now."""
        return personal_url(place)
