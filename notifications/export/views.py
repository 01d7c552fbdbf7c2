from typing import Any

from django.http import HttpRequest

from events.models import User
from events.pages import read_page
from notifications.export.writing import export_response


@read_page
def own_export(request: HttpRequest, user: User) -> Any:
    return export_response(user)
