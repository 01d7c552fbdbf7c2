"""Accounts, organizations, people, events and rosters.

Each invariant is a named constraint of the database. Times are aware and in UTC.
"""

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
    INVITED_BY,
    Invitation,
    InvitationQuerySet,
    InvitationState,
)
from events.models.organizations import (
    ADMINS,
    LONGEST_NOTICE,
    ORGANIZERS,
    Membership,
    Organization,
    OrganizationQuerySet,
    Role,
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

__all__ = [
    "ADMINS",
    "DEFAULT_EVENT_LENGTH",
    "EXPECTED",
    "INVITED_BY",
    "LONGEST_DOOR_MINUTES",
    "LONGEST_NOTICE",
    "MOST_PLACES",
    "NOT_REGISTERED",
    "ORGANIZERS",
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
    "slug_validator",
]
