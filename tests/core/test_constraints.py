"""How constraints are told does not depend on which modules were imported."""

import subprocess
import sys

# What a worker or a page has that never looked at REST.
FORMS_ALONE = """
import sys, types
import django
django.setup()
from django.db import IntegrityError
import attendance.decisions.forms, attendance.unmatched.forms
import sessions_app.forms
from core.form_parts import refusal

class Refused(Exception):
    def __init__(self, name):
        self.diag = types.SimpleNamespace(constraint_name=name)

def told(name):
    error = IntegrityError()
    error.__cause__ = Refused(name)
    return refusal(error)[0]

REST = {"events.api", "sessions_app.api", "attendance.reports.api"}
assert not REST & set(sys.modules)
print(*map(told, sys.argv[1:]))
"""


def test_forms_tell_them_though_rest_was_never_imported() -> None:
    fields = {
        "events_organization_slug_key": "slug",
        "person_external_id_once_per_organization": "external_id",
        "event_ends_after_start": "ends_at",
        "live_session_ended_after_start": "ended_at",
        "policy_thresholds_ascend": "present_over",
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FORMS_ALONE, *fields],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == list(fields.values())
