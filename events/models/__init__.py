"""Accounts, organizations, people, events and rosters.

Each invariant is a named constraint of the database. Times are aware and in UTC.
"""

from events.models.access_requests import LONGEST_PURPOSE, AccessRequest
from events.models.accounts import (
    IdempotentAnswer,
    SignInTries,
    User,
)
from events.models.events import (
    DEFAULT_EVENT_LENGTH,
    EXPECTED,
    LONGEST_DOOR_MINUTES,
    MOST_PLACES,
    NOT_REGISTERED,
    Event,
    EventQuerySet,
    EventState,
    EventView,
    Participant,
    ParticipantQuerySet,
    ParticipantRole,
    Registration,
    Visibility,
    new_identity,
)
from events.models.invitations import (
    Invitation,
    InvitationQuerySet,
    InvitationState,
)
from events.models.organizations import (
    LONGEST_NOTICE,
    Membership,
    Organization,
    OrganizationQuerySet,
    slug_validator,
)
from events.models.people import (
    FoldedField,
    KnownIdentity,
    Person,
    PersonChange,
    PersonChangeValues,
    PersonQuerySet,
)
from events.models.registration_mails import RegistrationMail, RegistrationNews
from events.models.roles import ADMINS, GIVEN_BY, ORGANIZERS, Role, rank_of

__all__ = [
    "ADMINS",
    "DEFAULT_EVENT_LENGTH",
    "EXPECTED",
    "GIVEN_BY",
    "LONGEST_DOOR_MINUTES",
    "LONGEST_NOTICE",
    "LONGEST_PURPOSE",
    "MOST_PLACES",
    "NOT_REGISTERED",
    "ORGANIZERS",
    "AccessRequest",
    "Event",
    "EventQuerySet",
    "EventState",
    "EventView",
    "FoldedField",
    "IdempotentAnswer",
    "Invitation",
    "InvitationQuerySet",
    "InvitationState",
    "KnownIdentity",
    "Membership",
    "Organization",
    "OrganizationQuerySet",
    "Participant",
    "ParticipantQuerySet",
    "ParticipantRole",
    "Person",
    "PersonChange",
    "PersonChangeValues",
    "PersonQuerySet",
    "Registration",
    "RegistrationMail",
    "RegistrationNews",
    "Role",
    "SignInTries",
    "User",
    "Visibility",
    "new_identity",
    "rank_of",
    "slug_validator",
]
