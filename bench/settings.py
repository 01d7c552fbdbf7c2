"""Rollcall's settings with one more route, the bare view to compare with."""

from attendance_site.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
