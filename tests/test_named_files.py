"""What documents and docstrings name exists: a path that moved is named anew."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    "attendance",
    "attendance_site",
    "core",
    "events",
    "launcher",
    "sessions_app",
)
# In documents `notes.py` may follow `room/rules.py`: it stands beside it.
NAMED = re.compile(r"`+([a-z_]+(?:/[a-z_]+)*\.(?:py|js|html|md))`+")
TEXTS = sorted(
    [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    + [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
)


def test_files_that_are_named_are_there() -> None:
    missing = {str(path.relative_to(ROOT)): _missing(path) for path in TEXTS}
    assert {path: names for path, names in missing.items() if names} == {}


def _missing(path: Path) -> list[str]:
    places = [ROOT, *(ROOT / folder for folder in FOLDERS), ROOT / "docs", path.parent]
    missing = []
    for name in NAMED.findall(path.read_text(encoding="utf-8")):
        found = [place / name for place in places if (place / name).exists()]
        if found:
            places.append(found[0].parent)
        else:
            missing.append(name)
    return missing
