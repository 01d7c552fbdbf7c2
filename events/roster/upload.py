"""The uploaded roster file of a request, for REST and pages."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from core.body_limits import ROSTER_FILE_BYTES, is_cut_off
from core.errors import Invalid, RuleBroken


class FileTooLarge(RuleBroken):
    """The file is larger than a roster may be."""

    status = 413

    def __init__(self) -> None:
        super().__init__("too_large", _("The file is larger than 8 MiB."), field="file")


def uploaded_file(request: HttpRequest | Request) -> bytes:
    """Return the part ``file`` of a multipart body.

    Raises:
        FileTooLarge: the file is over 8 MiB.
        Invalid: there is no such part.
    """
    if is_cut_off(request):
        raise FileTooLarge
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(
            "required",
            _("Send the file as the part “file” of multipart/form-data."),
            field="file",
        )
    if (file.size or 0) > ROSTER_FILE_BYTES:
        raise FileTooLarge
    content: bytes = file.read()
    return content
