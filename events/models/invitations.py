"""Invitations: to a role in an organization, or to the place of a person."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address
from events.models.accounts import User
from events.models.organizations import Membership, Organization
from events.models.people import FoldedField, Person
from events.models.roles import GIVEN_BY, ORGANIZERS, Role

# How long a link works, and whoever was named for a role may accept.
LIFETIME = timedelta(days=14)
# The role of an invitation to the place of a person.
FOR_A_PERSON = ""


class InvitationState(models.TextChoices):
    """What became of an invitation; that it has expired is told by its time."""

    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    REVOKED = "revoked", _("withdrawn")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations."""

    def standing(self) -> Self:
        """Filter those that can be accepted.

        Whoever invited must still be somebody who may, so that nobody who has left an
        organization lets themselves in again by a link that they kept. The person must
        be without an account, and have the address to which the link went.
        """
        return self.filter(_in_time(), _is_valid(), state=InvitationState.OPEN)

    def seeming_open(self) -> Self:
        """Filter those that are open as far as who invited may know.

        Declined ones look open, and offers to whoever has confirmed an address look
        like nothing: so that it tells nothing of any account.
        """
        unanswered = (InvitationState.OPEN, InvitationState.DECLINED)
        made = self.exclude(invited_by=None).filter(state__in=unanswered)
        return made.filter(_in_time(), _is_valid())

    def with_validity(self) -> Self:
        """Read along ``is_void`` and ``has_left``."""
        accepted = Q(state=InvitationState.ACCEPTED)
        members = Membership.objects.filter(
            user=OuterRef("answered_by"), organization=OuterRef("organization")
        )
        has_role = Q(person=None) & Q(Exists(members))
        has_place = Q(person__user=F("answered_by"))
        return self.annotate(
            is_void=Case(When(_is_valid(), then=False), default=True),
            has_left=Case(
                When(accepted & ~(has_role | has_place), then=True), default=False
            ),
        )

    def for_account(self, user: User) -> Self:
        """Filter those that are for an account: by its name, or confirmed address.

        Offers of an address end when the account, or the person, has another one.
        """
        address = folded_address(user.email) if user.email_verified_at else ""
        named = Q(user=user) & ~Q(invited_by=None)
        if not address:
            return self.filter(named)
        offered = Q(user=user, invited_by=None, person__folded_email=address)
        return self.filter(named | offered | Q(folded_email=address))


def _in_time() -> Q:
    return Q(expires_at=None) | Q(expires_at__gt=Now())


def _is_valid() -> Q:
    """Whether an invitation that nobody has answered may be accepted, but for time."""
    has_no_person = Q(person=None)
    is_free = Q(person__user=None)
    is_theirs = Q(folded_email="") | Q(folded_email=F("person__folded_email"))
    return _inviter_may() & (has_no_person | is_free & is_theirs)


def _inviter_may() -> Q:
    members = Membership.objects.filter(
        user=OuterRef("invited_by"), organization=OuterRef("organization")
    )
    by_members = Q()
    for role, inviters in [*GIVEN_BY.items(), (FOR_A_PERSON, ORGANIZERS)]:
        by_members |= Q(role=role) & Q(Exists(members.filter(role__in=inviters)))
    is_superuser = Q(invited_by__is_superuser=True)
    is_offer = Q(invited_by=None)
    return is_offer | Q(invited_by__is_active=True) & (is_superuser | by_members)


class Invitation(models.Model):
    """A role in an organization, or the place of a person, that an account may take.

    It is for the account that was named (``username`` is what was typed, ``user`` whom
    it meant then, if anybody), for whoever has confirmed ``email``, and for whoever has
    the link, if there is one: of its token only the SHA-256 is kept. Without
    ``invited_by`` nobody invited: the account has confirmed the person's address, or
    somebody started one by the link of a mail to it (``invitations/starting.py``).
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="invitations"
    )
    role = models.CharField(_("role"), max_length=16, choices=Role, blank=True)
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, related_name="invitations"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="invitations",
        verbose_name=_("account"),
    )
    username = models.CharField(_("user name"), max_length=150, blank=True)
    email = models.EmailField(_("email"), blank=True)
    folded_email = FoldedField(of="email", by=folded_address)
    token_digest = models.BinaryField(max_length=32, null=True, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=InvitationState,
        default=InvitationState.OPEN,
        db_default=InvitationState.OPEN,
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True)
    mailed_at = models.DateTimeField(_("mailed at"), null=True)
    mail_failed = models.BooleanField(
        _("mail not sent"), default=False, db_default=False
    )
    opened_at = models.DateTimeField(_("opened at"), null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    # Read by ``with_validity()``: whether it is worthless, however young; whether who
    # accepted it has left, or was removed.
    is_void = False
    has_left = False

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["folded_email"],
                condition=Q(state=InvitationState.OPEN) & ~Q(folded_email=""),
                name="invitation_open_by_address",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, role="")
                | Q(person__isnull=True, role__in=Role.values),
                name="invitation_to_role_or_person",
            ),
            models.CheckConstraint(
                condition=Q(state__in=InvitationState.values),
                name="invitation_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state=InvitationState.OPEN, answered_at__isnull=True)
                | ~Q(state=InvitationState.OPEN) & Q(answered_at__isnull=False),
                name="invitation_answered_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(token_digest__isnull=True) | Q(expires_at__isnull=False),
                name="invitation_link_expires",
            ),
            models.UniqueConstraint(
                fields=["person", "user"],
                condition=Q(invited_by__isnull=True),
                name="invitation_offered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.role or self.person_id}"
