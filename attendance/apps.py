from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class AttendanceConfig(AppConfig):
    """Decisions about who was there, and everything that leads to or follows them."""

    name = "attendance"
    verbose_name = _("Attendance")

    def ready(self) -> None:
        """Connect receivers, and register the messages of violated constraints."""
        from attendance.constraints import RULES
        from attendance.decisions import carried_answers, removal
        from attendance.decisions.consequences import (
            follow_roster,
            follow_session,
            follow_sessions,
        )
        from attendance.decisions.moved_start import follow_start
        from attendance.models import Feedback
        from attendance.overview.first_session import tell_what_stays
        from attendance.points.ledger import balance_after_feedback
        from core.constraints import tell_constraints
        from events.models import Participant
        from events.signals import removal_asked, removal_begins, roster_changed
        from sessions_app.models import LiveSession
        from sessions_app.signals import (
            first_session_planned,
            session_changed,
            sessions_changed,
        )

        tell_constraints(RULES)
        sessions_changed.connect(carried_answers.follow_sessions)
        sessions_changed.connect(follow_sessions)
        session_changed.connect(follow_session)
        session_changed.connect(follow_start)
        roster_changed.connect(follow_roster)
        first_session_planned.connect(tell_what_stays)
        removal_asked.connect(removal.hangs_on_places, Participant)
        removal_asked.connect(removal.hangs_on_sessions, LiveSession)
        removal_begins.connect(removal.delete_empty_of_places, Participant)
        removal_begins.connect(removal.delete_empty_of_sessions, LiveSession)
        post_save.connect(balance_after_feedback, Feedback)
        post_delete.connect(balance_after_feedback, Feedback)
