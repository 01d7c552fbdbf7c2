"""Routes of the REST API, room by room."""

from django.urls import path

from attendance.calculating import api as calculating
from attendance.completion import api as completion
from attendance.contests import api as contests
from attendance.decisions import api as decisions
from attendance.door import api as door
from attendance.feedback import api as feedback
from attendance.own_record import api as own_record
from attendance.people import api as people
from attendance.points import api as points
from attendance.policies import api as policies
from attendance.reports import api as reports
from attendance.unmatched import api as unmatched

_EVENT = "api/events/<int:pk>"
_ORGANIZATION = "api/organizations/<int:pk>"
_PARTICIPANT = "api/participants/<int:pk>"
_SESSION = "api/sessions/<int:pk>"

urlpatterns = [
    path("api/reports", reports.ReportList.as_view()),
    path("api/reports.csv", reports.ReportTable.as_view(), name="reports_csv"),
    path(f"{_SESSION}/attendance", reports.SessionReport.as_view()),
    path(
        f"{_SESSION}/attendance-status",
        reports.SessionAttendanceStatus.as_view(),
    ),
    path(f"{_SESSION}/calculate", calculating.SessionCalculate.as_view()),
    path(f"{_SESSION}/unmatched/link", unmatched.UnmatchedLink.as_view()),
    path(f"{_SESSION}/unmatched/unlink", unmatched.UnmatchedUnlink.as_view()),
    path(f"{_EVENT}/attendance", reports.EventAttendance.as_view()),
    path(f"{_EVENT}/attendance/bulk", decisions.EventBulkAttendance.as_view()),
    path(f"{_EVENT}/attendance-changes", decisions.EventChanges.as_view()),
    path(f"{_EVENT}/feedback", feedback.EventFeedback.as_view()),
    path(f"{_EVENT}/complete", completion.EventComplete.as_view()),
    path(f"{_EVENT}/reopen", completion.EventReopen.as_view()),
    path(f"{_PARTICIPANT}/attendance", decisions.ParticipantAttendance.as_view()),
    path(f"{_PARTICIPANT}/attendance-changes", decisions.ParticipantChanges.as_view()),
    path(f"{_PARTICIPANT}/check-in", decisions.ParticipantCheckIn.as_view()),
    path("api/attendance-changes/<int:pk>/undo", decisions.ChangeUndo.as_view()),
    path(f"{_EVENT}/check-in-code", door.CheckInCode.as_view()),
    path("api/check-in", door.SelfCheckIn.as_view()),
    path("api/me/attendance/<int:pk>/contest", contests.ContestDecision.as_view()),
    path(f"{_ORGANIZATION}/contests", contests.OrganizationContests.as_view()),
    path("api/contests/<int:pk>/settle", contests.SettleContest.as_view()),
    path("api/people/<int:pk>/attendance", people.PersonAttendance.as_view()),
    path("api/me/attendance", own_record.OwnAttendance.as_view()),
    path("api/me/events/<int:pk>/attendance", own_record.OwnEventAttendance.as_view()),
    path("api/me/events/<int:pk>/feedback", own_record.OwnEventFeedback.as_view()),
    path("api/me/events/<int:pk>/privacy", own_record.OwnEventPrivacy.as_view()),
    path("api/users/<int:pk>/attendance", own_record.UserAttendance.as_view()),
    path("api/users/<int:pk>/points", points.UserPoints.as_view()),
    path(f"{_ORGANIZATION}/leaderboard", points.OrganizationLeaderboard.as_view()),
    path(f"{_ORGANIZATION}/points", points.OrganizationPoints.as_view()),
    path(f"{_ORGANIZATION}/policy", policies.OrganizationPolicy.as_view()),
    path(
        f"{_ORGANIZATION}/policy/<str:session_type>",
        policies.SessionTypePolicy.as_view(),
    ),
    path(f"{_EVENT}/policy", policies.EventPolicy.as_view()),
    path(f"{_SESSION}/policy", policies.SessionPolicy.as_view()),
]
