"""The WSGI application, which asgi.py wraps and serves."""

import os

from django.core.wsgi import get_wsgi_application

from attendance_site.logs import logging_uncaught_errors

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "attendance_site.settings")

with logging_uncaught_errors():
    application = get_wsgi_application()
