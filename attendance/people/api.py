"""REST of a person's attendance over all events of their organization."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.reports.api import FILTERS, PAGES, page_of_rows, wanted_rows
from attendance.reports.serializers import ReportListSerializer
from events.models import Person
from events.permissions import signed_in


class PersonAttendance(APIView):
    """The attendance of one person."""

    @extend_schema(
        operation_id="people_attendance_list",
        parameters=[
            *(each for each in FILTERS if each.name not in ("person", "organization")),
            *PAGES,
        ],
        responses=ReportListSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return the person's rows of the reports of all sessions, newest first.

        Members of the organization may read them, and the person.
        """
        person = get_object_or_404(Person.objects.visible_to(signed_in(request)), pk=pk)
        return page_of_rows(request, wanted_rows(request, person=person.pk), self)
