"""Every page, in every state that it can be in, and who looks at it."""

from http import HTTPStatus

from django.urls import URLPattern, URLResolver, get_resolver

from tests.browser.said_pages import SAID
from tests.browser.school import LONG
from tests.browser.seen import Seen
from tests.browser.with_prompts import PROMPTED

# Not pages of ours, or none at all.
ELSEWHERE = ("admin/", "api/", "health/", "webhooks/")
# What is only sent to: it answers with a page that stands below.
ACTIONS = {
    "accept_invitation",
    "calculate",
    "cancel_session",
    "consent_personally",
    "join_personally",
    "count_as_absent",
    "decline_invitation",
    "find_person",
    "link",
    "mark",
    "mark_about_event",
    "mfa_download_recovery_codes",
    "openid_connect_callback",
    "openid_connect_login",
    "own_export",
    "publish_event",
    "read_notifications",
    "renew_personal_link",
    "reopen_event",
    "restore_session",
    "revoke_invitation",
    "send_invitation_again",
    "settle_absence",
    "settle_contest",
    "sign_out",
    "take_mails_again",
    "take_back_held",
    "undo",
    "undo_about_event",
    "unlink",
    "withdraw_absence",
    "withdraw_personally",
}
# In the middle of something: tests/browser/test_accounts.py looks at them.
STEPS = {"mfa_authenticate"}


PAGES = {
    "sign-in": Seen("home", who=""),
    "sign-in, refused": Seen("home", who="", refused=True),
    "sessions": Seen("home"),
    "sessions of an attendee": Seen("home", who="attendee"),
    "sessions of a parent": Seen("home", who="parent"),
    "sessions of two organizations": Seen("home", who="owner"),
    "sessions of a newcomer": Seen("home", who="newcomer"),
    "not theirs to see": Seen(
        "session", "calculated", "newcomer", status=HTTPStatus.NOT_FOUND
    ),
    "not theirs to change": Seen(
        "edit_event", "event", "viewer", status=HTTPStatus.FORBIDDEN
    ),
}
EVENTS = {
    "events": Seen("events", who="owner"),
    "events, none fits": Seen("events", query="?q=zzz"),
    "events of a newcomer": Seen("events", who="newcomer"),
    "event": Seen("event", "event"),
    "event, for an attendee": Seen("event", "event", "attendee"),
    "event, for a parent": Seen("event", "event", "parent"),
    "event without anything": Seen("event", "empty event"),
    "event at a door": Seen("event", "meetup"),
    "event that was a meetup": Seen("event", "was a meetup"),
    "draft that is over": Seen("event", "draft that is over"),
    "event at a door, for a viewer": Seen("event", "meetup", "viewer"),
    "event at a door, nobody came": Seen("event", "nobody came"),
    "draft": Seen("event", "draft"),
    "cancelled event": Seen("event", "cancelled event"),
}
ROSTERS = {
    "roster": Seen("roster", "long roster"),
    "roster, everybody chosen": Seen(
        "roster", "long roster", query="?q=amina&choose=all", opened=True
    ),
    "roster, none fits": Seen("roster", "long roster", query="?q=zzz"),
    "roster, for its host": Seen("roster", "event", "teacher"),
    "roster, for a viewer": Seen("roster", "long roster", "viewer"),
    "roster without anybody": Seen("roster", "empty event"),
    "remove from a roster": Seen("remove_place", "person"),
    "delete an event": Seen("delete_event", "event"),
    "delete a session": Seen("delete_session", "ahead"),
    "delete a person": Seen("delete_person", "maria"),
}
DECISIONS = {
    "attendance": Seen("event_attendance", "event"),
    "attendance, completed": Seen(
        "event_attendance", "completed", "owner", opened=True
    ),
    "attendance, everybody chosen": Seen(
        "event_attendance", "completed", "owner", "?choose=all"
    ),
    "attendance, none fits": Seen("event_attendance", "event", query="?q=zzz"),
    "attendance, for a viewer": Seen("event_attendance", "completed", "viewer"),
    "attendance, for an attendee": Seen("event_attendance", "event", "attendee"),
    "attendance, nobody wrote down who came": Seen("event_attendance", "unrecorded"),
    "attendance of a cancelled event": Seen("event_attendance", "cancelled event"),
    "attendance at a door": Seen("event_attendance", "meetup"),
    "attendance at a door, for a viewer": Seen("event_attendance", "meetup", "viewer"),
    "complete a meetup": Seen("complete_event", "meetup"),
    "complete a course": Seen("complete_event", "over"),
    "complete what runs": Seen("complete_event", "event"),
    "history": Seen("history", "decided"),
    "history about the event": Seen("history", "decided", query="?session=event"),
    "history of one mark": Seen("history", "marked", "viewer"),
    "own history": Seen("history", "attendee", "attendee"),
}
FORMS = {
    "new organization": Seen("new_organization"),
    "new event": Seen("new_event"),
    "new event, refused": Seen("new_event", refused=True),
    "change an event": Seen("edit_event", "event"),
    "cancel an event": Seen("cancel_event", "event"),
    "new session": Seen("new_session", "event"),
    "first session of a meetup": Seen("new_session", "meetup"),
    "new session, refused": Seen("new_session", "event", refused=True),
    "change a session": Seen("edit_session", "ahead", opened=True),
    "end a session": Seen("end_session", "running"),
    "new person": Seen("new_participant", "event"),
    "several people": Seen("several_participants", "event"),
    "people from a file": Seen("import_participants", "event"),
    "change a person": Seen("edit_participant", "person"),
    "change oneself": Seen("edit_participant", "attendee", "attendee"),
}
REPORTS = {
    state: Seen("session", state)
    for state in (
        "ahead",
        "running",
        "ended",
        "calculated",
        "nobody seen",
        "cancelled",
        "failed",
        "without roster",
        "class, running",
        "class, over",
        "class, open",
        "class, said",
        "class, both ways",
    )
} | {
    "chosen by status": Seen("session", "calculated", query="?status=late"),
    "chosen, and nobody fits": Seen("session", "calculated", query="?q=zzz"),
    "unmatched people": Seen("session", "calculated", opened=True),
    "everybody chosen": Seen("session", "calculated", "owner", "?choose=all"),
    "calculated, for its host": Seen("session", "calculated", "teacher", opened=True),
    "calculated, for a viewer": Seen("session", "calculated", "viewer"),
    "calculated, for an attendee": Seen("session", "calculated", "attendee"),
    "calculated, for a parent": Seen("session", "calculated", "parent"),
}
MANY = {
    "reports": Seen("reports"),
    "reports, none fits": Seen("reports", query="?session_type=quran"),
    "reports of an event at a door": Seen("reports", query="?event={meetup.pk}"),
    "reports of sessions in person": Seen("reports", query="?mode=in_person"),
    "reports of a person": Seen("reports", query="?participant={person.pk}"),
    "reports of two organizations": Seen("reports", who="owner"),
    "reports of an attendee": Seen("reports", who="attendee"),
    "reports of a newcomer": Seen("reports", who="newcomer"),
    "reports, refused": Seen(
        "reports", query="?from=2026-02-01&to=2026-01-01", status=400
    ),
}
REPORTS |= MANY
DOOR = {
    "door": Seen("door", "event"),
    "door, for a host": Seen("door", "event", "teacher"),
    "door, nobody is called that": Seen("door", "event", query="?q=zzz"),
    "door, which session": Seen("door", "event", query="?session=which"),
    "door, another day": Seen("door", "event", query="?session={calculated.pk}"),
    "door, another day, meant": Seen(
        "door", "event", query="?session={calculated.pk}&not_today=1"
    ),
    "a badge's page, another day": Seen(
        "door_person", "event", query="?session={calculated.pk}", person="person"
    ),
    "walk-in, which session": Seen("door_walk_in", "event", query="?session=which"),
    "door, a long name is nobody's": Seen("door", "event", query=f"?q=x{LONG}"),
    "walk-in, called as searched": Seen("door_walk_in", "event", query="?q=zzz"),
    "door of an event without anything": Seen("door", "empty event"),
    "door of a cancelled event": Seen("door", "cancelled event"),
    "a badge's page": Seen("door_person", "event", person="person"),
    "a badge's page, inside": Seen("door_person", "event", person="inside"),
    "walk-in": Seen("door_walk_in", "event"),
    "walk-in, refused": Seen("door_walk_in", "event", refused=True),
    "badges": Seen("door_badges", "event"),
    "screen": Seen("door_screen", "event"),
    "check oneself in for another session": Seen(
        "self_check_in", who="attendee", query="?session={ahead.pk}", code="event"
    ),
    "screen, too early": Seen("door_screen", "event ahead"),
    "code to type": Seen("type_code", who="attendee"),
    "check oneself in": Seen("self_check_in", who="attendee", code="event"),
    "check several people in": Seen("self_check_in", who="parent", code="event"),
    "checked in": Seen("self_check_in", who="teacher", code="event"),
    "a code that is over": Seen(
        "self_check_in", who="attendee", code="over", status=HTTPStatus.CONFLICT
    ),
    "a code for others": Seen(
        "self_check_in", who="newcomer", code="event", status=HTTPStatus.FORBIDDEN
    ),
}
PEOPLE = {
    "people": Seen("people", "organization", "owner"),
    "people, none fits": Seen("people", "organization", query="?q=zzz"),
    "people, for a viewer": Seen("people", "organization", "viewer"),
    "people of nobody": Seen("people", "other organization", "owner"),
    "a person": Seen("person", "maria"),
    "a person on no roster": Seen("person", "maria's double"),
    "a person, for a viewer": Seen("person", "maria", "viewer"),
    "a new person": Seen("new_person", "organization"),
    "a new person, refused": Seen("new_person", "organization", refused=True),
    "change a person": Seen("edit_person", "maria"),
    "reports of a person everywhere": Seen("reports", query="?person={maria.pk}"),
}
ORGANIZATIONS = {
    "an organization": Seen("organization", "organization", "viewer"),
    "an organization that begins": Seen("organization", "other organization", "owner"),
    "an organization, for a superuser": Seen(
        "organization", "other organization", "superuser"
    ),
    "sessions of a superuser": Seen("home", who="superuser"),
    "requests for access": Seen("access_requests", who="superuser"),
    "let somebody in": Seen("let_in", "asks for access", "superuser"),
    "delete a request": Seen("delete_access_request", "asks for access", "superuser"),
    "settings": Seen("organization_settings", "organization", "owner"),
    "settings, refused": Seen(
        "organization_settings", "organization", "owner", refused=True
    ),
    "points": Seen("organization_points", "organization", "owner"),
    "policy of an organization": Seen("organization_policy", "organization", "owner"),
    "policy of an organization, refused": Seen(
        "organization_policy", "other organization", "owner", refused=True
    ),
    "policy of a type": Seen(
        "session_type_policy", "organization", "owner", session_type="quran"
    ),
    "policy of an event": Seen("event_policy", "event"),
    "policy of a session": Seen("session_policy", "ahead"),
    "members": Seen("members", "organization", "owner"),
    "members, for a viewer": Seen("members", "organization", "viewer"),
    "members, refused": Seen("members", "other organization", "owner", refused=True),
    "members, for an organizer": Seen("members", "organization"),
    "a member's role": Seen("edit_member", "member", "owner"),
    "remove a member": Seen("remove_member", "member", "owner"),
}
PUBLIC = {
    "public event": Seen("public_event", "public", who=""),
    "public event, refused": Seen("public_event", "public", who="", refused=True),
    "public event, for a member": Seen("public_event", "public"),
    "public event, full": Seen("public_event", "full", who=""),
    "public event, off": Seen("public_event", "public, off", who=""),
    "public event, over": Seen("public_event", "public, over", who=""),
    "public event, by its link": Seen("public_event", "by link", who=""),
    "confirm a registration": Seen("confirm_registration", who="", claim="public"),
    "confirm a registration, unknown": Seen(
        "confirm_registration", who="", link="nobody", status=HTTPStatus.NOT_FOUND
    ),
    "personal, registered": Seen("personal", who="", link="registered"),
    "personal, waiting": Seen("personal", who="", link="waiting"),
    "personal, recorded": Seen("personal", who="", link="recorded"),
    "personal, cancelled": Seen("personal", who="", link="has cancelled"),
    "personal, consented": Seen("personal", who="", link="place of who consented"),
    "personal, withdrew consent": Seen(
        "personal", who="", link="place of who withdrew"
    ),
    "cancel personally": Seen("cancel_personally", who="", link="registered"),
    "personal, unknown": Seen(
        "personal", who="", link="nobody", status=HTTPStatus.NOT_FOUND
    ),
    "event with a public page": Seen("event", "full"),
    "roster with a waiting list": Seen("roster", "full"),
    "change somebody who waits": Seen("edit_participant", "waiting"),
}
OWN = {
    "own record": Seen("own_record", who="asked", opened=True),
    "own record of a parent": Seen("own_record", who="mother"),
    "own record of a newcomer": Seen("own_record", who="newcomer"),
    "own place, asked": Seen("own_place", "place that is asked", "asked", opened=True),
    "own place, refused": Seen(
        "own_place", "place that is asked", "asked", refused=True
    ),
    "own place, of a child": Seen("own_place", "child that is asked", "mother"),
    "own place, seen": Seen("own_place", "place that was seen", "asked"),
    "own place, answered": Seen("own_place", "place that said how it was", "asked"),
    "own place, over": Seen("own_place", "place that is over", "asked"),
    "own place, ahead": Seen("own_place", "place at what comes", "asked"),
    "own mails": Seen("own_mails", who="asked"),
    "own profile": Seen("own_profile", who="asked"),
    "own profile of a parent": Seen("own_profile", who="mother"),
    "own profile, empty": Seen("own_profile", who="newcomer"),
    "notifications": Seen("notifications", who="asked"),
    "notifications, none": Seen("notifications", who="newcomer"),
}
_FORGOTTEN = "account_reset_password"
ACCOUNTS = {
    "sign in": Seen("account_login", who="", query="?next=/events/"),
    "sign up, by invitation": Seen("account_signup", who=""),
    "ask for access": Seen("ask_for_access", who=""),
    "ask for access, refused": Seen("ask_for_access", who="", refused=True),
    "sign in elsewhere, cancelled": Seen("socialaccount_login_cancelled", who=""),
    "sign in elsewhere, failed": Seen(
        "socialaccount_login_error", who="", status=HTTPStatus.UNAUTHORIZED
    ),
    "closed account": Seen("account_inactive", who=""),
    "account": Seen("account", who="guarded"),
    "address": Seen("account_email", who="bare"),
    "address, refused": Seen("account_email", who="newcomer", refused=True),
    "another address waits": Seen("account_email", who="guarded"),
    "confirm, mail sent": Seen("account_email_verification_sent", who=""),
    "confirm": Seen("account_confirm_email", who="", key="confirm"),
    "confirm, link is over": Seen("account_confirm_email", who="", key="confirm, over"),
    "password": Seen("account_change_password", who="bare"),
    "password, refused": Seen("account_change_password", who="bare", refused=True),
    "first password": Seen("account_set_password", who="newcomer"),
    "password again": Seen("account_reauthenticate", who="bare"),
    "forgotten": Seen(_FORGOTTEN, who=""),
    "forgotten, refused": Seen(_FORGOTTEN, who="", refused=True),
    "forgotten, mail sent": Seen(f"{_FORGOTTEN}_done", who=""),
    "new password": Seen(f"{_FORGOTTEN}_from_key", who="", key="reset"),
    "new password, link is over": Seen(f"{_FORGOTTEN}_from_key", who="", key="x"),
    "new password, saved": Seen(f"{_FORGOTTEN}_from_key_done", who=""),
    "open sessions": Seen("account_sessions", who="guarded"),
    "open sessions, none": Seen("account_sessions", who="newcomer"),
    "second factor": Seen("mfa_index", who="guarded"),
    "second factor, off": Seen("mfa_index", who="newcomer"),
    "second factor, on": Seen("mfa_activate_totp", who="bare"),
    "second factor, on, refused": Seen("mfa_activate_totp", who="bare", refused=True),
    "second factor, switch off": Seen("mfa_deactivate_totp", who="guarded"),
    "second factor, again": Seen("mfa_reauthenticate", who="guarded"),
    "recovery codes": Seen("mfa_view_recovery_codes", who="guarded"),
    "sign in by a passkey": Seen("mfa_login_webauthn", who="", query="?next=/events/"),
    "passkeys": Seen("mfa_list_webauthn", who="guarded"),
    "passkeys, none": Seen("mfa_list_webauthn", who="newcomer"),
    "passkey, add": Seen("mfa_add_webauthn", who="guarded"),
    "passkey, again": Seen("mfa_reauthenticate_webauthn", who="guarded"),
    "passkey, rename": Seen("mfa_edit_webauthn", "passkey", "guarded"),
    "passkey, rename, refused": Seen(
        "mfa_edit_webauthn", "passkey", "guarded", refused=True
    ),
    "passkey, remove": Seen("mfa_remove_webauthn", "passkey", "guarded"),
    "password, passkeys stay": Seen("account_change_password", who="guarded"),
    "password again, or a passkey": Seen("account_reauthenticate", who="guarded"),
    "recovery codes, new": Seen("mfa_generate_recovery_codes", who="guarded"),
}
INVITATIONS = {
    "invitations": Seen("invitations", "organization", "owner"),
    "invitations, none": Seen("invitations", "other organization", "owner"),
    "invite a person": Seen("invite_person", "maria"),
    "invite from a roster": Seen("invite_from_roster", "event"),
    "invite from a roster, nobody": Seen("invite_from_roster", "empty event"),
    "own invitations": Seen("own_invitations", who="invited"),
    "own invitations, none": Seen("own_invitations", who="newcomer"),
    "sessions of somebody invited": Seen("home", who="invited"),
    "leave an organization": Seen("leave_organization", "membership", "invited"),
    "leave a place": Seen("leave_person", "own person", "invited"),
    "being recorded": Seen("own_recording", "own person", "invited"),
    "being recorded, asked": Seen("own_recording", "asked", "invited"),
    "being recorded, consented": Seen("own_recording", "consented", "invited"),
    "being recorded, withdrawn": Seen("own_recording", "withdrew", "invited"),
    "link to a role": Seen("invitation", who="", key="invitation to a role"),
    "link to a place": Seen("invitation", who="", key="invitation to a place"),
    "link, another account": Seen(
        "invitation", who="newcomer", key="invitation to a role"
    ),
    "link that nobody opened": Seen(
        "opened_invitation", who="", status=HTTPStatus.NOT_FOUND
    ),
    "link that works no more": Seen(
        "invitation", who="", code="over", status=HTTPStatus.NOT_FOUND
    ),
}
PROMPTS = {
    f"answer, {word}": Seen("answer", who="", key=word, opened=True)
    for word in PROMPTED
} | {
    "answer, chosen in the mail": Seen(
        "answer", who="", key="new, asked", query="?stars=4"
    ),
    "answer, refused": Seen("answer", who="", key="new, asked", refused=True),
    "answer, how it was, refused": Seen(
        "answer", who="", key="seen, asked", refused=True
    ),
    "answer, unknown": Seen(
        "answer", who="", link="nobody", status=HTTPStatus.NOT_FOUND
    ),
    "unsubscribe": Seen("unsubscribe", who="", key="new, asked"),
    "unsubscribe, done": Seen("unsubscribe", who="", key="stopped, asked"),
}
ANSWERS = {
    "answers": Seen("answers", "answered"),
    "answers, for a viewer": Seen("answers", "answered", "viewer"),
    "answers, who had no mail": Seen("answers", "answered", query="?show=no_mail"),
    "answers, none fits": Seen("answers", "answered", query="?show=over"),
    "answers of too few": Seen("answers", "just over"),
    "answers before the end": Seen("answers", "event"),
    "ask by hand": Seen("ask_by_hand", "just over"),
    "event with answers": Seen("event", "answered"),
    "roster, an address refused": Seen("roster", "just over"),
    "person, their address refused": Seen("person", "address refused"),
}
ALL = PAGES | EVENTS | ROSTERS | DECISIONS | FORMS | REPORTS | DOOR | PEOPLE
ALL |= SAID | ACCOUNTS | INVITATIONS | ORGANIZATIONS | PUBLIC | ANSWERS | PROMPTS | OWN


def routes() -> set[str]:
    """The names of all routes of pages; a route without a name by its pattern."""
    return set(_names(get_resolver(), ""))


def _names(resolver: URLResolver, before: str) -> list[str]:
    found: list[str] = []
    for entry in resolver.url_patterns:
        pattern = (before + str(entry.pattern)).lstrip("^")
        if pattern.startswith(ELSEWHERE):
            continue
        if isinstance(entry, URLResolver):
            found += _names(entry, pattern)
        elif isinstance(entry, URLPattern):
            found.append(entry.name or pattern)
    return found
