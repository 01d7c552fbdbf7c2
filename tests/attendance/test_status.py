"""What a status needs in each place; for a new one, what is still missing."""

import re
from pathlib import Path

import pytest

from attendance.models import Status
from attendance.rules import calculation
from attendance.wording import parts
from attendance.wording.phrases import IN_ORDER

ROOT = Path(__file__).resolve().parent.parent.parent
STYLE = (ROOT / "static/rollcall.css").read_text()
SHAPES = (ROOT / "templates/components/shapes.html").read_text()
NEVER_COMPUTED = {Status.UNKNOWN, Status.EXCUSED}


@pytest.mark.parametrize("status", calculation.Status)
def test_a_status_has_everything_that_it_needs(status: str) -> None:
    places = {
        "attendance.models.Status": status in Status.values,
        "attendance.reports.session_report_page.IN_ORDER": status in IN_ORDER,
        "attendance.wording.parts.BEGINNING": status in parts.BEGINNING,
        "attendance.wording.parts.COMPUTED": status in NEVER_COMPUTED
        or status in parts.COMPUTED,
        "its colour in static/rollcall.css": f"--{status}: light-dark(" in STYLE,
        "its class in static/rollcall.css": bool(
            re.search(rf"\.s-{status} {{\s*color: var\(--{status}\)", STYLE)
        ),
        "its shape in templates/components/shapes.html": (
            f'id="shape-{status}"' in SHAPES
        ),
    }
    assert [place for place, has_it in places.items() if not has_it] == []


def test_what_is_stored_is_what_can_be_decided() -> None:
    assert set(Status.values) == set(calculation.Status)


def test_whoever_is_unknown_comes_last() -> None:
    assert IN_ORDER[-1] == Status.UNKNOWN
    assert len(IN_ORDER) == len(Status)
