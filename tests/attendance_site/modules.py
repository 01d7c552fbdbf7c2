"""Every module of ours, by its dotted name."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "core",
    "events",
    "sessions_app",
    "attendance",
    "notifications",
    "attendance_site",
)
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for app in APPS
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts and path.name != "__init__.py"
)
