"""The mails with the links of invitations.

A mail that is not sent stops nothing: the link is shown to whoever invites, and the
invitation says that it was not sent.

Source: docs/rules.md 161.
"""

from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.addresses import folded_address
from core.mail_server import MailNotSent, MailServer, open_connection
from core.mails import Mail, reaches_people, send
from core.names import isolated
from core.times import short_day
from events.accounts.attempts import DAY, MINUTE, is_too_often
from events.invitations.inviting import Made
from events.models import NOT_REGISTERED, EventState, Invitation, Participant, User
from events.roster.personal_links import personal_url

MAILS_A_MINUTE = 300
MAILS_A_DAY = 1_000
# Of one organization, and of all together: none takes the mails of the others.
TO_ONE_ADDRESS_A_DAY = 10
TO_ONE_ADDRESS_A_DAY_FROM_ALL = 30
# How long a page waits for a slow server; what is left then is not sent.
SECONDS_AT_MOST = 20


def send_links(made: Sequence[Made], *, by: User) -> None:
    """Mail the links to all who have an address, and note which were sent.

    To be called once the invitations are committed.
    """
    to_send = [each for each in made if each.invitation.email]
    if not to_send:
        return
    sent: list[Invitation] = []
    unsent: list[Invitation] = []
    places = upcoming_places(each.invitation.person_id for each in to_send)
    try:
        with open_connection(seconds=SECONDS_AT_MOST) as server:
            for each in to_send:
                own = places.get(each.invitation.person_id or 0, [])
                is_sent = not server.gives_up and _send_one(each, own, by, server)
                (sent if is_sent else unsent).append(each.invitation)
    except MailNotSent:
        unsent = [each.invitation for each in to_send]
    if reaches_people():  # Else they are files that nobody gets.
        _note(sent, failed=False)
    _note(unsent, failed=True)


def upcoming_places(people: Iterable[int | None]) -> dict[int, list[Participant]]:
    """Return the places at events that are not over, by person, the first event first.

    Of events that are published alone, and where the person is registered.
    """
    found: dict[int, list[Participant]] = {}
    places = Participant.objects.filter(
        person__in=[each for each in people if each],
        event__state=EventState.SCHEDULED,
    ).exclude(registration__in=NOT_REGISTERED)
    now = timezone.now()
    for place in places.select_related("event").order_by("event__starts_at", "pk"):
        if place.event.end > now:
            found.setdefault(place.person_id, []).append(place)
    return found


def _send_one(
    made: Made, places: Sequence[Participant], by: User, server: MailServer
) -> bool:
    invitation = made.invitation
    person = invitation.person
    if _are_too_many(by, invitation):
        return False
    try:
        send(
            lambda: mail_of(invitation, made.url, places),
            to=invitation.email,
            language=(person and person.language) or invitation.organization.language,
            server=server,
        )
    except MailNotSent:
        return False
    return True


def _are_too_many(by: User, invitation: Invitation) -> bool:
    account = ("invitations by", str(by.pk))
    organization = ("invitations of", str(invitation.organization_id))
    receiver = ("invitations to", folded_address(invitation.email))
    return (
        is_too_often(*account, most={MINUTE: MAILS_A_MINUTE, DAY: MAILS_A_DAY})
        or is_too_often(*organization, most={DAY: MAILS_A_DAY})
        or is_too_often(*organization, *receiver, most={DAY: TO_ONE_ADDRESS_A_DAY})
        or is_too_often(*receiver, most={DAY: TO_ONE_ADDRESS_A_DAY_FROM_ALL})
    )


def _note(invitations: Sequence[Invitation], *, failed: bool) -> None:
    now = timezone.now()
    for each in invitations:
        each.mail_failed = failed
        each.mailed_at = each.mailed_at if failed else now
    ids = [each.pk for each in invitations]
    rows = Invitation.objects.filter(pk__in=ids)
    if failed:
        rows.update(mail_failed=True)
    else:
        rows.update(mail_failed=False, mailed_at=now)


def mail_of(
    invitation: Invitation, url: str, places: Sequence[Participant] = ()
) -> Mail:
    """Return the mail of an invitation, in the language that is active.

    It tells the name of the organization and, if it is to a place, of the person, and
    nothing else that somebody wrote: who has two children tells the mails apart.

    Args:
        invitation: The invitation.
        url: Its link.
        places: Those whose personal links go along.
    """
    organization = isolated(invitation.organization.name)
    names = {
        "organization": organization,
        "role": invitation.get_role_display(),
        "name": isolated(invitation.person.name if invitation.person else ""),
    }
    subject = _("%(organization)s invites you")
    if invitation.person:
        subject = _("%(organization)s invites you: %(name)s")
    assert invitation.expires_at  # noqa: S101  every link has an end
    until = short_day(invitation.expires_at, invitation.organization.time_zone)
    unknown = _("If you do not know who invites you, you need not do anything.")
    return Mail(
        subject % names,
        [
            *(sentence % names for sentence in _about(invitation)),
            _("To accept, open this page before %(date)s. The link works once.")
            % {"date": until},
        ],
        url,
        _("Show the invitation"),
        [unknown, *_about_personal(places)],
        [_personal(place) for place in places],
    )


def _about(invitation: Invitation) -> list[str]:
    if invitation.person:
        return [
            _("%(organization)s invites %(name)s to its events."),
            _("Accept if that is you, or a child of yours."),
            _("With an account you see what is recorded, and can join online."),
        ]
    return [
        _("%(organization)s invites you to its team, as %(role)s."),
        _("It uses Rollcall to record who comes to its events."),
    ]


def _personal(place: Participant) -> tuple[str, str]:
    day = short_day(place.event.starts_at, place.event.time_zone)
    return day, personal_url(place)


def _about_personal(places: Sequence[Participant]) -> list[str]:
    if not places:
        return []
    return [
        ngettext(
            "This is your own page of an event ahead. It works without an account. "
            "There you see what is recorded. Keep the link to yourself:",
            "These are your own pages of the events ahead. They work without an "
            "account. There you see what is recorded. Keep the links to yourself:",
            len(places),
        )
    ]
