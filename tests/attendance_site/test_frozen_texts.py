"""No text is put into words before somebody asks for it.

What is translated while a module is imported stays in the language of whoever happened
to come first. So a process imports everything, and hears each translation that is made.
"""

import json
import re
import subprocess
import sys

import pytest
from django.utils import translation

from attendance.reports.filters import ReportFilters
from tests.attendance_site.modules import MODULES, ROOT

LISTENING = """
import importlib, json, sys
import django
from django.utils.translation import trans_real

heard = []

def listen(name):
    translate = getattr(trans_real, name)
    def and_translate(*args):
        heard.append(args)
        return translate(*args)
    setattr(trans_real, name, and_translate)

for name in ("gettext", "pgettext", "ngettext", "npgettext"):
    listen(name)
django.setup()
for module in json.loads(sys.argv[1]):
    importlib.import_module(module)
told = [list(heard)]
for more in json.loads(sys.argv[2]):
    heard.clear()
    eval(more)
    told.append(list(heard))
print(json.dumps(told, default=str))
"""
SPOKEN = [
    "django.utils.translation.gettext('Sign in')",
    "str(django.utils.translation.gettext_lazy('Sign in'))",
    "django.utils.translation.gettext_lazy('Sign in').format()",
    "django.utils.translation.gettext_lazy('Sign in') + '.'",
    "f\"{django.utils.translation.gettext_lazy('Sign in')}\"",
]


@pytest.fixture(scope="module")
def heard() -> dict[str, set[str]]:
    """Those of our texts that are translated: by importing everything, by each more."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LISTENING, json.dumps(MODULES), json.dumps(SPOKEN)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    catalogue = (ROOT / "locale/ar/LC_MESSAGES/django.po").read_text()
    ours = catalogue.replace('"\n"', "")
    told = [
        {
            text
            for translated in each
            for text in translated
            if re.search(rf'^msgid "{re.escape(str(text))}"$', ours, re.MULTILINE)
        }
        for each in json.loads(done.stdout)
    ]
    return dict(zip(["import", *SPOKEN], told, strict=True))


def test_importing_everything_puts_nothing_into_words(
    heard: dict[str, set[str]],
) -> None:
    assert heard["import"] == set()


@pytest.mark.parametrize("more", SPOKEN)
def test_the_listener_hears(more: str, heard: dict[str, set[str]]) -> None:
    assert heard[more] == {"Sign in"}


@pytest.mark.parametrize(
    ("language", "told"),
    [("ar", "«nonsense» ليس من القيم: "), ("en", "“nonsense” is not one of: ")],
)
def test_a_filter_is_refused_in_the_language_of_whoever_asks(
    language: str, told: str
) -> None:
    with translation.override(language):
        [error] = map(str, ReportFilters({"status": "nonsense"}).errors["status"])
    assert error.startswith(told)
    assert error.endswith("absent, excused.")
