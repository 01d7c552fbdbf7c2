"""What an organization is told of its invitations.

Of an account that was named, or whose address was given, nothing shows before it
accepts: who declined looks like who never answered, and like who does not exist.

Source: docs/rules.md 153, 170.
"""

from django.db.models import QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Invitation, InvitationState, Organization


class Shown(TextChoices):
    """The state of an invitation, as its organization sees it."""

    ASKED = "asked", _("asked")
    LINK = "link", _("not mailed: pass the link on")
    NOT_SENT = "not_sent", _("not sent")
    SENT = "sent", _("sent")
    OPENED = "opened", _("opened")
    ACCEPTED = "accepted", _("accepted")
    LEFT = "left", _("accepted, but no longer here")
    EXPIRED = "expired", _("expired")
    ENDED = "ended", _("works no longer")


def state_of(invitation: Invitation) -> Shown:
    """Return the state of an invitation.

    What time and other people have changed since is known only of those that were read
    by :meth:`InvitationQuerySet.with_validity`.
    """
    if invitation.state == InvitationState.ACCEPTED:
        return Shown.LEFT if invitation.has_left else Shown.ACCEPTED
    if invitation.state == InvitationState.REVOKED or invitation.is_void:
        return Shown.ENDED
    if invitation.expires_at and invitation.expires_at <= timezone.now():
        return Shown.EXPIRED
    if invitation.token_digest is None:
        return Shown.ASKED
    if invitation.opened_at:
        return Shown.OPENED
    if invitation.mail_failed:
        return Shown.NOT_SENT
    return Shown.SENT if invitation.mailed_at else Shown.LINK


def shown_invitations(organization: Organization) -> QuerySet[Invitation]:
    """Return what people of an organization invited to, the newest first."""
    made = Invitation.objects.filter(organization=organization)
    return (
        made.exclude(invited_by=None)
        .exclude(state=InvitationState.REVOKED)
        .with_validity()
        .select_related("person")
        .order_by("-pk")
    )
