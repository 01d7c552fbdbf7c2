"""Rollcall as a WSGI application; asgi.py serves it."""

import os

from django.core.wsgi import get_wsgi_application

from attendance_site.logs import told_as_uncaught

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "attendance_site.settings")

with told_as_uncaught():
    application = get_wsgi_application()
