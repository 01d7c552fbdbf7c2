"""Services that schedule, change, end, cancel and restore live sessions.

Each locks the session's row first, as marks and calculations do. Services that read or
write the event's state lock the event before its sessions. A trigger marks changed
sessions, so that they are calculated again.

Source: docs/rules.md 9, 10, 11, 12, 13.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.constraints import violated_constraint
from core.errors import Conflict, Invalid, NotSetUp
from core.times import day_and_time
from events.accounts.clocks import zone_of
from events.locks import lock_event, lock_people
from events.models import (
    Event,
    EventState,
    Organization,
    Participant,
)
from events.recording.consent import must_consent
from events.removal import begin_removal, hangs_on, must_be_bare
from events.roster.places import let_move_up
from sessions_app import livekit
from sessions_app.before_joining import why_not
from sessions_app.locks import lock_rooms, lock_session
from sessions_app.models import LiveSession, new_room_name
from sessions_app.signals import session_changed, sessions_changed

# No meeting lasts so long; the limit catches a mistyped date.
LONGEST_SESSION = timedelta(days=7)
# The latest actual end, counted from the scheduled one.
LONGEST_OVERTIME = timedelta(hours=24)
# A token is valid a little longer than the session, for people who reconnect in
# overtime, but at most a day.
TOKEN_AFTER_END = timedelta(hours=1)
LONGEST_TOKEN = timedelta(hours=24)


class JoinToken(NamedTuple):
    """What somebody needs to join a session's room."""

    url: str
    token: str
    room_name: str
    identity: str
    expires_at: datetime


@transaction.atomic
def schedule_session(
    *, event: Event, room_name: str = "", **fields: Any
) -> LiveSession:
    """Create a session of an event; without ``room_name`` it gets a new room.

    Raises:
        Invalid: the room is not the organization's, or the end is not after the start
            or more than a week after it.
        Conflict: the event is cancelled, or the room is taken at that time.
    """
    event = lock_event(event.pk)
    if event.state == EventState.CANCELLED:
        raise Conflict(
            "event_cancelled",
            _("The event is cancelled. Publish it again first."),
            field="event",
        )
    slug = event.organization.slug
    if room_name:
        check_room_name(room_name, event.organization)
    session = LiveSession(
        event=event, room_name=room_name or new_room_name(slug), **fields
    )
    _must_end_in_time(session)
    _save(session)
    sessions_changed.send(LiveSession, event=event)
    return session


@transaction.atomic
def change_session(*, session: LiveSession, changes: Mapping[str, Any]) -> LiveSession:
    """Write changes of title, type, mode, room and schedule.

    Raises:
        Invalid: as for a new session, or the actual end does not fit the new schedule.
        Conflict: the room is taken at that time.
    """
    locked = lock_session(session.pk)
    changed = {name for name, to in changes.items() if getattr(locked, name) != to}
    for name, value in changes.items():
        setattr(locked, name, value)
    if "room_name" in changes:
        check_room_name(locked.room_name, locked.event.organization)
    if changes.keys() & {"starts_at", "ends_at"}:
        _must_end_in_time(locked)
        _must_allow_actual_end(locked)
    if changes:
        _save(locked, list(changes))
        session_changed.send(LiveSession, session=locked, changed=changed)
    return locked


@transaction.atomic
def end_session(
    *, session: LiveSession, ended_at: datetime | None, now: datetime
) -> LiveSession:
    """Set the actual end of a session; calling it again corrects the end.

    Args:
        session: The session.
        ended_at: May be before or after the scheduled end; None means now.
        now: The present.

    Raises:
        Invalid: the end is not after the start, more than a day after the scheduled
            end, or in the future.
        Conflict: the session is cancelled, or another session in its room begins before
            the end.
    """
    locked = lock_session(session.pk)
    _must_not_be_cancelled(locked)
    ended_at = ended_at or now
    if ended_at > now:
        raise Invalid(
            "in_the_future",
            _("The end is in the future. Enter it once the session has ended."),
            field="ended_at",
        )
    _must_fit_schedule(locked, ended_at)
    locked.ended_at = ended_at
    _save(locked, ["ended_at"])
    return locked


@transaction.atomic
def take_back_end(*, session: LiveSession, now: datetime) -> LiveSession:
    """Take back an actual end that was set by mistake: the session is running again.

    Nothing changes if it has none.

    Raises:
        Conflict: the session is cancelled, its planned end has passed, or another
            session has its room until then.
    """
    locked = lock_session(session.pk)
    _must_not_be_cancelled(locked)
    if locked.ends_at <= now:
        raise Conflict(
            "planned_end_passed",
            _("The planned end has passed. Correct the actual end instead."),
            field="ended_at",
        )
    if locked.ended_at is not None:
        locked.ended_at = None
        _save(locked, ["ended_at"])
    return locked


@transaction.atomic
def cancel_session(*, session: LiveSession, now: datetime) -> LiveSession:
    """Cancel a session and free its room; its decisions stay and are shown as void.

    Nothing changes if it is cancelled already.
    """
    lock_event(session.event_id)
    locked = lock_session(session.pk)
    if locked.cancelled_at is None:
        locked.cancelled_at = now
        locked.save(update_fields=["cancelled_at"])
        sessions_changed.send(LiveSession, event=locked.event)
    return locked


@transaction.atomic
def restore_session(*, session: LiveSession) -> LiveSession:
    """Restore a cancelled session; a cancelled event gets its former state back.

    Who waits for the event then moves up into places that became free meanwhile.

    Raises:
        Conflict: another session has the room at that time.
    """
    lock_people(session.event.organization_id)
    event = lock_event(session.event_id)
    locked = lock_session(session.pk)
    was_cancelled = event.state == EventState.CANCELLED
    if was_cancelled:
        event.state = event.state_before_cancel
        event.save(update_fields=["state"])
    if locked.cancelled_at is not None:
        locked.cancelled_at = None
        _save(locked, ["cancelled_at"])
        session_changed.send(LiveSession, session=locked, changed={"cancelled_at"})
        sessions_changed.send(LiveSession, event=event)
    if was_cancelled:
        let_move_up(event)
    return LiveSession.objects.select_related("event__organization").get(pk=locked.pk)


@transaction.atomic
def delete_session(*, session: LiveSession) -> None:
    """Delete a session that was made by mistake.

    Raises:
        Conflict: Something hangs on it.
    """
    event = lock_event(session.event_id)
    locked = lock_session(session.pk)
    hanging = hangs_on(LiveSession, [locked.pk]).get(locked.pk, ())
    must_be_bare(hanging, gettext("Cancel the session instead."))
    begin_removal(LiveSession, [locked.pk])
    locked.delete()
    sessions_changed.send(LiveSession, event=event)


@transaction.atomic
def cancel_event(*, event: Event, now: datetime) -> Event:
    """Cancel an event and all its sessions.

    Raises:
        Conflict: the event is completed.
    """
    locked = lock_event(event.pk)
    if locked.state == EventState.COMPLETED:
        raise Conflict("event_completed", _("The event is already completed."))
    sessions = LiveSession.objects.filter(event=locked, cancelled_at__isnull=True)
    # Locked in the order of their ids, as everywhere.
    ordered = sessions.order_by("pk").select_for_update(no_key=True)
    ids = list(ordered.values_list("pk", flat=True))
    LiveSession.objects.filter(pk__in=ids).update(cancelled_at=now)
    sessions_changed.send(LiveSession, event=locked)
    if locked.state != EventState.CANCELLED:
        locked.state_before_cancel = locked.state
        locked.state = EventState.CANCELLED
        locked.save(update_fields=["state", "state_before_cancel"])
    return locked


def must_be_joinable(
    session: LiveSession,
    participant: Participant,
    *,
    by_organizer: bool,
    now: datetime,
) -> None:
    """Refuse to let ``participant`` join for any reason but that consent is missing.

    Raises:
        Conflict: the session is cancelled or has ended, or they are not registered.
        NotSetUp: no LiveKit server is configured.
    """
    if session.cancelled_at is not None:
        raise Conflict("session_cancelled", _("The session is cancelled."))
    if now >= session.end:
        raise Conflict("session_ended", _("The session has ended."))
    if refusal := why_not(participant, by_organizer=by_organizer):
        raise refusal
    if not livekit.is_set_up():
        raise NotSetUp(
            "livekit_not_set_up",
            _("Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET."),
        )


def join_token(
    *,
    session: LiveSession,
    participant: Participant,
    by_organizer: bool = False,
    now: datetime,
) -> JoinToken:
    """Return what ``participant`` needs to join the session's room.

    Args:
        session: The session.
        participant: Who joins.
        by_organizer: An organizer asks for it, who may let in who waits.
        now: The present.

    Raises:
        Conflict: as :func:`must_be_joinable`, or they must consent to being recorded
            first.
        NotSetUp: no LiveKit server is configured.
    """
    must_be_joinable(session, participant, by_organizer=by_organizer, now=now)
    must_consent(participant)
    expires_at = min(session.end + TOKEN_AFTER_END, now + LONGEST_TOKEN)
    token = livekit.join_token(
        room_name=session.room_name,
        identity=participant.identity,
        name=participant.name,
        ttl=expires_at - now,
    )
    return JoinToken(
        url=settings.LIVEKIT_URL,
        token=token,
        room_name=session.room_name,
        identity=participant.identity,
        expires_at=expires_at,
    )


def _save(session: LiveSession, fields: list[str] | None = None) -> None:
    """Save a session; raise Conflict if another session has the room."""
    lock_rooms(session)
    try:
        with transaction.atomic():
            session.save(update_fields=fields)
    except IntegrityError as refused:
        if violated_constraint(refused) != "live_session_room_once_at_a_time":
            raise
        raise room_taken(session_in_the_way(session)) from refused


def session_in_the_way(session: LiveSession) -> LiveSession | None:
    """Return the first other session whose window in this room overlaps; or None."""
    return (
        LiveSession.objects.annotate(end_at=Coalesce("ended_at", "ends_at"))
        .filter(
            room_name=session.room_name,
            cancelled_at__isnull=True,
            starts_at__lt=session.end,
            end_at__gt=session.starts_at,
        )
        .exclude(pk=session.pk)
        .select_related("event")
        .order_by("starts_at")
        .first()
    )


def room_taken(other: LiveSession | None) -> Conflict:
    """Return the error that names the session that has the room."""
    return Conflict(
        "room_taken",
        _("“%(title)s” (session %(id)s) has this room from %(starts_at)s.")
        % {
            "id": other.pk if other else "?",
            "title": other.title if other else "?",
            "starts_at": _in_event_zone(other, other.starts_at) if other else "?",
        },
        field="room_name",
        session=other.pk if other else None,
    )


def check_room_name(room_name: str, organization: Organization) -> None:
    """Refuse rooms of other organizations, whose attendance could be read otherwise.

    Raises:
        Invalid: the name does not begin with the organization's slug and an underscore.
    """
    prefix = f"{organization.slug}_"
    if not room_name.startswith(prefix) or room_name == prefix:
        raise Invalid(
            "room_of_another",
            _("Room names of this organization begin with “%(prefix)s”.")
            % {"prefix": prefix},
            field="room_name",
        )


def _must_not_be_cancelled(session: LiveSession) -> None:
    if session.cancelled_at is not None:
        raise Conflict(
            "session_cancelled",
            _("The session is cancelled. Restore it first."),
        )


def _must_end_in_time(session: LiveSession) -> None:
    if session.ends_at <= session.starts_at:
        raise Invalid(
            "ends_before_start",
            _("The end must be later than the start."),
            field="ends_at",
        )
    latest = session.starts_at + LONGEST_SESSION
    if session.ends_at > latest:
        raise Invalid(
            "too_long",
            _("A session lasts at most 7 days: it must end by %(latest)s.")
            % {"latest": _in_event_zone(session, latest)},
            field="ends_at",
        )


def _must_fit_schedule(session: LiveSession, ended_at: datetime) -> None:
    """Refuse an actual end that the schedule does not allow."""
    if ended_at <= session.starts_at:
        raise Invalid(
            "ended_before_start",
            _("The session starts on %(starts_at)s: it cannot have ended before.")
            % {"starts_at": _in_event_zone(session, session.starts_at)},
            field="ended_at",
        )
    if ended_at > session.ends_at + LONGEST_OVERTIME:
        raise Invalid(
            "ended_too_late",
            _("The end must be within 24 hours after %(ends_at)s.")
            % {"ends_at": _in_event_zone(session, session.ends_at)},
            field="ended_at",
        )


def _must_allow_actual_end(session: LiveSession) -> None:
    """Refuse a schedule that does not allow the actual end."""
    if session.ended_at is None:
        return
    ended_at = _in_event_zone(session, session.ended_at)
    if session.ended_at <= session.starts_at:
        raise Invalid(
            "ended_before_start",
            _("The session ended on %(ended_at)s: it must start before that.")
            % {"ended_at": ended_at},
            field="starts_at",
        )
    if session.ended_at > session.ends_at + LONGEST_OVERTIME:
        raise Invalid(
            "ended_too_late",
            _(
                "The session ended on %(ended_at)s: its schedule must end at "
                "most 24 hours before that."
            )
            % {"ended_at": ended_at},
            field="ends_at",
        )


def _in_event_zone(session: LiveSession, instant: datetime) -> str:
    return day_and_time(instant, zone_of(session.event))
