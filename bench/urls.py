"""Rollcall's routes, and a view that only inserts, behind the same middleware."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST


@csrf_exempt
@require_POST
def bare(request: HttpRequest) -> HttpResponse:
    """Store the body in the simplest way: one committed insert."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_body (body) VALUES (%s)", [request.body.decode()]
        )
    return HttpResponse(status=204)


urlpatterns = [path("bare", bare), path("", include("attendance_site.urls"))]
