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
NAMED = re.compile(r"`+([a-z_]+(?:/[a-z_]+)*\.(?:py|js|css|html|md))`+")
DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
MODULES = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
TEXTS = sorted(DOCUMENTS + MODULES)
# `module.name` or `room/module.name`.
DOTTED = re.compile(r"`((?:[a-z_]+/)*[a-z_]+)\.(?!(?:py|js|css|html|md)`)(\w+)`")
# A setting in Postgres, a field of LiveKit's, and the domain of examples.
NOT_OURS = {
    ("rollcall", "maintenance"),
    ("participant", "joinedAtMs"),
    ("example", "com"),
}


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


def test_what_is_named_in_a_module_is_there() -> None:
    missing = [
        f"{path.name}: {module}.{name}"
        for path in DOCUMENTS
        for module, name in DOTTED.findall(path.read_text(encoding="utf-8"))
        if (module, name) not in NOT_OURS and not _defines(module, name)
    ]
    assert missing == []


NAMED_TEST = re.compile(r"`(test_\w+)`")


def test_tests_that_are_named_are_there() -> None:
    named = {
        name
        for path in DOCUMENTS
        for name in NAMED_TEST.findall(path.read_text(encoding="utf-8"))
    }
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")
    ]
    there = {name for text in texts for name in re.findall(r"def (test_\w+)", text)}
    assert named - there == set()


def _defines(module: str, name: str) -> bool:
    """Whether a module of that name, in whichever room, has this at its top."""
    top = re.compile(rf"^(?:def |class |async def )?{name}\b", re.MULTILINE)
    return any(
        top.search(path.read_text(encoding="utf-8"))
        for path in MODULES
        if f"/{path.relative_to(ROOT)}".endswith(f"/{module}.py")
    )
