"""What the thresholds of a policy mean, in sentences of the language that is active."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.policies.effective import Scope
from attendance.rules.calculation import Policy
from sessions_app.models import Mode


def policy_in_words(policy: Policy, mode: str | None = None) -> str:
    """Return who is on time, absent, partial, present and late by a policy.

    Args:
        policy: The thresholds.
        mode: Where the session is held that they are for; None: they are for several.
    """
    online = [_on_time(policy), _too_little(policy), _enough(policy)]
    if mode == Mode.ONLINE:
        return " ".join(online)
    if mode == Mode.IN_PERSON:
        return _at_door(policy)
    return " ".join([*online, _at_door(policy)])


def _on_time(policy: Policy) -> str:
    if not policy.grace_minutes:
        return _("Who is not there at the start is late.")
    text = ngettext(
        "Who comes within %(number)d minute of the start is on time.",
        "Who comes within %(number)d minutes of the start is on time.",
        policy.grace_minutes,
    )
    return text % {"number": policy.grace_minutes}


def _too_little(policy: Policy) -> str:
    if not policy.partial_from:
        text = _("Who is there for up to %(up_to)d %% of the time is partial.")
    else:
        text = _(
            "Who is there for less than %(less_than)d %% of the time is absent, and up "
            "to %(up_to)d %% partial."
        )
    return text % {"less_than": policy.partial_from, "up_to": policy.present_over}


def _enough(policy: Policy) -> str:
    if policy.present_over == policy.present_regardless_over:
        return _("Who is there for longer is present, however late they come.")
    if policy.present_regardless_over == 100:
        return _("Who is there for longer is present if they were on time, else late.")
    text = _(
        "Who is there for longer is present if they were on time, else late; over "
        "%(regardless)d %% everybody is present, however late they come."
    )
    return text % {"regardless": policy.present_regardless_over}


def _at_door(policy: Policy) -> str:
    """Return who is late at a door, where nothing is measured."""
    if not policy.grace_minutes:
        return _(
            "Who is checked in at the door by the start is present, and later late, "
            "however long they stay."
        )
    text = ngettext(
        "Who is checked in at the door within %(number)d minute of the start is "
        "present, and later late, however long they stay.",
        "Who is checked in at the door within %(number)d minutes of the start is "
        "present, and later late, however long they stay.",
        policy.grace_minutes,
    )
    return text % {"number": policy.grace_minutes}


def comes_from(scope: Scope) -> str:
    """Return where a policy comes from."""
    texts = {
        Scope.SESSION: _("Set for this session."),
        Scope.EVENT: _("Set for this event."),
        Scope.SESSION_TYPE: _("Set for sessions of this type."),
        Scope.ORGANIZATION: _("Set for the organization."),
        Scope.DEFAULT: _("The defaults of this installation."),
    }
    return texts[scope]
